//! The unifier: inference variables with levels, what they are bound to, where that was decided, and
//! the slots that tell whether a process's messages are received and replied to.

use crate::ty::{Ty, TyKind, VarId};
use mesh_report::Span;

/// Marks on a process's message or reply variable; see [`Unifier::mark`].
pub mod slot {
    /// A message arm takes it.
    pub const RECEIVED: u8 = 1;
    /// `reply` or `caller` uses it.
    pub const REPLIED: u8 = 2;
    /// A declaration says it, so nothing is left to decide.
    pub const DECLARED: u8 = 4;
    /// It is the message type of a spawned process.
    pub const SPAWNED_MESSAGE: u8 = 8;
    /// It is the reply type of a spawned process.
    pub const SPAWNED_REPLY: u8 = 16;
}

/// What stands behind a variable.
#[derive(Clone, Copy)]
struct VarData {
    bound: Option<Ty>,
    level: u32,
    /// Where it was bound, for "decided here".
    bound_at: Span,
    slot_parent: u32,
    slot: u8,
    process: bool,
}

/// Why two types do not fit: the parts that differ, as they stood.
#[derive(Clone, Copy, Debug)]
pub struct Clash {
    pub expected: Ty,
    pub found: Ty,
    pub kind: ClashKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClashKind {
    Different,
    /// The variable would contain itself.
    Infinite,
}

/// A projection that was met where it cannot be decided yet; the caller keeps it as a constraint.
pub struct Delayed {
    pub projection: Ty,
    pub other: Ty,
}

/// The variables of one top-level group.
#[derive(Default)]
pub struct Unifier {
    vars: Vec<VarData>,
    /// Waiting constraints by variable.
    watchers: Vec<Vec<u32>>,
    /// Constraints whose variable was bound since they were last asked for.
    pub woken: std::collections::VecDeque<u32>,
    pub delayed: Vec<Delayed>,
    pub level: u32,
    /// Where a binding made now is said to come from.
    pub here: Option<Span>,
}

impl Unifier {
    /// No variables; new ones are of the top level.
    pub fn new() -> Unifier {
        Unifier {
            level: 1,
            ..Unifier::default()
        }
    }

    /// A fresh variable at the current level.
    pub fn fresh(&mut self) -> Ty {
        self.fresh_at(self.level)
    }

    pub fn fresh_at(&mut self, level: u32) -> Ty {
        let id = self.vars.len() as u32;
        self.vars.push(VarData {
            bound: None,
            level,
            bound_at: Span::DUMMY,
            slot_parent: id,
            slot: 0,
            process: false,
        });
        self.watchers.push(Vec::new());
        Ty::new(TyKind::Var(VarId(id)))
    }

    /// A fresh variable that stands for a process.
    pub fn fresh_process(&mut self) -> Ty {
        let ty = self.fresh();
        if let TyKind::Var(v) = ty.kind() {
            self.vars[v.0 as usize].process = true;
        }
        ty
    }

    /// Whether the unbound variable stands for a process.
    pub fn is_process(&self, var: VarId) -> bool {
        self.vars[var.0 as usize].process
    }

    pub fn var_count(&self) -> u32 {
        self.vars.len() as u32
    }

    pub fn level_of(&self, var: VarId) -> u32 {
        self.vars[var.0 as usize].level
    }

    /// The head of `ty`: never a bound variable.
    pub fn shallow(&mut self, ty: Ty) -> Ty {
        let TyKind::Var(first) = ty.kind() else {
            return ty;
        };
        let Some(next) = self.vars[first.0 as usize].bound else {
            return ty;
        };
        if !matches!(next.kind(), TyKind::Var(_)) {
            return next;
        }
        // Shorten the way by half; the last variable, which knows where it was decided, stays.
        if let TyKind::Var(n) = next.kind()
            && let Some(above) = self.vars[n.0 as usize].bound
            && matches!(above.kind(), TyKind::Var(_))
        {
            self.vars[first.0 as usize].bound = Some(above);
        }
        self.shallow(next)
    }

    /// Like [`Unifier::shallow`], without shortening paths.
    pub fn peek(&self, mut ty: Ty) -> Ty {
        while let TyKind::Var(v) = ty.kind() {
            match self.vars[v.0 as usize].bound {
                Some(next) => ty = next,
                None => break,
            }
        }
        ty
    }

    /// `ty` with all bound variables replaced.
    pub fn resolve(&self, ty: Ty) -> Ty {
        if !ty.has_var() {
            return ty;
        }
        let ty = self.peek(ty);
        if !ty.has_var() || matches!(ty.kind(), TyKind::Var(_)) {
            return ty;
        }
        ty.map_parts(|part| self.resolve(part))
    }

    /// Like [`Unifier::resolve`], but keeps the variables of processes, whose marks hang on them.
    pub fn resolve_types(&self, ty: Ty) -> Ty {
        if !ty.has_var() {
            return ty;
        }
        let ty = self.peek(ty);
        match ty.kind() {
            TyKind::Var(_) => ty,
            TyKind::Process(m, r) => {
                let slot = |part: Ty| match self.peek(part).kind() {
                    TyKind::Param(_) => self.peek(part),
                    _ if self.resolve(part).has_param() => self.resolve(part),
                    _ => part,
                };
                Ty::new(TyKind::Process(slot(*m), slot(*r)))
            }
            _ => ty.map_parts(|part| self.resolve_types(part)),
        }
    }

    /// Where the variable that `ty` is was decided.
    pub fn decided_at(&self, ty: Ty) -> Option<Span> {
        let mut at = None;
        let mut ty = ty;
        while let TyKind::Var(v) = ty.kind() {
            let data = &self.vars[v.0 as usize];
            match data.bound {
                Some(next) => {
                    at = Some(data.bound_at);
                    ty = next;
                }
                None => return None,
            }
        }
        at.filter(|span| !span.is_dummy())
    }

    /// Makes `waiter` woken when `var` is bound.
    pub fn watch(&mut self, var: VarId, waiter: u32) {
        self.watchers[var.0 as usize].push(waiter);
    }

    fn bind(&mut self, var: VarId, ty: Ty) {
        let data = &mut self.vars[var.0 as usize];
        data.bound = Some(ty);
        data.bound_at = self.here.unwrap_or(Span::DUMMY);
        let waiting = std::mem::take(&mut self.watchers[var.0 as usize]);
        self.woken.extend(waiting);
    }

    /// Replaces an unbound variable for good: a generalised one by its parameter, a defaulted one by
    /// its default.
    pub fn settle(&mut self, var: VarId, ty: Ty) {
        self.bind(var, ty);
    }

    /// Makes `expected` and `found` the same type.
    pub fn unify(&mut self, expected: Ty, found: Ty) -> Result<(), Clash> {
        if expected == found {
            return Ok(());
        }
        let (a, b) = (self.shallow(expected), self.shallow(found));
        if a == b {
            return Ok(());
        }
        let different = Clash {
            expected,
            found,
            kind: ClashKind::Different,
        };
        match (a.kind(), b.kind()) {
            (TyKind::Error, _) => {
                self.absorb(b, a);
                Ok(())
            }
            (_, TyKind::Error) => {
                self.absorb(a, b);
                Ok(())
            }
            (TyKind::Var(x), TyKind::Var(y)) => {
                self.unify_vars(*x, *y);
                Ok(())
            }
            (TyKind::Var(x), _) => self.bind_checked(*x, b, expected, found),
            (_, TyKind::Var(y)) => self.bind_checked(*y, a, expected, found),
            (TyKind::Con(x, xs), TyKind::Con(y, ys)) if x == y && xs.len() == ys.len() => {
                self.unify_all(xs, ys)
            }
            (TyKind::Tuple(xs), TyKind::Tuple(ys)) if xs.len() == ys.len() => {
                self.unify_all(xs, ys)
            }
            (TyKind::Fn(f), TyKind::Fn(g)) if f.params.len() == g.params.len() => {
                self.unify_all(&f.params, &g.params)?;
                self.unify(f.result, g.result)?;
                self.unify(f.process, g.process)
            }
            (TyKind::Process(m, r), TyKind::Process(n, s)) => {
                self.join_slots(*m, *n);
                self.join_slots(*r, *s);
                self.unify(*m, *n)?;
                self.unify(*r, *s)
            }
            (TyKind::Proj { .. }, _) if a.has_var() => {
                self.delay(a, b);
                Ok(())
            }
            (_, TyKind::Proj { .. }) if b.has_var() => {
                self.delay(b, a);
                Ok(())
            }
            _ => Err(different),
        }
    }

    /// What meets an error is not asked about any more.
    fn absorb(&mut self, ty: Ty, error: Ty) {
        let mut vars = Vec::new();
        self.free_vars(ty, &mut vars);
        for var in vars {
            self.bind(var, error);
        }
    }

    fn delay(&mut self, projection: Ty, other: Ty) {
        self.delayed.push(Delayed { projection, other });
    }

    fn unify_all(&mut self, xs: &[Ty], ys: &[Ty]) -> Result<(), Clash> {
        for (&x, &y) in xs.iter().zip(ys) {
            self.unify(x, y)?;
        }
        Ok(())
    }

    fn unify_vars(&mut self, x: VarId, y: VarId) {
        let (xi, yi) = (x.0 as usize, y.0 as usize);
        let level = self.vars[xi].level.min(self.vars[yi].level);
        let process = self.vars[xi].process || self.vars[yi].process;
        // The younger points to the older, so that paths stay short.
        let (from, to) = if xi < yi { (y, x) } else { (x, y) };
        let to_data = &mut self.vars[to.0 as usize];
        to_data.level = level;
        to_data.process = process;
        let data = &mut self.vars[from.0 as usize];
        data.bound = Some(Ty::new(TyKind::Var(to)));
        data.bound_at = self.here.unwrap_or(Span::DUMMY);
        let mut moved = std::mem::take(&mut self.watchers[from.0 as usize]);
        // Two variables becoming one can decide a constraint between them.
        self.woken.extend(moved.iter().copied());
        let kept = &mut self.watchers[to.0 as usize];
        if kept.len() < moved.len() {
            std::mem::swap(kept, &mut moved);
        }
        kept.extend(moved);
    }

    fn bind_checked(&mut self, var: VarId, ty: Ty, expected: Ty, found: Ty) -> Result<(), Clash> {
        if ty.has_var() && !self.adjust(var, self.vars[var.0 as usize].level, ty) {
            return Err(Clash {
                expected,
                found,
                kind: ClashKind::Infinite,
            });
        }
        // Through the variable that was decided first, which knows where that was.
        let other = if self.root(expected) == Some(var) {
            found
        } else {
            expected
        };
        let to = match self.root(other) {
            Some(first) if first != var => Ty::new(TyKind::Var(first)),
            _ => ty,
        };
        self.bind(var, to);
        Ok(())
    }

    /// Occurs check, and lowers the levels of what `var` will contain.
    fn adjust(&mut self, var: VarId, level: u32, ty: Ty) -> bool {
        if !ty.has_var() {
            return true;
        }
        let ty = self.shallow(ty);
        if let TyKind::Var(v) = ty.kind() {
            if *v == var {
                return false;
            }
            let data = &mut self.vars[v.0 as usize];
            data.level = data.level.min(level);
            return true;
        }
        let mut fine = true;
        ty.each_part(|part| fine = fine && self.adjust(var, level, part));
        fine
    }

    /// Whether the unbound `var` occurs in `ty`.
    pub fn occurs(&mut self, var: VarId, ty: Ty) -> bool {
        !self.adjust(var, u32::MAX, ty)
    }

    /// Keeps every variable of `ty` from being generalised above `level`.
    pub fn hold_back(&mut self, ty: Ty, level: u32) {
        if !ty.has_var() {
            return;
        }
        let ty = self.shallow(ty);
        if let TyKind::Var(v) = ty.kind() {
            let data = &mut self.vars[v.0 as usize];
            data.level = data.level.min(level);
            return;
        }
        ty.each_part(|part| self.hold_back(part, level));
    }

    /// Adds the unbound variables of `ty` in order of first appearance.
    pub fn free_vars(&mut self, ty: Ty, out: &mut Vec<VarId>) {
        if !ty.has_var() {
            return;
        }
        let ty = self.shallow(ty);
        if let TyKind::Var(v) = ty.kind() {
            if !out.contains(v) {
                out.push(*v);
            }
            return;
        }
        ty.each_part(|part| self.free_vars(part, out));
    }

    /// The last variable on the way from `ty` to what it is: equal for types that were made one
    /// before they were decided.
    pub fn root(&self, ty: Ty) -> Option<VarId> {
        let mut at = ty;
        let mut last = None;
        while let TyKind::Var(v) = at.kind() {
            last = Some(*v);
            match self.vars[v.0 as usize].bound {
                Some(next) => at = next,
                None => break,
            }
        }
        last
    }

    /// The slot that a process's message or reply type is.
    pub fn slot_of(&mut self, raw: Ty) -> Option<u32> {
        match raw.kind() {
            TyKind::Var(v) => Some(self.slot_root(v.0)),
            _ => None,
        }
    }

    fn slot_root(&mut self, mut at: u32) -> u32 {
        loop {
            let parent = self.vars[at as usize].slot_parent;
            if parent == at {
                return at;
            }
            let above = self.vars[parent as usize].slot_parent;
            self.vars[at as usize].slot_parent = above;
            at = above;
        }
    }

    /// Two processes are one: marks on a slot of the first count for the second. A type without a
    /// variable comes from a finished scheme and is decided.
    fn join_slots(&mut self, a: Ty, b: Ty) {
        match (a.kind(), b.kind()) {
            (TyKind::Var(x), TyKind::Var(y)) => {
                let (x, y) = (self.slot_root(x.0), self.slot_root(y.0));
                if x != y {
                    let marks = self.vars[x as usize].slot;
                    self.vars[x as usize].slot_parent = y;
                    self.vars[y as usize].slot |= marks;
                }
            }
            (TyKind::Var(_), _) => self.mark(a, slot::DECLARED),
            (_, TyKind::Var(_)) => self.mark(b, slot::DECLARED),
            _ => {}
        }
    }

    /// Marks the slot of a process's message or reply type, as it stands in the `Process` type.
    pub fn mark(&mut self, raw: Ty, marks: u8) {
        if let TyKind::Var(v) = raw.kind() {
            let root = self.slot_root(v.0);
            self.vars[root as usize].slot |= marks;
        }
    }

    /// The marks of a slot; a type that is no variable is declared.
    pub fn marks(&mut self, raw: Ty) -> u8 {
        match raw.kind() {
            TyKind::Var(v) => {
                let root = self.slot_root(v.0);
                self.vars[root as usize].slot
            }
            _ => slot::DECLARED,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::FileId;

    fn at(start: u32) -> Span {
        Span::new(FileId(0), start, start + 1)
    }

    fn tuple(parts: &[Ty]) -> Ty {
        Ty::new(TyKind::Tuple(parts.to_vec()))
    }

    #[test]
    fn a_variable_cannot_contain_itself() {
        let mut u = Unifier::new();
        let a = u.fresh();
        let clash = u.unify(a, tuple(&[a, Ty::unit()]));
        assert_eq!(clash.map_err(|c| c.kind), Err(ClashKind::Infinite));
    }

    #[test]
    fn binding_lowers_the_levels_of_what_is_inside() {
        let mut u = Unifier::new();
        let outer = u.fresh();
        u.level = 3;
        let inner = u.fresh();
        u.unify(outer, tuple(&[inner])).expect("they fit");
        let mut vars = Vec::new();
        u.free_vars(outer, &mut vars);
        assert_eq!(u.level_of(vars[0]), 1);
    }

    #[test]
    fn the_place_that_decided_a_type_is_kept_through_other_variables() {
        let mut u = Unifier::new();
        let (a, b, c) = (u.fresh(), u.fresh(), u.fresh());
        u.here = Some(at(1));
        u.unify(a, Ty::unit()).expect("it is open");
        u.here = Some(at(5));
        u.unify(b, a).expect("it is open");
        u.here = Some(at(9));
        u.unify(c, b).expect("it is open");
        assert_eq!(u.decided_at(c), Some(at(1)));
    }

    #[test]
    fn marks_of_processes_that_become_one_are_shared() {
        let mut u = Unifier::new();
        let [m, r, n, s] = std::array::from_fn(|_| u.fresh());
        u.mark(r, slot::REPLIED);
        let first = Ty::new(TyKind::Process(m, r));
        let second = Ty::new(TyKind::Process(n, s));
        u.unify(first, second).expect("both are open");
        assert_eq!(u.marks(s), slot::REPLIED);
        assert_eq!(u.marks(n), 0);
    }

    #[test]
    fn a_type_that_meets_an_error_is_one() {
        let mut u = Unifier::new();
        let a = u.fresh();
        u.unify(tuple(&[a]), Ty::error()).expect("errors fit");
        assert!(u.shallow(a).is_error());
    }

    #[test]
    fn who_waits_is_woken_when_either_variable_is_bound() {
        let mut u = Unifier::new();
        let (a, b) = (u.fresh(), u.fresh());
        let TyKind::Var(var) = a.kind() else {
            panic!("a variable");
        };
        u.watch(*var, 7);
        u.unify(a, b).expect("both are open");
        u.woken.clear();
        u.unify(b, Ty::unit()).expect("it is open");
        assert_eq!(u.woken, [7]);
    }
}
