//! The end of a group: variables leave the tree, late expressions come in, schemes are made known.

use super::{Infer, unshift};
use crate::impls::Requirement;
use crate::scheme::{Scheme, SchemeParam};
use crate::thir::{self, ExprKind, FnRef};
use crate::ty::{FnTy, Ty, TyKind};
use crate::unify::{Unifier, slot};
use crate::zonk::{Rewrite, map_types};
use mesh_resolve::hir::{FnId, ParamId};
use rustc_hash::FxHashMap;

/// Replaces what only inference knows.
struct Finish<'a> {
    u: &'a Unifier,
    unit: Ty,
    cache: &'a mut FxHashMap<Ty, Ty>,
    holes: &'a mut [Option<thir::Expr>],
    group: &'a FxHashMap<FnId, usize>,
    inferred: &'a [SchemeParam],
    local_generics: &'a FxHashMap<u32, Vec<ParamId>>,
    base: u32,
    methods: &'a [bool],
}

impl Finish<'_> {
    fn settle(&mut self, ty: Ty) -> Ty {
        if !ty.has_var() && !ty.has_param() {
            return ty;
        }
        if let Some(&done) = self.cache.get(&ty) {
            return done;
        }
        let head = self.u.peek(ty);
        let done = match head.kind() {
            TyKind::Var(v) if self.u.is_process(*v) => Ty::no_process(),
            TyKind::Var(_) => self.unit,
            _ => {
                let parts = head.map_parts(|part| self.settle(part));
                match parts.kind() {
                    TyKind::Param(_) => unshift(parts),
                    _ => parts,
                }
            }
        };
        self.cache.insert(ty, done);
        done
    }
}

impl Rewrite for Finish<'_> {
    fn ty(&mut self, ty: Ty) -> Ty {
        self.settle(ty)
    }

    fn callee(&mut self, callee: &mut FnRef) {
        if let FnRef::Item { id, args } = callee
            && let Some(&member) = self.group.get(id)
            && !self.methods[member]
        {
            args.extend(self.inferred.iter().map(|p| Ty::param(p.id)));
        }
    }

    fn before(&mut self, e: &mut thir::Expr) {
        while let ExprKind::Hole(hole) = e.kind {
            match self.holes[hole as usize].take() {
                Some(made) => *e = made,
                None => e.kind = ExprKind::Lit(thir::Lit::Unit),
            }
        }
        if let ExprKind::Local { id, args } = &mut e.kind
            && args.is_empty()
            && let Some(generics) = self.local_generics.get(&(self.base + id.0))
        {
            args.extend(generics.iter().map(|&p| Ty::param(p)));
        }
    }
}

impl<'e> Infer<'e> {
    /// The bodies of the group, whole.
    pub fn finish(mut self) -> (Vec<thir::Body>, Vec<mesh_report::Diagnostic>) {
        self.check_last_params();
        self.publish();
        let mut cache = FxHashMap::default();
        let methods: Vec<bool> = self.members.iter().map(|m| m.method).collect();
        let members = std::mem::take(&mut self.members);
        let mut bodies = Vec::with_capacity(members.len());
        for (i, member) in members.into_iter().enumerate() {
            let f = self.env.function(member.id);
            let mut locals: Vec<thir::Local> = f
                .locals
                .iter()
                .enumerate()
                .map(|(at, local)| thir::Local {
                    name: local.name.clone(),
                    ty: self.locals[member.base as usize + at].ty,
                    span: local.span,
                })
                .collect();
            let temps = self.temps.iter().filter(|(m, _)| *m == i);
            locals.extend(temps.map(|&(_, ty)| thir::Local {
                name: "".into(),
                ty,
                span: f.span,
            }));
            let own = member.declared.iter().map(|p| p.id);
            let inferred = self.inferred.iter().map(|p| p.id);
            let inferred = inferred.filter(|_| !member.method);
            let mut body = thir::Body {
                id: member.id,
                generics: own.chain(inferred).collect(),
                params: member.params,
                result: member.result,
                process: member.process,
                clauses: member.clauses,
                locals,
                span: f.span,
            };
            let mut finish = Finish {
                u: &self.u,
                unit: self.lang.unit,
                cache: &mut cache,
                holes: &mut self.holes,
                group: &self.by_id,
                inferred: &self.inferred,
                local_generics: &self.local_generics,
                base: member.base,
                methods: &methods,
            };
            map_types(&mut body, &mut finish);
            bodies.push(body);
        }
        (bodies, self.diagnostics)
    }

    /// Makes the schemes of the group known.
    fn publish(&mut self) {
        let mut cache = FxHashMap::default();
        for i in 0..self.members.len() {
            let own_marks = match self.u.shallow(self.members[i].process).kind() {
                TyKind::Process(m, r) => (self.u.marks(*m), self.u.marks(*r)),
                _ => (slot::DECLARED, slot::DECLARED),
            };
            let mut finish = Finish {
                u: &self.u,
                unit: self.lang.unit,
                cache: &mut cache,
                holes: &mut [],
                group: &self.by_id,
                inferred: &self.inferred,
                local_generics: &self.local_generics,
                base: 0,
                methods: &[],
            };
            let m = &self.members[i];
            let mut settle = |ty: Ty| finish.settle(ty);
            let ty = FnTy {
                params: m.params.iter().map(|&ty| settle(ty)).collect(),
                result: settle(m.result),
                process: settle(m.process),
            };
            let all = m.bounds.iter().chain(&self.bounds);
            let bounds: Vec<Requirement> = all
                .map(|req| super::map_requirement(req, &mut settle))
                .collect();
            let inferred = if m.method { &[][..] } else { &self.inferred };
            let params = m.declared.iter().chain(inferred).cloned().collect();
            let scheme = Scheme {
                declared: m.declared.len(),
                params,
                bounds,
                ty,
                own_marks,
                received_at: m.received_at,
            };
            self.env.publish(m.id, scheme);
        }
    }
}
