//! Walks over what operations and terminators refer to, said once for the verifier and all passes.

use crate::ir::{BlockId, Crash, FnId, Function, Op, Target, Term, ValueId};

impl Op {
    /// The function the operation mentions.
    pub fn function(&self) -> Option<FnId> {
        match self {
            Op::Call { callee: f, .. } | Op::MakeClosure { function: f, .. } => Some(*f),
            Op::ReceiveNext { resume, .. } => *resume,
            _ => None,
        }
    }

    /// The function the operation mentions, to be replaced.
    pub fn function_mut(&mut self) -> Option<&mut FnId> {
        match self {
            Op::Call { callee: f, .. } | Op::MakeClosure { function: f, .. } => Some(f),
            Op::ReceiveNext { resume, .. } => resume.as_mut(),
            _ => None,
        }
    }

    /// Calls `visit` with each value the operation reads.
    pub fn each_operand(&self, mut visit: impl FnMut(ValueId)) {
        match self {
            Op::Const(_) | Op::Capture(_) | Op::SelfClosure => {}
            Op::Prim(_, args)
            | Op::List(args)
            | Op::Call { args, .. }
            | Op::CallNative { args, .. }
            | Op::Concat(args)
            | Op::ListOp(_, args)
            | Op::Construct { fields: args, .. }
            | Op::ReceiveNext { captures: args, .. }
            | Op::MakeClosure { captures: args, .. } => args.iter().copied().for_each(visit),
            Op::Field { base, .. } => visit(*base),
            Op::Tag(value) | Op::Box(value) | Op::Unbox(value) => visit(*value),
            Op::CallClosure { callee, args } => {
                visit(*callee);
                args.iter().copied().for_each(visit);
            }
        }
    }

    /// Calls `visit` with each value the operation reads, to be replaced.
    pub fn each_operand_mut(&mut self, mut visit: impl FnMut(&mut ValueId)) {
        match self {
            Op::Const(_) | Op::Capture(_) | Op::SelfClosure => {}
            Op::Prim(_, args)
            | Op::List(args)
            | Op::Call { args, .. }
            | Op::CallNative { args, .. }
            | Op::Concat(args)
            | Op::ListOp(_, args)
            | Op::Construct { fields: args, .. }
            | Op::ReceiveNext { captures: args, .. }
            | Op::MakeClosure { captures: args, .. } => args.iter_mut().for_each(visit),
            Op::Field { base, .. } => visit(base),
            Op::Tag(value) | Op::Box(value) | Op::Unbox(value) => visit(value),
            Op::CallClosure { callee, args } => {
                visit(callee);
                args.iter_mut().for_each(visit);
            }
        }
    }
}

impl Term {
    /// Calls `visit` with each value the terminator reads, arguments of targets included.
    pub fn each_operand(&self, mut visit: impl FnMut(ValueId)) {
        match self {
            Term::Return(value) => visit(*value),
            Term::Jump(_, args) | Term::TailCall { args, .. } => {
                args.iter().copied().for_each(visit);
            }
            Term::Branch { cond, then, els } => {
                visit(*cond);
                then.args.iter().chain(&els.args).copied().for_each(visit);
            }
            Term::Switch { on, cases, default } => {
                visit(*on);
                for target in cases.iter().map(|(_, target)| target).chain(default) {
                    target.args.iter().copied().for_each(&mut visit);
                }
            }
            Term::TailCallClosure { callee, args } => {
                visit(*callee);
                args.iter().copied().for_each(visit);
            }
            Term::Crash(Crash::Panic(value) | Crash::NoMatch(value)) => visit(*value),
            Term::Crash(Crash::IndexOutOfRange(index, length)) => {
                visit(*index);
                visit(*length);
            }
            Term::Unreachable => {}
        }
    }

    /// Calls `visit` with each value the terminator reads, to be replaced.
    pub fn each_operand_mut(&mut self, mut visit: impl FnMut(&mut ValueId)) {
        match self {
            Term::Return(value) => visit(value),
            Term::Jump(_, args) | Term::TailCall { args, .. } => args.iter_mut().for_each(visit),
            Term::Branch { cond, then, els } => {
                visit(cond);
                then.args.iter_mut().chain(&mut els.args).for_each(visit);
            }
            Term::Switch { on, cases, default } => {
                visit(on);
                for target in cases.iter_mut().map(|(_, target)| target).chain(default) {
                    target.args.iter_mut().for_each(&mut visit);
                }
            }
            Term::TailCallClosure { callee, args } => {
                visit(callee);
                args.iter_mut().for_each(visit);
            }
            Term::Crash(Crash::Panic(value) | Crash::NoMatch(value)) => visit(value),
            Term::Crash(Crash::IndexOutOfRange(index, length)) => {
                visit(index);
                visit(length);
            }
            Term::Unreachable => {}
        }
    }

    /// Calls `visit` with each block control may go to and the arguments it gets.
    pub fn each_target(&self, mut visit: impl FnMut(BlockId, &[ValueId])) {
        match self {
            Term::Jump(block, args) => visit(*block, args),
            Term::Branch { then, els, .. } => {
                visit(then.block, &then.args);
                visit(els.block, &els.args);
            }
            Term::Switch { cases, default, .. } => {
                for target in cases.iter().map(|(_, target)| target).chain(default) {
                    visit(target.block, &target.args);
                }
            }
            _ => {}
        }
    }

    /// Calls `visit` with each block control may go to and its arguments, to be replaced.
    pub fn each_target_mut(&mut self, mut visit: impl FnMut(&mut BlockId, &mut Vec<ValueId>)) {
        match self {
            Term::Jump(block, args) => visit(block, args),
            Term::Branch { then, els, .. } => {
                visit(&mut then.block, &mut then.args);
                visit(&mut els.block, &mut els.args);
            }
            Term::Switch { cases, default, .. } => {
                for target in cases.iter_mut().map(|(_, target)| target).chain(default) {
                    visit(&mut target.block, &mut target.args);
                }
            }
            _ => {}
        }
    }
}

impl Target {
    /// A block that gets no values.
    pub fn plain(block: BlockId) -> Target {
        Target {
            block,
            args: Vec::new(),
        }
    }
}

impl Function {
    /// The blocks reachable from the entry, each before those it dominates.
    pub fn reverse_postorder(&self) -> Vec<BlockId> {
        let mut state = vec![false; self.blocks.len()];
        let mut order = Vec::with_capacity(self.blocks.len());
        let mut stack: Vec<(BlockId, Vec<BlockId>)> = Vec::new();
        let successors = |block: BlockId| {
            let mut all = Vec::new();
            self.blocks[block.index()]
                .term
                .each_target(|target, _| all.push(target));
            all
        };
        if self.blocks.is_empty() {
            return order;
        }
        state[0] = true;
        stack.push((BlockId(0), successors(BlockId(0))));
        while let Some((block, rest)) = stack.last_mut() {
            match rest.pop() {
                Some(next) => {
                    if !std::mem::replace(&mut state[next.index()], true) {
                        stack.push((next, successors(next)));
                    }
                }
                None => {
                    order.push(*block);
                    stack.pop();
                }
            }
        }
        order.reverse();
        order
    }
}
