//! Closures and local functions: each a Core function, with what it captures copied in.
//!
//! A local function that is called by name is lifted: a direct function that takes its captures after
//! its parameters. Where it is also used as a value, a closure around it holds the captures and passes
//! them on, so no environment ever refers to itself. A function used only as a value is a closure.

use super::{Graph, Lowerer};
use crate::ir::{self, BlockId, FnKind, Op, TyId, ValueId};
use crate::specialise::{Callee, Declaration, Job, Scope, Specialiser};
use mesh_check::thir::{Body, Closure, Expr, ExprKind, Pat, PatKind};
use mesh_check::ty::Ty;
use mesh_report::{Span, bug};
use mesh_resolve::hir::{FnId, LocalId, ParamId};
use std::rc::Rc;

/// How a local function is made.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LocalForm {
    /// With captures as further parameters.
    Direct,
    /// With captures in a closure.
    Closure,
}

/// One instance of a local function.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct LocalKey {
    body: FnId,
    local: LocalId,
    args: Vec<Ty>,
    form: LocalForm,
}

/// A closure or local function that waits for its body.
pub struct LocalJob<'a> {
    body: &'a Body,
    closure: &'a Closure,
    scope: Scope,
    captures: Rc<[LocalId]>,
}

/// Lowers the body of a closure or local function.
pub fn lower<'a>(sp: &mut Specialiser<'a>, function: ir::FnId, job: LocalJob<'a>) -> Graph {
    let span = sp.program.functions[function.index()].span;
    let is_closure = sp.program.functions[function.index()].kind != FnKind::Direct;
    let mut lowerer = Lowerer::new(sp, function, job.body, job.scope, span);
    let params = lowerer.params(&job.closure.params);
    for (index, &local) in job.captures.iter().enumerate() {
        let ty = lowerer.local_ty(local);
        let value = if is_closure {
            lowerer.b.push(Op::Capture(index as u32), ty)
        } else {
            lowerer.b.param(BlockId(0), ty, None)
        };
        lowerer.bind(local, value);
    }
    lowerer.clauses(&job.closure.clauses, &params);
    lowerer.b.finish()
}

impl<'a> Lowerer<'_, 'a> {
    /// Whether a `let` binds a closure to a name, which is then a local function.
    pub(super) fn is_local_function(&self, pat: &Pat, value: &Expr) -> bool {
        matches!(pat.kind, PatKind::Bind(_)) && matches!(value.kind, ExprKind::Closure(_))
    }

    /// A variable's value: a captured or bound one, a local function as a closure, or a generalised
    /// value made for this use.
    pub(super) fn local(&mut self, local: LocalId, args: &[Ty]) -> Option<ValueId> {
        if self.analysis.functions.contains_key(&local) {
            return Some(self.local_value(local, args));
        }
        let Some(&poly) = self.analysis.polys.get(&local) else {
            return Some(self.lookup(local));
        };
        let inner = self.extended(poly.scope, poly.generics, args);
        let outer = std::mem::replace(&mut self.scope, inner);
        let outer_types = std::mem::take(&mut self.types);
        let value = self.value(poly.value);
        let bound = value.is_some_and(|value| self.bind_or_else(poly.pat, value, None));
        self.scope = outer;
        self.types = outer_types;
        bound.then(|| self.lookup(local))
    }

    /// The types in scope around a declaration, and those for its own generics.
    fn extended(&mut self, around: usize, generics: &[ParamId], args: &[Ty]) -> Scope {
        let args = self.sp.concrete_all(args, &self.scope);
        let own = generics.iter().copied().zip(args.iter().copied());
        self.scope[..around].iter().copied().chain(own).collect()
    }

    fn local_value(&mut self, local: LocalId, args: &[Ty]) -> ValueId {
        let (function, captures) = self.local_function(local, args, LocalForm::Closure);
        let target = &self.sp.program.functions[function.index()];
        let result = target.result;
        let analysis = self.analysis.clone();
        let Some(info) = analysis.functions.get(&local) else {
            bug!(self.b.span(), "Core: a local function is not known");
        };
        let scope = self.extended(info.scope, info.generics, args);
        let params = info
            .closure
            .params
            .iter()
            .map(|&ty| self.sp.ir_type(ty, &scope))
            .collect();
        let ty = self.sp.program.types.intern(ir::Ty::Fn(params, result));
        self.b.push(Op::MakeClosure { function, captures }, ty)
    }

    /// An instance of a local function in one form, and the values it captures here.
    pub(super) fn local_function(
        &mut self,
        local: LocalId,
        args: &[Ty],
        form: LocalForm,
    ) -> (ir::FnId, Vec<ValueId>) {
        let analysis = self.analysis.clone();
        let Some(info) = analysis.functions.get(&local) else {
            bug!(self.b.span(), "Core: a local function is not known");
        };
        let captures: Vec<ValueId> = info.captures.iter().map(|&c| self.lookup(c)).collect();
        let scope = self.extended(info.scope, info.generics, args);
        let key = LocalKey {
            body: self.body.id,
            local,
            args: scope.iter().map(|&(_, ty)| ty).collect(),
            form,
        };
        if let Some(&known) = self.sp.locals.get(&key) {
            return (known, captures);
        }
        let types: Vec<TyId> = captures.iter().map(|&value| self.b.ty(value)).collect();
        let job = if form == LocalForm::Closure && info.called {
            let (direct, _) = self.local_function(local, args, LocalForm::Direct);
            let params = info.closure.params.iter();
            Job::Wrapper {
                callee: Callee::Function(direct),
                params: params.map(|&ty| self.sp.ir_type(ty, &scope)).collect(),
            }
        } else {
            Job::Local(LocalJob {
                body: self.body,
                closure: info.closure,
                scope: scope.clone(),
                captures: info.captures.clone(),
            })
        };
        let kind = match form {
            LocalForm::Direct => FnKind::Direct,
            LocalForm::Closure => FnKind::Closure { captures: types },
        };
        let name = match self.body.locals.get(local.0 as usize) {
            Some(info) => info.name.to_string(),
            None => "fn".into(),
        };
        let result = self.sp.ir_type(info.closure.result, &scope);
        let span = closure_span(info.closure, self.b.span());
        let own: Vec<Ty> = scope[info.scope..].iter().map(|&(_, ty)| ty).collect();
        let symbol = format!("{name}{}", self.sp.symbol_args(&own));
        let function = self.declare(symbol, name, kind, result, span, job);
        self.sp.locals.insert(key, function);
        (function, captures)
    }

    /// A closure expression's value.
    pub(super) fn closure(&mut self, closure: &'a Closure, ty: TyId, span: Span) -> ValueId {
        let locals = self.analysis.captures(closure);
        let captures: Vec<ValueId> = locals.iter().map(|&c| self.lookup(c)).collect();
        let kind = FnKind::Closure {
            captures: captures.iter().map(|&value| self.b.ty(value)).collect(),
        };
        let job = Job::Local(LocalJob {
            body: self.body,
            closure,
            scope: self.scope.clone(),
            captures: locals,
        });
        let result = self.ty(closure.result);
        let name = format!("fn in {}", self.outermost_name());
        let function = self.declare("fn".into(), name, kind, result, span, job);
        self.b.push(Op::MakeClosure { function, captures }, ty)
    }

    pub(super) fn declare(
        &mut self,
        symbol: String,
        name: String,
        kind: FnKind,
        result: TyId,
        span: Span,
        job: Job<'a>,
    ) -> ir::FnId {
        let parent = &self.sp.program.functions[self.function.index()];
        let declaration = Declaration {
            symbol: format!("{}.{symbol}", parent.symbol).into(),
            name: name.into(),
            unit: parent.unit,
            span,
            kind,
            result,
        };
        self.sp.declare(declaration, job)
    }

    /// The name of this function, or of the one around the closure it is.
    pub(super) fn outermost_name(&self) -> &str {
        let name = &self.sp.program.functions[self.function.index()].name;
        name.strip_prefix("fn in ").unwrap_or(name)
    }
}

fn closure_span(closure: &Closure, otherwise: Span) -> Span {
    let first = closure.clauses.first();
    first.map_or(otherwise, |clause| clause.body.span)
}
