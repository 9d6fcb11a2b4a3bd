//! The fields of structs and sums, with an instance's types for the parameters.

use super::Specialiser;
use mesh_check::ty::Ty;
use mesh_resolve::hir::{FieldDef, TypeDefKind, TypeId};
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
        let declared: Vec<(&SmolStr, &[FieldDef])> = match &def.kind {
            TypeDefKind::Struct(fields) => vec![(&def.name, fields)],
            TypeDefKind::Sum(variants) => variants
                .iter()
                .map(|variant| (&variant.name, &variant.fields[..]))
                .collect(),
            TypeDefKind::Alias(_) | TypeDefKind::Extern => Vec::new(),
        };
        let none = super::scope_of(&[], &[]);
        let mut all = Vec::with_capacity(declared.len());
        for (index, (name, fields)) in declared.into_iter().enumerate() {
            let types = self.checked.env.field_types(id, index as u32, args);
            let types = types.into_iter().map(|ty| self.concrete(ty, &none));
            let names = fields.iter().map(|field| field.name.clone());
            all.push(VariantFields {
                name: name.clone(),
                fields: names.zip(types).collect(),
            });
        }
        all
    }
}
