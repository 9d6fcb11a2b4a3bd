//! Calls whose value nothing uses, of functions that do nothing but give one.

use super::Checker;
use super::diagnostics::UnusedResult;
use crate::scheme;
use crate::thir::{Expr, ExprKind, FnRef};

impl Checker<'_> {
    /// An expression that stands where its value is not used.
    pub(super) fn unused(&mut self, expr: &Expr) {
        let ExprKind::Call {
            callee: FnRef::Item { id, .. },
            args,
        } = &expr.kind
        else {
            return;
        };
        let function = scheme::function(self.world, *id);
        if !function
            .attributes
            .iter()
            .any(|(name, _)| name == "must_use")
        {
            return;
        }
        let module = &self.world.modules[id.module.0 as usize].name;
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
}
