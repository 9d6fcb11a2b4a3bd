//! `if`, `match`, `for`, `while`, `return`.

use super::closure::last_span;
use super::solve::Origin;
use super::{Infer, Why};
use crate::program::Obligation;
use crate::thir::{self, ExprKind};
use crate::ty::Ty;
use mesh_report::Span;
use mesh_resolve::hir;

/// The type a compound expression must have, and why.
pub type Want = Option<(Ty, Why)>;

impl<'e> Infer<'e> {
    pub fn if_(
        &mut self,
        cond: &'e hir::Expr,
        then: &'e hir::Expr,
        else_: Option<&'e hir::Expr>,
        span: Span,
        want: Want,
    ) -> thir::Expr {
        let cond = Box::new(self.check(cond, self.lang.bool, Why::Condition));
        let Some(else_) = else_ else {
            let unit = self.lang.unit;
            let then = Box::new(self.statement_value(then));
            let kind = ExprKind::If {
                cond,
                then,
                else_: None,
            };
            let made = self.make(kind, unit, span);
            return match want {
                Some((ty, why)) => self.coerce_expr(made, ty, why),
                None => made,
            };
        };
        let (ty, why) = want.unwrap_or_else(|| (self.fresh(), Why::Plain));
        let first = Box::new(self.check(then, ty, why));
        let why = self.sibling(why, last_span(then), "this branch");
        let second = self.check(else_, ty, why);
        let kind = ExprKind::If {
            cond,
            then: first,
            else_: Some(Box::new(second)),
        };
        self.make(kind, ty, span)
    }

    /// After the first branch it is that one that a later one has to agree with.
    fn sibling(&self, why: Why, span: Span, what: &'static str) -> Why {
        match why {
            Why::Plain => Why::Sibling(span, what),
            other => other,
        }
    }

    /// An expression whose value is not used, as a branch of an `if` without `else`.
    fn statement_value(&mut self, e: &'e hir::Expr) -> thir::Expr {
        let made = self.statement_expr(e);
        let span = made.span;
        if made.ty == self.lang.unit {
            return made;
        }
        let kind = ExprKind::Block {
            stmts: vec![thir::Stmt::Expr(made)],
            value: None,
        };
        self.make(kind, self.lang.unit, span)
    }

    pub fn match_(
        &mut self,
        scrutinee: &'e hir::Expr,
        arms: &'e [hir::Arm],
        span: Span,
        want: Want,
    ) -> thir::Expr {
        let scrutinee_span = scrutinee.span;
        let scrutinee = Box::new(self.infer(scrutinee));
        let (ty, mut why) = want.unwrap_or_else(|| (self.fresh(), Why::Plain));
        let mut made = Vec::with_capacity(arms.len());
        // What does not fit one arm need not fit the others: that is said once.
        let mut matched = scrutinee.ty;
        for arm in arms {
            let said = self.diagnostics.len();
            let pat = self.pat(&arm.pat, matched, Why::Matched(scrutinee_span));
            if self.diagnostics.len() > said {
                matched = Ty::error();
            }
            made.push(self.arm_behind(pat, arm, ty, why));
            why = self.sibling(why, last_span(&arm.body), "the first arm");
        }
        let kind = ExprKind::Match {
            scrutinee,
            arms: made,
        };
        self.make(kind, ty, span)
    }

    /// One arm: its pattern against `matched`, its body against `ty`.
    pub fn arm(
        &mut self,
        arm: &'e hir::Arm,
        matched: Ty,
        matched_why: Why,
        ty: Ty,
        why: Why,
    ) -> thir::Arm {
        let pat = self.pat(&arm.pat, matched, matched_why);
        self.arm_behind(pat, arm, ty, why)
    }

    /// The rest of an arm, its body against `ty`.
    fn arm_behind(&mut self, pat: thir::Pat, arm: &'e hir::Arm, ty: Ty, why: Why) -> thir::Arm {
        let guard = arm
            .guard
            .as_ref()
            .map(|guard| self.check(guard, self.lang.bool, Why::Condition));
        let body = self.check(&arm.body, ty, why);
        thir::Arm { pat, guard, body }
    }

    pub fn for_(
        &mut self,
        pat: &'e hir::Pat,
        iterable: &'e hir::Expr,
        guard: Option<&'e hir::Expr>,
        body: &'e hir::Expr,
        span: Span,
        collect: bool,
    ) -> thir::Expr {
        let iterable = self.infer(iterable);
        let item = self.fresh();
        let iter = self.iter_method(&iterable, item);
        self.solve();
        let pat = self.pat(pat, item, Why::Matched(iterable.span));
        let guard = guard.map(|guard| Box::new(self.check(guard, self.lang.bool, Why::Condition)));
        let body = Box::new(if collect {
            self.infer(body)
        } else {
            self.statement_expr(body)
        });
        let ty = if collect {
            self.list(body.ty)
        } else {
            self.lang.unit
        };
        let kind = ExprKind::For {
            pat,
            iterable: Box::new(iterable),
            iter,
            item,
            guard,
            body,
            collect,
        };
        self.make(kind, ty, span)
    }

    /// `Iterable.iter` of a value's type, which gives items of type `item`.
    fn iter_method(&mut self, iterable: &thir::Expr, item: Ty) -> thir::FnRef {
        let Some(interface) = self.lang_interface("iterable", iterable.span) else {
            let _ = self.u.unify(item, Ty::error());
            return thir::FnRef::Item {
                id: self.members[self.cx.member].id,
                args: Vec::new(),
            };
        };
        let wanted = Obligation {
            interface,
            args: vec![iterable.ty],
        };
        // Nothing deferred crosses a group, so its types are not generalised.
        self.u.hold_back(iterable.ty, 1);
        self.u.hold_back(item, 1);
        self.require(
            wanted,
            vec![("Item".into(), item)],
            iterable.span,
            Origin::For,
        );
        thir::FnRef::Method {
            interface,
            method: 0,
            interface_args: vec![iterable.ty],
            method_args: vec![self.cx.process],
        }
    }

    pub fn while_(&mut self, cond: &'e hir::Expr, body: &'e hir::Expr, span: Span) -> thir::Expr {
        let cond = Box::new(self.check(cond, self.lang.bool, Why::Condition));
        let body = Box::new(self.statement_expr(body));
        self.make(ExprKind::While { cond, body }, self.lang.unit, span)
    }

    pub fn return_(&mut self, value: Option<&'e hir::Expr>, span: Span) -> thir::Expr {
        let ret = self.cx.ret;
        let why = match self.cx.ret_span {
            Some(span) => Why::Result(span),
            None => Why::Plain,
        };
        let value = match value {
            Some(value) => Some(Box::new(self.check(value, ret, why))),
            None => {
                self.unify(ret, self.lang.unit, span, why);
                None
            }
        };
        self.diverging(ExprKind::Return(value), span)
    }
}
