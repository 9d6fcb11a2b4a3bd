//! Closures and local functions: bodies with parameters, a result and a process of their own.

use super::{Cx, Infer, Why};
use crate::diagnostics::{CountHint, WrongArgumentCount};
use crate::thir::{self, ExprKind};
use crate::ty::{Ty, TyKind};
use mesh_report::Span;
use mesh_resolve::hir;

impl<'e> Infer<'e> {
    /// A closure; its parameters and process come from the function type expected of it.
    pub fn closure(&mut self, c: &'e hir::Closure, hint: Option<Ty>, span: Span) -> (ExprKind, Ty) {
        let hint = hint.map(|ty| self.head(ty));
        let count = c.param_types.len();
        let expected = match hint.map(Ty::kind) {
            Some(TyKind::Fn(f)) if f.params.len() == count => Some(f),
            Some(TyKind::Fn(f)) => {
                let hint = self.count_hint(c, &f.params);
                self.report(WrongArgumentCount {
                    what: "the function expected here".into(),
                    expected: f.params.len(),
                    found: count,
                    span,
                    declared: None,
                    closure: true,
                    hint,
                });
                None
            }
            _ => None,
        };
        let wrong =
            expected.is_none() && matches!(hint.map(Ty::kind), Some(TyKind::Fn(_) | TyKind::Error));
        let mut params = Vec::with_capacity(count);
        for (i, written) in c.param_types.iter().enumerate() {
            let from = expected.map(|f| f.params[i]);
            params.push(match (written, from) {
                (Some(ty), Some(from)) => {
                    let at = ty.span;
                    let ty = self.written(ty);
                    self.unify(from, ty, at, Why::Plain);
                    ty
                }
                (Some(ty), None) => self.written(ty),
                (None, Some(from)) => from,
                (None, None) if wrong => Ty::error(),
                (None, None) => self.fresh(),
            });
        }
        let process = match expected {
            Some(f) => f.process,
            None => self.u.fresh_process(),
        };
        let (result, result_span) = match &c.result {
            Some(ty) => (self.written(ty), Some(ty.span)),
            None => match expected {
                Some(f) => (f.result, None),
                None => (self.fresh(), None),
            },
        };
        let made = self.callable(&c.clauses, params, result, result_span, process);
        let ty = if wrong {
            Ty::error()
        } else {
            Ty::func(made.params.clone(), made.result, process)
        };
        (ExprKind::Closure(made), ty)
    }

    /// What a closure with a wrong number of parameters may have meant.
    fn count_hint(&mut self, c: &hir::Closure, expected: &[Ty]) -> Option<CountHint> {
        if let [only] = expected
            && let TyKind::Tuple(items) = self.u.shallow(*only).kind()
            && items.len() == c.param_types.len()
        {
            return Some(CountHint::OneTuple);
        }
        let written = c.clauses.first().map(|clause| clause.params.as_slice());
        match written {
            Some([only]) => match &only.kind {
                hir::PatKind::Tuple(items) if items.len() == expected.len() => {
                    Some(CountHint::NoTuple)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Clauses checked against the types of their function.
    pub fn callable(
        &mut self,
        clauses: &'e [hir::Clause],
        params: Vec<Ty>,
        result: Ty,
        ret_span: Option<Span>,
        process: Ty,
    ) -> thir::Closure {
        let outer = self.cx;
        self.cx = Cx {
            ret: result,
            ret_span,
            process,
            ..outer
        };
        let clauses = self.clauses(clauses, &params, result, ret_span);
        self.cx = outer;
        thir::Closure {
            params,
            result,
            clauses,
        }
    }

    /// Clauses: patterns against parameters, bodies against the result.
    pub fn clauses(
        &mut self,
        clauses: &'e [hir::Clause],
        params: &[Ty],
        result: Ty,
        ret_span: Option<Span>,
    ) -> Vec<thir::Clause> {
        let mut made = Vec::with_capacity(clauses.len());
        let mut why = match ret_span {
            Some(span) => Why::Result(span),
            None => Why::Plain,
        };
        for clause in clauses {
            let pats = clause
                .params
                .iter()
                .zip(params)
                .map(|(pat, &ty)| self.pat(pat, ty, Why::Plain))
                .collect();
            let guard = clause
                .guard
                .as_ref()
                .map(|guard| self.check(guard, self.lang.bool, Why::Condition));
            let body = self.check(&clause.body, result, why);
            if matches!(why, Why::Plain) {
                why = Why::Sibling(last_span(&clause.body), "the first clause");
            }
            made.push(thir::Clause {
                params: pats,
                guard,
                body,
            });
        }
        made
    }
}

/// Where the value of a body stands.
pub fn last_span(e: &hir::Expr) -> Span {
    match &e.kind {
        hir::ExprKind::Block(block) => match &block.value {
            Some(value) => last_span(value),
            None => e.span,
        },
        _ => e.span,
    }
}
