//! Type parameters that an impl's method leaves out: they are those of the interface's method, as the types of its parameters are.

use crate::hir::{
    Bound, FnId, FnKind, Function, GenericParam, Impl, Interface, Module, ParamId, Ty, TyKind,
};

/// The first id of inherited type parameters. Those that a method or its local functions declare themselves are numbered from 0.
const INHERITED: u32 = 1 << 15;

/// Gives each method of an impl that declares no type parameters those that its interface declares. Where the impl's own types make
/// a bound inexpressible it gives none, and the checker reports the difference.
pub fn fill(modules: &mut [Module]) {
    let mut found: Vec<(FnId, Vec<GenericParam>)> = Vec::new();
    for module in modules.iter() {
        for impl_ in &module.impls {
            for &id in &impl_.methods {
                let own = &module.functions[id.index as usize];
                if let Some(generics) = inherited(modules, impl_, own) {
                    found.push((id, generics));
                }
            }
        }
    }
    for (id, generics) in found {
        let module = &mut modules[id.module.0 as usize];
        module.functions[id.index as usize]
            .generics
            .extend(generics);
    }
}

fn inherited(modules: &[Module], impl_: &Impl, own: &Function) -> Option<Vec<GenericParam>> {
    let is_method = matches!(own.kind, FnKind::ImplMethod { .. });
    if !is_method || own.generics.len() > impl_.generics.len() {
        return None;
    }
    let module = &modules[impl_.interface.module.0 as usize];
    let interface = &module.interfaces[impl_.interface.index as usize];
    let methods = interface.methods.iter();
    let declared = methods
        .map(|id| &modules[id.module.0 as usize].functions[id.index as usize])
        .find(|method| method.name == own.name)?;
    let names = Names { interface, impl_ };
    let generics = declared.generics.iter().skip(interface.generics.len());
    generics.map(|param| names.param(param)).collect()
}

/// From the names of types in an interface to those in one of its impls.
struct Names<'a> {
    interface: &'a Interface,
    impl_: &'a Impl,
}

impl Names<'_> {
    fn param(&self, param: &GenericParam) -> Option<GenericParam> {
        let bounds = param.bounds.iter().map(|bound| self.bound(bound));
        Some(GenericParam {
            id: inherited_id(param.id),
            name: param.name.clone(),
            bounds: bounds.collect::<Option<_>>()?,
            span: param.span,
        })
    }

    fn bound(&self, bound: &Bound) -> Option<Bound> {
        let assoc = bound.assoc.iter();
        let assoc = assoc.map(|(name, ty)| Some((name.clone(), self.ty(ty)?)));
        Some(Bound {
            interface: bound.interface,
            args: self.all(&bound.args)?,
            assoc: assoc.collect::<Option<_>>()?,
            span: bound.span,
        })
    }

    fn all(&self, types: &[Ty]) -> Option<Vec<Ty>> {
        types.iter().map(|ty| self.ty(ty)).collect()
    }

    /// `None`: the impl has no name for it.
    fn ty(&self, ty: &Ty) -> Option<Ty> {
        let kind = match &ty.kind {
            TyKind::Param(ParamId(0)) => TyKind::SelfTy,
            TyKind::Param(id) => {
                let generics = self.interface.generics.iter().skip(1);
                match generics
                    .zip(&self.impl_.interface_args)
                    .find(|(g, _)| g.id == *id)
                {
                    Some((_, arg)) => arg.kind.clone(),
                    None => TyKind::Param(inherited_id(*id)),
                }
            }
            TyKind::Assoc(base, name) => {
                let base = self.ty(base)?;
                let has_name = match base.kind {
                    TyKind::SelfTy => true,
                    TyKind::Param(id) => id.0 >= INHERITED,
                    _ => false,
                };
                has_name.then(|| TyKind::Assoc(Box::new(base), name.clone()))?
            }
            TyKind::Named(id, args) => TyKind::Named(*id, self.all(args)?),
            TyKind::Tuple(items) => TyKind::Tuple(self.all(items)?),
            TyKind::Fn(params, result) => TyKind::Fn(self.all(params)?, Box::new(self.ty(result)?)),
            TyKind::SelfTy | TyKind::Unit | TyKind::Infer | TyKind::Error => ty.kind.clone(),
        };
        Some(Ty {
            kind,
            span: ty.span,
        })
    }
}

fn inherited_id(id: ParamId) -> ParamId {
    ParamId(INHERITED + id.0)
}
