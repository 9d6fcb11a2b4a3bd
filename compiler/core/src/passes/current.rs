//! Drops `rt.set_current` where the call at hand cannot have changed: behind calls of functions that
//! receive nothing.

use super::simplify::is_pure;
use crate::ir::*;

/// Drops them everywhere. The functions that changed.
pub fn run(program: &mut Program) -> Vec<FnId> {
    let sets = |stmt: &Stmt| is_native(&stmt.op, "rt.set_current");
    let has_any = |function: &Function| function.blocks.iter().any(|b| b.stmts.iter().any(sets));
    if !program.functions.iter().any(has_any) {
        return Vec::new();
    }
    let receives = receives(program);
    let mut changed = Vec::new();
    for (index, function) in program.functions.iter_mut().enumerate() {
        if one(function, &receives) {
            changed.push(FnId(index as u32));
        }
    }
    changed
}

fn is_native(op: &Op, name: &str) -> bool {
    matches!(op, Op::CallNative { native, .. } if native.name == name)
}

/// By function: whether a message may be received before it returns.
fn receives(program: &Program) -> Vec<bool> {
    let mut receives = vec![false; program.functions.len()];
    let mut callers: Vec<Vec<usize>> = vec![Vec::new(); program.functions.len()];
    let mut open = Vec::new();
    for (index, function) in program.functions.iter().enumerate() {
        let mut itself = false;
        for block in &function.blocks {
            for stmt in &block.stmts {
                match &stmt.op {
                    Op::ReceiveNext { .. } | Op::CallClosure { .. } => itself = true,
                    Op::Call { callee, .. } => callers[callee.index()].push(index),
                    _ => {}
                }
            }
            match &block.term {
                Term::TailCall { callee, .. } => callers[callee.index()].push(index),
                Term::TailCallClosure { .. } => itself = true,
                _ => {}
            }
        }
        if itself {
            open.push(index);
        }
    }
    while let Some(index) = open.pop() {
        if !std::mem::replace(&mut receives[index], true) {
            open.extend(&callers[index]);
        }
    }
    receives
}

fn one(function: &mut Function, receives: &[bool]) -> bool {
    // Whose field a token's words are: what the take gave that they come from.
    let mut taken: Vec<Option<ValueId>> = vec![None; function.values.len()];
    for stmt in function.blocks.iter().flat_map(|block| &block.stmts) {
        if let Op::Field { base, .. } = stmt.op {
            taken[stmt.value.index()] = Some(base);
        }
    }
    let mut changed = false;
    for block in &mut function.blocks {
        let mut current = None;
        block.stmts.retain(|stmt| {
            match &stmt.op {
                op if is_native(op, "rt.receive_take") => current = Some(stmt.value),
                Op::CallNative { native, args } if native.name == "rt.set_current" => {
                    let wanted = args.first().and_then(|arg| taken[arg.index()]);
                    if wanted.is_some() && wanted == current {
                        changed = true;
                        return false;
                    }
                    current = wanted;
                }
                Op::Call { callee, .. } if !receives[callee.index()] => {}
                Op::CallNative { .. } => {}
                op if is_pure(op) => {}
                Op::Prim(..) => {}
                _ => current = None,
            }
            true
        });
    }
    changed
}
