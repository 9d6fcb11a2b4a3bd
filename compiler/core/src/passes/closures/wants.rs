//! Which parameters a function calls as closures, at once or through what it calls.

use crate::ir::*;
use rustc_hash::FxHashMap;

/// A parameter of a direct function, or a capture of a closure function.
type Slot = (FnId, bool, u32);

/// Answers so far; while an answer is being found it counts as no.
#[derive(Default)]
pub struct Wants {
    known: FxHashMap<Slot, bool>,
}

impl Wants {
    /// Whether it helps `function` to know the closure it gets as parameter `index`.
    pub fn param(&mut self, program: &Program, function: FnId, index: usize) -> bool {
        let target = &program.functions[function.index()];
        let value = target.blocks[0].params[index];
        self.place(program, (function, false, index as u32), &[value])
    }

    /// Whether it helps closure function `function` to know the closure it captures as `index`.
    pub fn capture(&mut self, program: &Program, function: FnId, index: u32) -> bool {
        let target = &program.functions[function.index()];
        let stmts = target.blocks.iter().flat_map(|block| &block.stmts);
        let values: Vec<ValueId> = stmts
            .filter(|stmt| matches!(stmt.op, Op::Capture(at) if at == index))
            .map(|stmt| stmt.value)
            .collect();
        self.place(program, (function, true, index), &values)
    }

    fn place(&mut self, program: &Program, place: Slot, values: &[ValueId]) -> bool {
        if let Some(&known) = self.known.get(&place) {
            return known;
        }
        self.known.insert(place, false);
        let function = &program.functions[place.0.index()];
        let is_function = |value: &ValueId| {
            let ty = function.values[value.index()].ty;
            matches!(program.types.get(ty), Ty::Fn(..))
        };
        let wants = values.iter().any(is_function) && self.uses(program, function, values);
        self.known.insert(place, wants);
        wants
    }

    fn uses(&mut self, program: &Program, function: &Function, values: &[ValueId]) -> bool {
        let mut passed: Vec<(FnId, usize)> = Vec::new();
        let mut held: Vec<(FnId, u32)> = Vec::new();
        for block in &function.blocks {
            for stmt in &block.stmts {
                match &stmt.op {
                    Op::CallClosure { callee, .. } if values.contains(callee) => return true,
                    Op::Call { callee, args } => {
                        let at = args.iter().enumerate().filter(|(_, a)| values.contains(a));
                        passed.extend(at.map(|(index, _)| (*callee, index)));
                    }
                    Op::MakeClosure { function, captures } => {
                        let at = captures.iter().enumerate();
                        let at = at.filter(|(_, c)| values.contains(c));
                        held.extend(at.map(|(index, _)| (*function, index as u32)));
                    }
                    _ => {}
                }
            }
            match &block.term {
                Term::TailCallClosure { callee, .. } if values.contains(callee) => return true,
                Term::TailCall { callee, args } => {
                    let at = args.iter().enumerate().filter(|(_, a)| values.contains(a));
                    passed.extend(at.map(|(index, _)| (*callee, index)));
                }
                _ => {}
            }
        }
        passed
            .into_iter()
            .any(|(callee, index)| self.param(program, callee, index))
            || held
                .into_iter()
                .any(|(closure, index)| self.capture(program, closure, index))
    }
}
