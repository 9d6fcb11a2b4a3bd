//! The impls that types have by themselves: `Eq`, `Ord`, `Hash` where every field has them and no
//! `deriving` clause says otherwise, `Display` where there is no function inside, `Debug` always.

use super::lower::{Scope, type_def};
use super::table::ImplTable;
use crate::program::Obligation;
use crate::ty::{Ty, TyKind, substitute};
use mesh_resolve::hir::{InterfaceId, TypeDefKind, TypeId};

/// The interfaces that types have by structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Eq,
    Ord,
    Hash,
    Debug,
    Display,
}

/// The outcome of looking at a type's structure.
pub enum ByStructure {
    /// It has the interface if these hold.
    If(Vec<Obligation>),
    No,
}

impl ImplTable {
    /// Which structural interface this is, if it is one.
    pub fn shape(&self, interface: InterfaceId) -> Option<Shape> {
        let lang = |name: &str| self.world.lang.interfaces.get(name) == Some(&interface);
        [
            ("eq", Shape::Eq),
            ("ord", Shape::Ord),
            ("hash", Shape::Hash),
            ("debug", Shape::Debug),
            ("display", Shape::Display),
        ]
        .into_iter()
        .find_map(|(name, shape)| lang(name).then_some(shape))
    }

    /// What a type needs to have the interface by structure. `ty` is known in its outermost shape.
    pub fn by_structure(&self, interface: InterfaceId, shape: Shape, ty: Ty) -> ByStructure {
        let each = |parts: &[Ty]| {
            let goal = |&part: &Ty| Obligation {
                interface,
                args: vec![part],
            };
            ByStructure::If(parts.iter().map(goal).collect())
        };
        match ty.kind() {
            TyKind::Error => ByStructure::If(Vec::new()),
            TyKind::Tuple(parts) => each(parts),
            TyKind::Fn(_) if shape == Shape::Debug => ByStructure::If(Vec::new()),
            TyKind::Con(id, args) => self.declared_by_structure(interface, shape, *id, args),
            _ => ByStructure::No,
        }
    }

    fn declared_by_structure(
        &self,
        interface: InterfaceId,
        shape: Shape,
        id: TypeId,
        args: &[Ty],
    ) -> ByStructure {
        let def = type_def(&self.world, id);
        if matches!(shape, Shape::Eq | Shape::Ord | Shape::Hash)
            && def
                .deriving
                .as_ref()
                .is_some_and(|list| list.iter().all(|(listed, _)| *listed != interface))
        {
            return ByStructure::No;
        }
        let fields = match &def.kind {
            TypeDefKind::Alias(_) => return ByStructure::No,
            TypeDefKind::Extern => return self.builtin(interface, shape, id, args),
            TypeDefKind::Struct(fields) => fields.iter().map(|f| &f.ty).collect::<Vec<_>>(),
            TypeDefKind::Sum(variants) => variants
                .iter()
                .flat_map(|v| v.fields.iter().map(|f| &f.ty))
                .collect(),
        };
        let scope = Scope {
            world: &self.world,
            self_ty: None,
            interface: None,
            generics: &def.generics,
            fill: None,
        };
        let map: Vec<_> = def
            .generics
            .iter()
            .map(|g| g.id)
            .zip(args.iter().copied())
            .collect();
        let goals = fields.into_iter().map(|field| Obligation {
            interface,
            args: vec![substitute(scope.lower(field), &map)],
        });
        let mut distinct: Vec<Obligation> = Vec::new();
        for goal in goals {
            if !distinct.contains(&goal) {
                distinct.push(goal);
            }
        }
        ByStructure::If(distinct)
    }

    /// Types Core knows by their lang names. What only the runtime understands has no structure.
    fn builtin(
        &self,
        interface: InterfaceId,
        shape: Shape,
        id: TypeId,
        args: &[Ty],
    ) -> ByStructure {
        match type_def(&self.world, id).lang.as_deref() {
            Some("list") => ByStructure::If(vec![Obligation {
                interface,
                args: args[..1].to_vec(),
            }]),
            Some("int" | "float" | "bool" | "string" | "bytes" | "atom" | "never" | "pid") => {
                ByStructure::If(Vec::new())
            }
            _ if matches!(shape, Shape::Debug | Shape::Display) => ByStructure::If(Vec::new()),
            _ => ByStructure::No,
        }
    }
}
