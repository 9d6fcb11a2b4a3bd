//! Which function `v.name(…)` or `Type.name` means: an interface's method, a field that holds a
//! function, a function of the module that declares the type.

use super::call::Actual;
use super::instantiate::Instance;
use super::{Infer, as_var};
use crate::diagnostics::{AmbiguousMethod, UnknownMethod};
use crate::impls::Candidates;
use crate::program::Obligation;
use crate::thir::{self, ExprKind};
use crate::ty::{Ty, TyKind};
use mesh_report::Span;
use mesh_resolve::hir::{self, FnId, FnKind, InterfaceId};
use smol_str::SmolStr;

/// Methods of one name that are looked at one after another.
const FEW: usize = 8;

/// A method call's arguments: as written, as far as looked at, whether the last is a block.
pub type Args<'e> = (&'e [hir::Arg], Vec<Actual<'e>>, bool);

impl<'e> Infer<'e> {
    pub fn method_of(
        &mut self,
        receiver: thir::Expr,
        head: Ty,
        name: &SmolStr,
        name_span: Span,
        (args, actuals, trailing): Args<'e>,
        span: Span,
    ) -> thir::Expr {
        if head.is_error() {
            self.infer_rest(actuals);
            return self.error_expr(span);
        }
        let found = self.interface_methods(head, name, true);
        if let [(interface, method)] = found.as_slice() {
            let id = self.method_id(*interface, *method);
            let instance =
                self.instantiate_method(*interface, *method, Some(receiver.ty), name_span);
            return self.call_with(id, instance, Some(receiver), args, actuals, trailing, span);
        }
        if found.len() > 1 {
            self.report_ambiguous(head, name, &found, name_span);
            self.infer_rest(actuals);
            return self.error_expr(span);
        }
        if let Some((index, ty)) = self.struct_field(head, name)
            && let TyKind::Fn(_) = self.u.shallow(ty).kind()
        {
            let kind = ExprKind::Field {
                base: Box::new(receiver),
                index,
            };
            let callee = self.make(kind, ty, name_span);
            return self.call_value(callee, args, span);
        }
        if let Some(id) = self.module_function(head, name) {
            let instance = self.instantiate(id, name_span);
            return self.call_with(id, instance, Some(receiver), args, actuals, trailing, span);
        }
        self.report_unknown(head, name, name_span);
        self.infer_rest(actuals);
        self.error_expr(span)
    }

    /// After an error: the arguments may have errors of their own.
    fn infer_rest(&mut self, actuals: Vec<Actual<'e>>) {
        for actual in actuals {
            if let Actual::Written(e) = actual {
                self.infer_hinted(e, Some(Ty::error()));
            }
        }
    }

    fn method_id(&self, interface: InterfaceId, method: u32) -> FnId {
        crate::impls::lower::interface_def(self.world, interface).methods[method as usize]
    }

    fn report_ambiguous(&mut self, head: Ty, name: &str, found: &[(InterfaceId, u32)], span: Span) {
        let interfaces = found
            .iter()
            .map(|(id, _)| {
                crate::impls::lower::interface_def(self.world, *id)
                    .name
                    .to_string()
            })
            .collect();
        let ty = self.show(head);
        self.report(AmbiguousMethod {
            name: name.to_string(),
            ty,
            interfaces,
            span,
        });
    }

    fn report_unknown(&mut self, head: Ty, name: &str, span: Span) {
        let known = self.known_methods(head);
        let field = self.struct_field(head, name).is_some();
        let hidden = self.interface_methods_anywhere(head, name).map(|id| {
            crate::impls::lower::interface_def(self.world, id)
                .name
                .to_string()
        });
        let ty = self.show(head);
        self.report(UnknownMethod {
            ty,
            name: name.to_string(),
            span,
            known,
            field,
            hidden,
        });
        // The method would have told of the receiver's type.
        self.forget(head);
    }

    fn interface_methods_anywhere(&mut self, head: Ty, name: &str) -> Option<InterfaceId> {
        let named: Vec<(InterfaceId, u32)> = self.env.methods_named(name).to_vec();
        named
            .into_iter()
            .map(|(interface, _)| interface)
            .find(|&interface| self.may_have(interface, head))
    }

    /// Names that the module of the type has, to suggest one.
    fn known_methods(&self, head: Ty) -> Vec<String> {
        let TyKind::Con(id, _) = head.kind() else {
            return Vec::new();
        };
        let module = &self.world.modules[id.module.0 as usize];
        module
            .functions
            .iter()
            .filter(|f| {
                f.is_pub && matches!(f.kind, FnKind::Item | FnKind::Native | FnKind::Intrinsic)
            })
            .map(|f| f.name.to_string())
            .collect()
    }

    /// Methods of this name that the type has from an interface: those that apply here, or are
    /// bounds of a parameter.
    pub fn interface_methods(
        &mut self,
        head: Ty,
        name: &str,
        receiver: bool,
    ) -> Vec<(InterfaceId, u32)> {
        let env = self.env;
        let mut found = Vec::new();
        for (interface, method) in self.methods_at_hand(head, name) {
            if receiver && !takes_self(env.method(interface, method)) {
                continue;
            }
            let fits = match head.kind() {
                TyKind::Param(_) | TyKind::Proj { .. } => {
                    self.has_bound(interface, head)
                        || (self.in_scope(interface, head) && self.may_have(interface, head))
                }
                _ => self.in_scope(interface, head) && self.may_have(interface, head),
            };
            if fits && !found.contains(&(interface, method)) {
                found.push((interface, method));
            }
        }
        if found.len() > 1 {
            self.prefer_bounds(&mut found, head);
        }
        found
    }

    /// The interface methods of this name that may be in scope or a bound, without looking at each of a large program.
    fn methods_at_hand(&self, head: Ty, name: &str) -> Vec<(InterfaceId, u32)> {
        let env = self.env;
        let all = env.methods_named(name);
        if all.len() <= FEW {
            return all.to_vec();
        }
        let here = &self.world.modules[self.cx.module.0 as usize];
        let mut modules = vec![here.id];
        if let TyKind::Con(id, _) = head.kind() {
            modules.push(id.module);
        }
        modules.extend(here.interfaces_in_scope.iter().map(|id| id.module));
        let bounds = self.givens.iter().map(|given| given.obligation.interface);
        modules.extend(bounds.map(|id| id.module));
        modules.sort_unstable();
        modules.dedup();
        let of = |module| env.methods_of_module(name, module).iter().copied();
        modules.into_iter().flat_map(of).collect()
    }

    /// A parameter's own bounds beat what every type has.
    fn prefer_bounds(&mut self, found: &mut Vec<(InterfaceId, u32)>, head: Ty) {
        if matches!(head.kind(), TyKind::Param(_) | TyKind::Proj { .. })
            && found.iter().any(|&(i, _)| self.has_bound(i, head))
        {
            let given: Vec<InterfaceId> = self
                .givens
                .iter()
                .filter(|g| g.obligation.args.first() == Some(&head))
                .map(|g| g.obligation.interface)
                .collect();
            found.retain(|(i, _)| given.contains(i));
        }
    }

    fn has_bound(&self, interface: InterfaceId, head: Ty) -> bool {
        let head = self.u.resolve(head);
        self.givens
            .iter()
            .any(|g| g.obligation.interface == interface && g.obligation.args[0] == head)
    }

    fn in_scope(&self, interface: InterfaceId, head: Ty) -> bool {
        if interface.module == self.cx.module {
            return true;
        }
        if let TyKind::Con(id, _) = head.kind()
            && id.module == interface.module
        {
            return true;
        }
        let module = &self.world.modules[self.cx.module.0 as usize];
        module.interfaces_in_scope.contains(&interface)
    }

    /// Whether a type, as far as it is known, has the interface for some arguments.
    fn may_have(&mut self, interface: InterfaceId, head: Ty) -> bool {
        let def = crate::impls::lower::interface_def(self.world, interface);
        let mut args = vec![self.u.resolve(head)];
        args.extend((1..def.generics.len()).map(|_| self.u.fresh()));
        let wanted = Obligation { interface, args };
        if wanted.args.iter().all(|ty| !ty.has_var()) {
            return self.env.table.holds(&wanted, &self.givens).is_ok();
        }
        let u = &self.u;
        !matches!(
            self.env.table.candidates(&wanted, &|ty| u.peek(ty)),
            Candidates::None
        )
    }

    /// The function of the module that declares the type whose first parameter may take it.
    pub fn module_function(&mut self, head: Ty, name: &str) -> Option<FnId> {
        let TyKind::Con(id, _) = head.kind() else {
            return None;
        };
        let env = self.env;
        let module = &env.world.modules[id.module.0 as usize];
        let plain = |f: &&hir::Function| {
            f.name == name
                && matches!(
                    f.kind,
                    FnKind::Item | FnKind::Native | FnKind::Intrinsic | FnKind::Generated
                )
                && (f.is_pub || id.module == self.cx.module)
                && !f.params.is_empty()
        };
        let f = module.functions.iter().find(plain)?;
        let first = f.params.first()?.ty.as_ref();
        let takes = match first.map(|ty| &ty.kind) {
            Some(hir::TyKind::Named(named, _)) => {
                *named == *id
                    || matches!(self.env.type_def(*named).kind, hir::TypeDefKind::Alias(_))
            }
            None | Some(hir::TyKind::Param(_) | hir::TyKind::Infer | hir::TyKind::SelfTy) => true,
            Some(_) => false,
        };
        takes.then_some(f.id)
    }

    /// `Float.from`, `Area.area` as a value.
    pub fn type_item(
        &mut self,
        base: &'e hir::PathBase,
        name: &SmolStr,
        name_span: Span,
        span: Span,
    ) -> thir::Expr {
        match self.type_item_instance(base, name, name_span, span) {
            Some((_, instance)) => {
                let ty = instance.ty();
                self.make(ExprKind::Fn(instance.callee), ty, span)
            }
            None => self.error_expr(span),
        }
    }

    pub fn type_item_instance(
        &mut self,
        base: &'e hir::PathBase,
        name: &SmolStr,
        name_span: Span,
        span: Span,
    ) -> Option<(FnId, Instance)> {
        let ty = match base {
            hir::PathBase::Interface(interface) => {
                let method = self.env.method_number(*interface, name)?;
                let instance = self.instantiate_method(*interface, method, None, span);
                return Some((self.method_id(*interface, method), instance));
            }
            hir::PathBase::Type(ty) => self.written(ty),
        };
        let head = self.head(ty);
        if head.is_error() || as_var(head).is_some() {
            return None;
        }
        let found = self.interface_methods(head, name, false);
        match found.as_slice() {
            [(interface, method)] => {
                let instance = self.instantiate_method(*interface, *method, Some(ty), span);
                Some((self.method_id(*interface, *method), instance))
            }
            [] => match self.module_function(head, name) {
                Some(id) => Some((id, self.instantiate(id, span))),
                None => {
                    self.report_unknown(head, name, name_span);
                    None
                }
            },
            _ => {
                self.report_ambiguous(head, name, &found, name_span);
                None
            }
        }
    }
}

fn takes_self(f: &hir::Function) -> bool {
    matches!(
        f.kind,
        FnKind::InterfaceMethod { has_self: true, .. } | FnKind::ImplMethod { has_self: true, .. }
    )
}
