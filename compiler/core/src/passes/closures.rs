//! Calls whose closure is known: of the closure itself, and of functions that it is passed to.
//!
//! A call of a closure made in the same function becomes a direct call that passes the captures. A
//! call that passes such a closure to a function which calls it (at once, through another function, or
//! from a closure of its own) goes to a copy of that function made for this closure: the captures are
//! parameters instead, and the copy makes the closure itself where anything still needs it. In the
//! copy the closure is known in turn, so recursive calls that pass it along go to the copy as well.
//! The same is done for a closure that captures a known one.

mod held;
mod wants;

use super::simplify::Values;
use crate::ir::*;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::hash::Hasher;
use wants::Wants;

/// Symbols longer than this are cut, and told apart by a hash.
const MAX_SYMBOL: usize = 160;

/// Parameter positions and the closure functions known for them.
type Known = Vec<(u32, FnId)>;

/// What has been made so far, over all rounds.
#[derive(Default)]
pub struct Closures {
    /// Closure functions as direct functions that take their captures after their parameters.
    direct: FxHashMap<FnId, FnId>,
    copies: FxHashMap<(FnId, Known), FnId>,
    /// Closure functions for known captures.
    held: FxHashMap<(FnId, Known), FnId>,
    /// How many copies for captures lie in one another.
    depth: FxHashMap<FnId, u32>,
    /// Statements that may still be copied.
    budget: usize,
}

impl Closures {
    /// For a program as large as it is now.
    pub fn new(program: &Program) -> Closures {
        let size: usize = program.functions.iter().map(size).sum();
        Closures {
            budget: size * 2 + 5_000,
            ..Closures::default()
        }
    }

    /// Rewrites every function, those made on the way included; calls `changed` for each it did.
    pub fn run(
        &mut self,
        program: &mut Program,
        mut changed: impl FnMut(&mut Program, FnId),
    ) -> bool {
        let mut wants = Wants::default();
        let mut next = 0;
        let mut any = false;
        while next < program.functions.len() {
            let id = FnId(next as u32);
            next += 1;
            if self.function(program, id, &mut wants) {
                changed(program, id);
                any = true;
            }
        }
        any
    }

    fn function(&mut self, program: &mut Program, id: FnId, wants: &mut Wants) -> bool {
        if closures_made(&program.functions[id.index()]).is_empty() {
            return false;
        }
        let mut any = self.hold(program, id, wants);
        let made = closures_made(&program.functions[id.index()]);
        let mut function = program.functions[id.index()].clone();
        for block in &mut function.blocks {
            for stmt in &mut block.stmts {
                let new = match &stmt.op {
                    Op::CallClosure { callee, args } => {
                        self.known_call(program, &made, *callee, args)
                    }
                    Op::Call { callee, args } => self.copy(program, &made, *callee, args, wants),
                    _ => None,
                };
                if let Some((callee, args)) = new {
                    stmt.op = Op::Call { callee, args };
                    any = true;
                }
            }
            let new = match &block.term {
                Term::TailCallClosure { callee, args } => {
                    self.known_call(program, &made, *callee, args)
                }
                Term::TailCall { callee, args } => self.copy(program, &made, *callee, args, wants),
                _ => None,
            };
            if let Some((callee, args)) = new {
                block.term = Term::TailCall { callee, args };
                any = true;
            }
        }
        if any {
            program.functions[id.index()] = function;
        }
        any
    }

    /// The direct call that stands for a call of a known closure.
    fn known_call(
        &mut self,
        program: &mut Program,
        made: &Made,
        callee: ValueId,
        args: &[ValueId],
    ) -> Option<(FnId, Vec<ValueId>)> {
        let (function, captures) = made.get(&callee)?;
        let direct = self.direct(program, *function);
        let args = args.iter().chain(captures).copied().collect();
        Some((direct, args))
    }

    /// The call of a copy that stands for a call with known closures.
    fn copy(
        &mut self,
        program: &mut Program,
        made: &Made,
        callee: FnId,
        args: &[ValueId],
        wants: &mut Wants,
    ) -> Option<(FnId, Vec<ValueId>)> {
        let mut known = Known::new();
        for (index, arg) in args.iter().enumerate() {
            if let Some((function, _)) = made.get(arg)
                && wants.param(program, callee, index)
            {
                known.push((index as u32, *function));
            }
        }
        if known.is_empty() {
            return None;
        }
        let copy = self.copy_for(program, callee, known.clone())?;
        let is_known = |index: usize| known.iter().any(|(at, _)| *at as usize == index);
        let rest = args
            .iter()
            .enumerate()
            .filter(|(index, _)| !is_known(*index));
        let mut passed: Vec<ValueId> = rest.map(|(_, &arg)| arg).collect();
        for (index, _) in &known {
            passed.extend(&made[&args[*index as usize]].1);
        }
        Some((copy, passed))
    }

    fn copy_for(&mut self, program: &mut Program, callee: FnId, known: Known) -> Option<FnId> {
        if let Some(&copy) = self.copies.get(&(callee, known.clone())) {
            return Some(copy);
        }
        let original = &program.functions[callee.index()];
        let cost = size(original);
        if cost > self.budget {
            return None;
        }
        self.budget -= cost;
        let mut function = original.clone();
        let mut names = Vec::new();
        let mut made = Vec::new();
        let params = std::mem::take(&mut function.blocks[0].params);
        let mut captured = Vec::new();
        for (index, closure) in &known {
            let target = &program.functions[closure.index()];
            names.push(format!("{index}:{}", target.symbol));
            let captures: Vec<ValueId> = captures(target)
                .iter()
                .map(|&ty| new_value(&mut function, ty))
                .collect();
            captured.extend(captures.iter().copied());
            // The parameter's value is now made here.
            made.push(Stmt {
                value: params[*index as usize],
                op: Op::MakeClosure {
                    function: *closure,
                    captures,
                },
                place: function.span.into(),
            });
        }
        let is_known = |index: usize| known.iter().any(|(at, _)| *at as usize == index);
        let rest = params.into_iter().enumerate();
        let rest = rest.filter(|(index, _)| !is_known(*index));
        let entry = &mut function.blocks[0];
        entry.params = rest.map(|(_, param)| param).chain(captured).collect();
        made.append(&mut entry.stmts);
        entry.stmts = made;
        function.symbol = symbol(&function.symbol, &names.join(","));
        let copy = add(program, function);
        self.copies.insert((callee, known), copy);
        Some(copy)
    }

    fn direct(&mut self, program: &mut Program, closure: FnId) -> FnId {
        if let Some(&direct) = self.direct.get(&closure) {
            return direct;
        }
        let mut function = program.functions[closure.index()].clone();
        self.budget = self.budget.saturating_sub(size(&function));
        let types = captures(&function).to_vec();
        let params: Vec<ValueId> = types
            .into_iter()
            .map(|ty| new_value(&mut function, ty))
            .collect();
        function.kind = FnKind::Direct;
        function.symbol = symbol(&function.symbol, "direct");
        let mut values = Values::new(function.values.len());
        for block in &mut function.blocks {
            for stmt in &mut block.stmts {
                match stmt.op {
                    Op::Capture(index) => values.replace(stmt.value, params[index as usize]),
                    Op::SelfClosure => {
                        stmt.op = Op::MakeClosure {
                            function: closure,
                            captures: params.clone(),
                        };
                    }
                    _ => {}
                }
            }
            block
                .stmts
                .retain(|stmt| !matches!(stmt.op, Op::Capture(_)));
        }
        values.apply(&mut function);
        function.blocks[0].params.extend(params);
        let direct = add(program, function);
        self.direct.insert(closure, direct);
        direct
    }
}

/// The closures a function makes: function and captures.
type Made = FxHashMap<ValueId, (FnId, Vec<ValueId>)>;

fn closures_made(function: &Function) -> Made {
    let mut made = Made::default();
    for stmt in function.blocks.iter().flat_map(|block| &block.stmts) {
        if let Op::MakeClosure { function, captures } = &stmt.op {
            made.insert(stmt.value, (*function, captures.clone()));
        }
    }
    made
}

fn captures(function: &Function) -> &[TyId] {
    match &function.kind {
        FnKind::Closure { captures } => captures,
        FnKind::Direct => &[],
    }
}

fn new_value(function: &mut Function, ty: TyId) -> ValueId {
    function.values.push(ValueInfo::new(ty));
    ValueId(function.values.len() as u32 - 1)
}

fn add(program: &mut Program, function: Function) -> FnId {
    let id = FnId(program.functions.len() as u32);
    program.units[function.unit.index()].functions.push(id);
    program.functions.push(function);
    id
}

/// The symbol of a copy: stable, and different for different originals and details.
fn symbol(original: &str, detail: &str) -> SmolStr {
    let whole = format!("{original}[{detail}]");
    if whole.len() <= MAX_SYMBOL {
        return whole.into();
    }
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write(whole.as_bytes());
    let mut end = MAX_SYMBOL - 20;
    while !whole.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…{:016x}", &whole[..end], hasher.finish()).into()
}

/// Statements and blocks of a function.
pub fn size(function: &Function) -> usize {
    let stmts: usize = function.blocks.iter().map(|block| block.stmts.len()).sum();
    stmts + function.blocks.len()
}
