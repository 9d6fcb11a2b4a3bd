//! Every type in a typed body, replaced by what a function makes of it: how inference variables
//! leave the tree.

use crate::thir::{Arm, Body, Clause, Closure, Expr, ExprKind, FnRef, Pat, PatKind, Stmt};
use crate::ty::Ty;

/// Stack kept free before another level of expression is entered, and the size of the next piece.
const RED_ZONE: usize = 64 * 1024;
const SEGMENT: usize = 1024 * 1024;

/// What is replaced, and by what.
pub trait Rewrite {
    fn ty(&mut self, ty: Ty) -> Ty;
    /// Comes before the types in it.
    fn callee(&mut self, _callee: &mut FnRef) {}
    /// Comes before what is in it.
    fn before(&mut self, _e: &mut Expr) {}
}

type Map<'a> = &'a mut dyn Rewrite;

/// Replaces every type of a body.
pub fn map_types(body: &mut Body, map: Map<'_>) {
    all(&mut body.params, map);
    body.result = map.ty(body.result);
    body.process = map.ty(body.process);
    for local in &mut body.locals {
        local.ty = map.ty(local.ty);
    }
    clauses(&mut body.clauses, map);
}

fn all(types: &mut [Ty], map: Map<'_>) {
    for ty in types {
        *ty = map.ty(*ty);
    }
}

fn clauses(list: &mut [Clause], map: Map<'_>) {
    for clause in list {
        pats(&mut clause.params, map);
        exprs(&mut clause.guard, map);
        expr(&mut clause.body, map);
    }
}

fn closure(closure: &mut Closure, map: Map<'_>) {
    all(&mut closure.params, map);
    closure.result = map.ty(closure.result);
    clauses(&mut closure.clauses, map);
}

fn fn_ref(callee: &mut FnRef, map: Map<'_>) {
    map.callee(callee);
    match callee {
        FnRef::Item { args, .. } => all(args, map),
        FnRef::Method {
            interface_args,
            method_args,
            ..
        } => {
            all(interface_args, map);
            all(method_args, map);
        }
    }
}

fn exprs<'e>(list: impl IntoIterator<Item = &'e mut Expr>, map: Map<'_>) {
    for e in list {
        expr(e, map);
    }
}

/// Replaces every type of an expression.
pub fn expr(e: &mut Expr, map: Map<'_>) {
    stacker::maybe_grow(RED_ZONE, SEGMENT, || expr_here(e, map));
}

fn expr_here(e: &mut Expr, map: Map<'_>) {
    map.before(e);
    e.ty = map.ty(e.ty);
    match &mut e.kind {
        ExprKind::Lit(_)
        | ExprKind::Ctor { .. }
        | ExprKind::Break
        | ExprKind::Continue
        | ExprKind::Hole(_)
        | ExprKind::SelfPid => {}
        ExprKind::Local { args, .. } => all(args, map),
        ExprKind::Fn(callee) => fn_ref(callee, map),
        ExprKind::Concat(parts)
        | ExprKind::Tuple(parts)
        | ExprKind::Construct { fields: parts, .. } => {
            exprs(parts, map);
        }
        ExprKind::Call { callee, args } => {
            fn_ref(callee, map);
            exprs(args, map);
        }
        ExprKind::CallValue { callee, args } | ExprKind::Spawn { callee, args, .. } => {
            expr(callee, map);
            exprs(args, map);
        }
        ExprKind::Field { base, .. } => expr(base, map),
        ExprKind::List { items, tail } => {
            exprs(items, map);
            exprs(tail.as_deref_mut(), map);
        }
        ExprKind::Block { stmts, value } => {
            for s in stmts {
                stmt(s, map);
            }
            exprs(value.as_deref_mut(), map);
        }
        ExprKind::If { cond, then, else_ } => {
            expr(cond, map);
            expr(then, map);
            exprs(else_.as_deref_mut(), map);
        }
        ExprKind::Match { scrutinee, arms } => {
            expr(scrutinee, map);
            arms.iter_mut().for_each(|a| arm(a, map));
        }
        ExprKind::For { .. } => for_loop(&mut e.kind, map),
        ExprKind::While { cond, body } => {
            expr(cond, map);
            expr(body, map);
        }
        ExprKind::Return(value) => exprs(value.as_deref_mut(), map),
        ExprKind::Closure(c) => closure(c, map),
        ExprKind::Receive { arms, after } => {
            arms.iter_mut().for_each(|a| arm(&mut a.arm, map));
            if let Some(after) = after {
                expr(&mut after.0, map);
                expr(&mut after.1, map);
            }
        }
    }
}

fn for_loop(kind: &mut ExprKind, map: Map<'_>) {
    let ExprKind::For {
        pat: p,
        iterable,
        iter,
        item,
        guard,
        body,
        ..
    } = kind
    else {
        return;
    };
    pat(p, map);
    expr(iterable, map);
    fn_ref(iter, map);
    *item = map.ty(*item);
    exprs(guard.as_deref_mut(), map);
    expr(body, map);
}

fn arm(a: &mut Arm, map: Map<'_>) {
    pat(&mut a.pat, map);
    exprs(&mut a.guard, map);
    expr(&mut a.body, map);
}

fn stmt(s: &mut Stmt, map: Map<'_>) {
    match s {
        Stmt::Let {
            pat: p,
            value,
            else_,
            ..
        } => {
            pat(p, map);
            expr(value, map);
            exprs(else_, map);
        }
        Stmt::Expr(e) => expr(e, map),
        Stmt::LocalFns(functions) => functions
            .iter_mut()
            .for_each(|f| closure(&mut f.closure, map)),
    }
}

fn pats(list: &mut [Pat], map: Map<'_>) {
    for p in list {
        pat(p, map);
    }
}

fn pat(p: &mut Pat, map: Map<'_>) {
    p.ty = map.ty(p.ty);
    match &mut p.kind {
        PatKind::Wild | PatKind::Bind(_) | PatKind::Lit(_) | PatKind::IntRange { .. } => {}
        PatKind::Variant { fields: list, .. } | PatKind::Tuple(list) | PatKind::Or(list) => {
            pats(list, map)
        }
        PatKind::List { items, rest } => {
            pats(items, map);
            if let Some(rest) = rest {
                pat(rest, map);
            }
        }
        PatKind::Prefix { rest, .. } => pat(rest, map),
        PatKind::As { pat: inner, .. } => pat(inner, map),
    }
}
