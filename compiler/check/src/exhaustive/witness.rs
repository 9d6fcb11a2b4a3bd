//! Examples of values that are not matched, written as the user would write the pattern.

use super::pattern::Ctor;
use mesh_resolve::hir::{TypeDefKind, TypeId, World};
use smol_str::SmolStr;
use std::sync::Arc;

/// An example value; `Any` where anything does.
#[derive(Clone, Debug, PartialEq)]
pub enum Witness {
    Any,
    Variant(TypeId, u32, Vec<Witness>),
    Tuple(Vec<Witness>),
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Arc<str>),
    Atom(SmolStr),
    /// `true`: or longer.
    List(Vec<Witness>, bool),
}

impl Witness {
    /// An example of `ctor` with these fields.
    pub fn of(ctor: &Ctor, fields: Vec<Witness>) -> Witness {
        match ctor {
            Ctor::Variant(ty, variant) => Witness::Variant(*ty, *variant, fields),
            Ctor::Tuple => Witness::Tuple(fields),
            Ctor::Bool(value) => Witness::Bool(*value),
            Ctor::Ints(low, high) => Witness::Int(if *low <= 0 && 0 <= *high { 0 } else { *low }),
            Ctor::Float(bits) => Witness::Float(f64::from_bits(*bits)),
            Ctor::Atom(name) => Witness::Atom(name.clone()),
            Ctor::Str(text) | Ctor::Prefix(text) => Witness::Str(text.clone()),
            Ctor::ListOf(_) => Witness::List(fields, false),
            Ctor::ListFrom(_) => Witness::List(fields, true),
        }
    }

    /// As a pattern.
    pub fn show(&self, world: &World) -> String {
        match self {
            Witness::Any => "_".to_string(),
            Witness::Tuple(fields) => format!("({})", join(fields, world)),
            Witness::Bool(value) => value.to_string(),
            Witness::Int(value) => value.to_string(),
            Witness::Float(value) => format!("{value:?}"),
            Witness::Str(text) => format!("{text:?}"),
            Witness::Atom(name) => format!(":{name}"),
            Witness::List(items, true) => format!("[{} | _]", join(items, world)),
            Witness::List(items, false) => format!("[{}]", join(items, world)),
            Witness::Variant(ty, variant, fields) => show_variant(world, *ty, *variant, fields),
        }
    }
}

fn join(fields: &[Witness], world: &World) -> String {
    fields
        .iter()
        .map(|field| field.show(world))
        .collect::<Vec<_>>()
        .join(", ")
}

fn show_variant(world: &World, ty: TypeId, variant: u32, fields: &[Witness]) -> String {
    let def = &world.modules[ty.module.0 as usize].types[ty.index as usize];
    match &def.kind {
        TypeDefKind::Struct(declared) => {
            let named = declared
                .iter()
                .zip(fields)
                .filter(|(_, witness)| **witness != Witness::Any);
            let mut parts: Vec<String> = named
                .map(|(field, witness)| format!("{}: {}", field.name, witness.show(world)))
                .collect();
            if parts.len() < declared.len() {
                parts.push("..".to_string());
            }
            format!("{} {{ {} }}", def.name, parts.join(", "))
        }
        TypeDefKind::Sum(variants) => {
            let name = &variants[variant as usize].name;
            if fields.is_empty() {
                name.to_string()
            } else {
                format!("{name}({})", join(fields, world))
            }
        }
        TypeDefKind::Alias(_) | TypeDefKind::Extern => def.name.to_string(),
    }
}
