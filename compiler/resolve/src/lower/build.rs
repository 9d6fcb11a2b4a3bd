//! Pieces of HIR for what the user did not write out: services, supervisors, derived impls.

use super::body::Kind;
use super::{Lowerer, expr};
use crate::hir::{
    Arg, Block, Clause, Closure, CtorRef, Expr, ExprKind, FnId, FnKind, Function, GenericParam,
    LocalId, Param, Pat, PatKind, ProcessClause, StateOf, Stmt, Ty, TyKind, TypeId,
};
use mesh_report::Span;
use smol_str::SmolStr;

/// A function that is made, without its body.
pub(super) struct Made {
    pub id: FnId,
    pub name: SmolStr,
    /// What it stands for in the source.
    pub span: Span,
    pub is_pub: bool,
    pub kind: FnKind,
    pub generics: Vec<GenericParam>,
    pub params: Vec<Param>,
    pub result: Option<Ty>,
    pub docs: Option<SmolStr>,
    pub state: Option<StateOf>,
}

impl Lowerer<'_> {
    /// A local that the user cannot name.
    pub(super) fn fresh(&mut self, name: &'static str, span: Span) -> LocalId {
        self.body
            .local(SmolStr::new_static(name), span, Kind::Quiet)
    }

    /// Finishes a made function; the locals are those of the body at hand.
    pub(super) fn made(&mut self, made: Made, pats: Vec<Pat>, body: Expr) {
        let locals = self.end_body();
        let span = made.span;
        self.fill(Function {
            id: made.id,
            name: made.name,
            name_span: span,
            span,
            is_pub: made.is_pub,
            kind: made.kind,
            generics: made.generics,
            params: made.params,
            result: made.result,
            process: ProcessClause::Unspecified,
            clauses: vec![super::function::clause(pats, body, span)],
            locals,
            lang: None,
            attributes: Vec::new(),
            docs: made.docs,
            state: made.state,
            overloaded: false,
        });
    }

    /// A type of std that syntax needs, as a type.
    pub(super) fn lang_ty(&mut self, name: &str, what: &str, args: Vec<Ty>, span: Span) -> Ty {
        Ty {
            kind: self.lang_type(name, what, args, span),
            span,
        }
    }
}

pub(super) fn local(id: LocalId, span: Span) -> Expr {
    expr(ExprKind::Local(id), span)
}

pub(super) fn bind(id: LocalId, span: Span) -> Pat {
    Pat {
        kind: PatKind::Bind(id),
        span,
    }
}

pub(super) fn function(id: FnId, span: Span) -> Expr {
    expr(ExprKind::Fn(id), span)
}

/// `callee(args)`
pub(super) fn call(callee: Expr, args: Vec<Expr>, span: Span) -> Expr {
    let args = args.into_iter().map(|value| Arg { label: None, value });
    let kind = ExprKind::Call {
        callee: Box::new(callee),
        args: args.collect(),
        trailing: false,
    };
    expr(kind, span)
}

/// `Type.Variant(args)`, or the bare variant if there are none.
pub(super) fn construct(ty: TypeId, variant: u32, args: Vec<Expr>, span: Span) -> Expr {
    let ctor = expr(ExprKind::Ctor(vec![CtorRef { ty, variant }]), span);
    match args.is_empty() {
        true => ctor,
        false => call(ctor, args, span),
    }
}

/// `fn params -> body end`
pub(super) fn closure(params: Vec<Pat>, body: Expr, span: Span) -> Expr {
    let clause = Clause {
        guard: None,
        body,
        span,
        params,
    };
    let closure = Closure {
        param_types: clause.params.iter().map(|_| None).collect(),
        result: None,
        clauses: vec![clause],
        trailing: false,
    };
    expr(ExprKind::Closure(closure), span)
}

/// An expression whose value is dropped.
pub(super) fn for_effect(value: Expr) -> Expr {
    let span = value.span;
    let block = Block {
        stmts: vec![Stmt::Expr(value)],
        value: None,
    };
    expr(ExprKind::Block(block), span)
}

/// A parameter of a made function.
pub(super) fn param(name: impl Into<SmolStr>, ty: Option<Ty>, span: Span) -> Param {
    Param {
        name: name.into(),
        span,
        ty,
        default: None,
        spawned: false,
    }
}

/// A declared type with the type parameters around it as its arguments.
pub(super) fn with_own_args(id: TypeId, generics: &[GenericParam], span: Span) -> Ty {
    let arg = |param: &GenericParam| Ty {
        kind: TyKind::Param(param.id),
        span,
    };
    Ty {
        kind: TyKind::Named(id, generics.iter().map(arg).collect()),
        span,
    }
}
