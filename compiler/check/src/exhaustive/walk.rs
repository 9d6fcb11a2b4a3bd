//! Finds every pattern in a body.

use super::diagnostics::Where;
use super::{Case, Checker};
use crate::thir::{Arm, Body, Clause, Expr, ExprKind, ReceiveArm, Stmt};

/// Stack kept free before another level of expression is entered, and the size of the next piece.
const RED_ZONE: usize = 64 * 1024;
const SEGMENT: usize = 1024 * 1024;

impl Checker<'_> {
    pub(super) fn walk_body(&mut self, body: &Body) {
        for clause in &body.clauses {
            self.walk_clause(clause);
        }
    }

    fn walk_clause(&mut self, clause: &Clause) {
        if let Some(guard) = &clause.guard {
            self.walk(guard);
        }
        self.walk(&clause.body);
    }

    fn walk(&mut self, expr: &Expr) {
        stacker::maybe_grow(RED_ZONE, SEGMENT, || self.walk_here(expr));
    }

    fn walk_all<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) {
        for expr in exprs {
            self.walk(expr);
        }
    }

    fn walk_here(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Lit(_)
            | ExprKind::Local { .. }
            | ExprKind::Fn(_)
            | ExprKind::Ctor { .. }
            | ExprKind::Break
            | ExprKind::Continue
            | ExprKind::Hole(_)
            | ExprKind::SelfPid => {}
            ExprKind::Concat(parts) | ExprKind::Tuple(parts) => self.walk_all(parts),
            ExprKind::Call { callee, args } => {
                self.run_for_effect(callee, args);
                self.walk_all(args);
            }
            ExprKind::CallValue { callee, args } | ExprKind::Spawn { callee, args, .. } => {
                self.walk(callee);
                self.walk_all(args);
            }
            ExprKind::Construct { fields, .. } => self.walk_all(fields),
            ExprKind::Field { base, .. } => self.walk(base),
            ExprKind::List { items, tail } => {
                self.walk_all(items);
                self.walk_all(tail.as_deref());
            }
            ExprKind::Block { stmts, value } => {
                for stmt in stmts {
                    self.walk_stmt(stmt);
                }
                self.walk_all(value.as_deref());
            }
            ExprKind::If { cond, then, else_ } => {
                self.walk(cond);
                self.walk(then);
                self.walk_all(else_.as_deref());
            }
            ExprKind::Match { scrutinee, arms } => {
                self.walk(scrutinee);
                self.arms(arms, scrutinee.span);
            }
            ExprKind::For {
                pat,
                iterable,
                guard,
                body,
                collect,
                ..
            } => {
                self.walk(iterable);
                self.irrefutable(pat, Where::For);
                self.walk_all(guard.as_deref());
                self.repeated(body, !collect);
            }
            ExprKind::While { cond, body } => {
                self.walk(cond);
                self.repeated(body, true);
            }
            ExprKind::Return(value) => self.walk_all(value.as_deref()),
            ExprKind::Closure(closure) => {
                self.clauses(&closure.clauses, expr.span);
                let loops = std::mem::take(&mut self.loops);
                closure
                    .clauses
                    .iter()
                    .for_each(|clause| self.walk_clause(clause));
                self.loops = loops;
            }
            ExprKind::Receive { arms, after } => {
                self.receive(arms);
                if let Some(after) = after {
                    self.walk(&after.0);
                    self.walk(&after.1);
                }
            }
        }
    }

    /// The body of a loop; `unused`: nobody uses its value.
    fn repeated(&mut self, body: &Expr, unused: bool) {
        self.loops += 1;
        if unused {
            self.unused(body);
        }
        self.walk(body);
        self.loops -= 1;
    }

    fn arms(&mut self, arms: &[Arm], span: mesh_report::Span) {
        let cases: Vec<Case<'_>> = arms
            .iter()
            .map(|arm| Case {
                pats: vec![&arm.pat],
                guarded: arm.guard.is_some(),
            })
            .collect();
        self.cases(&cases, span, Where::Match);
        for arm in arms {
            self.walk_all(&arm.guard);
            self.walk(&arm.body);
        }
    }

    /// Messages and signals are two separate streams; neither must be covered.
    fn receive(&mut self, arms: &[ReceiveArm]) {
        for signal in [false, true] {
            let chosen = arms
                .iter()
                .filter(|arm| arm.signal == signal)
                .map(|arm| &arm.arm);
            let cases: Vec<Case<'_>> = chosen
                .map(|arm| Case {
                    pats: vec![&arm.pat],
                    guarded: arm.guard.is_some(),
                })
                .collect();
            if let Some(first) = cases.first() {
                let span = first.pats[0].span;
                self.cases(&cases, span, Where::Receive);
            }
        }
        for arm in arms {
            self.walk_all(&arm.arm.guard);
            self.walk(&arm.arm.body);
        }
    }

    fn walk_stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Let {
                pat, value, else_, ..
            } => {
                self.walk(value);
                match else_ {
                    Some(other) => {
                        self.refutable(pat);
                        self.walk(other);
                    }
                    None => self.irrefutable(pat, Where::Let),
                }
            }
            Stmt::Expr(expr) => {
                self.unused(expr);
                self.walk(expr);
            }
            Stmt::LocalFns(functions) => {
                for function in functions {
                    self.clauses(&function.closure.clauses, function.span);
                    function
                        .closure
                        .clauses
                        .iter()
                        .for_each(|clause| self.walk_clause(clause));
                }
            }
        }
    }
}
