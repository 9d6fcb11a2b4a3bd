//! The shape of the graph: parameters that are always the same value, blocks that belong together,
//! blocks that only pass control on.

use super::Values;
use crate::ir::{Block, BlockId, Function, Place, Term, ValueId, take_name};

/// A parameter that every jump gives the same value (or itself) is that value.
pub fn shared_params(function: &mut Function, values: &mut Values) -> bool {
    #[derive(Clone, Copy)]
    enum Given {
        Nothing,
        One(ValueId),
        Several,
    }
    let mut given: Vec<Vec<Given>> = function
        .blocks
        .iter()
        .map(|block| vec![Given::Nothing; block.params.len()])
        .collect();
    for id in function.reverse_postorder() {
        function.blocks[id.index()].term.each_target(|to, args| {
            let params = &function.blocks[to.index()].params;
            for (index, &arg) in args.iter().enumerate() {
                let arg = values.find(arg);
                if arg == values.find(params[index]) {
                    continue;
                }
                let slot = &mut given[to.index()][index];
                *slot = match *slot {
                    Given::Nothing => Given::One(arg),
                    Given::One(before) if before == arg => Given::One(arg),
                    _ => Given::Several,
                };
            }
        });
    }
    let mut changed = false;
    for (block, given) in function.blocks.iter().zip(given).skip(1) {
        for (&param, given) in block.params.iter().zip(given) {
            if let Given::One(value) = given
                && values.find(param) == param
                && values.find(value) != param
            {
                take_name(&mut function.values, param, values.find(value));
                values.replace(param, value);
                changed = true;
            }
        }
    }
    changed
}

/// Drops unreachable blocks, skips blocks that only jump on, joins a block with its only
/// predecessor.
pub fn straighten(function: &mut Function) -> bool {
    let mut changed = skip_empty(function);
    changed |= join(function);
    changed | compact(function)
}

/// Where a block without statements passes control on to; `None` if it does something.
fn passes_on(block: &Block) -> Option<(BlockId, &[ValueId])> {
    match &block.term {
        Term::Jump(to, args) if block.stmts.is_empty() => Some((*to, args)),
        _ => None,
    }
}

fn skip_empty(function: &mut Function) -> bool {
    // Only blocks whose parameters are used nowhere but in their own jump can be skipped.
    let mut used_outside = vec![false; function.values.len()];
    for block in &function.blocks {
        for stmt in &block.stmts {
            stmt.op
                .each_operand(|value| used_outside[value.index()] = true);
        }
        let own = passes_on(block).is_some();
        block.term.each_operand(|value| {
            if !own || !block.params.contains(&value) {
                used_outside[value.index()] = true;
            }
        });
    }
    let mut skips: Vec<Option<(BlockId, Vec<ValueId>)>> = vec![None; function.blocks.len()];
    for (index, block) in function.blocks.iter().enumerate().skip(1) {
        if let Some((to, args)) = passes_on(block)
            && to.index() != index
            && !block.params.iter().any(|p| used_outside[p.index()])
        {
            skips[index] = Some((to, args.to_vec()));
        }
    }
    let mut changed = false;
    for index in 0..function.blocks.len() {
        let mut term = std::mem::replace(&mut function.blocks[index].term, Term::Unreachable);
        term.each_target_mut(|to, args| {
            // A chain of empty blocks is followed in later rounds; a cycle of them never ends here.
            if let Some((next, passed)) = &skips[to.index()] {
                let params = &function.blocks[to.index()].params;
                let mapped = passed.iter().map(|value| {
                    let at = params.iter().position(|param| param == value);
                    at.map_or(*value, |at| args[at])
                });
                let mapped = mapped.collect();
                *args = mapped;
                *to = *next;
                changed = true;
            }
        });
        function.blocks[index].term = term;
    }
    changed
}

/// Appends blocks to the only block that jumps to them.
fn join(function: &mut Function) -> bool {
    let mut jumps = vec![0u32; function.blocks.len()];
    let order = function.reverse_postorder();
    for &id in &order {
        let term = &function.blocks[id.index()].term;
        term.each_target(|to, _| jumps[to.index()] += 1);
    }
    let mut values = Values::new(function.values.len());
    let mut gone = vec![false; function.blocks.len()];
    let mut changed = false;
    for &id in &order {
        if gone[id.index()] {
            continue;
        }
        while let Term::Jump(next, args) = &function.blocks[id.index()].term {
            let next = *next;
            if jumps[next.index()] != 1 || next == id || next.0 == 0 {
                break;
            }
            let args = args.clone();
            let taken = std::mem::replace(
                &mut function.blocks[next.index()],
                Block {
                    params: Vec::new(),
                    stmts: Vec::new(),
                    term: Term::Unreachable,
                    term_place: Place::NOWHERE,
                },
            );
            for (&param, arg) in taken.params.iter().zip(args) {
                take_name(&mut function.values, param, values.find(arg));
                values.replace(param, arg);
            }
            gone[next.index()] = true;
            let block = &mut function.blocks[id.index()];
            block.stmts.extend(taken.stmts);
            block.term = taken.term;
            block.term_place = taken.term_place;
            changed = true;
        }
    }
    values.apply(function);
    changed
}

/// Leaves only reachable blocks, in reverse postorder.
pub fn compact(function: &mut Function) -> bool {
    let order = function.reverse_postorder();
    let in_order = order.iter().enumerate().all(|(at, id)| id.index() == at);
    if in_order && order.len() == function.blocks.len() {
        return false;
    }
    let mut number = vec![BlockId(u32::MAX); function.blocks.len()];
    for (at, id) in order.iter().enumerate() {
        number[id.index()] = BlockId(at as u32);
    }
    let dropped = order.len() < function.blocks.len();
    let mut old: Vec<Option<Block>> = std::mem::take(&mut function.blocks)
        .into_iter()
        .map(Some)
        .collect();
    for id in order {
        if let Some(mut block) = old[id.index()].take() {
            block.term.each_target_mut(|to, _| *to = number[to.index()]);
            function.blocks.push(block);
        }
    }
    dropped
}
