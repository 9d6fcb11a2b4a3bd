//! Types as impl heads and declarations write them, made into [`Ty`]: aliases expanded, `Self`
//! replaced, `T.Item` turned into a projection.

use crate::ty::{Ty, TyKind};
use mesh_resolve::hir::{
    self, Bound, GenericParam, InterfaceId, TypeDef, TypeDefKind, TypeId, World,
};
use smol_str::SmolStr;

/// Aliases expanded inside each other at most: past it they are taken for a cycle, which is
/// reported where they are declared.
const ALIAS_DEPTH: u32 = 64;

/// What a type is lowered in.
pub struct Scope<'a> {
    pub world: &'a World,
    /// What `Self` means; in an interface it is a parameter.
    pub self_ty: Option<Ty>,
    /// The interface whose associated types `Self.Item` names inside an impl or interface.
    pub interface: Option<(InterfaceId, Vec<Ty>)>,
    pub generics: &'a [GenericParam],
    /// What stands for parts a signature leaves out; in a declaration nothing may be left out.
    pub fill: Option<&'a dyn Fill>,
}

/// What a signature's lowering puts where nothing is written.
pub trait Fill {
    /// `_`, and arguments left out.
    fn hole(&self) -> Ty;
    /// The reply type of a `Pid<M>`.
    fn reply(&self) -> Ty;
    /// The process of a function type.
    fn process(&self) -> Ty;
}

/// The declaration behind an id.
pub fn type_def(world: &World, id: TypeId) -> &TypeDef {
    &world.modules[id.module.0 as usize].types[id.index as usize]
}

/// The type without values.
pub fn never(world: &World) -> Ty {
    match world.lang.types.get("never") {
        Some(&id) => Ty::con(id, Vec::new()),
        None => Ty::error(),
    }
}

/// The interface behind an id.
pub fn interface_def(world: &World, id: InterfaceId) -> &hir::Interface {
    &world.modules[id.module.0 as usize].interfaces[id.index as usize]
}

impl Scope<'_> {
    /// The type, with what was left out or is wrong as the error type.
    pub fn lower(&self, ty: &hir::Ty) -> Ty {
        self.lower_at(ty, 0)
    }

    fn lower_at(&self, ty: &hir::Ty, depth: u32) -> Ty {
        let all = |tys: &[hir::Ty]| {
            tys.iter()
                .map(|t| self.lower_at(t, depth))
                .collect::<Vec<_>>()
        };
        match &ty.kind {
            hir::TyKind::Named(id, args) => self.named(*id, all(args), depth),
            hir::TyKind::Param(id) => Ty::param(*id),
            hir::TyKind::SelfTy => self.self_ty.unwrap_or_else(Ty::error),
            hir::TyKind::Assoc(base, name) => self.assoc(base, name, depth),
            hir::TyKind::Tuple(items) => Ty::new(TyKind::Tuple(all(items))),
            hir::TyKind::Unit => Ty::unit(),
            hir::TyKind::Fn(params, result) => {
                let process = self.fill.map_or_else(Ty::no_process, Fill::process);
                Ty::func(all(params), self.lower_at(result, depth), process)
            }
            hir::TyKind::Infer => self.fill.map_or_else(Ty::error, Fill::hole),
            hir::TyKind::Error => Ty::error(),
        }
    }

    fn named(&self, id: TypeId, args: Vec<Ty>, depth: u32) -> Ty {
        let def = type_def(self.world, id);
        let TypeDefKind::Alias(target) = &def.kind else {
            return if args.len() == def.generics.len() {
                Ty::con(id, args)
            } else {
                self.padded(id, def, args)
            };
        };
        if depth > ALIAS_DEPTH {
            return Ty::error();
        }
        let scope = Scope {
            world: self.world,
            self_ty: None,
            interface: None,
            generics: &def.generics,
            fill: self.fill,
        };
        let target = scope.lower_at(target, depth + 1);
        let map: Vec<_> = def.generics.iter().map(|g| g.id).zip(args).collect();
        crate::substitute(target, &map)
    }

    /// Arguments left out: `Pid<M>` has a reply type of its own; others are to be inferred, and
    /// unify with anything where that is an error that has been reported.
    fn padded(&self, id: TypeId, def: &TypeDef, mut args: Vec<Ty>) -> Ty {
        args.truncate(def.generics.len());
        if args.len() == 1 && def.lang.as_deref() == Some("pid") {
            args.push(match self.fill {
                Some(fill) => fill.reply(),
                None => never(self.world),
            });
        }
        while args.len() < def.generics.len() {
            args.push(self.fill.map_or_else(Ty::error, Fill::hole));
        }
        Ty::con(id, args)
    }

    fn assoc(&self, base: &hir::Ty, name: &SmolStr, depth: u32) -> Ty {
        let base_ty = self.lower_at(base, depth);
        let proj = |interface, args| {
            Ty::new(TyKind::Proj {
                interface,
                name: name.clone(),
                args,
            })
        };
        if let hir::TyKind::Param(id) = &base.kind
            && let Some(generic) = self.generics.iter().find(|g| g.id == *id)
            && let Some((interface, args)) = self.bound_with(&generic.bounds, base_ty, name, 0)
        {
            return proj(interface, args);
        }
        if let Some((interface, args)) = &self.interface
            && Some(base_ty) == self.self_ty
            && let Some((interface, args)) = self.declares(*interface, args.clone(), name, 0)
        {
            return proj(interface, args);
        }
        Ty::error()
    }

    /// The bound, or one of what it requires, that declares the associated type.
    fn bound_with(
        &self,
        bounds: &[Bound],
        subject: Ty,
        name: &str,
        depth: u32,
    ) -> Option<(InterfaceId, Vec<Ty>)> {
        bounds.iter().find_map(|bound| {
            let args = std::iter::once(subject)
                .chain(bound.args.iter().map(|a| self.lower(a)))
                .collect();
            self.declares(bound.interface, args, name, depth)
        })
    }

    fn declares(
        &self,
        id: InterfaceId,
        args: Vec<Ty>,
        name: &str,
        depth: u32,
    ) -> Option<(InterfaceId, Vec<Ty>)> {
        let def = interface_def(self.world, id);
        if def.assoc_types.iter().any(|a| a.name == name) {
            return Some((id, args));
        }
        if depth > ALIAS_DEPTH {
            return None;
        }
        let scope = Scope {
            world: self.world,
            self_ty: Some(args[0]),
            interface: None,
            generics: &def.generics,
            fill: None,
        };
        scope.bound_with(&def.supers, args[0], name, depth + 1)
    }
}
