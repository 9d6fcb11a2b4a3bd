//! Closures that capture known closures: a copy of their function for those.

use super::{Closures, Known, Made, Wants, add, captures, closures_made, new_value, size, symbol};
use crate::ir::*;

/// Copies lie in one another at most this deep: a function may wrap its closure at each step.
const MAX_DEPTH: u32 = 3;

impl Closures {
    /// Rewrites the closures that a function makes. Says whether there was anything to do.
    pub(super) fn hold(&mut self, program: &mut Program, id: FnId, wants: &mut Wants) -> bool {
        let mut made = closures_made(&program.functions[id.index()]);
        let mut any = false;
        for block in 0..program.functions[id.index()].blocks.len() {
            for at in 0..program.functions[id.index()].blocks[block].stmts.len() {
                let stmt = &program.functions[id.index()].blocks[block].stmts[at];
                let Op::MakeClosure { function, captures } = &stmt.op else {
                    continue;
                };
                let (value, function, captures) = (stmt.value, *function, captures.clone());
                let Some(new) = self.known_captures(program, &made, function, &captures, wants)
                else {
                    continue;
                };
                made.insert(value, new.clone());
                let (function, captures) = new;
                program.functions[id.index()].blocks[block].stmts[at].op =
                    Op::MakeClosure { function, captures };
                any = true;
            }
        }
        any
    }

    fn known_captures(
        &mut self,
        program: &mut Program,
        made: &Made,
        closure: FnId,
        held: &[ValueId],
        wants: &mut Wants,
    ) -> Option<(FnId, Vec<ValueId>)> {
        let mut known = Known::new();
        for (index, value) in held.iter().enumerate() {
            if let Some((function, _)) = made.get(value)
                && wants.capture(program, closure, index as u32)
            {
                known.push((index as u32, *function));
            }
        }
        if known.is_empty() {
            return None;
        }
        let copy = self.held_for(program, closure, &known)?;
        let is_known = |index: usize| known.iter().any(|(at, _)| *at as usize == index);
        let rest = held
            .iter()
            .enumerate()
            .filter(|(index, _)| !is_known(*index));
        let mut passed: Vec<ValueId> = rest.map(|(_, &value)| value).collect();
        for (index, _) in &known {
            passed.extend(&made[&held[*index as usize]].1);
        }
        Some((copy, passed))
    }

    fn held_for(&mut self, program: &mut Program, closure: FnId, known: &Known) -> Option<FnId> {
        if let Some(&copy) = self.held.get(&(closure, known.clone())) {
            return Some(copy);
        }
        let depth_of = |id: &FnId| self.depth.get(id).copied().unwrap_or(0);
        let inner = known.iter().map(|(_, id)| depth_of(id)).max().unwrap_or(0);
        let depth = inner.max(depth_of(&closure)) + 1;
        let original = &program.functions[closure.index()];
        let stmts = || original.blocks.iter().flat_map(|block| &block.stmts);
        let cost = size(original);
        if depth > MAX_DEPTH
            || cost > self.budget
            || stmts().any(|stmt| matches!(stmt.op, Op::SelfClosure))
        {
            return None;
        }
        self.budget -= cost;
        let copy = copy_holding(program, closure, known);
        let copy = add(program, copy);
        self.depth.insert(copy, depth);
        self.held.insert((closure, known.clone()), copy);
        Some(copy)
    }
}

/// A copy of a closure function that has the known closures' captures in the place of the closures.
fn copy_holding(program: &Program, closure: FnId, known: &Known) -> Function {
    let mut function = program.functions[closure.index()].clone();
    let old = captures(&function).to_vec();
    let mut types = Vec::new();
    // The new number of each capture that stays.
    let mut numbers = vec![None; old.len()];
    for (index, &ty) in old.iter().enumerate() {
        if !known.iter().any(|(at, _)| *at as usize == index) {
            numbers[index] = Some(types.len() as u32);
            types.push(ty);
        }
    }
    let mut names = Vec::new();
    let mut inner: Vec<(u32, FnId, u32, Vec<TyId>)> = Vec::new();
    for (index, id) in known {
        let target = &program.functions[id.index()];
        names.push(format!("{index}:{}", target.symbol));
        let own = captures(target).to_vec();
        inner.push((*index, *id, types.len() as u32, own.clone()));
        types.extend(own);
    }
    for block in 0..function.blocks.len() {
        let stmts = std::mem::take(&mut function.blocks[block].stmts);
        let mut new = Vec::with_capacity(stmts.len());
        for mut stmt in stmts {
            if let Op::Capture(index) = stmt.op {
                if let Some(number) = numbers[index as usize] {
                    stmt.op = Op::Capture(number);
                } else if let Some((_, id, first, own)) = inner.iter().find(|(at, ..)| *at == index)
                {
                    let mut held = Vec::with_capacity(own.len());
                    for (offset, &ty) in own.iter().enumerate() {
                        let value = new_value(&mut function, ty);
                        new.push(Stmt {
                            value,
                            op: Op::Capture(first + offset as u32),
                            place: stmt.place,
                        });
                        held.push(value);
                    }
                    stmt.op = Op::MakeClosure {
                        function: *id,
                        captures: held,
                    };
                }
            }
            new.push(stmt);
        }
        function.blocks[block].stmts = new;
    }
    function.symbol = symbol(&function.symbol, &names.join(","));
    function.kind = FnKind::Closure { captures: types };
    function
}
