//! What the closures and local functions of a body capture, found before lowering.
//!
//! A local function is never a captured value itself: who mentions it captures what it captures. As a
//! function may be mentioned before all of its group has been walked, the sets are closed afterwards.

use crate::deep;
use mesh_check::thir::{Arm, Body, Clause, Closure, Expr, ExprKind, LocalFn, Pat, PatKind, Stmt};
use mesh_resolve::hir::{LocalId, ParamId};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Facts about one body.
pub struct Analysis<'a> {
    closures: FxHashMap<*const Closure, Rc<[LocalId]>>,
    pub functions: FxHashMap<LocalId, LocalFunction<'a>>,
    pub polys: FxHashMap<LocalId, Poly<'a>>,
}

/// A local function, or a closure bound by a `let`.
pub struct LocalFunction<'a> {
    pub closure: &'a Closure,
    pub generics: &'a [ParamId],
    /// How many type parameters are in scope around it.
    pub scope: usize,
    pub captures: Rc<[LocalId]>,
    /// Called by name somewhere.
    pub called: bool,
}

/// A generalised `let` of another value, evaluated at each use.
#[derive(Clone, Copy)]
pub struct Poly<'a> {
    pub pat: &'a Pat,
    pub value: &'a Expr,
    pub generics: &'a [ParamId],
    pub scope: usize,
}

impl Analysis<'_> {
    /// What a closure expression captures.
    pub fn captures(&self, closure: &Closure) -> Rc<[LocalId]> {
        let found = self.closures.get(&(closure as *const Closure));
        found.cloned().unwrap_or_else(|| Rc::from([]))
    }
}

impl<'a> Analysis<'a> {
    pub fn of(body: &'a Body) -> Analysis<'a> {
        let mut walk = Walk {
            levels: FxHashMap::default(),
            groups: FxHashMap::default(),
            group_frames: Vec::new(),
            frames: Vec::new(),
            stack: Vec::new(),
            scope: body.generics.len(),
            functions: FxHashMap::default(),
            polys: FxHashMap::default(),
        };
        walk.clauses(&body.clauses);
        walk.close();
        walk.finish()
    }
}

/// A closure's, local function's or generalised value's own variables.
struct Frame {
    closure: Option<*const Closure>,
    level: usize,
    free: BTreeSet<LocalId>,
    groups: BTreeSet<usize>,
}

struct Walk<'a> {
    /// How many frames are around a variable's binding.
    levels: FxHashMap<LocalId, usize>,
    /// The group of local functions a name belongs to.
    groups: FxHashMap<LocalId, usize>,
    group_frames: Vec<Vec<usize>>,
    frames: Vec<Frame>,
    stack: Vec<usize>,
    scope: usize,
    functions: FxHashMap<LocalId, LocalFunction<'a>>,
    polys: FxHashMap<LocalId, Poly<'a>>,
}

impl<'a> Walk<'a> {
    fn bind(&mut self, local: LocalId) {
        self.levels.insert(local, self.stack.len());
    }

    fn mention(&mut self, local: LocalId) {
        if let Some(&group) = self.groups.get(&local) {
            for &frame in &self.stack {
                self.frames[frame].groups.insert(group);
            }
            return;
        }
        let level = self.levels.get(&local).copied().unwrap_or(0);
        for &frame in &self.stack[level.min(self.stack.len())..] {
            self.frames[frame].free.insert(local);
        }
    }

    fn enter(&mut self, closure: Option<&Closure>) -> usize {
        self.stack.push(self.frames.len());
        self.frames.push(Frame {
            closure: closure.map(|closure| closure as *const Closure),
            level: self.stack.len(),
            free: BTreeSet::new(),
            groups: BTreeSet::new(),
        });
        self.frames.len() - 1
    }

    fn closure(&mut self, closure: &'a Closure) -> usize {
        let frame = self.enter(Some(closure));
        self.clauses(&closure.clauses);
        self.stack.pop();
        frame
    }

    fn clauses(&mut self, clauses: &'a [Clause]) {
        for clause in clauses {
            clause.params.iter().for_each(|pat| self.pat(pat));
            clause.guard.iter().for_each(|guard| self.expr(guard));
            self.expr(&clause.body);
        }
    }

    fn pat(&mut self, pat: &'a Pat) {
        each_local(pat, &mut |local| self.bind(local));
    }

    fn arm(&mut self, arm: &'a Arm) {
        self.pat(&arm.pat);
        arm.guard.iter().for_each(|guard| self.expr(guard));
        self.expr(&arm.body);
    }

    fn all(&mut self, exprs: &'a [Expr]) {
        exprs.iter().for_each(|expr| self.expr(expr));
    }

    fn expr(&mut self, expr: &'a Expr) {
        deep(|| self.shape(&expr.kind));
    }

    fn shape(&mut self, kind: &'a ExprKind) {
        match kind {
            ExprKind::Lit(_)
            | ExprKind::Fn(_)
            | ExprKind::Ctor { .. }
            | ExprKind::Break
            | ExprKind::Continue
            | ExprKind::Hole(_)
            | ExprKind::SelfPid => {}
            ExprKind::Local { id, .. } => self.mention(*id),
            ExprKind::Concat(items)
            | ExprKind::Tuple(items)
            | ExprKind::Call { args: items, .. }
            | ExprKind::Construct { fields: items, .. } => self.all(items),
            ExprKind::CallValue { callee, args } => {
                if let ExprKind::Local { id, .. } = &callee.kind
                    && let Some(function) = self.functions.get_mut(id)
                {
                    function.called = true;
                }
                self.expr(callee);
                self.all(args);
            }
            ExprKind::Field { base, .. } => self.expr(base),
            ExprKind::List { items, tail } => {
                self.all(items);
                tail.iter().for_each(|tail| self.expr(tail));
            }
            ExprKind::Block { stmts, value } => {
                stmts.iter().for_each(|stmt| self.stmt(stmt));
                value.iter().for_each(|value| self.expr(value));
            }
            ExprKind::If { cond, then, else_ } => {
                self.expr(cond);
                self.expr(then);
                else_.iter().for_each(|els| self.expr(els));
            }
            ExprKind::Match { scrutinee, arms } => {
                self.expr(scrutinee);
                arms.iter().for_each(|arm| self.arm(arm));
            }
            ExprKind::For {
                pat,
                iterable,
                guard,
                body,
                ..
            } => {
                self.expr(iterable);
                self.pat(pat);
                guard.iter().for_each(|guard| self.expr(guard));
                self.expr(body);
            }
            ExprKind::While { cond, body } => {
                self.expr(cond);
                self.expr(body);
            }
            ExprKind::Return(value) => value.iter().for_each(|value| self.expr(value)),
            ExprKind::Closure(closure) => {
                self.closure(closure);
            }
            ExprKind::Receive { arms, after } => {
                arms.iter().for_each(|arm| self.arm(&arm.arm));
                if let Some(after) = after {
                    self.expr(&after.0);
                    self.expr(&after.1);
                }
            }
            ExprKind::Spawn { callee, args, .. } => {
                self.expr(callee);
                self.all(args);
            }
        }
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Expr(expr) => self.expr(expr),
            Stmt::LocalFns(all) => self.local_functions(all),
            Stmt::Let {
                pat,
                generics,
                value,
                else_,
                ..
            } => match (&pat.kind, &value.kind) {
                (PatKind::Bind(local), ExprKind::Closure(closure)) => {
                    self.declare(*local, closure, generics);
                    let group = self.group(&[*local]);
                    self.function(*local, group);
                    // Its own name inside meant an outer variable, so it joins the group last.
                    self.groups.insert(*local, group);
                }
                _ if !generics.is_empty() => self.poly(pat, generics, value),
                _ => {
                    self.expr(value);
                    else_.iter().for_each(|els| self.expr(els));
                    self.pat(pat);
                }
            },
        }
    }

    fn declare(&mut self, local: LocalId, closure: &'a Closure, generics: &'a [ParamId]) {
        let function = LocalFunction {
            closure,
            generics,
            scope: self.scope,
            captures: Rc::from([]),
            called: false,
        };
        self.functions.insert(local, function);
    }

    fn group(&mut self, members: &[LocalId]) -> usize {
        self.group_frames.push(Vec::with_capacity(members.len()));
        self.group_frames.len() - 1
    }

    fn function(&mut self, local: LocalId, group: usize) {
        let Some(LocalFunction {
            closure, generics, ..
        }) = self.functions.get(&local)
        else {
            return;
        };
        let (closure, generics) = (*closure, generics.len());
        self.scope += generics;
        let frame = self.closure(closure);
        self.scope -= generics;
        self.group_frames[group].push(frame);
    }

    fn local_functions(&mut self, all: &'a [LocalFn]) {
        let names: Vec<LocalId> = all.iter().map(|function| function.local).collect();
        let group = self.group(&names);
        for function in all {
            self.declare(function.local, &function.closure, &function.generics);
            self.groups.insert(function.local, group);
        }
        for name in names {
            self.function(name, group);
        }
    }

    fn poly(&mut self, pat: &'a Pat, generics: &'a [ParamId], value: &'a Expr) {
        let scope = self.scope;
        let group = self.group(&[]);
        let frame = self.enter(None);
        self.scope += generics.len();
        self.expr(value);
        self.scope = scope;
        self.stack.pop();
        self.group_frames[group].push(frame);
        each_local(pat, &mut |local| {
            self.groups.insert(local, group);
            self.polys.insert(
                local,
                Poly {
                    pat,
                    value,
                    generics,
                    scope,
                },
            );
        });
    }

    /// Who mentions a local function captures what that captures.
    fn close(&mut self) {
        let users: Vec<usize> = (0..self.frames.len())
            .filter(|&frame| !self.frames[frame].groups.is_empty())
            .collect();
        let mut changed = true;
        while changed {
            changed = false;
            for &user in &users {
                let level = self.frames[user].level;
                let mut wanted = Vec::new();
                for &group in &self.frames[user].groups {
                    for &member in &self.group_frames[group] {
                        wanted.extend(self.frames[member].free.iter().copied().filter(|local| {
                            self.levels.get(local).copied().unwrap_or(0) < level
                                && !self.frames[user].free.contains(local)
                        }));
                    }
                }
                changed |= !wanted.is_empty();
                self.frames[user].free.extend(wanted);
            }
        }
    }

    fn finish(mut self) -> Analysis<'a> {
        for (local, function) in &mut self.functions {
            let Some(&group) = self.groups.get(local) else {
                continue;
            };
            let mut all = BTreeSet::new();
            for &frame in &self.group_frames[group] {
                all.extend(self.frames[frame].free.iter().copied());
            }
            function.captures = all.into_iter().collect();
        }
        let closures = self.frames.iter().filter_map(|frame| {
            let captures = frame.free.iter().copied().collect();
            Some((frame.closure?, captures))
        });
        Analysis {
            closures: closures.collect(),
            functions: self.functions,
            polys: self.polys,
        }
    }
}

/// The variables a pattern binds, each once, in order.
pub fn each_local(pat: &Pat, visit: &mut dyn FnMut(LocalId)) {
    match &pat.kind {
        PatKind::Wild | PatKind::Lit(_) | PatKind::IntRange { .. } => {}
        PatKind::Bind(local) => visit(*local),
        PatKind::Variant { fields, .. } | PatKind::Tuple(fields) => {
            fields.iter().for_each(|field| each_local(field, visit));
        }
        PatKind::List { items, rest } => {
            items.iter().for_each(|item| each_local(item, visit));
            if let Some(rest) = rest {
                deep(|| each_local(rest, visit));
            }
        }
        PatKind::Prefix { rest, .. } => each_local(rest, visit),
        // Every alternative binds the same ones.
        PatKind::Or(all) => all.iter().take(1).for_each(|pat| each_local(pat, visit)),
        PatKind::As { pat, local } => {
            visit(*local);
            each_local(pat, visit);
        }
    }
}
