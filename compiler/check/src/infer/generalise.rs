//! What is still open becomes a parameter: of a `let`, of local functions, of the whole group.
//! Waiting goals on such types become bounds; the rest is defaulted or reported.

use super::call::Actual;
use super::solve::{Constraint, Goal};
use super::{Infer, LocalScheme, as_var};
use crate::diagnostics::{Undetermined, UnknownReceiver};
use crate::impls::Requirement;
use crate::program::Obligation;
use crate::scheme::SchemeParam;
use crate::ty::{Ty, TyKind, VarId};
use crate::unify::slot;
use mesh_resolve::hir::{LocalId, ParamId};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::rc::Rc;

/// What a `let` began with.
pub struct LetScope {
    constraints: usize,
    spawns: usize,
}

impl<'e> Infer<'e> {
    pub fn enter_let(&mut self) -> LetScope {
        self.u.level += 1;
        LetScope {
            constraints: self.constraints.len(),
            spawns: self.spawns.len(),
        }
    }

    /// Generalises the locals of these types over what nothing outside mentions.
    pub fn leave_let(&mut self, scope: LetScope, locals: &[LocalId], types: &[Ty]) -> Vec<ParamId> {
        self.u.level -= 1;
        let level = self.u.level;
        self.solve();
        if self.holds_unchecked(scope.constraints) {
            for &ty in types {
                self.u.hold_back(ty, level);
            }
            return Vec::new();
        }
        self.settle_inner_processes(scope.constraints, level);
        while self.hold_back_goals(types, scope.constraints, level) {}
        let vars = self.open_vars(types, level, scope.constraints);
        if vars.is_empty() {
            return Vec::new();
        }
        let mut marks = self.marks_in(types);
        self.take_spawns(scope.spawns, &vars, &mut marks);
        let bounds = self.take_bounds(scope.constraints, &vars);
        let params = self.settle_params(&vars, &marks);
        let scheme = Rc::new(LocalScheme {
            params: params.iter().map(|p| (p.id, p.marks, p.process)).collect(),
            bounds,
        });
        let ids: Vec<ParamId> = params.iter().map(|p| p.id).collect();
        let base = self.members[self.cx.member].base;
        for &local in locals {
            self.local(local).scheme = Some(scheme.clone());
            self.local_generics.insert(base + local.0, ids.clone());
        }
        ids
    }

    /// Declared parameters of local functions come first in their schemes.
    pub fn add_local_params(&mut self, locals: &[LocalId], declared: Vec<ParamId>) {
        if declared.is_empty() {
            return;
        }
        let base = self.members[self.cx.member].base;
        for &local in locals {
            let old = self.local(local).scheme.take();
            let mut params: Vec<_> = declared.iter().map(|&id| (id, 0, false)).collect();
            let mut bounds: Vec<Requirement> = self
                .givens
                .iter()
                .filter(|g| match g.obligation.args[0].kind() {
                    TyKind::Param(id) => declared.contains(id),
                    _ => false,
                })
                .cloned()
                .collect();
            if let Some(old) = old {
                params.extend(old.params.iter().copied());
                bounds.extend(old.bounds.iter().cloned());
            }
            let ids = params.iter().map(|p| p.0).collect();
            self.local_generics.insert(base + local.0, ids);
            self.local(local).scheme = Some(Rc::new(LocalScheme { params, bounds }));
        }
    }

    /// Whether a closure in there waits for the type of a method's receiver.
    fn holds_unchecked(&self, from: usize) -> bool {
        self.unchecked > 0
            && self.constraints[from..].iter().any(|c| match c {
                Some((Constraint::Member(m), _)) => m
                    .args
                    .iter()
                    .flat_map(|(_, actuals, _)| actuals)
                    .any(|a| matches!(a, Actual::Written(_))),
                _ => false,
            })
    }

    /// What a process from outside the `let` runs in is known only when that one is: it cannot be
    /// generalised. Says whether there was one.
    fn hold_back_processes(&mut self, from: usize, level: u32) -> bool {
        let mut any = false;
        for at in from..self.constraints.len() {
            let Some((Constraint::Fits(p, q, _), _)) = &self.constraints[at] else {
                continue;
            };
            let (p, q) = (self.u.shallow(*p), self.u.shallow(*q));
            let is_inner =
                |infer: &Self, ty| as_var(ty).is_some_and(|var| infer.u.level_of(var) > level);
            if as_var(p).is_some() && !is_inner(self, p) && is_inner(self, q) {
                self.u.hold_back(q, level);
                any = true;
            }
        }
        any
    }

    /// Processes that only the `let` mentions are made equal before it is generalised.
    fn settle_inner_processes(&mut self, from: usize, level: u32) {
        while self.hold_back_processes(from, level) {}
        for at in from..self.constraints.len() {
            let Some((Constraint::Fits(p, q, _), _)) = &self.constraints[at] else {
                continue;
            };
            let (p, q) = (*p, *q);
            if let Some(var) = as_var(self.u.shallow(p))
                && self.u.level_of(var) > level
            {
                self.constraints[at] = None;
                let _ = self.u.unify(q, p);
                self.solve();
            }
        }
    }

    /// A goal on a type from outside the `let`, or on one that `types` do not mention, is no bound of it: it goes on
    /// waiting outside, so what it mentions, such as the result of an operator, cannot be generalised. (The type is a
    /// function of the goal's subject.) Says whether a variable was held back.
    fn hold_back_goals(&mut self, types: &[Ty], from: usize, level: u32) -> bool {
        let mut vars = self.free_above(types, level);
        let mut before = usize::MAX;
        while before != vars.len() {
            before = vars.len();
            for at in from..self.constraints.len() {
                if let Some((Constraint::Impl(goal), _)) = &self.constraints[at]
                    && let goal = goal.clone()
                    && self.subject_in(&goal, &vars)
                {
                    let outs: Vec<Ty> = goal.assoc.iter().map(|(_, out)| *out).collect();
                    let inner = self.free_above(&outs, level);
                    let new = inner.into_iter().filter(|var| !vars.contains(var));
                    let new: Vec<VarId> = new.collect();
                    vars.extend(new);
                }
            }
        }
        let mut any = false;
        for at in from..self.constraints.len() {
            let Some((Constraint::Impl(goal), _)) = &self.constraints[at] else {
                continue;
            };
            let goal = goal.clone();
            if self.subject_in(&goal, &vars) {
                continue;
            }
            let outs = goal.assoc.iter().map(|(_, out)| *out);
            let mentioned: Vec<Ty> = goal.wanted.args.iter().copied().chain(outs).collect();
            any |= !self.free_above(&mentioned, level).is_empty();
            mentioned.iter().for_each(|&ty| self.u.hold_back(ty, level));
        }
        any
    }

    /// The variables of the types above `level`. Results of operators on them stop being variables:
    /// they are the associated types.
    fn open_vars(&mut self, types: &[Ty], level: u32, from: usize) -> Vec<VarId> {
        let mut vars = self.free_above(types, level);
        let mut before = usize::MAX;
        while before != vars.len() {
            before = vars.len();
            self.merge_goals(from, &vars);
            for at in from..self.constraints.len() {
                let Some((Constraint::Impl(goal), _)) = &self.constraints[at] else {
                    continue;
                };
                let goal = goal.clone();
                if self.subject_in(&goal, &vars) {
                    self.give_projections(&goal, level);
                }
            }
            vars = self.free_above(types, level);
        }
        vars
    }

    fn free_above(&mut self, types: &[Ty], level: u32) -> Vec<VarId> {
        let mut vars = Vec::new();
        for &ty in types {
            self.u.free_vars(ty, &mut vars);
        }
        vars.retain(|&var| self.u.level_of(var) > level);
        vars
    }

    fn subject_in(&mut self, goal: &Goal, vars: &[VarId]) -> bool {
        if goal.must_know {
            return false;
        }
        match self.u.shallow(goal.wanted.args[0]).kind() {
            TyKind::Var(var) => vars.contains(var),
            TyKind::Proj { args, .. } => {
                let mut free = Vec::new();
                self.u.free_vars(args[0], &mut free);
                free.iter().any(|var| vars.contains(var))
            }
            _ => {
                let mut free = Vec::new();
                for &arg in &goal.wanted.args {
                    self.u.free_vars(arg, &mut free);
                }
                free.iter().any(|var| vars.contains(var))
            }
        }
    }

    /// Goals on the same types have the same associated types.
    fn merge_goals(&mut self, from: usize, vars: &[VarId]) {
        let mut seen: FxHashMap<(Obligation, SmolStr), Ty> = FxHashMap::default();
        for at in from..self.constraints.len() {
            let Some((Constraint::Impl(goal), _)) = &self.constraints[at] else {
                continue;
            };
            let goal = goal.clone();
            if goal.assoc.is_empty() || !self.subject_in(&goal, vars) {
                continue;
            }
            let wanted = self.resolved(&goal.wanted);
            for (name, out) in &goal.assoc {
                let key = (wanted.clone(), name.clone());
                match seen.get(&key) {
                    Some(&first) => {
                        self.unify(first, *out, goal.span, super::Why::Plain);
                    }
                    None => {
                        seen.insert(key, *out);
                    }
                }
            }
        }
    }

    fn resolved(&self, wanted: &Obligation) -> Obligation {
        Obligation {
            interface: wanted.interface,
            args: wanted.args.iter().map(|&ty| self.u.resolve(ty)).collect(),
        }
    }

    fn give_projections(&mut self, goal: &Goal, level: u32) {
        for (name, out) in &goal.assoc {
            let Some(var) = as_var(self.u.shallow(*out)) else {
                continue;
            };
            if self.u.level_of(var) <= level {
                continue;
            }
            let args: Vec<Ty> = goal
                .wanted
                .args
                .iter()
                .map(|&ty| self.u.resolve(ty))
                .collect();
            let proj = Ty::new(TyKind::Proj {
                interface: goal.wanted.interface,
                name: name.clone(),
                args,
            });
            if !self.u.occurs(var, proj) {
                self.u.settle(var, proj);
            }
        }
    }

    /// Marks of message and reply variables, as the processes in these types have them.
    fn marks_in(&mut self, types: &[Ty]) -> FxHashMap<VarId, u8> {
        let mut marks = FxHashMap::default();
        for &ty in types {
            self.marks_of(ty, &mut marks);
        }
        marks
    }

    fn marks_of(&mut self, ty: Ty, out: &mut FxHashMap<VarId, u8>) {
        if !ty.has_var() {
            return;
        }
        let ty = self.u.shallow(ty);
        if let TyKind::Process(m, r) = ty.kind() {
            for raw in [*m, *r] {
                if let Some(var) = as_var(self.u.shallow(raw)) {
                    let found = self.u.marks(raw) & !slot::DECLARED;
                    *out.entry(var).or_default() |= found;
                }
            }
        }
        ty.each_part(|part| self.marks_of(part, out));
    }

    fn take_spawns(&mut self, from: usize, vars: &[VarId], marks: &mut FxHashMap<VarId, u8>) {
        let sites = self.spawns.split_off(from.min(self.spawns.len()));
        for site in sites {
            let needed = if site.reply {
                (slot::REPLIED, slot::SPAWNED_REPLY)
            } else {
                (slot::RECEIVED, slot::SPAWNED_MESSAGE)
            };
            match as_var(self.u.shallow(site.slot)) {
                Some(var) if vars.contains(&var) => {
                    if self.u.marks(site.slot) & needed.0 == 0 {
                        *marks.entry(var).or_default() |= needed.1;
                    }
                }
                _ => self.spawns.push(site),
            }
        }
    }

    /// Goals on these variables, which become bounds.
    fn take_bounds(&mut self, from: usize, vars: &[VarId]) -> Vec<Requirement> {
        let mut bounds: Vec<Requirement> = Vec::new();
        for at in from..self.constraints.len() {
            let Some((Constraint::Impl(goal), _)) = &self.constraints[at] else {
                continue;
            };
            let goal = goal.clone();
            if !self.subject_in(&goal, vars) {
                continue;
            }
            self.constraints[at] = None;
            let obligation = self.resolved(&goal.wanted);
            let own = |infer: &Self, name: &SmolStr, ty: Ty| match infer.u.peek(ty).kind() {
                TyKind::Proj {
                    interface,
                    name: n,
                    args,
                } => {
                    *interface == obligation.interface
                        && n == name
                        && args.iter().map(|&a| infer.u.resolve(a)).collect::<Vec<_>>()
                            == obligation.args
                }
                _ => false,
            };
            let assoc: Vec<(SmolStr, Ty)> = goal
                .assoc
                .iter()
                .filter(|(name, ty)| !own(self, name, *ty))
                .cloned()
                .collect();
            let known = bounds
                .iter()
                .any(|b| b.obligation == obligation && (assoc.is_empty() || !b.assoc.is_empty()));
            if !known {
                bounds.push(Requirement {
                    obligation,
                    assoc,
                    span: goal.span,
                });
            }
        }
        bounds
    }

    fn settle_params(&mut self, vars: &[VarId], marks: &FxHashMap<VarId, u8>) -> Vec<SchemeParam> {
        let mut params = Vec::with_capacity(vars.len());
        for &var in vars {
            let id = self.new_param();
            let param = SchemeParam {
                id,
                name: SmolStr::default(),
                marks: marks.get(&var).copied().unwrap_or_default(),
                process: self.u.is_process(var),
            };
            self.u.settle(var, Ty::param(id));
            params.push(param);
        }
        params
    }

    /// Generalises the group: its inferred parameters and their bounds.
    pub fn generalise_group(&mut self) {
        self.report_unknown_subjects();
        let mut types = Vec::new();
        for m in self.members.iter().filter(|m| !m.method) {
            types.extend(m.params.iter().copied());
            types.push(m.result);
            types.push(m.process);
        }
        let vars = self.open_vars(&types, 0, 0);
        let mut marks = self.marks_in(&types);
        for &var in &vars {
            let spawned = self.u.marks(Ty::new(TyKind::Var(var)))
                & (slot::SPAWNED_MESSAGE | slot::SPAWNED_REPLY);
            if spawned != 0 {
                *marks.entry(var).or_default() |= spawned;
            }
        }
        self.bounds = self.take_bounds(0, &vars);
        self.inferred = self.settle_params(&vars, &marks);
        self.default_rest();
        self.settle_named_pids();
    }

    /// Goals on types that nothing determines: `()` does where only its text, equality or order is
    /// asked for, else the user must say.
    fn default_rest(&mut self) {
        let mut at = 0;
        while at < self.constraints.len() {
            self.solve();
            let found = match &self.constraints[at] {
                Some((Constraint::Impl(goal), _)) => Some(goal.clone()),
                _ => None,
            };
            if let Some(goal) = found {
                self.default_goal(&goal, at);
            }
            at += 1;
        }
        self.solve();
    }

    /// What is iterated over or indexed must be known by now.
    fn report_unknown_subjects(&mut self) {
        for at in 0..self.constraints.len() {
            let Some((Constraint::Impl(goal), _)) = &self.constraints[at] else {
                continue;
            };
            if !goal.must_know {
                continue;
            }
            let goal = goal.clone();
            let subject = self.u.shallow(goal.wanted.args[0]);
            self.constraints[at] = None;
            self.report(UnknownReceiver {
                what: match goal.origin {
                    super::solve::Origin::For => "`for`".into(),
                    _ => "index".into(),
                },
                receiver: goal.span,
                span: goal.span,
            });
            let _ = self.u.unify(subject, Ty::error());
            for (_, out) in &goal.assoc {
                let _ = self.u.unify(*out, Ty::error());
            }
            self.solve();
        }
    }

    fn default_goal(&mut self, goal: &Goal, at: usize) {
        let subject = self.u.shallow(goal.wanted.args[0]);
        if let Some(var) = as_var(subject)
            && self.only_plain_goals(var, at)
        {
            self.u.settle(var, self.lang.unit);
            self.solve();
            return;
        }
        self.constraints[at] = None;
        let mut free = Vec::new();
        for &arg in &goal.wanted.args {
            self.u.free_vars(arg, &mut free);
        }
        let interface = crate::impls::lower::interface_def(self.world, goal.wanted.interface);
        if !matches!(goal.origin, super::solve::Origin::Silent) {
            self.report(Undetermined {
                interface: interface.name.to_string(),
                span: goal.span,
                shape: "T",
            });
        }
        for var in free {
            self.u.settle(var, Ty::error());
        }
        for (_, out) in &goal.assoc {
            let _ = self.u.unify(*out, Ty::error());
        }
    }

    /// Whether all that is asked of the variable is what every plain value has.
    fn only_plain_goals(&mut self, var: VarId, from: usize) -> bool {
        let lang = &self.world.lang.interfaces;
        let plain: Vec<_> = ["display", "debug", "eq", "ord", "hash"]
            .iter()
            .filter_map(|name| lang.get(*name).copied())
            .collect();
        for at in from..self.constraints.len() {
            let Some((Constraint::Impl(goal), _)) = &self.constraints[at] else {
                continue;
            };
            let (args, interface) = (goal.wanted.args.clone(), goal.wanted.interface);
            let mut free = Vec::new();
            for arg in args {
                self.u.free_vars(arg, &mut free);
            }
            if free.contains(&var) && !plain.contains(&interface) {
                return false;
            }
        }
        true
    }
}
