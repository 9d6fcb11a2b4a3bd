//! Blocks: statements in order, `let` with generalisation, local functions.

use super::control::Want;
use super::{Infer, LocalVar, Why};
use crate::diagnostics::{UnreachableCode, UnusedValue};
use crate::thir::{self, ExprKind};
use crate::ty::Ty;
use mesh_report::Span;
use mesh_resolve::hir;

impl<'e> Infer<'e> {
    pub fn block(&mut self, block: &'e hir::Block, span: Span, want: Want) -> thir::Expr {
        let mut stmts = Vec::with_capacity(block.stmts.len());
        let mut left_at = None;
        for stmt in &block.stmts {
            self.warn_unreachable(&mut left_at, stmt_span(stmt));
            stmts.push(self.stmt(stmt));
            self.solve();
            if let Some(thir::Stmt::Expr(e)) = stmts.last()
                && left_at.is_none()
                && self.leaves(e)
            {
                left_at = Some(Some(e.span));
            }
        }
        if let Some(value) = &block.value {
            self.warn_unreachable(&mut left_at, value.span);
        }
        let leaves = left_at.is_some();
        let value = match (&block.value, want) {
            (Some(value), Some((ty, why))) => Some(Box::new(self.check(value, ty, why))),
            (Some(value), None) => Some(Box::new(self.infer(value))),
            (None, _) => None,
        };
        let ty = match &value {
            Some(value) => value.ty,
            None if leaves => self.fresh(),
            None => self.lang.unit,
        };
        let bare = value.is_none();
        let made = self.make(ExprKind::Block { stmts, value }, ty, span);
        match want {
            Some((ty, why)) if bare => {
                let at = mesh_report::Span {
                    start: span.end.saturating_sub(1).max(span.start),
                    ..span
                };
                let _ = at;
                self.coerce_expr(made, ty, why)
            }
            _ => made,
        }
    }

    /// Warns once in a block of what stands behind a statement that leaves it.
    fn warn_unreachable(&mut self, left_at: &mut Option<Option<Span>>, span: Span) {
        if let Some(at) = left_at
            && let Some(leaves) = at.take()
        {
            self.report(UnreachableCode { span, leaves });
        }
    }

    /// Whether control does not go past the expression.
    fn leaves(&mut self, e: &thir::Expr) -> bool {
        match &e.kind {
            ExprKind::Return(_) | ExprKind::Break | ExprKind::Continue => true,
            ExprKind::Call { callee, .. } => self.gives_never(callee),
            ExprKind::Block { stmts, value } => match value {
                Some(value) => self.leaves(value),
                None => match stmts.last() {
                    Some(thir::Stmt::Expr(last)) => self.leaves(last),
                    _ => false,
                },
            },
            ExprKind::If {
                then,
                else_: Some(else_),
                ..
            } => self.leaves(then) && self.leaves(else_),
            ExprKind::Match { arms, .. } => {
                !arms.is_empty() && arms.iter().all(|arm| self.leaves(&arm.body))
            }
            _ => false,
        }
    }

    fn gives_never(&self, callee: &thir::FnRef) -> bool {
        let scheme = match callee {
            thir::FnRef::Item { id, .. } => self.env.scheme(*id),
            thir::FnRef::Method { .. } => None,
        };
        scheme.is_some_and(|scheme| scheme.ty.result == self.lang.never)
    }

    fn stmt(&mut self, stmt: &'e hir::Stmt) -> thir::Stmt {
        match stmt {
            hir::Stmt::Expr(e) => thir::Stmt::Expr(self.statement_expr(e)),
            hir::Stmt::Let {
                pat,
                ty,
                value,
                else_,
                span,
            } => self.let_(pat, ty.as_ref(), value, else_.as_ref(), *span),
            hir::Stmt::LocalFns(functions) => thir::Stmt::LocalFns(self.local_fns(functions)),
        }
    }

    /// An expression whose value nobody uses.
    pub fn statement_expr(&mut self, e: &'e hir::Expr) -> thir::Expr {
        use hir::ExprKind as H;
        match &e.kind {
            H::For {
                pat,
                iterable,
                guard,
                body,
            } => return self.for_(pat, iterable, guard.as_deref(), body, e.span, false),
            H::Block(block) => {
                if let Some(value) = &block.value {
                    return self.unused_block(block, value, e.span);
                }
            }
            H::If {
                cond,
                then,
                else_: Some(else_),
            } => {
                let cond = Box::new(self.check(cond, self.lang.bool, Why::Condition));
                let then = Box::new(self.discarded(then));
                let else_ = Some(Box::new(self.discarded(else_)));
                let kind = ExprKind::If { cond, then, else_ };
                return self.make(kind, self.lang.unit, e.span);
            }
            H::Match { scrutinee, arms } => return self.unused_match(scrutinee, arms, e.span),
            _ => {}
        }
        if let Some(what) = pure_value(e) {
            self.report(UnusedValue { what, span: e.span });
        }
        self.infer(e)
    }

    /// A `match` whose value nobody uses: its arms need not agree.
    fn unused_match(
        &mut self,
        scrutinee: &'e hir::Expr,
        arms: &'e [hir::Arm],
        span: Span,
    ) -> thir::Expr {
        let at = scrutinee.span;
        let scrutinee = Box::new(self.infer(scrutinee));
        let mut made = Vec::with_capacity(arms.len());
        for arm in arms {
            let pat = self.pat(&arm.pat, scrutinee.ty, Why::Matched(at));
            let guard = arm
                .guard
                .as_ref()
                .map(|guard| self.check(guard, self.lang.bool, Why::Condition));
            let body = self.discarded(&arm.body);
            made.push(thir::Arm { pat, guard, body });
        }
        let kind = ExprKind::Match {
            scrutinee,
            arms: made,
        };
        self.make(kind, self.lang.unit, span)
    }

    /// A statement's value as `()`, keeping "does not come back" visible.
    fn discarded(&mut self, e: &'e hir::Expr) -> thir::Expr {
        let made = self.statement_expr(e);
        if made.ty == self.lang.unit {
            return made;
        }
        let span = made.span;
        let kind = ExprKind::Block {
            stmts: vec![thir::Stmt::Expr(made)],
            value: None,
        };
        self.make(kind, self.lang.unit, span)
    }

    fn unused_block(
        &mut self,
        block: &'e hir::Block,
        value: &'e hir::Expr,
        span: Span,
    ) -> thir::Expr {
        let mut stmts: Vec<thir::Stmt> = Vec::with_capacity(block.stmts.len() + 1);
        for stmt in &block.stmts {
            stmts.push(self.stmt(stmt));
            self.solve();
        }
        stmts.push(thir::Stmt::Expr(self.statement_expr(value)));
        let kind = ExprKind::Block { stmts, value: None };
        self.make(kind, self.lang.unit, span)
    }

    fn let_(
        &mut self,
        pat: &'e hir::Pat,
        ty: Option<&'e hir::Ty>,
        value: &'e hir::Expr,
        else_: Option<&'e hir::Expr>,
        span: Span,
    ) -> thir::Stmt {
        let bound = simple_bind(pat);
        if let Some(local) = bound
            && else_.is_none()
            && is_value(value)
        {
            return self.let_generalised(pat, local, ty, value, span);
        }
        let value_span = value.span;
        let (value, ty, why) = self.let_value(ty, value);
        let pat = self.pat(pat, ty, why.unwrap_or(Why::Matched(value_span)));
        let else_ = else_.map(|e| {
            let made = self.infer(e);
            self.must_leave(&made);
            made
        });
        thir::Stmt::Let {
            pat,
            generics: Vec::new(),
            value,
            else_,
            span,
        }
    }

    /// `let … else` leaves the block in its `else`.
    fn must_leave(&mut self, e: &thir::Expr) {
        if !self.leaves(e) && !matches!(self.u.peek(e.ty).kind(), crate::ty::TyKind::Error) {
            self.report(crate::diagnostics::ElseFallsThrough { span: e.span });
        }
    }

    fn let_value(
        &mut self,
        ty: Option<&'e hir::Ty>,
        value: &'e hir::Expr,
    ) -> (thir::Expr, Ty, Option<Why>) {
        match ty {
            Some(written) => {
                let ty = self.written(written);
                let why = Why::Declared(written.span);
                let value = self.check(value, ty, why);
                (value, ty, Some(why))
            }
            None => {
                let value = self.infer(value);
                let ty = value.ty;
                (value, ty, None)
            }
        }
    }

    fn let_generalised(
        &mut self,
        pat: &'e hir::Pat,
        local: hir::LocalId,
        ty: Option<&'e hir::Ty>,
        value: &'e hir::Expr,
        span: Span,
    ) -> thir::Stmt {
        let scope = self.enter_let();
        let (value, ty, why) = self.let_value(ty, value);
        let pat = self.pat(pat, ty, why.unwrap_or(Why::Plain));
        let generics = self.leave_let(scope, &[local], &[ty]);
        thir::Stmt::Let {
            pat,
            generics,
            value,
            else_: None,
            span,
        }
    }

    /// Adjacent local functions: inferred together, then generalised.
    fn local_fns(&mut self, functions: &'e [hir::LocalFn]) -> Vec<thir::LocalFn> {
        let scope = self.enter_let();
        let mut headers = Vec::with_capacity(functions.len());
        for f in functions {
            let member = &self.members[self.cx.member];
            let by = member.shift;
            for generic in &f.generics {
                let mut named = generic.clone();
                named.id = hir::ParamId(generic.id.0 + by);
                self.generics.push(named);
            }
            self.give_local_bounds(f, by);
            let params: Vec<Ty> = f
                .params
                .iter()
                .map(|p| match &p.ty {
                    Some(ty) => self.written(ty),
                    None => self.fresh(),
                })
                .collect();
            self.note_last_param(&f.params, &params);
            let result = match &f.result {
                Some(ty) => self.written(ty),
                None => self.fresh(),
            };
            let process = self.written_process(&f.process);
            *self.local(f.local) = LocalVar {
                ty: Ty::func(params.clone(), result, process),
                scheme: None,
            };
            headers.push((params, result, process));
        }
        let mut made = Vec::with_capacity(functions.len());
        let mut types = Vec::new();
        for (f, (params, result, process)) in functions.iter().zip(headers) {
            types.push(Ty::func(params.clone(), result, process));
            let at = f.result.as_ref().map(|ty| ty.span);
            made.push(self.callable(&f.clauses, params, result, at, process));
        }
        let locals: Vec<hir::LocalId> = functions.iter().map(|f| f.local).collect();
        let generics = self.leave_let(scope, &locals, &types);
        let declared = |f: &hir::LocalFn, by: u32| -> Vec<hir::ParamId> {
            f.generics
                .iter()
                .map(|g| hir::ParamId(g.id.0 + by))
                .collect()
        };
        let by = self.members[self.cx.member].shift;
        let all: Vec<hir::ParamId> = functions
            .iter()
            .flat_map(|f| declared(f, by))
            .chain(generics)
            .collect();
        self.add_local_params(
            &locals,
            functions.iter().flat_map(|f| declared(f, by)).collect(),
        );
        functions
            .iter()
            .zip(made)
            .map(|(f, closure)| thir::LocalFn {
                local: f.local,
                generics: all.clone(),
                closure,
                span: f.span,
            })
            .collect()
    }

    fn give_local_bounds(&mut self, f: &'e hir::LocalFn, by: u32) {
        let env = self.env;
        let scope = crate::impls::lower::Scope {
            world: &env.world,
            self_ty: None,
            interface: None,
            generics: &f.generics,
            fill: None,
        };
        for req in crate::impls::requirements(&scope, &f.generics) {
            let req = super::map_requirement(&req, |ty| super::shift(ty, by));
            self.give(req, 0);
        }
    }
}

fn stmt_span(stmt: &hir::Stmt) -> Span {
    match stmt {
        hir::Stmt::Let { span, .. } => *span,
        hir::Stmt::Expr(e) => e.span,
        hir::Stmt::LocalFns(functions) => functions.first().map_or(Span::DUMMY, |f| f.name_span),
    }
}

fn simple_bind(pat: &hir::Pat) -> Option<hir::LocalId> {
    match &pat.kind {
        hir::PatKind::Bind(id) => Some(*id),
        hir::PatKind::Ascribe { pat, .. } => simple_bind(pat),
        _ => None,
    }
}

/// A syntactic value, which evaluating again does not change.
fn is_value(e: &hir::Expr) -> bool {
    match &e.kind {
        hir::ExprKind::Closure(_) | hir::ExprKind::Fn(_) | hir::ExprKind::Ctor(_) => true,
        hir::ExprKind::List { items, tail } => items.is_empty() && tail.is_none(),
        hir::ExprKind::Tuple(items) => items.iter().all(is_value),
        hir::ExprKind::Ascribe { value, .. } => is_value(value),
        _ => false,
    }
}

/// What a statement computes for nothing.
fn pure_value(e: &hir::Expr) -> Option<&'static str> {
    use hir::ExprKind as H;
    match &e.kind {
        H::Lit(hir::Lit::Unit) => None,
        H::Lit(_) | H::Interpolation(_) => Some("this value"),
        H::Local(_) => Some("this variable"),
        H::Binary {
            op: hir::BinaryOp::And | hir::BinaryOp::Or,
            ..
        } => None,
        H::Unary { .. } | H::Binary { .. } => Some("the result of this operator"),
        H::Tuple(_) | H::List { .. } | H::Map(_) | H::Struct { .. } => Some("this value"),
        H::Closure(_) => Some("this function"),
        H::Field { .. } => Some("this field"),
        _ => None,
    }
}
