//! Closures: their clauses, and the scope that each opens.

use super::Lowerer;
use super::body::{Control, Kind};
use super::pat::Bindings;
use crate::hir::{Clause, Closure, Expr, ExprKind, Ty};
use mesh_report::Span;
use mesh_syntax::ast;

impl Lowerer<'_> {
    pub(super) fn closure(&mut self, closure: &ast::ClosureExpr, span: Span) -> ExprKind {
        let mut clauses: Vec<Closure> = Vec::new();
        for clause in closure.clauses() {
            let params = clause.param_list();
            let params = params.iter().flat_map(|list| list.params()).collect();
            let at = self.at(&clause);
            clauses.push(self.closure_of(params, at, false, |lowerer| {
                let guard = clause.guard();
                let guard = guard.map(|guard| lowerer.expr_opt(guard.expr(), at));
                (guard, lowerer.expr_opt(clause.body(), at))
            }));
        }
        let mut clauses = clauses.into_iter();
        let Some(mut first) = clauses.next() else {
            return ExprKind::Error;
        };
        for clause in clauses {
            first.clauses.extend(clause.clauses);
        }
        if let [only] = first.clauses.as_mut_slice() {
            only.span = span;
        }
        ExprKind::Closure(first)
    }

    /// One clause with its parameters; `rest` gives guard and body, with the parameters in scope.
    pub(super) fn closure_of(
        &mut self,
        params: Vec<ast::Param>,
        span: Span,
        trailing: bool,
        rest: impl FnOnce(&mut Self) -> (Option<Expr>, Expr),
    ) -> Closure {
        let mark = self.body.enter();
        self.body.control.push(Control::Closure { span, trailing });
        let mut binds = Bindings::new(Kind::Parameter);
        let mut param_types: Vec<Option<Ty>> = Vec::new();
        let mut pats = Vec::new();
        for param in params {
            let at = self.at(&param);
            param_types.push(self.ty_opt(param.ty()));
            pats.push(self.pat_opt(param.pat(), &mut binds, at));
        }
        let (guard, body) = rest(self);
        self.body.control.pop();
        self.body.leave(mark);
        Closure {
            param_types,
            result: None,
            clauses: vec![Clause {
                params: pats,
                guard,
                body,
                span,
            }],
            trailing,
        }
    }
}
