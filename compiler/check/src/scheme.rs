//! What later functions, modules and tools know of a function: its type with all parameters, their
//! bounds, and the marks of its process.

use crate::impls::{Requirement, lower::Fill, lower::Scope, lower::never, requirements};
use crate::program::Obligation;
use crate::ty::{FnTy, Ty, TyKind};
use crate::unify::slot;
use mesh_report::Span;
use mesh_resolve::hir::{self, FnId, FnKind, Function, ParamId, ProcessClause, World};
use smol_str::SmolStr;
use std::cell::{Cell, RefCell};

/// Parameters from this one on were not declared.
pub const INFERRED: u32 = 1 << 16;

/// One parameter of a scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemeParam {
    pub id: ParamId,
    /// As declared; empty for an inferred one.
    pub name: SmolStr,
    /// Marks from [`slot`], where it is a process's message or reply type.
    pub marks: u8,
    /// It stands for a process.
    pub process: bool,
}

/// The type of a function for all its parameters.
#[derive(Debug, Clone)]
pub struct Scheme {
    /// The impl's or interface's, the declared, the inferred ones.
    pub params: Vec<SchemeParam>,
    /// How many of them are declared: all that a native or intrinsic is instantiated with.
    pub declared: usize,
    pub bounds: Vec<Requirement>,
    pub ty: FnTy,
    /// Marks of the function's own message and reply types, where they are no parameters.
    pub own_marks: (u8, u8),
    /// A pattern of the `receive` that decided what it takes.
    pub received_at: Option<Span>,
}

/// The function item behind an id.
pub fn function(world: &World, id: FnId) -> &Function {
    &world.modules[id.module.0 as usize].functions[id.index as usize]
}

/// The impl behind a method, or the interface it is declared in, as the scope of its signature.
pub fn scope_of<'w>(world: &'w World, f: &'w Function) -> Scope<'w> {
    let mut scope = Scope {
        world,
        self_ty: None,
        interface: None,
        generics: &f.generics,
        fill: None,
    };
    match &f.kind {
        FnKind::ImplMethod { impl_, .. } => {
            let item = &world.modules[impl_.module.0 as usize].impls[impl_.index as usize];
            let self_ty = scope.lower(&item.self_ty);
            let mut args = vec![self_ty];
            args.extend(item.interface_args.iter().map(|arg| scope.lower(arg)));
            scope.self_ty = Some(self_ty);
            scope.interface = Some((item.interface, args));
        }
        FnKind::InterfaceMethod { interface, .. } => {
            let item = crate::impls::lower::interface_def(world, *interface);
            let args: Vec<Ty> = item.generics.iter().map(|g| Ty::param(g.id)).collect();
            scope.self_ty = args.first().copied();
            scope.interface = Some((*interface, args));
        }
        FnKind::Default { of, .. } => {
            return Scope {
                ..scope_of_default(world, f, *of)
            };
        }
        _ => {}
    }
    scope
}

fn scope_of_default<'w>(world: &'w World, f: &'w Function, of: FnId) -> Scope<'w> {
    let owner = function(world, of);
    let base = match owner.kind {
        FnKind::Default { .. } => None,
        _ if owner.id == f.id => None,
        _ => Some(scope_of(world, owner)),
    };
    Scope {
        world,
        self_ty: base.as_ref().and_then(|s| s.self_ty),
        interface: base.and_then(|s| s.interface),
        generics: &f.generics,
        fill: None,
    }
}

/// Fills in the signature of a function without a body: its function types run in the method's own
/// process.
struct Bodyless<'w> {
    world: &'w World,
    own: Ty,
    spawned: Cell<bool>,
    extra: RefCell<Vec<SchemeParam>>,
}

impl Bodyless<'_> {
    fn invent(&self, process: bool, marks: u8) -> Ty {
        let mut extra = self.extra.borrow_mut();
        let id = ParamId(INFERRED + extra.len() as u32);
        extra.push(SchemeParam {
            id,
            name: SmolStr::default(),
            marks,
            process,
        });
        Ty::param(id)
    }
}

impl Fill for Bodyless<'_> {
    fn hole(&self) -> Ty {
        Ty::error()
    }

    fn reply(&self) -> Ty {
        never(self.world)
    }

    fn process(&self) -> Ty {
        if self.spawned.get() {
            let (m, r) = (
                self.invent(false, slot::SPAWNED_MESSAGE),
                self.invent(false, slot::SPAWNED_REPLY),
            );
            return Ty::new(TyKind::Process(m, r));
        }
        self.own
    }
}

/// The scheme of a function without a body: a native, an intrinsic, or an interface's method.
pub fn declared_scheme(world: &World, f: &Function) -> Scheme {
    let mut params = declared_params(f);
    let declared = params.len();
    let scope = scope_of(world, f);
    let mut fill = Bodyless {
        world,
        own: Ty::no_process(),
        spawned: Cell::new(false),
        extra: RefCell::new(Vec::new()),
    };
    let mut own_marks = (slot::DECLARED, slot::DECLARED);
    let process = match &f.process {
        ProcessClause::Unspecified => fill.invent(true, 0),
        ProcessClause::None => Ty::no_process(),
        ProcessClause::Process {
            receives, replies, ..
        } => {
            let part = |ty: &Option<hir::Ty>| match ty {
                Some(ty) => scope.lower(ty),
                None => fill.invent(false, 0),
            };
            let (m, r) = (part(receives), part(replies));
            let marks = lang_marks(f);
            own_marks = (marks.0 | slot::DECLARED, marks.1 | slot::DECLARED);
            for (ty, mark) in [(m, marks.0), (r, marks.1)] {
                if let TyKind::Param(id) = ty.kind()
                    && let Some(param) = params.iter_mut().find(|p| p.id == *id)
                {
                    param.marks |= mark;
                }
            }
            Ty::new(TyKind::Process(m, r))
        }
    };
    fill.own = process;
    let mut param_tys = Vec::new();
    for (i, param) in f.params.iter().enumerate() {
        fill.spawned.set(param.spawned);
        let scope = Scope {
            fill: Some(&fill),
            ..scope_of(world, f)
        };
        let bare = || match f.kind {
            FnKind::InterfaceMethod { has_self: true, .. } if i == 0 => scope.self_ty,
            _ => None,
        };
        param_tys.push(match &param.ty {
            Some(ty) => scope.lower(ty),
            None => bare().unwrap_or_else(Ty::error),
        });
    }
    fill.spawned.set(false);
    let scope = Scope {
        fill: Some(&fill),
        ..scope_of(world, f)
    };
    let result = f
        .result
        .as_ref()
        .map_or_else(Ty::unit, |ty| scope.lower(ty));
    let bounds = bounds_of(world, f);
    params.extend(fill.extra.into_inner());
    Scheme {
        params,
        declared,
        bounds,
        ty: FnTy {
            params: param_tys,
            result,
            process,
        },
        own_marks,
        received_at: None,
    }
}

/// `reply` and `caller` count as replying; a clause that names a type says it is used.
fn lang_marks(f: &Function) -> (u8, u8) {
    match f.lang.as_deref() {
        Some("reply" | "caller") => (0, slot::REPLIED),
        _ => (slot::RECEIVED, slot::REPLIED),
    }
}

/// The declared generics, as a scheme has them.
pub fn declared_params(f: &Function) -> Vec<SchemeParam> {
    let each = |g: &hir::GenericParam| SchemeParam {
        id: g.id,
        name: g.name.clone(),
        marks: 0,
        process: false,
    };
    f.generics.iter().map(each).collect()
}

/// The declared bounds; in an interface's method the interface itself too.
pub fn bounds_of(world: &World, f: &Function) -> Vec<Requirement> {
    let scope = scope_of(world, f);
    let mut bounds = requirements(&scope, &f.generics);
    if let FnKind::InterfaceMethod { interface, .. } = f.kind {
        let args = scope.interface.map(|(_, args)| args).unwrap_or_default();
        bounds.insert(
            0,
            Requirement {
                obligation: Obligation { interface, args },
                assoc: Vec::new(),
                span: Span::DUMMY,
            },
        );
    }
    bounds
}
