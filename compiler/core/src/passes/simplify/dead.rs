//! Drops operations and block parameters whose values nothing needs, inlined calls of which nothing is left, and
//! renumbers the rest.

use super::is_pure;
use crate::ir::{Block, Function, InlineId, Place, ValueId};

/// Drops what is dead. Says whether there was anything.
pub fn run(function: &mut Function) -> bool {
    let live = live(function);
    let mut changed = false;
    for block in &mut function.blocks {
        let before = block.stmts.len();
        block
            .stmts
            .retain(|stmt| live[stmt.value.index()] || !is_pure(&stmt.op));
        changed |= block.stmts.len() < before;
    }
    changed |= drop_params(function, &live);
    renumber(function);
    renumber_inlined(function);
    changed
}

/// Values that an effect or a terminator needs, directly or through others.
fn live(function: &Function) -> Vec<bool> {
    let mut live = vec![false; function.values.len()];
    let mut open: Vec<ValueId> = Vec::new();
    // Where each value comes from: a statement, or a parameter and the arguments for it.
    let mut statement = vec![None; function.values.len()];
    let mut arguments: Vec<Vec<ValueId>> = vec![Vec::new(); function.values.len()];
    for (at, block) in function.blocks.iter().enumerate() {
        for (index, stmt) in block.stmts.iter().enumerate() {
            statement[stmt.value.index()] = Some((at, index));
            if !is_pure(&stmt.op) {
                stmt.op.each_operand(|value| open.push(value));
            }
        }
        let mut targets = 0usize;
        block.term.each_target(|to, args| {
            let params = &function.blocks[to.index()].params;
            for (&param, &arg) in params.iter().zip(args) {
                arguments[param.index()].push(arg);
            }
            targets += args.len();
        });
        // What the terminator itself reads comes before the arguments of its targets.
        let mut operands = Vec::new();
        block.term.each_operand(|value| operands.push(value));
        operands.truncate(operands.len() - targets);
        open.extend(operands);
    }
    for &param in &function.blocks[0].params {
        live[param.index()] = true;
    }
    while let Some(value) = open.pop() {
        if std::mem::replace(&mut live[value.index()], true) {
            continue;
        }
        if let Some((block, index)) = statement[value.index()] {
            function.blocks[block].stmts[index]
                .op
                .each_operand(|operand| open.push(operand));
        }
        open.append(&mut arguments[value.index()]);
    }
    live
}

fn drop_params(function: &mut Function, live: &[bool]) -> bool {
    let keeps: Vec<Vec<bool>> = function
        .blocks
        .iter()
        .map(|block| block.params.iter().map(|p| live[p.index()]).collect())
        .collect();
    if keeps.iter().flatten().all(|&keep| keep) {
        return false;
    }
    for (block, keep) in function.blocks.iter_mut().zip(&keeps) {
        let mut keep = keep.iter();
        block.params.retain(|_| keep.next() == Some(&true));
        block.term.each_target_mut(|to, args| {
            let mut keep = keeps[to.index()].iter();
            args.retain(|_| keep.next() == Some(&true));
        });
    }
    true
}

/// Leaves the inlined calls that code is still within.
fn renumber_inlined(function: &mut Function) {
    if function.inlined.is_empty() {
        return;
    }
    let places = |block: &mut Block, visit: &mut dyn FnMut(&mut Place)| {
        block
            .stmts
            .iter_mut()
            .for_each(|stmt| visit(&mut stmt.place));
        visit(&mut block.term_place);
    };
    let mut used = vec![false; function.inlined.len()];
    let mut mark = |place: &mut Place| {
        if let Some(call) = place.within {
            used[call.index()] = true;
        }
    };
    for block in &mut function.blocks {
        places(block, &mut mark);
    }
    // A call stands behind the one it is within.
    for (at, call) in function.inlined.iter().enumerate().rev() {
        if let (true, Some(outer)) = (used[at], call.call.within) {
            used[outer.index()] = true;
        }
    }
    if used.iter().all(|&used| used) {
        return;
    }
    let mut next = 0..;
    let numbers: Vec<Option<InlineId>> = used
        .iter()
        .map(|&used| used.then(|| next.next().map(InlineId)).flatten())
        .collect();
    let mut renumber =
        |place: &mut Place| place.within = place.within.and_then(|call| numbers[call.index()]);
    for block in &mut function.blocks {
        places(block, &mut renumber);
    }
    let mut keep = used.iter();
    function.inlined.retain(|_| keep.next() == Some(&true));
    for call in &mut function.inlined {
        renumber(&mut call.call);
    }
}

/// Numbers the values that are left in order of definition.
fn renumber(function: &mut Function) {
    let mut numbers = vec![ValueId(u32::MAX); function.values.len()];
    let mut infos = Vec::with_capacity(function.values.len());
    let mut define = |value: &mut ValueId| {
        numbers[value.index()] = ValueId(infos.len() as u32);
        infos.push(function.values[value.index()].clone());
        *value = numbers[value.index()];
    };
    for block in &mut function.blocks {
        block.params.iter_mut().for_each(&mut define);
        for stmt in &mut block.stmts {
            define(&mut stmt.value);
        }
    }
    function.values = infos;
    for block in &mut function.blocks {
        for stmt in &mut block.stmts {
            stmt.op
                .each_operand_mut(|value| *value = numbers[value.index()]);
        }
        block
            .term
            .each_operand_mut(|value| *value = numbers[value.index()]);
    }
}
