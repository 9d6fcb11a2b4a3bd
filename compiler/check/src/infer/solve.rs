//! Constraints: interfaces that types must have, processes that must fit, members of values whose
//! type is not known yet. Each waits for the variables that hold it up.

use super::member::Deferred;
use super::{Assoc, Cx, Infer, Why, as_var, map_requirement};
use crate::impls::{Candidates, DEPTH, Failure, Requirement};
use crate::program::{Obligation, Selected};
use crate::ty::{Ty, TyKind, substitute};
use mesh_report::Span;
use mesh_resolve::hir::{FnId, ImplId, ParamId};
use smol_str::SmolStr;
use std::rc::Rc;

/// Something still to be decided.
pub enum Constraint<'e> {
    Impl(Goal),
    /// The first process fits the second.
    Fits(Ty, Ty, Span),
    Member(Box<Deferred<'e>>),
}

/// A type must have an interface; its associated types are these.
#[derive(Clone)]
pub struct Goal {
    pub wanted: Obligation,
    pub assoc: Assoc,
    pub span: Span,
    pub origin: Origin,
    pub chain: Option<Rc<Link>>,
    /// The type must be known when the group is complete; it is no bound to generalise over.
    pub must_know: bool,
}

/// What led to a goal.
pub struct Link {
    pub wanted: Obligation,
    pub depth: usize,
    pub above: Option<Rc<Link>>,
}

/// Where a goal comes from, for messages.
#[derive(Clone, Copy)]
pub enum Origin {
    Operator(&'static str),
    Interpolation,
    For,
    Index,
    /// A bound of the function used there.
    Bound(FnId),
    Method,
    Question,
    /// No message of its own: another goal says it.
    Silent,
}

impl<'e> Infer<'e> {
    /// Adds a goal and tries it.
    pub fn require(
        &mut self,
        wanted: Obligation,
        assoc: Assoc,
        span: Span,
        origin: Origin,
    ) -> usize {
        self.add_goal(Goal {
            wanted,
            assoc,
            span,
            origin,
            chain: None,
            must_know: matches!(origin, Origin::For | Origin::Index),
        })
    }

    pub fn add_goal(&mut self, goal: Goal) -> usize {
        let at = self.add_constraint(Constraint::Impl(goal));
        self.attempt(at);
        at
    }

    pub fn add_constraint(&mut self, constraint: Constraint<'e>) -> usize {
        self.constraints.push(Some((constraint, self.cx)));
        self.constraints.len() - 1
    }

    /// Tries everything whose variables were bound.
    pub fn solve(&mut self) {
        loop {
            while let Some(delayed) = self.u.delayed.pop() {
                self.project(delayed.projection, delayed.other);
            }
            let Some(at) = self.u.woken.pop_front() else {
                break;
            };
            self.attempt(at as usize);
        }
    }

    /// Tries one constraint; keeps it, waiting, if it is not decided.
    pub fn attempt(&mut self, at: usize) {
        let Some((constraint, cx)) = self.constraints[at].take() else {
            return;
        };
        let outer = std::mem::replace(&mut self.cx, cx);
        let left = match constraint {
            Constraint::Impl(goal) => self.attempt_goal(goal, at).map(Constraint::Impl),
            Constraint::Fits(p, q, span) => self
                .attempt_fits(p, q, span, at)
                .map(|(p, q)| Constraint::Fits(p, q, span)),
            Constraint::Member(member) => self.attempt_member(member, at).map(Constraint::Member),
        };
        self.cx = outer;
        if let Some(constraint) = left {
            self.constraints[at] = Some((constraint, cx));
        }
    }

    /// Makes a constraint wait for the variables of a type.
    pub fn wait_for(&mut self, ty: Ty, at: usize) {
        let mut vars = Vec::new();
        self.u.free_vars(ty, &mut vars);
        for var in vars {
            self.u.watch(var, at as u32);
        }
    }

    fn attempt_goal(&mut self, goal: Goal, at: usize) -> Option<Goal> {
        let subject = self.u.shallow(goal.wanted.args[0]);
        if subject.is_error() {
            self.give_errors(&goal);
            return None;
        }
        let resolved = Obligation {
            interface: goal.wanted.interface,
            args: goal
                .wanted
                .args
                .iter()
                .map(|&ty| self.u.resolve(ty))
                .collect(),
        };
        if (subject.has_param() || subject.has_proj()) && self.given(&goal, &resolved) {
            return None;
        }
        let open = resolved.args.iter().any(|ty| ty.has_var());
        let rigid = resolved
            .args
            .iter()
            .any(|ty| ty.has_param() || ty.has_error());
        if !open && !rigid {
            self.decide_known(&goal, &resolved);
            return None;
        }
        if goal.assoc.is_empty() && self.assumed.contains(&resolved) {
            return None;
        }
        if as_var(subject).is_some() {
            self.wait(&goal, at);
            return Some(goal);
        }
        let u = &self.u;
        match self.env.table.candidates(&resolved, &|ty| u.peek(ty)) {
            Candidates::None => {
                self.missing(&goal, &resolved, Vec::new());
                None
            }
            Candidates::One(id) => {
                self.take_impl(&goal, &resolved, id);
                None
            }
            Candidates::Structural(goals) => {
                self.assumed.insert(resolved.clone());
                for wanted in goals {
                    self.below(&goal, &resolved, wanted, Vec::new());
                }
                None
            }
            Candidates::Ambiguous if open => {
                self.wait(&goal, at);
                Some(goal)
            }
            Candidates::Ambiguous => {
                self.decide_rigid(&goal, &resolved);
                None
            }
        }
    }

    fn wait(&mut self, goal: &Goal, at: usize) {
        for &arg in &goal.wanted.args {
            self.wait_for(arg, at);
        }
    }

    /// What an unanswered goal would have given has been reported.
    fn give_errors(&mut self, goal: &Goal) {
        for (_, out) in &goal.assoc {
            let _ = self.u.unify(*out, Ty::error());
        }
    }

    fn decide_known(&mut self, goal: &Goal, resolved: &Obligation) {
        match self.env.table.select(resolved) {
            Ok(selected) => self.take_assoc(goal, &selected),
            Err(failure) => self.fail(goal, resolved, failure),
        }
    }

    fn decide_rigid(&mut self, goal: &Goal, resolved: &Obligation) {
        match self.env.table.holds(resolved, &self.givens) {
            Ok(selected) => self.take_assoc(goal, &selected),
            Err(failure) => self.fail(goal, resolved, failure),
        }
    }

    fn take_assoc(&mut self, goal: &Goal, selected: &Selected) {
        let Selected::Impl { id, args } = selected else {
            return;
        };
        for (name, out) in &goal.assoc {
            if let Some(ty) = self.env.table.assoc(*id, args, name) {
                let ty = self.normalized(ty, goal.span);
                self.unify(*out, ty, goal.span, Why::Plain);
            }
        }
    }

    fn fail(&mut self, goal: &Goal, resolved: &Obligation, failure: Failure) {
        match failure {
            Failure::Missing(chain) => self.missing(goal, resolved, chain),
            Failure::TooDeep(chain) => self.too_deep(goal, &chain),
        }
    }

    fn missing(&mut self, goal: &Goal, resolved: &Obligation, chain: Vec<Obligation>) {
        self.give_errors(goal);
        self.report_missing(goal, resolved, &chain);
    }

    fn take_impl(&mut self, goal: &Goal, resolved: &Obligation, id: ImplId) {
        let env = self.env;
        let head = env.table.head(id);
        let map: Vec<(ParamId, Ty)> = head.generics.iter().map(|&p| (p, self.fresh())).collect();
        for (&pattern, &arg) in head.args.iter().zip(&resolved.args) {
            let ty = self.normalized(substitute(pattern, &map), goal.span);
            self.coerce(ty, arg, goal.span, Why::Plain);
        }
        for requirement in &head.requirements {
            let req = map_requirement(requirement, |ty| substitute(ty, &map));
            let req = map_requirement(&req, |ty| self.normalized(ty, goal.span));
            self.below(goal, resolved, req.obligation, req.assoc);
        }
        for (name, out) in &goal.assoc {
            if let Some((_, ty)) = head.assoc.iter().find(|(n, _)| n == name) {
                let ty = self.normalized(substitute(*ty, &map), goal.span);
                self.unify(*out, ty, goal.span, Why::Plain);
            }
        }
    }

    /// A goal that another one needs.
    fn below(&mut self, goal: &Goal, resolved: &Obligation, wanted: Obligation, assoc: Assoc) {
        let depth = goal.chain.as_ref().map_or(0, |link| link.depth) + 1;
        let link = Rc::new(Link {
            wanted: resolved.clone(),
            depth,
            above: goal.chain.clone(),
        });
        if depth > DEPTH {
            let mut chain = Vec::new();
            let mut at = Some(link);
            while let Some(link) = at {
                chain.push(link.wanted.clone());
                at = link.above.clone();
            }
            chain.reverse();
            self.too_deep(goal, &chain);
            return;
        }
        self.add_goal(Goal {
            wanted,
            assoc,
            span: goal.span,
            origin: goal.origin,
            chain: Some(link),
            must_know: false,
        });
    }

    /// Whether a bound in force answers the goal.
    fn given(&mut self, goal: &Goal, resolved: &Obligation) -> bool {
        let fits = |req: &&Requirement| {
            req.obligation.interface == resolved.interface
                && req.obligation.args[0] == resolved.args[0]
        };
        let found: Vec<Requirement> = self.givens.iter().filter(fits).cloned().collect();
        let exact = found
            .iter()
            .find(|req| req.obligation.args == resolved.args)
            .or(match found.as_slice() {
                [] => None,
                [only] => Some(only),
                [first, rest @ ..] => rest
                    .iter()
                    .all(|r| r.obligation.args == first.obligation.args)
                    .then_some(first),
            });
        let Some(chosen) = exact else {
            return false;
        };
        for (&have, &want) in chosen.obligation.args.iter().zip(&resolved.args).skip(1) {
            // Another impl may answer where the bound's arguments do not fit.
            if self.u.unify(want, have).is_err() {
                return false;
            }
        }
        for (name, out) in &goal.assoc {
            let known = found
                .iter()
                .filter(|req| req.obligation.args == chosen.obligation.args)
                .find_map(|req| req.assoc.iter().find(|(n, _)| n == name));
            let ty = match known {
                Some((_, ty)) => *ty,
                None => Ty::new(TyKind::Proj {
                    interface: resolved.interface,
                    name: name.clone(),
                    args: chosen.obligation.args.clone(),
                }),
            };
            self.unify(*out, ty, goal.span, Why::Plain);
        }
        true
    }

    /// `ty` with each projection replaced by a variable that the impl of its type will decide.
    pub fn normalized(&mut self, ty: Ty, span: Span) -> Ty {
        if !ty.has_proj() {
            return ty;
        }
        let ty = ty.map_parts(|part| self.normalized(part, span));
        if let TyKind::Proj { .. } = ty.kind() {
            let out = self.fresh();
            self.project_at(ty, out, span);
            return self.u.shallow(out);
        }
        ty
    }

    fn project(&mut self, projection: Ty, out: Ty) {
        let span = self.u.here.unwrap_or(Span::DUMMY);
        self.project_at(projection, out, span);
    }

    fn project_at(&mut self, projection: Ty, out: Ty, span: Span) {
        let TyKind::Proj {
            interface,
            name,
            args,
        } = projection.kind()
        else {
            return;
        };
        let wanted = Obligation {
            interface: *interface,
            args: args.clone(),
        };
        self.require(wanted, vec![(name.clone(), out)], span, Origin::Silent);
    }

    /// Puts bounds in force, with what they require.
    pub fn give(&mut self, req: Requirement, depth: usize) {
        let known = self
            .givens
            .iter()
            .any(|g| g.obligation == req.obligation && g.assoc.len() >= req.assoc.len());
        if known || depth > 16 {
            return;
        }
        self.givens.push(req.clone());
        // What a projection in it stands for is known here where its subject is.
        let known = map_requirement(&req, |ty| self.env.table.normalize_under(ty, &self.givens));
        if known.obligation != req.obligation {
            self.give(known, depth + 1);
        }
        for above in self.env.table.supers(&req.obligation) {
            self.give(above, depth + 1);
        }
        let env = self.env;
        let def = crate::impls::lower::interface_def(&env.world, req.obligation.interface);
        let scope = crate::impls::lower::Scope {
            world: &env.world,
            self_ty: req.obligation.args.first().copied(),
            interface: Some((req.obligation.interface, req.obligation.args.clone())),
            generics: &def.generics,
            fill: None,
        };
        let map: Vec<(ParamId, Ty)> = def
            .generics
            .iter()
            .map(|g| g.id)
            .zip(req.obligation.args.iter().copied())
            .collect();
        for assoc in &def.assoc_types {
            let known = req.assoc.iter().find(|(n, _)| *n == assoc.name);
            let subject = known.map_or_else(
                || {
                    Ty::new(TyKind::Proj {
                        interface: req.obligation.interface,
                        name: assoc.name.clone(),
                        args: req.obligation.args.clone(),
                    })
                },
                |(_, ty)| *ty,
            );
            for bound in &assoc.bounds {
                let lower = |ty| substitute(scope.lower(ty), &map);
                let mut args = vec![subject];
                args.extend(bound.args.iter().map(lower));
                let assoc: Vec<(SmolStr, Ty)> = bound
                    .assoc
                    .iter()
                    .map(|(name, ty)| (name.clone(), lower(ty)))
                    .collect();
                let obligation = Obligation {
                    interface: bound.interface,
                    args,
                };
                let span = bound.span;
                self.give(
                    Requirement {
                        obligation,
                        assoc,
                        span,
                    },
                    depth + 1,
                );
            }
        }
    }

    /// Runs `work` as at another place.
    pub fn at<R>(&mut self, cx: Cx, work: impl FnOnce(&mut Self) -> R) -> R {
        let outer = std::mem::replace(&mut self.cx, cx);
        let result = work(self);
        self.cx = outer;
        result
    }
}
