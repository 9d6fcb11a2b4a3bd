//! A parameter without a default and without a declared type behind parameters with defaults: it has to take a closure, since only a
//! closure is told apart from the defaults left out. The resolver has seen to those with a declared type.

use super::Infer;
use crate::ty::{Ty, TyKind};
use mesh_report::{Diagnostic, Span};
use mesh_resolve::diagnostics::ParameterOrder;
use mesh_resolve::hir::{self, Param};

/// The last parameter of a function whose others have defaults.
pub struct LastParam<'e> {
    name: &'e str,
    span: Span,
    ty: Ty,
    default: Span,
}

impl<'e> Infer<'e> {
    /// Notes the last parameter of a function if its type, which is yet to be inferred, decides whether it may stand there.
    pub fn note_last_param(&mut self, params: &'e [Param], types: &[Ty]) {
        let (Some((last, before)), Some(&ty)) = (params.split_last(), types.last()) else {
            return;
        };
        let is_open = match &last.ty {
            None => true,
            Some(ty) => matches!(ty.kind, hir::TyKind::Infer),
        };
        let default = before.iter().find(|param| param.default.is_some());
        if let Some(default) = default
            && is_open
            && last.default.is_none()
        {
            self.last_params.push(LastParam {
                name: &last.name,
                span: last.span,
                ty,
                default: default.span,
            });
        }
    }

    /// Reports the noted parameters that take no closure, now that the types of the group are known.
    pub fn check_last_params(&mut self) {
        if self.diagnostics.iter().any(Diagnostic::is_error) {
            return;
        }
        for last in std::mem::take(&mut self.last_params) {
            let ty = self.u.resolve(last.ty);
            if matches!(ty.kind(), TyKind::Fn(..)) || ty.has_error() {
                continue;
            }
            self.report(ParameterOrder {
                name: last.name,
                span: last.span,
                default: last.default,
            });
        }
    }
}
