//! Operators, interpolation, ranges, maps, regexes, index: calls of interfaces' methods and of the
//! functions that std marks for syntax.

use super::solve::Origin;
use super::{Infer, Why};
use crate::diagnostics::MissingLang;
use crate::program::Obligation;
use crate::thir::{self, ExprKind, FnRef};
use crate::ty::{Ty, TyKind};
use mesh_report::Span;
use mesh_resolve::hir::{self, BinaryOp, InterfaceId};
use std::sync::Arc;

/// An operator that is a method: interface, method, sign.
fn arithmetic(op: BinaryOp) -> Option<(&'static str, &'static str, &'static str)> {
    Some(match op {
        BinaryOp::Add => ("add", "add", "+"),
        BinaryOp::Sub => ("sub", "sub", "-"),
        BinaryOp::Mul => ("mul", "mul", "*"),
        BinaryOp::Div => ("div", "div", "/"),
        BinaryOp::Rem => ("rem", "rem", "%"),
        _ => return None,
    })
}

fn comparison(op: BinaryOp) -> Option<(&'static str, &'static str, &'static str)> {
    Some(match op {
        BinaryOp::Eq => ("eq", "eq", "=="),
        BinaryOp::Ne => ("eq", "eq", "!="),
        BinaryOp::Lt => ("ord", "lt", "<"),
        BinaryOp::Le => ("ord", "le", "<="),
        BinaryOp::Gt => ("ord", "gt", ">"),
        BinaryOp::Ge => ("ord", "ge", ">="),
        _ => return None,
    })
}

impl<'e> Infer<'e> {
    /// The interface that syntax knows by this name, or an error that names it.
    pub fn lang_interface(&mut self, name: &'static str, span: Span) -> Option<InterfaceId> {
        let found = self.world.lang.interfaces.get(name).copied();
        if found.is_none() {
            self.report(MissingLang { name, span });
        }
        found
    }

    /// A binary operator; a long chain to the left is walked without recursion.
    pub fn binary(&mut self, e: &'e hir::Expr) -> thir::Expr {
        let mut spine = Vec::new();
        let mut at = e;
        while let hir::ExprKind::Binary {
            op,
            op_span,
            left,
            right,
        } = &at.kind
        {
            spine.push((*op, *op_span, right, at.span));
            if matches!(op, BinaryOp::And | BinaryOp::Or | BinaryOp::Cons) {
                break;
            }
            at = left;
        }
        let Some(&(op, _, right, span)) = spine.last() else {
            return self.error_expr(e.span);
        };
        let mut made = match (&op, &innermost(e, spine.len()).kind) {
            (BinaryOp::And | BinaryOp::Or, hir::ExprKind::Binary { left, .. }) => {
                spine.pop();
                self.logic(op, left, right, span)
            }
            (BinaryOp::Cons, hir::ExprKind::Binary { left, .. }) => {
                spine.pop();
                self.cons(left, right, span)
            }
            _ => self.infer(at),
        };
        while let Some((op, op_span, right, span)) = spine.pop() {
            made = self.binary_step(op, op_span, made, right, span);
        }
        made
    }

    fn logic(
        &mut self,
        op: BinaryOp,
        left: &'e hir::Expr,
        right: &'e hir::Expr,
        span: Span,
    ) -> thir::Expr {
        let bool_ty = self.lang.bool;
        let cond = Box::new(self.check(left, bool_ty, Why::Condition));
        let right = Box::new(self.check(right, bool_ty, Why::Condition));
        let constant = |value| thir::Expr {
            kind: ExprKind::Lit(thir::Lit::Bool(value)),
            ty: bool_ty,
            span,
        };
        let (then, else_) = if op == BinaryOp::And {
            (right, Box::new(constant(false)))
        } else {
            (Box::new(constant(true)), right)
        };
        let kind = ExprKind::If {
            cond,
            then,
            else_: Some(else_),
        };
        self.make(kind, bool_ty, span)
    }

    fn cons(&mut self, left: &'e hir::Expr, right: &'e hir::Expr, span: Span) -> thir::Expr {
        let head = self.infer(left);
        let ty = self.list(head.ty);
        let tail = self.check(right, ty, Why::Sibling(head.span, "the element in front"));
        let kind = ExprKind::List {
            items: vec![head],
            tail: Some(Box::new(tail)),
        };
        self.make(kind, ty, span)
    }

    fn binary_step(
        &mut self,
        op: BinaryOp,
        op_span: Span,
        left: thir::Expr,
        right: &'e hir::Expr,
        span: Span,
    ) -> thir::Expr {
        match op {
            BinaryOp::Join => {
                let string = self.lang.string;
                let left = self.coerce_expr(left, string, Why::Fixed("`<>` joins strings"));
                let right = self.check(right, string, Why::Fixed("`<>` joins strings"));
                let mut parts = Vec::new();
                flatten(left, &mut parts);
                flatten(right, &mut parts);
                self.make(ExprKind::Concat(parts), string, span)
            }
            BinaryOp::Concat => self.concat(left, right, span),
            _ => match (arithmetic(op), comparison(op)) {
                (Some((interface, method, sign)), _) => {
                    self.operator(interface, method, sign, op_span, left, right, span)
                }
                (_, Some((interface, method, sign))) => {
                    let made = self.operator(interface, method, sign, op_span, left, right, span);
                    if op == BinaryOp::Ne {
                        self.negated(made)
                    } else {
                        made
                    }
                }
                _ => mesh_report::bug!(span, "an operator without a meaning: {op:?}"),
            },
        }
    }

    fn concat(&mut self, left: thir::Expr, right: &'e hir::Expr, span: Span) -> thir::Expr {
        let item = self.fresh();
        let list = self.list(item);
        let at = left.span;
        let head = self.head(left.ty);
        let is_list = matches!(head.kind(), TyKind::Var(_) | TyKind::Error)
            || matches!((head.kind(), list.kind()), (TyKind::Con(a, _), TyKind::Con(b, _)) if a == b);
        let left = self.coerce_expr(
            left,
            list,
            Why::Fixed("`++` joins lists, `<>` joins strings"),
        );
        if !is_list {
            // What stands to the right is no list either, for the same reason.
            self.infer(right);
            return self.error_expr(span);
        }
        let right = self.check(right, list, Why::Operand(at, "++"));
        self.lang_call("list_concat", vec![left, right], list, span)
    }

    #[allow(clippy::too_many_arguments, reason = "the facts of one operator")]
    fn operator(
        &mut self,
        interface: &'static str,
        method: &'static str,
        sign: &'static str,
        op_span: Span,
        left: thir::Expr,
        right: &'e hir::Expr,
        span: Span,
    ) -> thir::Expr {
        let ty = left.ty;
        let right = self.infer_hinted(right, Some(ty));
        if let Some(inner) = self.unwrapped(ty, right.ty) {
            self.coerce(inner, ty, left.span, Why::Operand(right.span, sign));
            return self.error_expr(span);
        }
        let right = self.coerce_expr(right, ty, Why::Operand(left.span, sign));
        if right.ty.is_error() {
            return self.error_expr(span);
        }
        let Some(id) = self.lang_interface(interface, op_span) else {
            return self.error_expr(span);
        };
        let number = self.env.method_number(id, method).unwrap_or_default();
        let result = if matches!(interface, "eq" | "ord") {
            self.lang.bool
        } else {
            self.fresh()
        };
        let assoc = if matches!(interface, "eq" | "ord") {
            Vec::new()
        } else {
            vec![("Output".into(), result)]
        };
        let wanted = Obligation {
            interface: id,
            args: vec![ty],
        };
        self.require(
            wanted,
            assoc,
            left.span.join(right.span),
            Origin::Operator(sign),
        );
        let callee = FnRef::Method {
            interface: id,
            method: number,
            interface_args: vec![ty],
            method_args: vec![self.cx.process],
        };
        let kind = ExprKind::Call {
            callee,
            args: vec![left, right],
        };
        self.make(kind, result, span)
    }

    /// The other side's type, where this one is an option or result of it.
    fn unwrapped(&mut self, ty: Ty, other: Ty) -> Option<Ty> {
        let (ty, other) = (self.u.shallow(ty), self.u.shallow(other));
        match ty.kind() {
            TyKind::Con(id, args)
                if (self.is_lang(*id, "option") || self.is_lang(*id, "result"))
                    && !matches!(other.kind(), TyKind::Var(_))
                    && self.u.shallow(args[0]) == other =>
            {
                Some(other)
            }
            _ => None,
        }
    }

    /// `not e`
    fn negated(&self, e: thir::Expr) -> thir::Expr {
        let (ty, span) = (self.lang.bool, e.span);
        let constant = |value| {
            Box::new(thir::Expr {
                kind: ExprKind::Lit(thir::Lit::Bool(value)),
                ty,
                span,
            })
        };
        let kind = ExprKind::If {
            cond: Box::new(e),
            then: constant(false),
            else_: Some(constant(true)),
        };
        self.make(kind, ty, span)
    }

    pub fn unary(&mut self, op: hir::UnaryOp, operand: &'e hir::Expr, span: Span) -> thir::Expr {
        if op == hir::UnaryOp::Not {
            let operand = self.check(operand, self.lang.bool, Why::Fixed("`not` takes a Bool"));
            let mut made = self.negated(operand);
            made.span = span;
            return made;
        }
        let operand = self.infer(operand);
        match operand.kind {
            ExprKind::Lit(thir::Lit::Float(n)) => {
                return self.make(ExprKind::Lit(thir::Lit::Float(-n)), self.lang.float, span);
            }
            ExprKind::Lit(thir::Lit::Int(n)) if n != i64::MIN => {
                return self.make(ExprKind::Lit(thir::Lit::Int(-n)), self.lang.int, span);
            }
            _ => {}
        }
        let Some(interface) = self.lang_interface("neg", span) else {
            return self.error_expr(span);
        };
        let result = self.fresh();
        let wanted = Obligation {
            interface,
            args: vec![operand.ty],
        };
        let def = crate::impls::lower::interface_def(self.world, interface);
        let assoc = match def.assoc_types.first() {
            Some(assoc) => vec![(assoc.name.clone(), result)],
            None => {
                let _ = self.u.unify(result, operand.ty);
                Vec::new()
            }
        };
        self.require(wanted, assoc, operand.span, Origin::Operator("-"));
        let callee = FnRef::Method {
            interface,
            method: 0,
            interface_args: vec![operand.ty],
            method_args: vec![self.cx.process],
        };
        let kind = ExprKind::Call {
            callee,
            args: vec![operand],
        };
        self.make(kind, result, span)
    }

    pub fn interpolation(&mut self, parts: &'e [hir::InterpPart], span: Span) -> thir::Expr {
        let string = self.lang.string;
        let Some(interface) = self.lang_interface("display", span) else {
            return self.error_expr(span);
        };
        let mut made = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                hir::InterpPart::Text(text) => made.push(thir::Expr {
                    kind: ExprKind::Lit(thir::Lit::Str(text.clone())),
                    ty: string,
                    span,
                }),
                hir::InterpPart::Value(value) => {
                    let value = self.infer(value);
                    if self.u.shallow(value.ty) == string {
                        made.push(value);
                        continue;
                    }
                    let wanted = Obligation {
                        interface,
                        args: vec![value.ty],
                    };
                    self.require(wanted, Vec::new(), value.span, Origin::Interpolation);
                    let at = value.span;
                    let callee = FnRef::Method {
                        interface,
                        method: 0,
                        interface_args: vec![value.ty],
                        method_args: vec![self.cx.process],
                    };
                    let args = vec![value];
                    made.push(self.make(ExprKind::Call { callee, args }, string, at));
                }
            }
        }
        self.make(ExprKind::Concat(made), string, span)
    }

    /// A call of a function that std marks for syntax, whose result is `ty`.
    pub fn lang_call(
        &mut self,
        name: &'static str,
        args: Vec<thir::Expr>,
        ty: Ty,
        span: Span,
    ) -> thir::Expr {
        let Some(&id) = self.world.lang.functions.get(name) else {
            self.report(MissingLang { name, span });
            return self.error_expr(span);
        };
        let instance = self.instantiate(id, span);
        for (&param, arg) in instance.params.iter().zip(&args) {
            self.coerce(param, arg.ty, arg.span, Why::Plain);
        }
        self.unify(ty, instance.result, span, Why::Plain);
        self.runs(instance.process, span);
        let callee = instance.callee;
        self.make(ExprKind::Call { callee, args }, ty, span)
    }

    pub fn regex(&mut self, pattern: &Arc<str>, flags: &str, span: Span) -> thir::Expr {
        let string = |text: Arc<str>| thir::Expr {
            kind: ExprKind::Lit(thir::Lit::Str(text)),
            ty: self.lang.string,
            span,
        };
        let args = vec![string(pattern.clone()), string(flags.into())];
        let ty = self.fresh();
        self.lang_call("regex", args, ty, span)
    }

    pub fn range(
        &mut self,
        low: &'e hir::Expr,
        high: &'e hir::Expr,
        inclusive: bool,
        span: Span,
    ) -> thir::Expr {
        let int = self.lang.int;
        let low = self.check(low, int, Why::Fixed("a range goes over integers"));
        let high = self.check(high, int, Why::Fixed("a range goes over integers"));
        let name = if inclusive {
            "range_inclusive"
        } else {
            "range"
        };
        let ty = self.fresh();
        self.lang_call(name, vec![low, high], ty, span)
    }

    pub fn map_literal(&mut self, entries: &'e [(hir::Expr, hir::Expr)], span: Span) -> thir::Expr {
        let (key, value) = (self.fresh(), self.fresh());
        let pair = Ty::new(TyKind::Tuple(vec![key, value]));
        let (mut key_why, mut value_why) = (Why::Plain, Why::Plain);
        let mut items = Vec::with_capacity(entries.len());
        for (k, v) in entries {
            let made_key = self.check(k, key, key_why);
            let made_value = self.check(v, value, value_why);
            if matches!(key_why, Why::Plain) {
                key_why = Why::Sibling(k.span, "the first key");
                value_why = Why::Sibling(v.span, "the first value");
            }
            let at = k.span.join(v.span);
            items.push(self.make(ExprKind::Tuple(vec![made_key, made_value]), pair, at));
        }
        let list = self.list(pair);
        let list = self.make(ExprKind::List { items, tail: None }, list, span);
        let ty = self.env.lang("map", vec![key, value]);
        self.lang_call("map_from_list", vec![list], ty, span)
    }

    pub fn index(&mut self, base: &'e hir::Expr, index: &'e hir::Expr, span: Span) -> thir::Expr {
        let base = self.infer(base);
        let index = self.infer(index);
        let Some(interface) = self.lang_interface("index", span) else {
            return self.error_expr(span);
        };
        let result = self.fresh();
        for ty in [base.ty, index.ty, result] {
            self.u.hold_back(ty, 1);
        }
        let args = vec![base.ty, index.ty];
        let wanted = Obligation {
            interface,
            args: args.clone(),
        };
        let assoc = vec![("Output".into(), result)];
        self.require(wanted, assoc, base.span.join(index.span), Origin::Index);
        let callee = FnRef::Method {
            interface,
            method: 0,
            interface_args: args,
            method_args: vec![self.cx.process],
        };
        let kind = ExprKind::Call {
            callee,
            args: vec![base, index],
        };
        self.make(kind, result, span)
    }
}

/// The expression `depth - 1` operators down the left side.
fn innermost(e: &hir::Expr, depth: usize) -> &hir::Expr {
    let mut at = e;
    for _ in 1..depth {
        if let hir::ExprKind::Binary { left, .. } = &at.kind {
            at = left;
        }
    }
    at
}

/// Joined strings are one list of pieces.
fn flatten(e: thir::Expr, out: &mut Vec<thir::Expr>) {
    match e.kind {
        ExprKind::Concat(parts) => out.extend(parts),
        _ => out.push(e),
    }
}
