//! Dropping a module without recursion: a long row of operators or pipes is a deep tree.

use crate::hir::{
    Arm, Block, Clause, Closure, Expr, ExprKind, InterpPart, Module, ReceiveArm, Stmt,
};

impl Drop for Module {
    fn drop(&mut self) {
        let mut work = Vec::new();
        for function in &mut self.functions {
            function
                .clauses
                .drain(..)
                .for_each(|it| clause(it, &mut work));
        }
        while let Some(expr) = work.pop() {
            take_apart(expr, &mut work);
        }
    }
}

fn clause(it: Clause, work: &mut Vec<Expr>) {
    work.extend(it.guard);
    work.push(it.body);
}

fn closure(it: Closure, work: &mut Vec<Expr>) {
    it.clauses.into_iter().for_each(|it| clause(it, work));
}

fn block(it: Block, work: &mut Vec<Expr>) {
    work.extend(it.value.map(|value| *value));
    for stmt in it.stmts {
        match stmt {
            Stmt::Let { value, else_, .. } => {
                work.push(value);
                work.extend(else_);
            }
            Stmt::Expr(value) => work.push(value),
            Stmt::LocalFns(functions) => {
                let clauses = functions.into_iter().flat_map(|function| function.clauses);
                clauses.for_each(|it| clause(it, work));
            }
        }
    }
}

fn arm(it: Arm, work: &mut Vec<Expr>) {
    work.extend(it.guard);
    work.push(it.body);
}

/// Moves an expression's parts to the list.
fn take_apart(expr: Expr, work: &mut Vec<Expr>) {
    match expr.kind {
        ExprKind::Interpolation(parts) => {
            let values = parts.into_iter().filter_map(|part| match part {
                InterpPart::Value(value) => Some(value),
                InterpPart::Text(_) => None,
            });
            work.extend(values);
        }
        ExprKind::Field { base: one, .. }
        | ExprKind::Try(one)
        | ExprKind::Unary { operand: one, .. }
        | ExprKind::Ascribe { value: one, .. }
        | ExprKind::Held { value: one, .. }
        | ExprKind::Return(Some(one)) => work.push(*one),
        ExprKind::MethodCall { receiver, args, .. } => {
            work.push(*receiver);
            work.extend(args.into_iter().map(|arg| arg.value));
        }
        ExprKind::Call { callee, args, .. } => {
            work.push(*callee);
            work.extend(args.into_iter().map(|arg| arg.value));
        }
        ExprKind::Spawn { callee, args, .. } => {
            work.push(*callee);
            work.extend(args);
        }
        ExprKind::Index { base: a, index: b }
        | ExprKind::Binary {
            left: a, right: b, ..
        }
        | ExprKind::Range {
            low: a, high: b, ..
        }
        | ExprKind::While { cond: a, body: b } => work.extend([*a, *b]),
        ExprKind::Tuple(items) => work.extend(items),
        ExprKind::List { items, tail } => {
            work.extend(items);
            work.extend(tail.map(|tail| *tail));
        }
        ExprKind::Map(entries) => work.extend(entries.into_iter().flat_map(|(k, v)| [k, v])),
        ExprKind::Struct { base, fields, .. } => {
            work.extend(base.map(|base| *base));
            work.extend(fields.into_iter().map(|field| field.value));
        }
        ExprKind::Block(it) => block(it, work),
        ExprKind::If { cond, then, else_ } => {
            work.extend([*cond, *then]);
            work.extend(else_.map(|it| *it));
        }
        ExprKind::Match { scrutinee, arms } => {
            work.push(*scrutinee);
            arms.into_iter().for_each(|it| arm(it, work));
        }
        ExprKind::For {
            iterable,
            guard,
            body,
            ..
        } => {
            work.extend([*iterable, *body]);
            work.extend(guard.map(|it| *it));
        }
        ExprKind::Closure(it) => closure(it, work),
        ExprKind::Receive { arms, after } => {
            for ReceiveArm { arm: it, .. } in arms {
                arm(it, work);
            }
            work.extend(after.into_iter().flat_map(|it| [it.timeout, it.body]));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hir::Lit;
    use mesh_report::Span;

    #[test]
    fn a_deep_tree_is_dropped() {
        let leaf = |kind| Expr {
            kind,
            span: Span::DUMMY,
        };
        let mut deep = leaf(ExprKind::Lit(Lit::Unit));
        for _ in 0..1_000_000 {
            deep = leaf(ExprKind::Try(Box::new(deep)));
        }
        let mut work = vec![deep];
        while let Some(expr) = work.pop() {
            take_apart(expr, &mut work);
        }
    }
}
