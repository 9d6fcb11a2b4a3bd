//! Expressions: each has its type inferred, or is checked against the one that is expected.

use super::{Infer, RED_ZONE, SEGMENT, Why};
use crate::diagnostics::IntOutOfRange;
use crate::thir::{self, ExprKind};
use crate::ty::{Ty, TyKind};
use mesh_report::Span;
use mesh_resolve::hir;

impl<'e> Infer<'e> {
    /// The expression with the type it has by itself.
    pub fn infer(&mut self, e: &'e hir::Expr) -> thir::Expr {
        self.infer_hinted(e, None)
    }

    /// The same where a type is likely: it tells constructors apart and gives closures their
    /// parameters, but is not enforced.
    pub fn infer_hinted(&mut self, e: &'e hir::Expr, hint: Option<Ty>) -> thir::Expr {
        stacker::maybe_grow(RED_ZONE, SEGMENT, || self.infer_here(e, hint))
    }

    /// The expression, which must have this type.
    pub fn check(&mut self, e: &'e hir::Expr, ty: Ty, why: Why) -> thir::Expr {
        stacker::maybe_grow(RED_ZONE, SEGMENT, || self.check_here(e, ty, why))
    }

    fn check_here(&mut self, e: &'e hir::Expr, ty: Ty, why: Why) -> thir::Expr {
        use hir::ExprKind as H;
        match &e.kind {
            H::Block(block) => self.block(block, e.span, Some((ty, why))),
            H::If { cond, then, else_ } => {
                self.if_(cond, then, else_.as_deref(), e.span, Some((ty, why)))
            }
            H::Held { local, value } => self.held(*local, value, Ok((ty, why)), e.span),
            H::Match { scrutinee, arms } => self.match_(scrutinee, arms, e.span, Some((ty, why))),
            H::Receive { arms, after } => {
                self.receive(arms, after.as_deref(), e.span, Some((ty, why)))
            }
            // Where `()` is wanted the list of a `for` is not.
            H::For {
                pat,
                iterable,
                guard,
                body,
            } if self.head(ty) == self.lang.unit => {
                self.for_(pat, iterable, guard.as_deref(), body, e.span, false)
            }
            H::Tuple(items) => {
                let shape = self.head(ty);
                if let TyKind::Tuple(parts) = shape.kind()
                    && parts.len() == items.len()
                {
                    let checked: Vec<_> = items
                        .iter()
                        .zip(parts)
                        .map(|(item, &part)| self.check(item, part, why))
                        .collect();
                    return self.make(ExprKind::Tuple(checked), shape, e.span);
                }
                let made = self.infer_here(e, None);
                self.coerce_expr(made, ty, why)
            }
            H::List { items, tail } => {
                let shape = self.head(ty);
                if let TyKind::Con(id, args) = shape.kind()
                    && self.is_lang(*id, "list")
                {
                    return self.list_literal(items, tail.as_deref(), e.span, Some((args[0], why)));
                }
                let made = self.infer_here(e, None);
                self.coerce_expr(made, ty, why)
            }
            _ => {
                let made = self.infer_here(e, Some(ty));
                self.coerce_expr(made, ty, why)
            }
        }
    }

    fn infer_here(&mut self, e: &'e hir::Expr, hint: Option<Ty>) -> thir::Expr {
        use hir::ExprKind as H;
        let span = e.span;
        match &e.kind {
            H::Error => {
                self.members[self.cx.member].unsound = true;
                self.error_expr(span)
            }
            H::Lit(lit) => {
                let (lit, ty) = self.literal(lit);
                self.make(ExprKind::Lit(lit), ty, span)
            }
            H::IntOutOfRange(text) => {
                let literal = text.to_string();
                self.report(IntOutOfRange { literal, span });
                self.make(ExprKind::Lit(thir::Lit::Int(0)), self.lang.int, span)
            }
            H::Interpolation(parts) => self.interpolation(parts, span),
            H::Regex { pattern, flags } => self.regex(pattern, flags, span),
            H::Local(id) => self.local_ref(*id, span),
            H::Fn(id) => {
                let instance = self.instantiate(*id, span);
                let ty = instance.ty();
                self.make(ExprKind::Fn(instance.callee), ty, span)
            }
            H::Const(id) => {
                let env = self.env;
                let value = env.world.modules[id.module.0 as usize].consts[id.index as usize].value;
                let instance = self.instantiate(value, span);
                let kind = ExprKind::Call {
                    callee: instance.callee,
                    args: Vec::new(),
                };
                self.make(kind, instance.result, span)
            }
            H::Ctor(ctors) => self.constructor(ctors, span, hint),
            H::TypeItem {
                base,
                name,
                name_span,
            } => self.type_item(base, name, *name_span, span),
            H::Field {
                base,
                name,
                name_span,
            } => self.field(base, name, *name_span, span),
            H::MethodCall {
                receiver,
                name,
                name_span,
                args,
                trailing,
            } => self.method_call(receiver, name, *name_span, args, *trailing, span),
            H::Call {
                callee,
                args,
                trailing,
            } => self.call(callee, args, *trailing, span, hint),
            H::Index { base, index } => self.index(base, index, span),
            H::Try(operand) => self.question(operand, span),
            H::Unary { op, operand } => self.unary(*op, operand, span),
            H::Binary { .. } => self.binary(e),
            H::Range {
                low,
                high,
                inclusive,
            } => self.range(low, high, *inclusive, span),
            _ => self.infer_compound(e, hint),
        }
    }

    fn infer_compound(&mut self, e: &'e hir::Expr, hint: Option<Ty>) -> thir::Expr {
        use hir::ExprKind as H;
        let span = e.span;
        match &e.kind {
            H::Tuple(items) => {
                let items: Vec<_> = items.iter().map(|item| self.infer(item)).collect();
                let ty = Ty::new(TyKind::Tuple(items.iter().map(|item| item.ty).collect()));
                self.make(ExprKind::Tuple(items), ty, span)
            }
            H::List { items, tail } => self.list_literal(items, tail.as_deref(), span, None),
            H::Map(entries) => self.map_literal(entries, span),
            H::Struct { ty, base, fields } => {
                self.struct_literal(*ty, base.as_deref(), fields, span, hint)
            }
            H::Block(block) => self.block(block, span, None),
            H::If { cond, then, else_ } => self.if_(cond, then, else_.as_deref(), span, None),
            H::Match { scrutinee, arms } => self.match_(scrutinee, arms, span, None),
            H::For {
                pat,
                iterable,
                guard,
                body,
            } => self.for_(pat, iterable, guard.as_deref(), body, span, true),
            H::While { cond, body } => self.while_(cond, body, span),
            H::Break => self.diverging(ExprKind::Break, span),
            H::Continue => self.diverging(ExprKind::Continue, span),
            H::Return(value) => self.return_(value.as_deref(), span),
            H::Closure(closure) => {
                let made = self.closure(closure, hint, span);
                self.make(made.0, made.1, span)
            }
            H::Ascribe { value, ty } => {
                let at = ty.span;
                let ty = self.written(ty);
                self.check(value, ty, Why::Declared(at))
            }
            H::Held { local, value } => self.held(*local, value, Err(hint), span),
            H::Receive { arms, after } => self.receive(arms, after.as_deref(), span, None),
            H::Spawn { callee, args, link } => self.spawn(callee, args, *link, span),
            H::SelfPid => self.self_pid(span),
            _ => mesh_report::bug!(span, "an expression of no kind"),
        }
    }

    /// A value under a name, as a block: the name stays known behind it. `want` is the type it must have, or is likely to.
    fn held(
        &mut self,
        local: hir::LocalId,
        value: &'e hir::Expr,
        want: Result<(Ty, Why), Option<Ty>>,
        span: Span,
    ) -> thir::Expr {
        let value = match want {
            Ok((ty, why)) => self.check(value, ty, why),
            Err(hint) => self.infer_hinted(value, hint),
        };
        let ty = value.ty;
        self.bind(local, ty);
        let bound = thir::Stmt::Let {
            pat: thir::Pat {
                kind: thir::PatKind::Bind(local),
                ty,
                span,
            },
            generics: Vec::new(),
            value,
            else_: None,
            span,
        };
        let kind = ExprKind::Local {
            id: local,
            args: Vec::new(),
        };
        let again = self.make(kind, ty, span);
        self.after(vec![bound], again)
    }

    /// Control does not come back, so the value may be of any type.
    pub fn diverging(&mut self, kind: ExprKind, span: Span) -> thir::Expr {
        let ty = self.fresh();
        self.make(kind, ty, span)
    }

    /// A literal's value and type.
    pub fn literal(&self, lit: &hir::Lit) -> (thir::Lit, Ty) {
        match lit {
            hir::Lit::Int(n) => (thir::Lit::Int(*n), self.lang.int),
            hir::Lit::Float(n) => (thir::Lit::Float(*n), self.lang.float),
            hir::Lit::Bool(b) => (thir::Lit::Bool(*b), self.lang.bool),
            hir::Lit::Str(s) => (thir::Lit::Str(s.clone()), self.lang.string),
            hir::Lit::Atom(a) => (thir::Lit::Atom(a.clone()), self.lang.atom),
            hir::Lit::Unit => (thir::Lit::Unit, self.lang.unit),
        }
    }

    fn local_ref(&mut self, id: hir::LocalId, span: Span) -> thir::Expr {
        let local = self.local(id).clone();
        let Some(scheme) = local.scheme else {
            let kind = ExprKind::Local {
                id,
                args: Vec::new(),
            };
            return self.make(kind, local.ty, span);
        };
        let (ty, args) = self.instantiate_local(&scheme, local.ty, span);
        self.make(ExprKind::Local { id, args }, ty, span)
    }

    fn list_literal(
        &mut self,
        items: &'e [hir::Expr],
        tail: Option<&'e hir::Expr>,
        span: Span,
        want: Option<(Ty, Why)>,
    ) -> thir::Expr {
        let (item_ty, mut why) = want.unwrap_or_else(|| (self.fresh(), Why::Plain));
        let mut made = Vec::with_capacity(items.len());
        for item in items {
            made.push(self.check(item, item_ty, why));
            if matches!(why, Why::Plain) {
                why = Why::Sibling(item.span, "the first element");
            }
        }
        let ty = self.list(item_ty);
        let tail = tail.map(|tail| Box::new(self.check(tail, ty, why)));
        self.make(ExprKind::List { items: made, tail }, ty, span)
    }
}
