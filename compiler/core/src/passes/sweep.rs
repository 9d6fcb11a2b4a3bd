//! Drops functions that nothing reaches, and says which are used from other units.

use crate::ir::*;

/// Calls `visit` with each function that `function` mentions.
pub fn each_reference(function: &Function, mut visit: impl FnMut(FnId)) {
    for block in &function.blocks {
        for stmt in &block.stmts {
            stmt.op.function().into_iter().for_each(&mut visit);
        }
        if let Term::TailCall { callee, .. } = &block.term {
            visit(*callee);
        }
    }
}

/// What the program starts with; everything where it has no start, as one that a test wrote down.
pub fn roots(program: &Program) -> Vec<FnId> {
    let mut roots: Vec<FnId> = program.entry.into_iter().collect();
    roots.extend(program.tests.iter().map(|test| test.function));
    if roots.is_empty() {
        roots.extend((0..program.functions.len() as u32).map(FnId));
    }
    roots
}

/// Leaves what the entry and the tests reach; the order stays.
pub fn run(program: &mut Program) {
    let mut reached = vec![false; program.functions.len()];
    let mut open = roots(program);
    while let Some(id) = open.pop() {
        if !std::mem::replace(&mut reached[id.index()], true) {
            each_reference(&program.functions[id.index()], |f| open.push(f));
        }
    }
    if reached.iter().all(|&reached| reached) {
        return;
    }
    let mut numbers = vec![FnId(u32::MAX); reached.len()];
    let mut next = 0;
    for (number, reached) in numbers.iter_mut().zip(&reached) {
        if *reached {
            *number = FnId(next);
            next += 1;
        }
    }
    let mut keep = reached.iter();
    program.functions.retain(|_| keep.next() == Some(&true));
    for function in &mut program.functions {
        for block in &mut function.blocks {
            for stmt in &mut block.stmts {
                if let Some(f) = stmt.op.function_mut() {
                    *f = numbers[f.index()];
                }
            }
            if let Term::TailCall { callee, .. } = &mut block.term {
                *callee = numbers[callee.index()];
            }
        }
    }
    for unit in &mut program.units {
        unit.functions.retain(|id| reached[id.index()]);
        unit.functions
            .iter_mut()
            .for_each(|id| *id = numbers[id.index()]);
    }
    for test in &mut program.tests {
        test.function = numbers[test.function.index()];
    }
    program.entry = program.entry.map(|entry| numbers[entry.index()]);
}

/// Marks the functions that another unit mentions, and those the program starts with.
pub fn mark_exported(program: &mut Program) {
    let mut exported = vec![false; program.functions.len()];
    for function in &program.functions {
        each_reference(function, |id| {
            exported[id.index()] |= program.functions[id.index()].unit != function.unit;
        });
    }
    let starts = program.tests.iter().map(|test| test.function);
    for start in starts.chain(program.entry) {
        exported[start.index()] = true;
    }
    for (function, exported) in program.functions.iter_mut().zip(exported) {
        function.exported = exported;
    }
}
