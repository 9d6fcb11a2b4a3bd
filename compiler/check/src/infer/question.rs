//! `e?`: the value, or an early return whose error is converted with `From`.

use super::solve::Origin;
use super::{Infer, TrySite, Why};
use crate::diagnostics::{QuestionErrors, QuestionOperand, QuestionResult};
use crate::program::Obligation;
use crate::thir::{self, Arm, ExprKind, PatKind};
use crate::ty::{Ty, TyKind};
use mesh_report::Span;
use mesh_resolve::hir;

impl<'e> Infer<'e> {
    pub fn question(&mut self, operand: &'e hir::Expr, span: Span) -> thir::Expr {
        let operand = self.infer(operand);
        let mut head = self.head(operand.ty);
        if let TyKind::Var(_) = head.kind() {
            // The kind of the function's own result is the only one that can fit.
            let ret = self.u.shallow(self.cx.ret);
            if let TyKind::Con(id, _) = ret.kind()
                && (self.is_lang(*id, "option") || self.is_lang(*id, "result"))
            {
                let (whole, _) = self.fresh_con(*id);
                self.unify(operand.ty, whole, operand.span, Why::Plain);
                head = self.head(operand.ty);
            }
        }
        match head.kind() {
            TyKind::Con(id, args) if self.is_lang(*id, "option") => {
                self.question_option(operand, *id, args[0], span)
            }
            TyKind::Con(id, args) if self.is_lang(*id, "result") => {
                self.question_result(operand, *id, args[0], args[1], span)
            }
            TyKind::Error => self.error_expr(span),
            _ => {
                let ty = self.show(head);
                self.report(QuestionOperand {
                    ty,
                    span: operand.span,
                });
                self.error_expr(span)
            }
        }
    }

    /// Makes the function's result fit an early return of `wanted`.
    fn question_returns(&mut self, wanted: Ty, operand: &thir::Expr, span: Span) -> bool {
        self.u.here = Some(span);
        if self.u.unify(self.cx.ret, wanted).is_ok() {
            return true;
        }
        let texts = self.show_all(&[operand.ty, self.cx.ret]);
        self.report(QuestionResult {
            operand: texts[0].clone(),
            result: texts[1].clone(),
            span,
            declared: self.cx.ret_span,
        });
        self.forget(operand.ty);
        false
    }

    fn question_option(
        &mut self,
        operand: thir::Expr,
        id: hir::TypeId,
        inner: Ty,
        span: Span,
    ) -> thir::Expr {
        let out = self.fresh();
        let wanted = self.option(out);
        if !self.question_returns(wanted, &operand, span) {
            return self.error_expr(span);
        }
        let none = self.make(
            ExprKind::Construct {
                ty: id,
                variant: self.variant(id, "None"),
                fields: Vec::new(),
            },
            wanted,
            span,
        );
        let leave = self.diverge_with(none, inner, span);
        let some = self.variant(id, "Some");
        let none_arm = self.arm_of(id, self.variant(id, "None"), None, operand.ty, leave);
        self.question_match(operand, id, some, inner, none_arm, span)
    }

    fn question_result(
        &mut self,
        operand: thir::Expr,
        id: hir::TypeId,
        inner: Ty,
        error: Ty,
        span: Span,
    ) -> thir::Expr {
        let (out, out_error) = (self.fresh(), self.fresh());
        let wanted = Ty::con(id, vec![out, out_error]);
        if !self.question_returns(wanted, &operand, span) {
            return self.error_expr(span);
        }
        let hole = self.hole();
        self.tries.push(TrySite {
            from: error,
            to: out_error,
            span,
            hole,
        });
        let local = self.temp(error);
        let converted = self.make(ExprKind::Hole(hole), out_error, span);
        self.holes[hole as usize] = Some(self.make(
            ExprKind::Local {
                id: local,
                args: Vec::new(),
            },
            error,
            span,
        ));
        let err = self.make(
            ExprKind::Construct {
                ty: id,
                variant: self.variant(id, "Err"),
                fields: vec![converted],
            },
            wanted,
            span,
        );
        let leave = self.diverge_with(err, inner, span);
        let bound = thir::Pat {
            kind: PatKind::Bind(local),
            ty: error,
            span,
        };
        let err_arm = self.arm_of(id, self.variant(id, "Err"), Some(bound), operand.ty, leave);
        let ok = self.variant(id, "Ok");
        self.question_match(operand, id, ok, inner, err_arm, span)
    }

    fn diverge_with(&self, value: thir::Expr, ty: Ty, span: Span) -> thir::Expr {
        self.make(ExprKind::Return(Some(Box::new(value))), ty, span)
    }

    fn arm_of(
        &self,
        id: hir::TypeId,
        variant: u32,
        field: Option<thir::Pat>,
        ty: Ty,
        body: thir::Expr,
    ) -> Arm {
        Arm {
            pat: thir::Pat {
                kind: PatKind::Variant {
                    ty: id,
                    variant,
                    fields: field.into_iter().collect(),
                },
                ty,
                span: body.span,
            },
            guard: None,
            body,
        }
    }

    fn question_match(
        &mut self,
        operand: thir::Expr,
        id: hir::TypeId,
        variant: u32,
        inner: Ty,
        other: Arm,
        span: Span,
    ) -> thir::Expr {
        let local = self.temp(inner);
        let bound = thir::Pat {
            kind: PatKind::Bind(local),
            ty: inner,
            span,
        };
        let value = self.make(
            ExprKind::Local {
                id: local,
                args: Vec::new(),
            },
            inner,
            span,
        );
        let first = self.arm_of(id, variant, Some(bound), operand.ty, value);
        let kind = ExprKind::Match {
            scrutinee: Box::new(operand),
            arms: vec![first, other],
        };
        self.make(kind, inner, span)
    }

    fn variant(&self, id: hir::TypeId, name: &str) -> u32 {
        match &self.env.type_def(id).kind {
            hir::TypeDefKind::Sum(variants) => {
                variants.iter().position(|v| v.name == name).unwrap_or(0) as u32
            }
            _ => 0,
        }
    }

    /// A local without a name, numbered after the function's own.
    pub fn temp(&mut self, ty: Ty) -> hir::LocalId {
        let member = self.cx.member;
        let own = self.env.function(self.members[member].id).locals.len();
        let temps = self.members[member].temps;
        self.members[member].temps += 1;
        self.temps.push((member, ty));
        hir::LocalId((own + temps) as u32)
    }

    /// Decides the conversions of all `?`, when nothing more will be known.
    pub fn settle_questions(&mut self) {
        let sites = std::mem::take(&mut self.tries);
        for site in &sites {
            self.solve();
            let to = self.u.shallow(site.to);
            if super::as_var(to).is_none() {
                continue;
            }
            // The first conversion into this type decides, and the others must agree.
            if self.unify_quietly(site.to, site.from) {
                let decided = site.span;
                self.question_decided.push((to, decided));
            }
        }
        for site in sites {
            self.convert(site);
        }
    }

    fn unify_quietly(&mut self, a: Ty, b: Ty) -> bool {
        self.u.unify(a, b).is_ok()
    }

    fn convert(&mut self, site: TrySite) {
        self.solve();
        let (from, to) = (self.u.resolve(site.from), self.u.resolve(site.to));
        if from == to || from.has_error() || to.has_error() {
            return;
        }
        if super::as_var(from).is_some() || super::as_var(to).is_some() {
            self.unify_quietly(from, to);
            return;
        }
        let guessed = self
            .question_decided
            .iter()
            .find(|(var, _)| self.u.resolve(*var) == to)
            .map(|&(_, span)| span);
        let Some(interface) = self.lang_interface("from", site.span) else {
            return;
        };
        let wanted = Obligation {
            interface,
            args: vec![to, from],
        };
        if let Some(first) = guessed {
            let texts = self.show_all(&[from, to]);
            self.report(QuestionErrors {
                found: texts[0].clone(),
                first: texts[1].clone(),
                span: site.span,
                first_span: first,
            });
            return;
        }
        self.require(wanted, Vec::new(), site.span, Origin::Question);
        let callee = thir::FnRef::Method {
            interface,
            method: 0,
            interface_args: vec![to, from],
            method_args: vec![Ty::no_process()],
        };
        if let Some(value) = self.holes[site.hole as usize].take() {
            let span = value.span;
            let kind = ExprKind::Call {
                callee,
                args: vec![value],
            };
            self.holes[site.hole as usize] = Some(thir::Expr { kind, ty: to, span });
        }
    }
}
