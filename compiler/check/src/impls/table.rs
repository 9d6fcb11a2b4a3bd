//! The impl table: every impl's head with its types lowered, found by interface and by the type it
//! is for.

use super::lower::{Scope, interface_def};
use crate::program::Obligation;
use crate::ty::{Ty, TyKind};
use mesh_report::Span;
use mesh_resolve::hir::{self, FnId, ImplId, InterfaceId, ParamId, TypeId, World};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::sync::Arc;

/// Something that must hold for an impl to apply: `T: Add<Output = U>`.
#[derive(Debug, Clone)]
pub struct Requirement {
    pub obligation: Obligation,
    /// Associated types that must be these.
    pub assoc: Vec<(SmolStr, Ty)>,
    pub span: Span,
}

/// An impl without its bodies. Its own parameters stand in the types.
#[derive(Debug)]
pub struct Head {
    pub id: ImplId,
    pub generics: Vec<ParamId>,
    pub interface: InterfaceId,
    /// The type it is for, then the interface's further arguments.
    pub args: Vec<Ty>,
    pub requirements: Vec<Requirement>,
    pub assoc: Vec<(SmolStr, Ty)>,
    /// By the interface's method number; `None`: the default is used.
    pub methods: Vec<Option<FnId>>,
    pub span: Span,
}

/// All impls of a program.
#[derive(Debug)]
pub struct ImplTable {
    pub world: Arc<World>,
    heads: Vec<Head>,
    by_id: FxHashMap<ImplId, usize>,
    /// Heads for a declared type, by its outermost constructor.
    by_type: FxHashMap<(InterfaceId, TypeId), Vec<usize>>,
    /// Heads for a tuple, a function or any type.
    open: FxHashMap<InterfaceId, Vec<usize>>,
    pub(super) memo: super::select::Memo,
}

impl ImplTable {
    /// Lowers every impl of the program.
    pub fn new(world: &Arc<World>) -> ImplTable {
        let mut table = ImplTable {
            world: world.clone(),
            heads: Vec::new(),
            by_id: FxHashMap::default(),
            by_type: FxHashMap::default(),
            open: FxHashMap::default(),
            memo: super::select::Memo::default(),
        };
        for module in &world.modules {
            for impl_ in &module.impls {
                table.add(head_of(world, impl_));
            }
        }
        table
    }

    fn add(&mut self, head: Head) {
        let at = self.heads.len();
        self.by_id.insert(head.id, at);
        match head.args[0].kind() {
            TyKind::Con(id, _) => self
                .by_type
                .entry((head.interface, *id))
                .or_default()
                .push(at),
            _ => self.open.entry(head.interface).or_default().push(at),
        }
        self.heads.push(head);
    }

    /// The head of an impl.
    pub fn head(&self, id: ImplId) -> &Head {
        match self.by_id.get(&id) {
            Some(&at) => &self.heads[at],
            None => mesh_report::bug!(Span::DUMMY, "impl {id:?} is not in the table"),
        }
    }

    /// All heads, in order of declaration.
    pub fn heads(&self) -> &[Head] {
        &self.heads
    }

    /// Heads of an interface that may be for a type with this outermost shape; every head for a
    /// type that is not known yet.
    pub fn heads_for(&self, interface: InterfaceId, ty: Ty) -> Vec<&Head> {
        let open = self.open.get(&interface).into_iter().flatten();
        match ty.kind() {
            TyKind::Con(id, _) => {
                let exact = self.by_type.get(&(interface, *id)).into_iter().flatten();
                exact.chain(open).map(|&at| &self.heads[at]).collect()
            }
            TyKind::Var(_) | TyKind::Proj { .. } | TyKind::Error => self
                .heads
                .iter()
                .filter(|head| head.interface == interface)
                .collect(),
            _ => open.map(|&at| &self.heads[at]).collect(),
        }
    }
}

fn head_of(world: &World, impl_: &hir::Impl) -> Head {
    let scope = Scope {
        world,
        self_ty: None,
        interface: None,
        generics: &impl_.generics,
        fill: None,
    };
    let self_ty = scope.lower(&impl_.self_ty);
    let mut args = vec![self_ty];
    args.extend(impl_.interface_args.iter().map(|arg| scope.lower(arg)));
    let scope = Scope {
        world,
        self_ty: Some(self_ty),
        interface: Some((impl_.interface, args.clone())),
        generics: &impl_.generics,
        fill: None,
    };
    let def = interface_def(world, impl_.interface);
    let functions = &world.modules[impl_.id.module.0 as usize].functions;
    let name_of = |id: FnId| &world.modules[id.module.0 as usize].functions[id.index as usize].name;
    let own = |name: &SmolStr| {
        impl_
            .methods
            .iter()
            .copied()
            .find(|id| functions[id.index as usize].name == *name)
    };
    Head {
        id: impl_.id,
        generics: impl_.generics.iter().map(|g| g.id).collect(),
        interface: impl_.interface,
        requirements: requirements(&scope, &impl_.generics),
        assoc: impl_
            .assoc_types
            .iter()
            .map(|(name, ty, _)| (name.clone(), scope.lower(ty)))
            .collect(),
        methods: def.methods.iter().map(|&id| own(name_of(id))).collect(),
        args,
        span: impl_.span,
    }
}

/// The bounds of parameters as requirements.
pub fn requirements(scope: &Scope<'_>, generics: &[hir::GenericParam]) -> Vec<Requirement> {
    let each = |generic: &hir::GenericParam, bound: &hir::Bound| {
        let mut args = vec![Ty::param(generic.id)];
        args.extend(bound.args.iter().map(|arg| scope.lower(arg)));
        Requirement {
            obligation: Obligation {
                interface: bound.interface,
                args,
            },
            assoc: bound
                .assoc
                .iter()
                .map(|(name, ty)| (name.clone(), scope.lower(ty)))
                .collect(),
            span: bound.span,
        }
    };
    generics
        .iter()
        .flat_map(|g| g.bounds.iter().map(move |b| each(g, b)))
        .collect()
}
