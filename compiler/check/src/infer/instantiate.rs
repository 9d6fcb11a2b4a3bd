//! Uses of functions, methods and generalised locals: fresh types for their parameters, and what
//! their bounds ask of those.

use super::solve::Origin;
use super::{Infer, LocalScheme, SpawnSite, map_requirement};
use crate::diagnostics::NeedsSignature;
use crate::scheme::Scheme;
use crate::thir::FnRef;
use crate::ty::{Ty, TyKind, substitute};
use crate::unify::slot;
use mesh_report::Span;
use mesh_resolve::hir::{FnId, FnKind, InterfaceId, ParamId};
use std::sync::Arc;

/// A function at the types of one use.
pub struct Instance {
    pub callee: FnRef,
    pub params: Vec<Ty>,
    pub result: Ty,
    pub process: Ty,
}

impl Instance {
    /// Its type as a value.
    pub fn ty(&self) -> Ty {
        Ty::func(self.params.clone(), self.result, self.process)
    }
}

impl<'e> Infer<'e> {
    /// A function item, used at `span`.
    pub fn instantiate(&mut self, id: FnId, span: Span) -> Instance {
        if let Some(&member) = self.by_id.get(&id) {
            return self.use_member(member, span);
        }
        if let FnKind::InterfaceMethod { interface, .. } = self.env.function(id).kind
            && let Some(method) = self
                .env
                .method_number(interface, &self.env.function(id).name)
        {
            return self.instantiate_method(interface, method, None, span);
        }
        let Some(scheme) = self.scheme(id) else {
            let name = self.env.function(id).name.to_string();
            let declared = self.env.function(id).name_span;
            self.report(NeedsSignature {
                name,
                span,
                declared,
            });
            return self.unknown_instance(id);
        };
        let args = self.fresh_params(&scheme, span);
        let (params, result, process) = self.at_types(&scheme, &args, Origin::Bound(id), span);
        let bodyless = self.env.function(id).clauses.is_empty();
        let keep = if bodyless {
            scheme.declared
        } else {
            args.len()
        };
        let args = args.into_iter().take(keep).map(|(_, ty)| ty).collect();
        Instance {
            callee: FnRef::Item { id, args },
            params,
            result,
            process,
        }
    }

    /// A function's scheme, inferring its group now if need be.
    fn scheme(&mut self, id: FnId) -> Option<Arc<Scheme>> {
        let usable = self.env.function(id).clauses.is_empty() || self.demand.ensure(id);
        self.env.scheme(id).filter(|_| usable).cloned()
    }

    fn unknown_instance(&mut self, id: FnId) -> Instance {
        let count = self.env.function(id).params.len();
        Instance {
            callee: FnRef::Item {
                id,
                args: Vec::new(),
            },
            params: vec![Ty::error(); count],
            result: Ty::error(),
            process: Ty::error(),
        }
    }

    /// A function of the group being inferred: at its own types, or where all of them are written
    /// at others; the inferred parameters are added when they are known.
    fn use_member(&mut self, member: usize, span: Span) -> Instance {
        let m = &self.members[member];
        let (id, typed, by) = (m.id, m.typed, m.shift);
        let own: Vec<ParamId> = m.declared.iter().map(|p| ParamId(p.id.0 + by)).collect();
        let (params, result, process) = (m.params.clone(), m.result, m.process);
        if !typed || own.is_empty() || m.method {
            return Instance {
                callee: FnRef::Item {
                    id,
                    args: own.into_iter().map(Ty::param).collect(),
                },
                params,
                result,
                process,
            };
        }
        let map: Vec<(ParamId, Ty)> = own.iter().map(|&p| (p, self.fresh())).collect();
        let args: Vec<Ty> = map.iter().map(|&(_, ty)| ty).collect();
        self.uses.push((self.cx.member, member, args.clone(), span));
        let bounds = self.members[member].bounds.clone();
        for bound in &bounds {
            let req = map_requirement(bound, |ty| substitute(ty, &map));
            let req = map_requirement(&req, |ty| self.normalized(ty, span));
            self.require(req.obligation, req.assoc, span, Origin::Bound(id));
        }
        let mut at = |ty: Ty| {
            let ty = substitute(self.u.resolve_types(ty), &map);
            self.normalized(ty, span)
        };
        let params = params.into_iter().map(&mut at).collect();
        let result = at(result);
        Instance {
            callee: FnRef::Item { id, args },
            params,
            result,
            process,
        }
    }

    fn fresh_params(&mut self, scheme: &Scheme, span: Span) -> Vec<(ParamId, Ty)> {
        let mut args = Vec::with_capacity(scheme.params.len());
        for param in &scheme.params {
            let ty = if param.process {
                self.u.fresh_process()
            } else {
                self.fresh()
            };
            self.mark_fresh(ty, param.marks, span);
            args.push((param.id, ty));
        }
        args
    }

    fn mark_fresh(&mut self, ty: Ty, marks: u8, span: Span) {
        if marks == 0 {
            return;
        }
        self.u.mark(ty, marks & (slot::RECEIVED | slot::REPLIED));
        for (mark, reply) in [(slot::SPAWNED_MESSAGE, false), (slot::SPAWNED_REPLY, true)] {
            if marks & mark != 0 {
                self.spawns.push(SpawnSite {
                    slot: ty,
                    reply,
                    span,
                });
            }
        }
    }

    /// The scheme's type for these arguments, its bounds required.
    fn at_types(
        &mut self,
        scheme: &Scheme,
        args: &[(ParamId, Ty)],
        origin: Origin,
        span: Span,
    ) -> (Vec<Ty>, Ty, Ty) {
        for bound in &scheme.bounds {
            let req = map_requirement(bound, |ty| substitute(ty, args));
            let req = map_requirement(&req, |ty| self.normalized(ty, span));
            self.require(req.obligation, req.assoc, span, origin);
        }
        let mut at = |ty: Ty| {
            let ty = substitute(ty, args);
            self.normalized(ty, span)
        };
        let params = scheme.ty.params.iter().map(|&ty| at(ty)).collect();
        (params, at(scheme.ty.result), at(scheme.ty.process))
    }

    /// An interface's method for `subject`, or for a type to be found out.
    pub fn instantiate_method(
        &mut self,
        interface: InterfaceId,
        method: u32,
        subject: Option<Ty>,
        span: Span,
    ) -> Instance {
        let id = crate::impls::lower::interface_def(self.world, interface).methods[method as usize];
        let Some(scheme) = self.method_scheme(id) else {
            return self.unknown_instance(id);
        };
        let mut args = self.fresh_params(&scheme, span);
        if let (Some(subject), Some(own)) = (subject, args.first_mut()) {
            own.1 = subject;
        }
        let (params, result, process) = self.at_types(&scheme, &args, Origin::Method, span);
        let own = crate::impls::lower::interface_def(self.world, interface)
            .generics
            .len();
        let mut all: Vec<Ty> = args.into_iter().map(|(_, ty)| ty).collect();
        let method_args = all.split_off(own.min(all.len()));
        Instance {
            callee: FnRef::Method {
                interface,
                method,
                interface_args: all,
                method_args,
            },
            params,
            result,
            process,
        }
    }

    /// A method's scheme is its declaration, whether or not it has a default body.
    fn method_scheme(&mut self, id: FnId) -> Option<Arc<Scheme>> {
        let known = self.scheme(id);
        let declared = || crate::scheme::declared_scheme(self.world, self.env.function(id));
        Some(known.unwrap_or_else(|| Arc::new(declared())))
    }

    /// A generalised local: fresh types for its parameters.
    pub fn instantiate_local(&mut self, scheme: &LocalScheme, ty: Ty, span: Span) -> (Ty, Vec<Ty>) {
        let mut map = Vec::with_capacity(scheme.params.len());
        for &(id, marks, process) in &scheme.params {
            let fresh = if process {
                self.u.fresh_process()
            } else {
                self.fresh()
            };
            self.mark_fresh(fresh, marks, span);
            map.push((id, fresh));
        }
        for bound in &scheme.bounds {
            let req = map_requirement(bound, |ty| substitute(self.u.resolve(ty), &map));
            let req = map_requirement(&req, |ty| self.normalized(ty, span));
            self.require(req.obligation, req.assoc, span, Origin::Silent);
        }
        let ty = substitute(self.u.resolve_types(ty), &map);
        let ty = self.normalized(ty, span);
        (ty, map.into_iter().map(|(_, ty)| ty).collect())
    }

    /// The types of a sum's or struct's parameters, fresh.
    pub fn fresh_con(&mut self, id: mesh_resolve::hir::TypeId) -> (Ty, Vec<Ty>) {
        let count = self.env.type_def(id).generics.len();
        let args: Vec<Ty> = (0..count).map(|_| self.fresh()).collect();
        (Ty::con(id, args.clone()), args)
    }

    /// The declared types of a variant's fields, for building one: a `Pid<M>` in them takes a pid
    /// with any reply type.
    pub fn build_types(
        &mut self,
        id: mesh_resolve::hir::TypeId,
        variant: u32,
        args: &[Ty],
    ) -> Vec<Ty> {
        let fields = self.env.variants(id);
        let opened: Vec<Ty> = match fields.get(variant as usize) {
            Some(fields) => fields.iter().map(|&ty| self.open_pids(ty)).collect(),
            None => return Vec::new(),
        };
        let generics = &self.env.type_def(id).generics;
        let map: Vec<(ParamId, Ty)> = generics
            .iter()
            .map(|g| g.id)
            .zip(args.iter().copied())
            .collect();
        opened.into_iter().map(|ty| substitute(ty, &map)).collect()
    }

    fn open_pids(&mut self, ty: Ty) -> Ty {
        if let TyKind::Con(id, args) = ty.kind()
            && self.is_lang(*id, "pid")
            && args.get(1) == Some(&self.lang.never)
        {
            let message = self.open_pids(args[0]);
            let reply = self.fresh();
            return Ty::con(*id, vec![message, reply]);
        }
        ty.map_parts(|part| self.open_pids(part))
    }
}
