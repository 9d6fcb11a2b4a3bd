//! The number of arguments of the types that a signature or declaration writes.

use super::Infer;
use crate::diagnostics::WrongTypeArguments;
use crate::impls::lower::type_def;
use mesh_report::Diagnostic;
use mesh_resolve::hir::{Ty, TyKind, TypeDefKind, World};

/// Reports types with too many arguments.
pub fn check(infer: &mut Infer<'_>, ty: &Ty) {
    let mut found = Vec::new();
    walk(infer.world, ty, false, &mut found);
    infer.diagnostics.extend(found);
}

/// Reports types of a declaration, where none may be left out either.
pub fn declared(world: &World, ty: &Ty, out: &mut Vec<Diagnostic>) {
    walk(world, ty, true, out);
}

fn walk(world: &World, ty: &Ty, strict: bool, out: &mut Vec<Diagnostic>) {
    match &ty.kind {
        TyKind::Named(id, args) => {
            let def = type_def(world, *id);
            let wanted = def.generics.len();
            let pid = def.lang.as_deref() == Some("pid") && args.len() == 1;
            let alias = matches!(def.kind, TypeDefKind::Alias(_));
            let short = (strict || alias) && !pid && args.len() < wanted;
            if args.len() > wanted || short {
                out.push(
                    WrongTypeArguments {
                        name: def.name.to_string(),
                        expected: wanted,
                        found: args.len(),
                        span: ty.span,
                        declared: def.name_span,
                    }
                    .into(),
                );
            }
            args.iter().for_each(|arg| walk(world, arg, strict, out));
        }
        TyKind::Assoc(base, _) => walk(world, base, strict, out),
        TyKind::Tuple(items) => items.iter().for_each(|item| walk(world, item, strict, out)),
        TyKind::Fn(params, result) => {
            params
                .iter()
                .for_each(|param| walk(world, param, strict, out));
            walk(world, result, strict, out);
        }
        TyKind::Param(_) | TyKind::SelfTy | TyKind::Unit | TyKind::Infer | TyKind::Error => {}
    }
}
