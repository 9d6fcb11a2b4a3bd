//! The passes over the whole program at once: known closures, inlining, what is unused.

use super::{check, closures, fields, inline, simplify_one, sweep, tail_loops, thread, unused};
use crate::ir::*;

/// Rounds of closures and inlining: each may show the next one more.
const ROUNDS: u32 = 3;
/// What is at most this large is inlined wherever it is called.
const SMALL: usize = 24;
/// The same for what gives a struct that it builds: the caller may need but its fields.
const BUILDER: usize = 80;
/// The same for what is called in one place only.
const ONCE: usize = 400;
/// Nothing more is inlined into what is this large.
const LARGE: usize = 4_000;

/// Improves the program as a whole.
pub fn run(program: &mut Program) {
    let mut known = closures::Closures::new(program);
    for _ in 0..ROUNDS {
        let mut changed = known.run(program, |program, id| {
            simplify_one(program, id.index());
        });
        check(program, "closures");
        changed |= inline_small(program);
        check(program, "inlining of small functions");
        if !changed {
            break;
        }
    }
    sweep::run(program);
    while unused::run(program) {
        for index in 0..program.functions.len() {
            simplify_one(program, index);
        }
        check(program, "unused");
        sweep::run(program);
    }
}

/// Inlines small functions, and those called once, callees before callers.
fn inline_small(program: &mut Program) -> bool {
    let order = callees_first(program);
    let mut calls = vec![0u32; program.functions.len()];
    for &id in &order {
        sweep::each_reference(&program.functions[id.index()], |callee| {
            calls[callee.index()] += 1;
        });
    }
    let mut place = vec![usize::MAX; program.functions.len()];
    let mut changed = false;
    for (at, &id) in order.iter().enumerate() {
        place[id.index()] = at;
        if closures::size(&program.functions[id.index()]) > LARGE {
            continue;
        }
        let wanted = |program: &Program, callee: FnId| {
            let target = &program.functions[callee.index()];
            let size = closures::size(target);
            let limit = if calls[callee.index()] == 1 {
                ONCE
            } else if builds(target) {
                BUILDER
            } else {
                SMALL
            };
            // A callee that comes later is one that calls this function in turn.
            place[callee.index()] < at
                && target.kind == FnKind::Direct
                // What ends the actor is called once, and its frame belongs in the report.
                && *program.types.get(target.result) != Ty::Never
                && (size <= limit || target.always_inline)
                && !calls_itself(callee, target)
        };
        if inline::run(program, id, wanted) {
            // What called this function in turn may now be part of it.
            tail_loops::run(id, &mut program.functions[id.index()]);
            simplify_one(program, id.index());
            changed = true;
        }
        while thread::run(&mut program.functions[id.index()])
            || fields::run(&program.types, &mut program.functions[id.index()])
        {
            simplify_one(program, id.index());
            changed = true;
        }
    }
    changed
}

/// Whether a function only ever gives a struct, a tuple or a variant that it builds.
fn builds(function: &Function) -> bool {
    let stmts = || function.blocks.iter().flat_map(|block| &block.stmts);
    let built = |value: ValueId| {
        let made = |stmt: &Stmt| stmt.value == value && matches!(stmt.op, Op::Construct { .. });
        stmts().any(made)
    };
    let mut returns = 0;
    let all = function.blocks.iter().all(|block| match block.term {
        Term::Return(value) => {
            returns += 1;
            built(value)
        }
        Term::TailCall { .. } | Term::TailCallClosure { .. } => false,
        _ => true,
    });
    all && returns == 1
}

fn calls_itself(id: FnId, function: &Function) -> bool {
    let mut itself = false;
    for block in &function.blocks {
        for stmt in &block.stmts {
            itself |= matches!(stmt.op, Op::Call { callee, .. } if callee == id);
        }
        itself |= matches!(block.term, Term::TailCall { callee, .. } if callee == id);
    }
    itself
}

/// What the start reaches, each function after those it calls (but for cycles).
fn callees_first(program: &Program) -> Vec<FnId> {
    let references = |id: FnId| {
        let mut all = Vec::new();
        sweep::each_reference(&program.functions[id.index()], |to| all.push(to));
        all.reverse();
        all
    };
    let mut seen = vec![false; program.functions.len()];
    let mut order = Vec::new();
    for root in sweep::roots(program) {
        if std::mem::replace(&mut seen[root.index()], true) {
            continue;
        }
        let mut stack = vec![(root, references(root))];
        while let Some((id, rest)) = stack.last_mut() {
            match rest.pop() {
                Some(next) => {
                    if !std::mem::replace(&mut seen[next.index()], true) {
                        stack.push((next, references(next)));
                    }
                }
                None => {
                    order.push(*id);
                    stack.pop();
                }
            }
        }
    }
    order
}
