//! What would need instances without end: types that contain themselves at larger arguments,
//! functions that call themselves at larger types, aliases that are each other.
//!
//! A node is a parameter of an item; an edge says that it flows into a parameter of another, and
//! whether inside something larger. A cycle with such an edge grows for ever. (A. Kennedy and
//! B. Pierce, "On decidability of nominal subtyping with variance", 2007, use the same graph.)

use crate::diagnostics::{GrowingInstances, RecursiveAlias};
use crate::env::Env;
use crate::groups::components;
use crate::impls::{Candidates, ImplTable};
use crate::program::Obligation;
use crate::show::{Namer, WHOLE};
use crate::thir::{Body, Expr, ExprKind, FnRef};
use crate::ty::{Ty, TyKind};
use crate::zonk::{Rewrite, map_types};
use mesh_report::{Diagnostic, Span};
use mesh_resolve::hir::{
    self, FnId, GenericParam, ModuleId, ParamId, TypeDef, TypeDefKind, TypeId, World,
};
use rustc_hash::FxHashMap;
use std::hash::Hash;

/// A flow from one parameter into another.
struct Edge {
    from: usize,
    to: usize,
    grows: Option<Ty>,
    span: Span,
}

/// Parameters of items `I`, and how they flow.
struct Graph<I> {
    nodes: FxHashMap<(I, usize), usize>,
    keys: Vec<(I, usize)>,
    edges: Vec<Edge>,
}

impl<I: Copy + Eq + Hash> Graph<I> {
    fn new() -> Graph<I> {
        Graph {
            nodes: FxHashMap::default(),
            keys: Vec::new(),
            edges: Vec::new(),
        }
    }

    fn node(&mut self, item: I, index: usize) -> usize {
        let next = self.keys.len();
        let node = *self.nodes.entry((item, index)).or_insert(next);
        if node == next {
            self.keys.push((item, index));
        }
        node
    }

    /// `arg`, in the parameters of `from`, is given to parameter `index` of `to`.
    fn flow(&mut self, from: I, params: &[ParamId], arg: Ty, to: (I, usize), span: Span) {
        if !arg.has_param() || matches!(arg.kind(), TyKind::Process(..)) {
            return;
        }
        let mut found = Vec::new();
        params_in(arg, &mut found);
        for id in found {
            let Some(at) = params.iter().position(|p| *p == id) else {
                continue;
            };
            let edge = Edge {
                from: self.node(from, at),
                to: self.node(to.0, to.1),
                grows: (arg != Ty::param(id)).then_some(arg),
                span,
            };
            self.edges.push(edge);
        }
    }

    /// Growing edges that lie on a cycle: the item they start from, the type it grows to, where.
    fn growing(&self) -> Vec<(I, Ty, Span)> {
        let mut out = vec![Vec::new(); self.keys.len()];
        for edge in &self.edges {
            out[edge.from].push(edge.to);
        }
        let mut component = vec![0; self.keys.len()];
        for (i, nodes) in components(&out).iter().enumerate() {
            nodes.iter().for_each(|&node| component[node] = i);
        }
        let mut found: Vec<(I, Ty, Span)> = Vec::new();
        for edge in &self.edges {
            let item = self.keys[edge.from].0;
            if let Some(ty) = edge.grows
                && component[edge.from] == component[edge.to]
                && found.iter().all(|(known, ..)| *known != item)
            {
                found.push((item, ty, edge.span));
            }
        }
        found
    }
}

fn params_in(ty: Ty, out: &mut Vec<ParamId>) {
    if !ty.has_param() {
        return;
    }
    if let TyKind::Param(id) = ty.kind()
        && !out.contains(id)
    {
        out.push(*id);
    }
    ty.each_part(|part| params_in(part, out));
}

fn show(world: &World, generics: &[GenericParam], ty: Ty) -> String {
    Namer::new(world, generics, &WHOLE).show(ty)
}

/// Aliases that are each other, and types that grow, of these modules.
pub fn check_types(env: &Env, modules: &[ModuleId], out: &mut Vec<Diagnostic>) {
    let mut graph: Graph<TypeId> = Graph::new();
    for &module in modules {
        for def in &env.world.modules[module.0 as usize].types {
            alias_cycle(&env.world, def, out);
            let params: Vec<ParamId> = def.generics.iter().map(|g| g.id).collect();
            for &field in env.variants(def.id).iter().flatten() {
                mentions(&mut graph, def, &params, field);
            }
        }
    }
    for (id, ty, _) in graph.growing() {
        let def = env.type_def(id);
        out.push(
            GrowingInstances {
                name: def.name.to_string(),
                ty: show(&env.world, &def.generics, ty),
                what: "type",
                span: def.name_span,
            }
            .into(),
        );
    }
}

fn mentions(graph: &mut Graph<TypeId>, def: &TypeDef, params: &[ParamId], ty: Ty) {
    if let TyKind::Con(id, args) = ty.kind() {
        for (i, &arg) in args.iter().enumerate() {
            graph.flow(def.id, params, arg, (*id, i), def.name_span);
        }
    }
    ty.each_part(|part| mentions(graph, def, params, part));
}

/// Reports an alias that is reached from itself through aliases alone; each cycle once.
fn alias_cycle(world: &World, def: &TypeDef, out: &mut Vec<Diagnostic>) {
    let TypeDefKind::Alias(target) = &def.kind else {
        return;
    };
    let mut path = vec![def.id];
    if reaches(world, target, def.id, &mut path) && path.iter().min() == Some(&def.id) {
        let names = path
            .iter()
            .map(|&id| crate::impls::lower::type_def(world, id).name.to_string())
            .collect();
        out.push(
            RecursiveAlias {
                names,
                span: def.name_span,
            }
            .into(),
        );
    }
}

fn reaches(world: &World, ty: &hir::Ty, goal: TypeId, path: &mut Vec<TypeId>) -> bool {
    let mut any = |tys: &[hir::Ty]| tys.iter().any(|ty| reaches(world, ty, goal, path));
    match &ty.kind {
        hir::TyKind::Named(id, args) => {
            if any(args) || *id == goal {
                return true;
            }
            let def = crate::impls::lower::type_def(world, *id);
            let TypeDefKind::Alias(target) = &def.kind else {
                return false;
            };
            if path.contains(id) {
                return false;
            }
            path.push(*id);
            let found = reaches(world, target, goal, path);
            if !found {
                path.pop();
            }
            found
        }
        hir::TyKind::Tuple(items) => any(items),
        hir::TyKind::Fn(params, result) => any(params) || reaches(world, result, goal, path),
        _ => false,
    }
}

/// Functions that call themselves at growing types. Says whether others may: those that do so by way of a method of
/// which only the bound is known, and so through any impl of its interface.
pub fn check_functions(env: &Env, bodies: &mut [Body], out: &mut Vec<Diagnostic>) -> bool {
    let mut graph: Graph<FnId> = Graph::new();
    let mut open: Vec<(FnId, Vec<ParamId>, FnRef, Span)> = Vec::new();
    let generic = |body: &&mut Body| {
        let scheme = env.scheme(body.id);
        scheme.is_some_and(|scheme| scheme.params.iter().any(|p| !p.process))
    };
    for body in bodies.iter_mut().filter(generic) {
        let mut calls = Calls { found: Vec::new() };
        map_types(body, &mut calls);
        for (callee, span) in calls.found {
            if has_bare_subject(&callee) {
                open.push((body.id, body.generics.clone(), callee, span));
            } else if let Some((id, args)) = targets(&env.table, callee) {
                for (i, arg) in args.into_iter().enumerate() {
                    graph.flow(body.id, &body.generics, arg, (id, i), span);
                }
            }
        }
    }
    let found = graph.growing();
    for (id, ty, span) in found {
        let f = env.function(id);
        out.push(
            GrowingInstances {
                name: f.name.to_string(),
                ty: show(&env.world, &f.generics, ty),
                what: "function",
                span,
            }
            .into(),
        );
    }
    for (from, params, callee, span) in open {
        for (id, args) in possible_targets(&env.table, &callee) {
            for (i, arg) in args.into_iter().enumerate() {
                graph.flow(from, &params, arg, (id, i), span);
            }
        }
    }
    // std's own functions are known to come to an end.
    let in_program = |id: &FnId| !env.world.modules[id.module.0 as usize].is_std;
    graph.growing().iter().any(|(id, ..)| in_program(id))
}

/// Whether it is a method of a type parameter.
fn has_bare_subject(callee: &FnRef) -> bool {
    match callee {
        FnRef::Item { .. } => false,
        FnRef::Method { interface_args, .. } => {
            matches!(
                interface_args.first().map(|ty| ty.kind()),
                Some(TyKind::Param(_))
            )
        }
    }
}

/// The functions that a method of a type parameter may be, with the types for their parameters, as far as they do not
/// depend on what the type is.
fn possible_targets(table: &ImplTable, callee: &FnRef) -> Vec<(FnId, Vec<Ty>)> {
    let FnRef::Method {
        interface,
        method,
        interface_args,
        method_args,
    } = callee
    else {
        return Vec::new();
    };
    let default =
        crate::impls::lower::interface_def(&table.world, *interface).methods[*method as usize];
    let args = interface_args.iter().chain(method_args).copied();
    let mut found = vec![(default, args.collect())];
    for head in table.heads() {
        let own = head.methods.get(*method as usize).copied().flatten();
        if head.interface != *interface {
            continue;
        }
        let Some(own) = own else { continue };
        let mut bound = FxHashMap::default();
        for (&pattern, &arg) in head.args.iter().zip(interface_args).skip(1) {
            bind(pattern, arg, &mut bound);
        }
        let generics = head.generics.iter();
        let known = generics.map(|p| bound.get(p).copied().unwrap_or_else(Ty::error));
        found.push((own, known.chain(method_args.iter().copied()).collect()));
    }
    found
}

/// Collects the functions a body refers to.
struct Calls {
    found: Vec<(FnRef, Span)>,
}

impl Rewrite for Calls {
    fn ty(&mut self, ty: Ty) -> Ty {
        ty
    }

    fn before(&mut self, e: &mut Expr) {
        if let ExprKind::Call { callee, .. } | ExprKind::Fn(callee) = &e.kind {
            self.found.push((callee.clone(), e.span));
        }
    }
}

/// The function that is meant, and the types for its parameters, where that is known.
fn targets(table: &ImplTable, callee: FnRef) -> Option<(FnId, Vec<Ty>)> {
    let (interface, method, interface_args, method_args) = match callee {
        FnRef::Item { id, args } => return Some((id, args)),
        FnRef::Method {
            interface,
            method,
            interface_args,
            method_args,
        } => (interface, method, interface_args, method_args),
    };
    if !interface_args.iter().any(|ty| ty.has_param()) {
        return None;
    }
    let wanted = Obligation {
        interface,
        args: interface_args,
    };
    let Candidates::One(id) = table.candidates(&wanted, &|ty| ty) else {
        return None;
    };
    let head = table.head(id);
    let default =
        crate::impls::lower::interface_def(&table.world, interface).methods[method as usize];
    let Some(own) = head.methods[method as usize] else {
        let args = wanted.args.into_iter().chain(method_args).collect();
        return Some((default, args));
    };
    let mut bound = FxHashMap::default();
    for (&pattern, &arg) in head.args.iter().zip(&wanted.args) {
        bind(pattern, arg, &mut bound);
    }
    let args = head
        .generics
        .iter()
        .map(|p| bound.get(p).copied().unwrap_or_else(Ty::error))
        .chain(method_args)
        .collect();
    Some((own, args))
}

fn bind(pattern: Ty, ty: Ty, bound: &mut FxHashMap<ParamId, Ty>) {
    if let TyKind::Param(id) = pattern.kind() {
        bound.insert(*id, ty);
        return;
    }
    let (mut patterns, mut parts) = (Vec::new(), Vec::new());
    pattern.each_part(|part| patterns.push(part));
    ty.each_part(|part| parts.push(part));
    for (pattern, part) in patterns.into_iter().zip(parts) {
        bind(pattern, part, bound);
    }
}
