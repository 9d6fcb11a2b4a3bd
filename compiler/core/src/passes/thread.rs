//! Jump threading: where a block only decides by a value that one way into it knows, that way goes
//! straight to the outcome.
//!
//! The usual case is a `match` of what an inlined function gives. For a copy of the block's few
//! operations to be enough, nothing behind it may use its values: they are first made parameters of
//! the blocks it goes to, where those have no other predecessor.

use super::simplify::{Values, is_pure};
use crate::dominance::Dominators;
use crate::ir::*;
use rustc_hash::FxHashMap;

/// A block with more operations is not copied.
const MAX_STMTS: usize = 6;
/// A larger function is left alone: each step looks at all of it.
const MAX_SIZE: usize = 3_000;
/// Steps in one function.
const MAX_STEPS: usize = 64;

/// Threads jumps in `function`. Says whether there were any.
pub fn run(function: &mut Function) -> bool {
    let size: usize = function.blocks.iter().map(|b| b.stmts.len() + 1).sum();
    if size > MAX_SIZE {
        return false;
    }
    let mut any = false;
    for _ in 0..MAX_STEPS {
        if !step(function) {
            break;
        }
        any = true;
    }
    any
}

/// A way into a deciding block, and where it certainly goes on.
struct Way {
    from: BlockId,
    through: BlockId,
    args: Vec<ValueId>,
    /// Which of the deciding block's targets.
    target: usize,
}

fn step(function: &mut Function) -> bool {
    let dominators = Dominators::of(function);
    for way in ways(function, &dominators) {
        if localise(function, way.through, &dominators) {
            redirect(function, &way);
            return true;
        }
    }
    false
}

/// The ways whose outcome is known.
fn ways(function: &Function, dominators: &Dominators) -> Vec<Way> {
    let facts = Facts::of(function);
    let mut ways = Vec::new();
    for &from in dominators.order() {
        let term = &function.blocks[from.index()].term;
        term.each_target(|through, args| {
            let block = &function.blocks[through.index()];
            if is_candidate(block)
                && !dominators.dominates(through, from)
                && let Some(target) = facts.outcome(block, args)
            {
                ways.push(Way {
                    from,
                    through,
                    args: args.to_vec(),
                    target,
                });
            }
        });
    }
    ways
}

fn is_candidate(block: &Block) -> bool {
    !block.params.is_empty()
        && block.stmts.len() <= MAX_STMTS
        && matches!(block.term, Term::Branch { .. } | Term::Switch { .. })
        && block.stmts.iter().all(|stmt| is_pure(&stmt.op))
}

/// What is known of values wherever they are defined.
struct Facts<'f> {
    known: FxHashMap<ValueId, &'f Op>,
}

impl<'f> Facts<'f> {
    fn of(function: &'f Function) -> Facts<'f> {
        let stmts = function.blocks.iter().flat_map(|block| &block.stmts);
        let known = stmts
            .filter(|stmt| matches!(stmt.op, Op::Const(_) | Op::Construct { .. }))
            .map(|stmt| (stmt.value, &stmt.op));
        Facts {
            known: known.collect(),
        }
    }

    /// The target that `block` goes to when it gets `args`, if that is certain.
    fn outcome(&self, block: &Block, args: &[ValueId]) -> Option<usize> {
        let given: FxHashMap<ValueId, ValueId> = block
            .params
            .iter()
            .copied()
            .zip(args.iter().copied())
            .collect();
        let on = match &block.term {
            Term::Branch { cond, .. } => *cond,
            Term::Switch { on, .. } => *on,
            _ => return None,
        };
        let value = self.number(on, block, &given)?;
        match &block.term {
            Term::Branch { .. } => Some(usize::from(value == 0)),
            Term::Switch { cases, default, .. } => {
                let case = cases.iter().position(|(case, _)| *case == value);
                case.or(default.as_ref().map(|_| cases.len()))
            }
            _ => None,
        }
    }

    /// The value of an `Int`, or a `Bool` as 0 or 1.
    fn number(
        &self,
        value: ValueId,
        block: &Block,
        given: &FxHashMap<ValueId, ValueId>,
    ) -> Option<i64> {
        let value = given.get(&value).copied().unwrap_or(value);
        let own = block.stmts.iter().find(|stmt| stmt.value == value);
        let op = own
            .map(|stmt| &stmt.op)
            .or(self.known.get(&value).copied())?;
        match op {
            Op::Const(Const::Int(value)) => Some(*value),
            Op::Const(Const::Bool(value)) => Some(i64::from(*value)),
            Op::Tag(base) => {
                let base = given.get(base).copied().unwrap_or(*base);
                match self.known.get(&base)? {
                    Op::Construct { variant, .. } => Some(i64::from(*variant)),
                    _ => None,
                }
            }
            Op::Prim(Prim::BoolNot, args) => Some(1 - self.number(args[0], block, given)?),
            Op::Prim(Prim::IntEq, args) => {
                let a = self.number(args[0], block, given)?;
                Some(i64::from(a == self.number(args[1], block, given)?))
            }
            _ => None,
        }
    }
}

/// Makes sure that nothing outside `id` uses its values. `false`, and nothing done, where a use can
/// be reached on another way.
fn localise(function: &mut Function, id: BlockId, dominators: &Dominators) -> bool {
    let mut jumps = vec![0u32; function.blocks.len()];
    for &block in dominators.order() {
        function.blocks[block.index()]
            .term
            .each_target(|to, _| jumps[to.index()] += 1);
    }
    let mut followers = Vec::new();
    function.blocks[id.index()].term.each_target(|to, _| {
        if jumps[to.index()] == 1 && to != id {
            followers.push(to);
        }
    });
    let own = &function.blocks[id.index()];
    let defined: Vec<ValueId> = own
        .params
        .iter()
        .copied()
        .chain(own.stmts.iter().map(|stmt| stmt.value))
        .collect();
    // For each value, the followers below which it is used.
    let mut used: Vec<(ValueId, BlockId)> = Vec::new();
    for &block in dominators.order() {
        if block == id {
            continue;
        }
        let mut fine = true;
        let mut note = |value: ValueId| {
            if !defined.contains(&value) {
                return;
            }
            match followers.iter().find(|f| dominators.dominates(**f, block)) {
                Some(&follower) if !used.contains(&(value, follower)) => {
                    used.push((value, follower));
                }
                Some(_) => {}
                None => fine = false,
            }
        };
        let body = &function.blocks[block.index()];
        body.stmts
            .iter()
            .for_each(|stmt| stmt.op.each_operand(&mut note));
        body.term.each_operand(&mut note);
        if !fine {
            return false;
        }
    }
    for (value, follower) in used {
        let info = function.values[value.index()].clone();
        let param = ValueId(function.values.len() as u32);
        function.values.push(info);
        function.blocks[follower.index()].params.push(param);
        function.blocks[id.index()]
            .term
            .each_target_mut(|to, args| {
                if *to == follower {
                    args.push(value);
                }
            });
        for &block in dominators.order() {
            if dominators.dominates(follower, block) {
                let body = &mut function.blocks[block.index()];
                let mut swap = |operand: &mut ValueId| {
                    if *operand == value {
                        *operand = param;
                    }
                };
                body.stmts
                    .iter_mut()
                    .for_each(|stmt| stmt.op.each_operand_mut(&mut swap));
                body.term.each_operand_mut(&mut swap);
            }
        }
    }
    true
}

/// Lets the way go on through a copy of the block's operations.
fn redirect(function: &mut Function, way: &Way) {
    let block = function.blocks[way.through.index()].clone();
    let mut values = Values::new(function.values.len() + block.stmts.len());
    for (&param, &arg) in block.params.iter().zip(&way.args) {
        values.replace(param, arg);
    }
    let mut stmts = Vec::with_capacity(block.stmts.len());
    for mut stmt in block.stmts {
        stmt.op
            .each_operand_mut(|value| *value = values.find(*value));
        let info = function.values[stmt.value.index()].clone();
        let copy = ValueId(function.values.len() as u32);
        function.values.push(info);
        values.replace(stmt.value, copy);
        stmt.value = copy;
        stmts.push(stmt);
    }
    let mut targets = Vec::new();
    block
        .term
        .each_target(|to, args| targets.push((to, args.to_vec())));
    let (to, mut passed) = targets.swap_remove(way.target);
    passed
        .iter_mut()
        .for_each(|value| *value = values.find(*value));
    let between = BlockId(function.blocks.len() as u32);
    function.blocks.push(Block {
        params: Vec::new(),
        stmts,
        term: Term::Jump(to, passed),
        term_place: block.term_place,
    });
    let mut done = false;
    function.blocks[way.from.index()]
        .term
        .each_target_mut(|to, args| {
            if !done && *to == way.through && *args == way.args {
                *to = between;
                args.clear();
                done = true;
            }
        });
}

#[cfg(test)]
mod tests {
    use crate::testing::interpret::{Value, call};
    use crate::testing::parse;

    #[test]
    fn a_match_of_a_known_variant_is_skipped() {
        let text = r#"
type Option = None | Some(Int)

fn @f "f" unit Main -> Int {
b0(v0 n: Int):
  v1: Int = const 3
  v2: Bool = Int.raw_lt (v1, v0)
  branch v2 b1() b2()
b1():
  v3: Option = construct 1 (v0)
  jump b3(v3)
b2():
  v4: Option = construct 0 ()
  jump b3(v4)
b3(v5: Option):
  v6: Int = tag v5
  switch v6 [0 => b4(), 1 => b5()]
b4():
  return v1
b5():
  v7: Int = field v5 1.0
  jump b6(v7)
b6(v8: Int):
  v9: Int = field v5 1.0
  v10: Int = Int.raw_add (v8, v9)
  return v10
}
"#;
        let mut program = parse(text).expect("parses");
        let run = |program: &crate::ir::Program| {
            [1, 5].map(|n| call(program, "f", &[Value::Int(n)]).result)
        };
        let before = run(&program);
        assert_eq!(before, [Ok(Value::Int(3)), Ok(Value::Int(10))]);
        assert!(super::run(&mut program.functions[0]));
        assert_eq!(
            crate::verify(&program),
            Ok(()),
            "{}",
            crate::print(&program)
        );
        crate::passes::simplify::run(&program.types, &mut program.functions[0]);
        assert_eq!(crate::verify(&program), Ok(()));
        assert_eq!(run(&program), before);
        let text = crate::print(&program);
        assert!(!text.contains("construct"), "{text}");
        assert!(!text.contains("switch"), "{text}");
    }
}
