//! The verifier: what every pass must leave true of Core.
//!
//! Each value is defined once, before its uses on every path; operands and block arguments have the
//! types their place asks for; calls fit their callees; nothing jumps to the entry block.

mod types;

use crate::dominance::Dominators;
use crate::ir::*;

/// What is wrong with the program, in words for a developer of the compiler.
pub fn verify(program: &Program) -> Result<(), Vec<String>> {
    let mut errors = Vec::new();
    for (index, unit) in program.units.iter().enumerate() {
        for function in &unit.functions {
            match program.functions.get(function.index()) {
                Some(f) if f.unit.index() == index => {}
                _ => errors.push(format!("unit {} lists a function of another", unit.module)),
            }
        }
    }
    let mut symbols = rustc_hash::FxHashSet::default();
    for function in &program.functions {
        if !symbols.insert(&function.symbol) {
            errors.push(format!("two functions are called @{}", function.symbol));
        }
        let mut checker = Checker {
            program,
            function,
            errors: &mut errors,
        };
        checker.function();
    }
    if let Some(entry) = program.entry {
        match program.functions.get(entry.index()) {
            Some(f)
                if f.kind == FnKind::Direct
                    && f.blocks.first().is_some_and(|b| b.params.is_empty()) => {}
            _ => errors.push("the entry is not a direct function without parameters".into()),
        }
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors)
    }
}

/// Where a value is defined.
#[derive(Clone, Copy, PartialEq)]
enum Defined {
    Nowhere,
    /// Block, and position among its statements (parameters have 0, the first statement 1).
    At(BlockId, usize),
}

struct Checker<'a> {
    program: &'a Program,
    function: &'a Function,
    errors: &'a mut Vec<String>,
}

impl Checker<'_> {
    fn fail(&mut self, message: impl std::fmt::Display) {
        self.errors
            .push(format!("@{}: {message}", self.function.symbol));
    }

    fn function(&mut self) {
        let function = self.function;
        if function.blocks.is_empty() {
            return self.fail("has no blocks");
        }
        if self.references_out_of_range() {
            return;
        }
        self.inlined();
        let places = self.definitions();
        let dominators = Dominators::of(function);
        let mut called_entry = false;
        for &id in dominators.order() {
            let block = &function.blocks[id.index()];
            for (at, stmt) in block.stmts.iter().enumerate() {
                stmt.op
                    .each_operand(|value| self.use_of(value, id, at + 1, &places, &dominators));
                self.stmt(stmt);
            }
            let end = block.stmts.len() + 1;
            block
                .term
                .each_operand(|value| self.use_of(value, id, end, &places, &dominators));
            block.term.each_target(|to, _| called_entry |= to.0 == 0);
            self.term(&block.term);
        }
        if called_entry {
            self.fail("jumps to its entry block");
        }
    }

    /// Ids that index nothing would make every further check fail.
    fn references_out_of_range(&mut self) -> bool {
        let function = self.function;
        let before = self.errors.len();
        let types = self.program.types.list.len();
        if function.values.iter().any(|info| info.ty.index() >= types) {
            self.fail("a value has a type that does not exist");
        }
        let mut bad = Vec::new();
        let check = |value: ValueId, bad: &mut Vec<String>| {
            if value.index() >= function.values.len() {
                bad.push(format!("v{} does not exist", value.0));
            }
        };
        for block in &function.blocks {
            block
                .params
                .iter()
                .for_each(|&value| check(value, &mut bad));
            for stmt in &block.stmts {
                check(stmt.value, &mut bad);
                stmt.op.each_operand(|value| check(value, &mut bad));
                if let Some(f) = stmt.op.function()
                    && f.index() >= self.program.functions.len()
                {
                    bad.push(format!("function {} does not exist", f.0));
                }
            }
            block.term.each_operand(|value| check(value, &mut bad));
            block.term.each_target(|to, _| {
                if to.index() >= function.blocks.len() {
                    bad.push(format!("b{} does not exist", to.0));
                }
            });
            if let Term::TailCall { callee, .. } = &block.term
                && callee.index() >= self.program.functions.len()
            {
                bad.push(format!("function {} does not exist", callee.0));
            }
        }
        bad.into_iter().for_each(|message| self.fail(message));
        self.errors.len() > before
    }

    /// Each inlined call stands within an earlier one, and each place within one there is.
    fn inlined(&mut self) {
        let function = self.function;
        for (index, call) in function.inlined.iter().enumerate() {
            let outer = call.call.within;
            if outer.is_some_and(|outer| outer.index() >= index) {
                self.fail(format!("inlined call {index} is not within an earlier one"));
            }
        }
        let exists = |place: Place| {
            let call = place.within.map(|call| call.index());
            call.is_none_or(|call| call < function.inlined.len())
        };
        for (index, block) in function.blocks.iter().enumerate() {
            let stmts = block.stmts.iter().all(|stmt| exists(stmt.place));
            if !stmts || !exists(block.term_place) {
                self.fail(format!("b{index}: a place in no inlined call"));
            }
        }
    }

    fn definitions(&mut self) -> Vec<Defined> {
        let mut places = vec![Defined::Nowhere; self.function.values.len()];
        let mut twice = Vec::new();
        let mut define = |value: ValueId, place: Defined| {
            if std::mem::replace(&mut places[value.index()], place) != Defined::Nowhere {
                twice.push(value);
            }
        };
        for (index, block) in self.function.blocks.iter().enumerate() {
            let id = BlockId(index as u32);
            for &param in &block.params {
                define(param, Defined::At(id, 0));
            }
            for (at, stmt) in block.stmts.iter().enumerate() {
                define(stmt.value, Defined::At(id, at + 1));
            }
        }
        for value in twice {
            self.fail(format!("v{} is defined twice", value.0));
        }
        places
    }

    fn use_of(
        &mut self,
        value: ValueId,
        block: BlockId,
        at: usize,
        places: &[Defined],
        dominators: &Dominators,
    ) {
        let fine = match places[value.index()] {
            Defined::Nowhere => false,
            Defined::At(defined, position) if defined == block => position < at,
            Defined::At(defined, _) => dominators.dominates(defined, block),
        };
        if !fine {
            let name = value.0;
            self.fail(format!(
                "b{}: v{name} is used where it is not defined",
                block.0
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::parse;

    fn errors(text: &str) -> String {
        match super::verify(&parse(text).expect("parses")) {
            Ok(()) => String::new(),
            Err(errors) => errors.join("\n"),
        }
    }

    #[test]
    fn a_sound_loop_passes() {
        let text = r#"
fn @sum "sum" unit Main -> Int {
b0(v0 n: Int):
  v1: Int = const 0
  jump b1(v1, v1)
b1(v2 i: Int, v3 acc: Int):
  v4: Bool = Int.raw_lt (v2, v0)
  branch v4 b2() b3()
b2():
  v5: Int = Int.raw_add (v3, v2)
  v6: Int = const 1
  v7: Int = Int.raw_add (v2, v6)
  jump b1(v7, v5)
b3():
  return v3
}
"#;
        assert_eq!(errors(text), "");
        let program = parse(text).expect("parses");
        assert_eq!(crate::print(&program).trim(), text.trim());
    }

    #[test]
    fn a_use_that_its_definition_does_not_dominate_fails() {
        let text = r#"
fn @f "f" unit Main -> Int {
b0(v0: Bool):
  branch v0 b1() b2()
b1():
  v1: Int = const 1
  jump b2()
b2():
  return v1
}
"#;
        assert_eq!(errors(text), "@f: b2: v1 is used where it is not defined");
    }

    #[test]
    fn wrong_types_and_arities_fail() {
        let text = r#"
fn @f "f" unit Main -> Int {
b0(v0: Bool):
  v1: Int = Int.raw_add (v0, v0)
  v2: Int = call @f (v0, v0)
  jump b1(v0)
b1():
  return v0
}
"#;
        let errors = errors(text);
        for part in ["Int.raw_add", "call @f", "b1", "returns"] {
            assert!(errors.contains(part), "{part} in {errors}");
        }
    }
}
