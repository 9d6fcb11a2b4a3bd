//! The fields of structs and sums, with an instance's types for the parameters.

use super::Specialiser;
use mesh_check::ty::{Ty, TyKind};
use mesh_report::bug;
use mesh_resolve::hir::{self, FieldDef, TypeDefKind, TypeId};
use smol_str::SmolStr;

/// A variant (the only one of a struct) with the concrete types of its fields.
pub struct VariantFields {
    pub name: SmolStr,
    pub fields: Vec<(SmolStr, Ty)>,
}

impl Specialiser<'_> {
    /// The variants of a data type's instance.
    pub fn fields_of(&mut self, id: TypeId, args: &[Ty]) -> Vec<VariantFields> {
        let def = self.type_def(id);
        let none = super::scope_of(&[], &[]);
        let mut fields = |fields: &[FieldDef]| {
            let each = fields.iter().map(|field| {
                let ty = self.declared_type(&field.ty, def, args);
                (field.name.clone(), self.concrete(ty, &none))
            });
            each.collect::<Vec<_>>()
        };
        match &def.kind {
            TypeDefKind::Struct(all) => vec![VariantFields {
                name: def.name.clone(),
                fields: fields(all),
            }],
            TypeDefKind::Sum(variants) => variants
                .iter()
                .map(|variant| VariantFields {
                    name: variant.name.clone(),
                    fields: fields(&variant.fields),
                })
                .collect(),
            TypeDefKind::Alias(_) | TypeDefKind::Extern => Vec::new(),
        }
    }

    /// A type in a declaration, where it is complete and mentions only the declaration's parameters.
    fn declared_type(&self, ty: &hir::Ty, def: &hir::TypeDef, args: &[Ty]) -> Ty {
        let all = |types: &[hir::Ty]| -> Vec<Ty> {
            types
                .iter()
                .map(|ty| self.declared_type(ty, def, args))
                .collect()
        };
        match &ty.kind {
            hir::TyKind::Param(id) => {
                let at = def.generics.iter().position(|param| param.id == *id);
                match at.and_then(|at| args.get(at)) {
                    Some(&arg) => arg,
                    None => bug!(ty.span, "Core: `{}` has no such parameter", def.name),
                }
            }
            hir::TyKind::Named(id, written) => self.named_type(*id, all(written)),
            hir::TyKind::Tuple(items) => Ty::new(TyKind::Tuple(all(items))),
            hir::TyKind::Unit => Ty::unit(),
            hir::TyKind::Fn(params, result) => {
                let result = self.declared_type(result, def, args);
                Ty::func(all(params), result, Ty::no_process())
            }
            hir::TyKind::SelfTy => Ty::con(def.id, args.to_vec()),
            hir::TyKind::Assoc(..) | hir::TyKind::Infer | hir::TyKind::Error => {
                bug!(ty.span, "Core: a field of `{}` has no type", def.name)
            }
        }
    }

    fn named_type(&self, id: TypeId, mut args: Vec<Ty>) -> Ty {
        let def = self.type_def(id);
        if let TypeDefKind::Alias(target) = &def.kind {
            return self.declared_type(target, def, &args);
        }
        // `Pid<M>` in a declaration is send-only.
        if def.lang.as_deref() == Some("pid")
            && args.len() == 1
            && let Some(&never) = self.checked.world.lang.types.get("never")
        {
            args.push(Ty::con(never, Vec::new()));
        }
        Ty::con(id, args)
    }
}
