//! What a function's signature says before its body is looked at: parameter and result types with
//! variables where nothing is written, its process, and the bounds that hold inside.

use super::{Cx, Infer, LocalVar, MEMBER_SHIFT, Member, Why, map_requirement, shift};
use crate::impls::lower::{Fill, Scope, type_def};
use crate::scheme::{INFERRED, SchemeParam, bounds_of, declared_params, declared_scheme, scope_of};
use crate::ty::{Ty, TyKind, substitute};
use crate::unify::{Unifier, slot};
use mesh_resolve::hir::{
    self, FnId, FnKind, Function, Gives, ParamId, ProcessClause, StateOf, World,
};
use smol_str::SmolStr;
use std::cell::RefCell;

/// Puts variables where a signature with a body leaves something out.
struct Holes<'u>(RefCell<&'u mut Unifier>);

impl Fill for Holes<'_> {
    fn hole(&self) -> Ty {
        self.0.borrow_mut().fresh()
    }

    fn reply(&self) -> Ty {
        self.0.borrow_mut().fresh()
    }

    fn process(&self) -> Ty {
        self.0.borrow_mut().fresh_process()
    }
}

/// Whether a type is written in full; the processes of functions in it cannot be written.
fn complete(world: &World, ty: &hir::Ty) -> bool {
    let all = |args: &[hir::Ty]| args.iter().all(|arg| complete(world, arg));
    match &ty.kind {
        hir::TyKind::Infer => false,
        hir::TyKind::Named(id, args) => {
            all(args) && args.len() == type_def(world, *id).generics.len()
        }
        hir::TyKind::Tuple(args) => all(args),
        hir::TyKind::Assoc(base, _) => complete(world, base),
        hir::TyKind::Fn(params, result) => all(params) && complete(world, result),
        hir::TyKind::Param(_) | hir::TyKind::SelfTy | hir::TyKind::Unit | hir::TyKind::Error => {
            true
        }
    }
}

impl<'e> Infer<'e> {
    /// A type written in `f`, with its parameters moved by `by`.
    pub fn lower_in(&mut self, f: &'e Function, ty: &hir::Ty, by: u32) -> Ty {
        let holes = Holes(RefCell::new(&mut self.u));
        let scope = Scope {
            fill: Some(&holes),
            ..scope_of(self.world, f)
        };
        let lowered = shift(scope.lower(ty), by);
        self.normalized(lowered, ty.span)
    }

    /// A type written in the body of the current function.
    pub fn written(&mut self, ty: &hir::Ty) -> Ty {
        let (id, by) = {
            let m = &self.members[self.cx.member];
            (m.id, m.shift)
        };
        let env = self.env;
        crate::infer::arity::check(self, ty);
        self.lower_in(env.function(id), ty, by)
    }

    /// Adds a function to the group.
    pub fn open_member(&mut self, id: FnId) {
        let env = self.env;
        let f = env.function(id);
        let index = self.members.len();
        let by = (index as u32) << MEMBER_SHIFT;
        let base = self.locals.len() as u32;
        for _ in &f.locals {
            self.locals.push(LocalVar {
                ty: Ty::error(),
                scheme: None,
            });
        }
        self.generics
            .extend(f.generics.iter().map(|g| hir::GenericParam {
                id: ParamId(g.id.0 + by),
                name: g.name.clone(),
                bounds: Vec::new(),
                span: g.span,
            }));
        let bounds: Vec<_> = bounds_of(self.world, f)
            .iter()
            .map(|req| map_requirement(req, |ty| shift(ty, by)))
            .collect();
        let method = matches!(
            f.kind,
            FnKind::ImplMethod { .. } | FnKind::InterfaceMethod { .. }
        );
        self.members.push(Member {
            id,
            params: Vec::new(),
            result: Ty::error(),
            process: Ty::error(),
            declared: declared_params(f),
            typed: false,
            base,
            clauses: Vec::new(),
            bounds: bounds.clone(),
            shift: by,
            temps: 0,
            received_at: None,
            unsound: false,
            method,
        });
        self.by_id.insert(id, index);
        self.cx = Cx {
            module: id.module,
            member: index,
            ret: Ty::error(),
            ret_span: None,
            process: Ty::error(),
        };
        for bound in bounds {
            self.give(bound, 0);
        }
        self.fill_member(f, index);
    }

    fn fill_member(&mut self, f: &'e Function, index: usize) {
        let by = self.members[index].shift;
        let expected = self.expected_method(f, by);
        let process = self.declared_process(f, index);
        let mut params = Vec::new();
        let mut typed = true;
        for (i, param) in f.params.iter().enumerate() {
            typed &= param.ty.as_ref().is_some_and(|ty| complete(self.world, ty));
            let written = param.ty.as_ref().map(|ty| {
                crate::infer::arity::check(self, ty);
                (self.lower_in(f, ty, by), ty.span)
            });
            let from = expected
                .as_ref()
                .and_then(|(params, _)| params.get(i).copied());
            params.push(match (written, from) {
                (Some((ty, span)), Some(from)) => {
                    self.unify(from, ty, span, Why::Plain);
                    ty
                }
                (Some((ty, _)), None) => ty,
                (None, Some(from)) => from,
                (None, None) => self.self_param(f, i).unwrap_or_else(|| self.fresh()),
            });
        }
        let written = f.result.as_ref().map(|ty| {
            crate::infer::arity::check(self, ty);
            (self.lower_in(f, ty, by), ty.span)
        });
        typed &= f.result.as_ref().is_some_and(|ty| complete(self.world, ty));
        let result = match (written, expected) {
            (Some((ty, span)), Some((_, from))) => {
                self.unify(from, ty, span, Why::Plain);
                ty
            }
            (Some((ty, _)), None) => ty,
            (None, Some((_, from))) => from,
            (None, None) => self.fresh(),
        };
        for (i, param) in f.params.iter().enumerate() {
            if param.ty.is_none()
                && let Some(default) = param.default
            {
                let instance = self.instantiate(default, param.span);
                let ty = params[i];
                self.unify(ty, instance.result, param.span, Why::Plain);
            }
        }
        self.note_last_param(&f.params, &params);
        if let Some(of) = f.state {
            self.section_state(f, of, params[0], result);
        }
        let member = &mut self.members[index];
        member.params = params;
        member.result = result;
        member.process = process;
        member.typed = typed;
    }

    /// The state that a service's section takes and gives is what `init` gives. With type parameters each section says
    /// for itself at which types it does.
    fn section_state(&mut self, f: &Function, of: StateOf, param: Ty, result: Ty) {
        if !f.generics.is_empty() {
            return;
        }
        let init = self.env.function(of.init).name_span;
        let state = self.instantiate(of.init, init).result;
        self.unify(state, param, f.params[0].span, Why::Initial(init));
        match (of.gives, self.u.shallow(result).kind()) {
            (Gives::State, _) => {
                self.unify(state, result, init, Why::Initial(init));
            }
            (Gives::StateAndReply, TyKind::Tuple(parts)) => {
                self.unify(state, parts[0], init, Why::Initial(init));
            }
            _ => {}
        }
    }

    fn self_param(&self, f: &Function, index: usize) -> Option<Ty> {
        match f.kind {
            FnKind::ImplMethod { has_self: true, .. }
            | FnKind::InterfaceMethod { has_self: true, .. }
                if index == 0 =>
            {
                scope_of(self.world, f).self_ty.map(|ty| self.shifted(ty))
            }
            _ => None,
        }
    }

    fn declared_process(&mut self, f: &Function, index: usize) -> Ty {
        let by = self.members[index].shift;
        let default = matches!(f.kind, FnKind::Default { .. });
        match &f.process {
            ProcessClause::None => Ty::no_process(),
            ProcessClause::Unspecified if default => Ty::no_process(),
            ProcessClause::Unspecified if self.members[index].method => {
                let id = ParamId(INFERRED);
                self.members[index].declared.push(SchemeParam {
                    id,
                    name: SmolStr::default(),
                    marks: 0,
                    process: true,
                });
                Ty::param(ParamId(id.0 + by))
            }
            clause => self.written_process(clause),
        }
    }

    /// The process that a function says it runs in, or one to be inferred.
    pub fn written_process(&mut self, clause: &ProcessClause) -> Ty {
        match clause {
            ProcessClause::None => Ty::no_process(),
            ProcessClause::Unspecified => self.u.fresh_process(),
            ProcessClause::Process {
                receives, replies, ..
            } => {
                let parts = [(receives, slot::RECEIVED), (replies, slot::REPLIED)];
                let [m, r] = parts.map(|(written, mark)| {
                    let var = self.fresh();
                    if let Some(ty) = written {
                        let ty = self.written(ty);
                        let _ = self.u.unify(var, ty);
                        self.u.mark(var, mark | slot::DECLARED);
                    }
                    var
                });
                Ty::new(TyKind::Process(m, r))
            }
        }
    }

    /// What the interface says of an impl's method, for the impl's types.
    fn expected_method(&mut self, f: &'e Function, by: u32) -> Option<(Vec<Ty>, Ty)> {
        let FnKind::ImplMethod { impl_, .. } = f.kind else {
            return None;
        };
        let env = self.env;
        let head = env.table.head(impl_);
        let method = env.method_number(head.interface, &f.name)?;
        let declared = env.method(head.interface, method);
        let scheme = declared_scheme(self.world, declared);
        let def = crate::impls::lower::interface_def(self.world, head.interface);
        let mut map: Vec<(ParamId, Ty)> = def
            .generics
            .iter()
            .map(|g| g.id)
            .zip(head.args.iter().map(|&ty| shift(ty, by)))
            .collect();
        let own = f.generics.iter().skip(head.generics.len());
        let mut own = own.map(|g| Ty::param(ParamId(g.id.0 + by)));
        for param in scheme.params.iter().skip(def.generics.len()) {
            let to = if param.process {
                Ty::param(ParamId(INFERRED + by))
            } else {
                own.next().unwrap_or_else(Ty::error)
            };
            map.push((param.id, to));
        }
        let mut at = |ty: Ty| {
            let ty = substitute(ty, &map);
            self.normalized(ty, f.name_span)
        };
        let params = scheme.ty.params.iter().map(|&ty| at(ty)).collect();
        Some((params, at(scheme.ty.result)))
    }
}
