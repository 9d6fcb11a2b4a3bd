//! Calls whose value nothing uses, of functions that do nothing but give one.

use super::Checker;
use super::diagnostics::UnusedResult;
use crate::scheme;
use crate::thir::{Expr, ExprKind, FnRef};
use mesh_resolve::hir::Function;

impl Checker<'_> {
    /// An expression that stands where its value is not used.
    pub(super) fn unused(&mut self, expr: &Expr) {
        let ExprKind::Call { callee, args } = &expr.kind else {
            return;
        };
        let Some(function) = self.marked(callee, "must_use") else {
            return;
        };
        let module = &self.world.modules[function.id.module.0 as usize].name;
        let subject = match args.first().map(|arg| &arg.kind) {
            Some(ExprKind::Local { id, .. }) => {
                Some(self.body.locals[id.0 as usize].name.to_string())
            }
            _ => None,
        };
        let facts = UnusedResult {
            function: format!("{module}.{}", function.name),
            subject,
            in_loop: self.loops > 0,
            span: expr.span,
        };
        self.diagnostics.push(facts.into());
    }

    /// The arguments of a call: closures that are run for their effect alone are as the body of a loop.
    pub(super) fn run_for_effect(&mut self, callee: &FnRef, args: &[Expr]) {
        if self.marked(callee, "for_effect").is_none() {
            return;
        }
        self.loops += 1;
        for arg in args {
            if let ExprKind::Closure(closure) = &arg.kind {
                for clause in &closure.clauses {
                    self.unused_value(&clause.body);
                }
            }
        }
        self.loops -= 1;
    }

    /// What an expression gives is not used: that of its last parts.
    fn unused_value(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Block {
                value: Some(value), ..
            } => self.unused_value(value),
            ExprKind::If {
                then,
                else_: Some(else_),
                ..
            } => {
                self.unused_value(then);
                self.unused_value(else_);
            }
            ExprKind::Match { arms, .. } => {
                arms.iter().for_each(|arm| self.unused_value(&arm.body));
            }
            _ => self.unused(expr),
        }
    }

    /// The function that is called, if it has an attribute.
    fn marked(&self, callee: &FnRef, attribute: &str) -> Option<&Function> {
        let FnRef::Item { id, .. } = callee else {
            return None;
        };
        let function = scheme::function(self.world, *id);
        let mut attributes = function.attributes.iter();
        attributes
            .any(|(name, _)| name == attribute)
            .then_some(function)
    }
}
