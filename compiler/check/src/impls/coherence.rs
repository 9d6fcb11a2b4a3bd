//! What every impl must keep: it stands where it is found, no other covers the same types, and it
//! has just what its interface asks for.

use super::diagnostics::{
    DeriveRequirement, ExtraAssocType, ExtraMethod, MethodShape, MissingAssocType, MissingMethods,
    MissingSuper, OrphanImpl, OverlappingImpls,
};
use super::lower::{Scope, interface_def};
use super::matching::overlap;
use super::select::Failure;
use super::structural::{ByStructure, Shape};
use super::table::{Head, ImplTable, Requirement, requirements};
use crate::program::Obligation;
use crate::ty::{Ty, TyKind};
use mesh_report::Diagnostic;
use mesh_resolve::hir::{self, FnKind, ModuleId, TypeDefKind, World};

/// Checks the impls and `deriving` clauses of these modules against the whole table.
pub fn check(
    table: &ImplTable,
    modules: &[ModuleId],
    show: &dyn Fn(Ty) -> String,
) -> Vec<Diagnostic> {
    let mut checker = Checker {
        table,
        world: &table.world,
        show,
        diagnostics: Vec::new(),
    };
    for &module in modules {
        let module = &table.world.modules[module.0 as usize];
        for impl_ in &module.impls {
            // What stands in the wrong place is not compared with the others.
            if !checker.orphan(impl_) {
                checker.overlaps(impl_.id);
                checker.conforms(impl_);
            }
        }
        for def in &module.types {
            checker.derives(def);
        }
    }
    checker.diagnostics
}

struct Checker<'a> {
    table: &'a ImplTable,
    world: &'a World,
    show: &'a dyn Fn(Ty) -> String,
    diagnostics: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn overlaps(&mut self, id: hir::ImplId) {
        let head = self.table.head(id);
        let others = self
            .table
            .heads()
            .iter()
            .filter(|other| other.interface == head.interface);
        let clash = others
            .take_while(|earlier| earlier.id != head.id)
            .find(|earlier| {
                may_meet(earlier, head)
                    && overlap(&earlier.args, &head.args)
                    && !self.is_orphan(earlier)
            });
        if let Some(earlier) = clash {
            let known = |head: &Head| !matches!(head.args[0].kind(), TyKind::Param(_));
            let facts = OverlappingImpls {
                interface: interface_def(self.world, head.interface).name.to_string(),
                ty: [head, earlier]
                    .into_iter()
                    .find(|head| known(head))
                    .map(|head| (self.show)(head.args[0])),
                span: head.span,
                earlier: earlier.span,
            };
            self.diagnostics.push(facts.into());
        }
    }

    fn is_orphan(&self, head: &Head) -> bool {
        let own = head.id.module;
        head.interface.module != own
            && !head
                .args
                .iter()
                .any(|&ty| mentions(ty, own) || ty.has_error())
    }

    /// Whether an impl stands neither in the module of its interface nor of one of the types in its head, which is
    /// reported.
    fn orphan(&mut self, impl_: &hir::Impl) -> bool {
        let head = self.table.head(impl_.id);
        if !self.is_orphan(head) {
            return false;
        }
        let interface = interface_def(self.world, impl_.interface);
        let facts = OrphanImpl {
            interface: interface.name.to_string(),
            interface_module: self.world.modules[impl_.interface.module.0 as usize]
                .name
                .to_string(),
            ty: (self.show)(head.args[0]),
            span: impl_.span,
        };
        self.diagnostics.push(facts.into());
        true
    }

    fn conforms(&mut self, impl_: &hir::Impl) {
        let interface = interface_def(self.world, impl_.interface);
        self.methods(impl_, interface);
        for assoc in &interface.assoc_types {
            if !impl_
                .assoc_types
                .iter()
                .any(|(name, _, _)| *name == assoc.name)
            {
                let facts = MissingAssocType {
                    interface: interface.name.to_string(),
                    name: assoc.name.to_string(),
                    span: impl_.span,
                    declared: assoc.span,
                };
                self.diagnostics.push(facts.into());
            }
        }
        for (name, _, span) in &impl_.assoc_types {
            if !interface.assoc_types.iter().any(|a| a.name == *name) {
                let facts = ExtraAssocType {
                    interface: interface.name.to_string(),
                    name: name.to_string(),
                    span: *span,
                };
                self.diagnostics.push(facts.into());
            }
        }
        self.supers(impl_, interface);
    }

    fn methods(&mut self, impl_: &hir::Impl, interface: &hir::Interface) {
        let function =
            |id: hir::FnId| &self.world.modules[id.module.0 as usize].functions[id.index as usize];
        let head = self.table.head(impl_.id);
        let mut missing = Vec::new();
        let mut found = Vec::new();
        for (&declared, own) in interface.methods.iter().zip(&head.methods) {
            let declared = function(declared);
            match own {
                None if declared.clauses.is_empty() => missing.push(declared.name.to_string()),
                None => {}
                Some(own) => {
                    found.extend(shape_mismatch(declared, function(*own), interface, impl_))
                }
            }
        }
        if !missing.is_empty() {
            let facts = MissingMethods {
                interface: interface.name.to_string(),
                ty: (self.show)(head.args[0]),
                methods: missing,
                span: impl_.span,
                interface_span: interface.name_span,
            };
            found.push(facts.into());
        }
        for &id in &impl_.methods {
            let own = function(id);
            if !head.methods.contains(&Some(id)) {
                let facts = ExtraMethod {
                    interface: interface.name.to_string(),
                    method: own.name.to_string(),
                    known: interface
                        .methods
                        .iter()
                        .map(|&m| function(m).name.to_string())
                        .collect(),
                    span: own.name_span,
                };
                found.push(facts.into());
            }
        }
        self.diagnostics.extend(found);
    }

    fn supers(&mut self, impl_: &hir::Impl, interface: &hir::Interface) {
        let head = self.table.head(impl_.id);
        let assumptions = &head.requirements;
        let own = Obligation {
            interface: head.interface,
            args: head.args.clone(),
        };
        for required in self.table.supers(&own) {
            if required.obligation.args.iter().any(|ty| ty.has_error()) {
                continue;
            }
            let wanted = self.table.normalized(&required.obligation, assumptions);
            if self.table.holds(&wanted, assumptions).is_err() {
                let facts = MissingSuper {
                    interface: interface.name.to_string(),
                    required: self.interface_with(&wanted),
                    ty: (self.show)(head.args[0]),
                    span: impl_.span,
                    declared: required.span,
                };
                self.diagnostics.push(facts.into());
            }
        }
    }

    /// An interface with its arguments, as it is written in an `impl`.
    fn interface_with(&self, obligation: &Obligation) -> String {
        let name = &interface_def(self.world, obligation.interface).name;
        let args: Vec<String> = obligation.args[1..]
            .iter()
            .map(|&ty| (self.show)(ty))
            .collect();
        match args.is_empty() {
            true => name.to_string(),
            false => format!("{name}<{}>", args.join(", ")),
        }
    }

    /// A `deriving` clause lists what the type's fields allow, and all it requires.
    fn derives(&mut self, def: &hir::TypeDef) {
        let Some(list) = &def.deriving else { return };
        let args: Vec<Ty> = def.generics.iter().map(|g| Ty::param(g.id)).collect();
        let ty = Ty::con(def.id, args);
        for &(interface, span) in list {
            let Some(shape) = self.table.shape(interface) else {
                continue;
            };
            let listed = |other: Shape| {
                list.iter()
                    .any(|&(i, _)| self.table.shape(i) == Some(other))
            };
            let needs = match shape {
                Shape::Ord | Shape::Hash if !listed(Shape::Eq) && !self.has_own_eq(ty) => {
                    Some("Eq")
                }
                _ => None,
            };
            let name = interface_def(self.world, interface).name.to_string();
            let field = self.field_without(def, interface, shape, ty);
            if needs.is_some() || field.is_some() {
                let facts = DeriveRequirement {
                    interface: name,
                    needs,
                    field,
                    span,
                };
                self.diagnostics.push(facts.into());
            }
        }
    }

    fn has_own_eq(&self, ty: Ty) -> bool {
        let eq = self.world.lang.interfaces.get("eq");
        eq.is_some_and(|&interface| !self.table.heads_for(interface, ty).is_empty())
    }

    /// A field whose type does not have the interface even if all parameters do.
    fn field_without(
        &self,
        def: &hir::TypeDef,
        interface: hir::InterfaceId,
        shape: Shape,
        ty: Ty,
    ) -> Option<(String, mesh_report::Span)> {
        let ByStructure::If(_) = self.table.by_structure(interface, shape, ty) else {
            return None;
        };
        let scope = Scope {
            world: self.world,
            self_ty: None,
            interface: None,
            generics: &def.generics,
            fill: None,
        };
        let mut assumptions: Vec<Requirement> = requirements(&scope, &def.generics);
        assumptions.extend(def.generics.iter().map(|g| Requirement {
            obligation: Obligation {
                interface,
                args: vec![Ty::param(g.id)],
            },
            assoc: Vec::new(),
            span: g.span,
        }));
        let fields: Vec<&hir::FieldDef> = match &def.kind {
            TypeDefKind::Struct(fields) => fields.iter().collect(),
            TypeDefKind::Sum(variants) => variants.iter().flat_map(|v| &v.fields).collect(),
            TypeDefKind::Alias(_) | TypeDefKind::Extern => Vec::new(),
        };
        fields.into_iter().find_map(|field| {
            let lowered = scope.lower(&field.ty);
            let goal = Obligation {
                interface,
                args: vec![lowered],
            };
            let failed = !lowered.has_error()
                && matches!(
                    self.table.holds(&goal, &assumptions),
                    Err(Failure::Missing(_))
                );
            failed.then(|| ((self.show)(lowered), field.span))
        })
    }
}

/// A cheap look before unifying: heads for two different declared types never meet.
fn may_meet(a: &Head, b: &Head) -> bool {
    match (a.args[0].kind(), b.args[0].kind()) {
        (TyKind::Con(x, _), TyKind::Con(y, _)) => x == y,
        _ => true,
    }
}

fn mentions(ty: Ty, module: ModuleId) -> bool {
    if let TyKind::Con(id, _) = ty.kind()
        && id.module == module
    {
        return true;
    }
    let mut found = false;
    ty.each_part(|part| found |= mentions(part, module));
    found
}

fn shape_mismatch(
    declared: &hir::Function,
    own: &hir::Function,
    interface: &hir::Interface,
    impl_: &hir::Impl,
) -> Option<Diagnostic> {
    let takes_self = |f: &hir::Function| {
        matches!(
            f.kind,
            FnKind::InterfaceMethod { has_self: true, .. }
                | FnKind::ImplMethod { has_self: true, .. }
        )
    };
    let generics = (
        declared
            .generics
            .len()
            .saturating_sub(interface.generics.len()),
        own.generics.len().saturating_sub(impl_.generics.len()),
    );
    let generics = (generics.0 != generics.1).then_some(generics);
    let same = declared.params.len() == own.params.len() && takes_self(declared) == takes_self(own);
    if same && generics.is_none() {
        return None;
    }
    let facts = MethodShape {
        interface: interface.name.to_string(),
        method: own.name.to_string(),
        expected: (declared.params.len(), takes_self(declared)),
        found: (own.params.len(), takes_self(own)),
        generics,
        span: own.name_span,
        declared: declared.name_span,
    };
    Some(facts.into())
}
