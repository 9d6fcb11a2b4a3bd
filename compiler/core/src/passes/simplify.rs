//! Simplifies one function: folds what is known, drops what is not needed, straightens the graph.
//!
//! Rounds of linear work until nothing changes. Nothing that may crash is dropped or moved.

mod dead;
mod fold;
mod graph;

use crate::ir::{Function, Op, Types, ValueId};

/// Rounds after which a function is left as it is.
const MAX_ROUNDS: u32 = 8;

/// Simplifies `function`. Says whether anything changed.
pub fn run(types: &Types, function: &mut Function) -> bool {
    let mut any = false;
    for _ in 0..MAX_ROUNDS {
        let mut values = Values::new(function.values.len());
        let mut changed = fold::run(types, function, &mut values);
        changed |= graph::shared_params(function, &mut values);
        values.apply(function);
        changed |= graph::straighten(function);
        changed |= dead::run(function);
        if !changed {
            break;
        }
        any = true;
    }
    any
}

/// Which values stand for which.
pub struct Values {
    replaced: Vec<ValueId>,
    any: bool,
}

impl Values {
    pub fn new(count: usize) -> Values {
        Values {
            replaced: (0..count as u32).map(ValueId).collect(),
            any: false,
        }
    }

    /// What stands for `value` now.
    pub fn find(&mut self, value: ValueId) -> ValueId {
        let mut root = value;
        while self.replaced[root.index()] != root {
            root = self.replaced[root.index()];
        }
        let mut at = value;
        while self.replaced[at.index()] != root {
            at = std::mem::replace(&mut self.replaced[at.index()], root);
        }
        root
    }

    /// Lets `by` stand for `value`.
    pub fn replace(&mut self, value: ValueId, by: ValueId) {
        let by = self.find(by);
        if by != value {
            self.replaced[value.index()] = by;
            self.any = true;
        }
    }

    /// Rewrites all operands.
    pub fn apply(&mut self, function: &mut Function) {
        if !self.any {
            return;
        }
        for block in &mut function.blocks {
            for stmt in &mut block.stmts {
                stmt.op.each_operand_mut(|value| *value = self.find(*value));
            }
            block
                .term
                .each_operand_mut(|value| *value = self.find(*value));
        }
    }
}

/// Whether an operation may be left out where its value is not used.
pub fn is_pure(op: &Op) -> bool {
    use crate::ir::Prim::*;
    match op {
        Op::Call { .. }
        | Op::CallNative { .. }
        | Op::CallClosure { .. }
        | Op::ReceiveNext { .. } => false,
        Op::Prim(prim, _) => !matches!(
            prim,
            IntAdd
                | IntSub
                | IntMul
                | IntDiv
                | IntRem
                | IntNeg
                | IntShl
                | IntShr
                | IntUshr
                | FloatToInt
        ),
        _ => true,
    }
}
