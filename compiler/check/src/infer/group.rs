//! The order of things in one group: signatures, bodies, what is left, generalisation.

use super::{Cx, Demand, GROUP_INFERRED, Infer, Lang};
use crate::diagnostics::NeedsSignature;
use crate::env::Env;
use crate::thir;
use crate::ty::{Ty, substitute};
use crate::unify::Unifier;
use mesh_report::Diagnostic;
use mesh_resolve::hir::{FnId, FnKind, Function, ModuleId, ParamId};
use rustc_hash::{FxHashMap, FxHashSet};

/// Infers functions that refer to each other; makes their schemes known.
pub fn infer_group(
    env: &Env,
    demand: &dyn Demand,
    ids: &[FnId],
) -> (Vec<thir::Body>, Vec<Diagnostic>) {
    let mut infer = Infer::new(env, demand, ids[0].module);
    for &id in ids {
        infer.open_member(id);
    }
    for member in 0..ids.len() {
        infer.body(member);
    }
    infer.settle();
    infer.generalise_group();
    infer.finish()
}

impl<'e> Infer<'e> {
    fn new(env: &'e Env, demand: &'e dyn Demand, module: ModuleId) -> Infer<'e> {
        let lang = Lang {
            int: env.lang("int", Vec::new()),
            float: env.lang("float", Vec::new()),
            bool: env.lang("bool", Vec::new()),
            string: env.lang("string", Vec::new()),
            atom: env.lang("atom", Vec::new()),
            unit: Ty::unit(),
            never: env.lang("never", Vec::new()),
        };
        Infer {
            env,
            world: &env.world,
            demand,
            u: Unifier::new(),
            diagnostics: Vec::new(),
            members: Vec::new(),
            by_id: FxHashMap::default(),
            locals: Vec::new(),
            givens: Vec::new(),
            generics: Vec::new(),
            constraints: Vec::new(),
            assumed: FxHashSet::default(),
            holes: Vec::new(),
            tries: Vec::new(),
            spawns: Vec::new(),
            mails: Vec::new(),
            spawn_spans: Vec::new(),
            named_pids: Vec::new(),
            uses: Vec::new(),
            next_param: GROUP_INFERRED,
            cx: Cx {
                module,
                member: 0,
                ret: Ty::error(),
                ret_span: None,
                process: Ty::error(),
            },
            lang,
            local_generics: FxHashMap::default(),
            temps: Vec::new(),
            question_decided: Vec::new(),
            unchecked: 0,
            bounds: Vec::new(),
            reported: FxHashSet::default(),
            inferred: Vec::new(),
            last_params: Vec::new(),
        }
    }

    fn body(&mut self, member: usize) {
        let env = self.env;
        let m = &self.members[member];
        let f = env.function(m.id);
        let (params, result) = (m.params.clone(), m.result);
        let init = f.state.map(|state| env.function(state.init).name_span);
        let said = f.result.as_ref().map(|ty| ty.span);
        let ret_span = said.or(init).or_else(|| self.said_by_interface(f));
        self.cx = Cx {
            module: m.id.module,
            member,
            ret: result,
            ret_span,
            process: m.process,
        };
        self.members[member].clauses = self.clauses(&f.clauses, &params, result, ret_span);
        self.solve();
    }

    /// Where the interface says what an impl's method gives.
    fn said_by_interface(&self, f: &Function) -> Option<mesh_report::Span> {
        let FnKind::ImplMethod { impl_, .. } = f.kind else {
            return None;
        };
        let interface = self.env.table.head(impl_).interface;
        let method = self.env.method_number(interface, &f.name)?;
        let result = self.env.method(interface, method).result.as_ref()?;
        Some(result.span)
    }

    /// Decides what waited for the whole group.
    fn settle(&mut self) {
        self.solve();
        self.settle_questions();
        self.settle_processes();
        self.settle_unsound();
        self.settle_spawns();
        self.solve();
        self.report_deferred();
        self.settle_uses();
        self.solve();
    }

    /// Uses at other types within a group are only sound where the process does not depend on them.
    fn settle_uses(&mut self) {
        let mut reported = Vec::new();
        for (user, used, args, span) in std::mem::take(&mut self.uses) {
            if reported.contains(&used) {
                continue;
            }
            let m = &self.members[used];
            let own: Vec<(ParamId, Ty)> = m
                .declared
                .iter()
                .zip(&args)
                .map(|(p, &to)| (ParamId(p.id.0 + m.shift), to))
                .collect();
            let process = self.u.resolve(m.process);
            if substitute(process, &own) == process {
                continue;
            }
            let (id, shift) = (m.id, m.shift);
            let params: Vec<Ty> = m
                .declared
                .iter()
                .map(|p| Ty::param(ParamId(p.id.0 + shift)))
                .collect();
            let same = user == used
                && params
                    .iter()
                    .zip(&args)
                    .all(|(&p, &to)| self.u.unify(p, to).is_ok());
            if !same {
                reported.push(used);
                let f = self.env.function(id);
                self.report(NeedsSignature {
                    name: f.name.to_string(),
                    span,
                    declared: f.name_span,
                });
            }
        }
    }
}
