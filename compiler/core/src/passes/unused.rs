//! Drops parameters and captures that nothing reads, and what was passed for them.

use crate::ir::*;

/// Drops them everywhere. Says whether there were any.
pub fn run(program: &mut Program) -> bool {
    let keep: Vec<Keep> = program
        .functions
        .iter()
        .enumerate()
        .map(|(index, function)| Keep::of(FnId(index as u32), function))
        .collect();
    if keep.iter().all(Keep::is_everything) {
        return false;
    }
    for (function, own) in program.functions.iter_mut().zip(&keep) {
        if let FnKind::Closure { captures } = &mut function.kind {
            retain(captures, &own.captures);
        } else {
            retain(&mut function.blocks[0].params, &own.params);
        }
        for block in &mut function.blocks {
            for stmt in &mut block.stmts {
                match &mut stmt.op {
                    Op::Call { callee, args } => retain(args, &keep[callee.index()].params),
                    Op::MakeClosure { function, captures } => {
                        retain(captures, &keep[function.index()].captures);
                    }
                    Op::Capture(index) => *index = own.renumbered(*index),
                    _ => {}
                }
            }
            if let Term::TailCall { callee, args } = &mut block.term {
                retain(args, &keep[callee.index()].params);
            }
        }
    }
    true
}

/// Which parameters of a direct function, or captures of a closure function, stay.
struct Keep {
    params: Vec<bool>,
    captures: Vec<bool>,
}

impl Keep {
    fn of(id: FnId, function: &Function) -> Keep {
        let params = &function.blocks[0].params;
        match &function.kind {
            FnKind::Closure { captures } => {
                let mut read = vec![false; captures.len()];
                for stmt in function.blocks.iter().flat_map(|block| &block.stmts) {
                    match stmt.op {
                        Op::Capture(index) => read[index as usize] = true,
                        Op::SelfClosure => read.iter_mut().for_each(|read| *read = true),
                        _ => {}
                    }
                }
                Keep {
                    params: Vec::new(),
                    captures: read,
                }
            }
            FnKind::Direct => Keep {
                params: read_params(id, function, params),
                captures: Vec::new(),
            },
        }
    }

    fn is_everything(&self) -> bool {
        self.params.iter().chain(&self.captures).all(|&keep| keep)
    }

    fn renumbered(&self, index: u32) -> u32 {
        let before = &self.captures[..index as usize];
        before.iter().filter(|&&keep| keep).count() as u32
    }
}

/// Passing a parameter on to itself is no reading.
fn read_params(id: FnId, function: &Function, params: &[ValueId]) -> Vec<bool> {
    let mut read = vec![false; function.values.len()];
    let call = |callee: FnId, args: &[ValueId], read: &mut Vec<bool>| {
        for (index, arg) in args.iter().enumerate() {
            if callee != id || params.get(index) != Some(arg) {
                read[arg.index()] = true;
            }
        }
    };
    for block in &function.blocks {
        for stmt in &block.stmts {
            match &stmt.op {
                Op::Call { callee, args } => call(*callee, args, &mut read),
                op => op.each_operand(|value| read[value.index()] = true),
            }
        }
        match &block.term {
            Term::TailCall { callee, args } => call(*callee, args, &mut read),
            term => term.each_operand(|value| read[value.index()] = true),
        }
    }
    params.iter().map(|param| read[param.index()]).collect()
}

fn retain<T>(items: &mut Vec<T>, keep: &[bool]) {
    let mut keep = keep.iter();
    items.retain(|_| keep.next() != Some(&false));
}
