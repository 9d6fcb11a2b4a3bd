//! Puts bodies in the place of calls. What comes from a body keeps its place in the source, and says which call it
//! stands for: reports show the call's frame as if it had been made.

use super::simplify::Values;
use crate::ir::*;

/// Replaces calls in function `caller` for which `wanted` says yes. Says whether there were any.
/// The caller's own calls of itself are never asked about.
pub fn run(program: &mut Program, caller: FnId, wanted: impl Fn(&Program, FnId) -> bool) -> bool {
    let is_wanted = |callee: FnId| callee != caller && wanted(program, callee);
    let function = &program.functions[caller.index()];
    let has_any = function.blocks.iter().any(|block| {
        let calls = |stmt: &Stmt| matches!(stmt.op, Op::Call { callee, .. } if is_wanted(callee));
        block.stmts.iter().any(calls)
            || matches!(block.term, Term::TailCall { callee, .. } if is_wanted(callee))
    });
    if !has_any {
        return false;
    }
    let mut function = program.functions[caller.index()].clone();
    let blocks = std::mem::take(&mut function.blocks);
    let mut inliner = Inliner {
        values: Values::new(0),
        aliases: Vec::new(),
        done: blocks.iter().map(|_| None).collect(),
        function,
    };
    for (index, block) in blocks.into_iter().enumerate() {
        inliner.block(program, BlockId(index as u32), block, &is_wanted);
    }
    let mut function = inliner.finish();
    std::mem::swap(&mut program.functions[caller.index()], &mut function);
    true
}

struct Inliner {
    function: Function,
    done: Vec<Option<Block>>,
    /// Results of calls that are now other values.
    aliases: Vec<(ValueId, ValueId)>,
    values: Values,
}

/// What a copied body does where it returned.
#[derive(Clone, Copy)]
enum Back {
    /// Goes on in the caller with the value.
    To(BlockId),
    /// Returns from the caller, which tail called it.
    Return,
}

impl Inliner {
    fn block(
        &mut self,
        program: &Program,
        id: BlockId,
        block: Block,
        is_wanted: &impl Fn(FnId) -> bool,
    ) {
        let mut at = id;
        let mut params = block.params;
        let mut stmts = Vec::with_capacity(block.stmts.len());
        for stmt in block.stmts {
            let callee = match &stmt.op {
                Op::Call { callee, .. } if is_wanted(*callee) => *callee,
                _ => {
                    stmts.push(stmt);
                    continue;
                }
            };
            let Op::Call { args, .. } = stmt.op else {
                continue;
            };
            let callee = &program.functions[callee.index()];
            if let [
                Block {
                    term: Term::Return(result),
                    ..
                },
            ] = &callee.blocks[..]
            {
                let copy = self.copy_of(callee, &args, stmt.place);
                for inner in &callee.blocks[0].stmts {
                    stmts.push(copy.stmt(inner));
                }
                let result = copy.values[result.index()];
                take_name(&mut self.function.values, stmt.value, result);
                self.aliases.push((stmt.value, result));
                continue;
            }
            let next = self.new_block();
            let entry = self.copy_body(callee, &args, stmt.place, Back::To(next));
            self.done[at.index()] = Some(Block {
                params: std::mem::take(&mut params),
                stmts: std::mem::take(&mut stmts),
                term: Term::Jump(entry, Vec::new()),
                term_place: stmt.place,
            });
            at = next;
            params = vec![stmt.value];
        }
        let mut term = block.term;
        if let Term::TailCall { callee, args } = &term
            && is_wanted(*callee)
        {
            let callee = &program.functions[callee.index()];
            let entry = self.copy_body(callee, args, block.term_place, Back::Return);
            term = Term::Jump(entry, Vec::new());
        }
        self.done[at.index()] = Some(Block {
            params,
            stmts,
            term,
            term_place: block.term_place,
        });
    }

    fn new_block(&mut self) -> BlockId {
        self.done.push(None);
        BlockId(self.done.len() as u32 - 1)
    }

    fn new_value(&mut self, info: &ValueInfo) -> ValueId {
        let inlined = true;
        let info = info.clone();
        self.function.values.push(ValueInfo { inlined, ..info });
        ValueId(self.function.values.len() as u32 - 1)
    }

    /// Prepares a copy of a callee's body for the call at `call`: new values for its own, of which
    /// the parameters are the arguments.
    fn copy_of(&mut self, callee: &Function, args: &[ValueId], call: Place) -> Copy {
        let params = &callee.blocks[0].params;
        let mut mapping = vec![ValueId(u32::MAX); callee.values.len()];
        for (param, &arg) in params.iter().zip(args) {
            mapping[param.index()] = arg;
        }
        for (info, value) in callee.values.iter().zip(&mut mapping) {
            if *value == ValueId(u32::MAX) {
                *value = self.new_value(info);
            }
        }
        let inlined = &mut self.function.inlined;
        let copy = Copy {
            values: mapping,
            within: InlineId(inlined.len() as u32),
        };
        inlined.push(Inlined {
            symbol: callee.symbol.clone(),
            name: callee.name.clone(),
            span: callee.span,
            call,
        });
        inlined.extend(callee.inlined.iter().map(|inner| Inlined {
            call: copy.place(inner.call),
            ..inner.clone()
        }));
        copy
    }

    /// Copies a body; the block it begins with.
    fn copy_body(
        &mut self,
        callee: &Function,
        args: &[ValueId],
        call: Place,
        back: Back,
    ) -> BlockId {
        let copy = self.copy_of(callee, args, call);
        let first = self.done.len() as u32;
        for _ in &callee.blocks {
            self.new_block();
        }
        for (index, block) in callee.blocks.iter().enumerate() {
            let mut stmts: Vec<Stmt> = block.stmts.iter().map(|stmt| copy.stmt(stmt)).collect();
            let mut term = block.term.clone();
            term.each_operand_mut(|value| *value = copy.value(*value));
            term.each_target_mut(|to, _| to.0 += first);
            let place = copy.place(block.term_place);
            if let Back::To(next) = back {
                term = self.come_back(term, next, &mut stmts, callee.result, place);
            }
            self.done[first as usize + index] = Some(Block {
                params: if index == 0 {
                    Vec::new()
                } else {
                    block.params.iter().map(|&p| copy.value(p)).collect()
                },
                stmts,
                term,
                term_place: place,
            });
        }
        BlockId(first)
    }

    /// A terminator that left the callee goes on in the caller instead.
    fn come_back(
        &mut self,
        term: Term,
        next: BlockId,
        stmts: &mut Vec<Stmt>,
        result: TyId,
        place: Place,
    ) -> Term {
        let op = match term {
            Term::Return(value) => return Term::Jump(next, vec![value]),
            Term::TailCall { callee, args } => Op::Call { callee, args },
            Term::TailCallClosure { callee, args } => Op::CallClosure { callee, args },
            other => return other,
        };
        let value = self.new_value(&ValueInfo::new(result));
        stmts.push(Stmt { value, op, place });
        Term::Jump(next, vec![value])
    }

    fn finish(mut self) -> Function {
        self.function.blocks = self.done.into_iter().flatten().collect();
        self.values = Values::new(self.function.values.len());
        for (value, by) in self.aliases {
            self.values.replace(value, by);
        }
        self.values.apply(&mut self.function);
        self.function
    }
}

/// A copy of a body that is being made: what its values and places are in the caller.
struct Copy {
    values: Vec<ValueId>,
    /// The call it stands for. The calls that the body itself stood for follow.
    within: InlineId,
}

impl Copy {
    fn value(&self, value: ValueId) -> ValueId {
        self.values[value.index()]
    }

    fn place(&self, place: Place) -> Place {
        let within = match place.within {
            None => self.within,
            Some(inner) => InlineId(self.within.0 + 1 + inner.0),
        };
        Place {
            span: place.span,
            within: Some(within),
        }
    }

    fn stmt(&self, stmt: &Stmt) -> Stmt {
        let mut stmt = stmt.clone();
        stmt.value = self.value(stmt.value);
        stmt.op
            .each_operand_mut(|value| *value = self.value(*value));
        stmt.place = self.place(stmt.place);
        stmt
    }
}

/// Whether a body is one operation or two: smaller than a call of it.
pub fn is_tiny(function: &Function) -> bool {
    let [block] = &function.blocks[..] else {
        return false;
    };
    let is_simple = |stmt: &Stmt| {
        matches!(
            stmt.op,
            Op::Const(_) | Op::Prim(..) | Op::Construct { .. } | Op::Field { .. } | Op::Tag(_)
        ) || matches!(stmt.op, Op::ListOp(ListOp::Length | ListOp::Get, _))
    };
    function.kind == FnKind::Direct
        && matches!(block.term, Term::Return(_))
        && block.stmts.len() <= 4
        && block.stmts.iter().all(is_simple)
}

#[cfg(test)]
mod tests {
    use crate::ir::FnId;
    use crate::testing::parse;

    #[test]
    fn a_body_with_branches_takes_the_place_of_its_call() {
        let mut program = parse(
            r#"
fn @f "f" unit Main -> Int {
b0(v0: Int):
  v1: Int = call @abs (v0)
  v2: Int = call @abs (v1)
  v3: Int = Int.raw_add (v1, v2)
  return v3
}

fn @abs "abs" unit Main -> Int {
b0(v0 x: Int):
  v1: Int = const 0
  v2: Bool = Int.raw_lt (v0, v1)
  branch v2 b1() b2()
b1():
  v3: Int = Int.raw_neg (v0)
  return v3
b2():
  tail @id (v0)
}

fn @id "id" unit Main -> Int {
b0(v0 x: Int):
  return v0
}
"#,
        )
        .expect("parses");
        assert!(super::run(&mut program, FnId(0), |_, id| id == FnId(1)));
        assert_eq!(crate::verify(&program), Ok(()));
        assert!(super::run(&mut program, FnId(0), |_, id| id == FnId(2)));
        assert_eq!(crate::verify(&program), Ok(()));
        let types = std::mem::take(&mut program.types);
        super::super::simplify::run(&types, &mut program.functions[0]);
        program.types = types;
        assert_eq!(crate::verify(&program), Ok(()));
        let text = crate::print(&program);
        let first = text.split("fn @abs").next().unwrap_or("");
        assert!(!first.contains("call"), "{text}");
        assert_eq!(first.matches("Int.raw_neg").count(), 2, "{text}");
        // Which call each piece stands for, with the calls those stood for.
        for part in [
            "  inlined 0 @abs \"abs\"\n  inlined 1 @abs \"abs\"\n",
            "Int.raw_neg (v0) in 0\n",
            " in 1\n",
            "Int.raw_add (v4, v8)\n",
        ] {
            assert!(first.contains(part), "{part} in {text}");
        }
    }
}
