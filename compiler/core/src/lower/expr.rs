//! Expressions and statements.

use super::{Dest, Lowerer};
use crate::deep;
use crate::ir::{BlockId, Const, ListOp, Op, Term, Ty as CoreTy, ValueId};
use mesh_check::thir::{Expr, ExprKind, Lit, Stmt};
use mesh_check::ty::Ty;
use mesh_report::bug;

impl<'a> Lowerer<'_, 'a> {
    /// The expression's value; `None` where control does not come back from it.
    pub(super) fn value(&mut self, expr: &'a Expr) -> Option<ValueId> {
        deep(|| {
            let outer = self.b.set_span(expr.span);
            let value = self.value_of(expr);
            self.b.set_span(outer);
            value
        })
    }

    /// The values of all, in order.
    pub(super) fn values(&mut self, exprs: &'a [Expr]) -> Option<Vec<ValueId>> {
        exprs.iter().map(|expr| self.value(expr)).collect()
    }

    /// Evaluates for the effects. Says whether control comes back.
    pub(super) fn effect(&mut self, expr: &'a Expr) -> bool {
        if !branches(&expr.kind) {
            return self.value(expr).is_some();
        }
        let next = self.b.block();
        self.lower_to(expr, Dest::Drop(next));
        self.b.switch_to(next)
    }

    /// Evaluates into a destination; no block is current afterwards.
    pub(super) fn lower_to(&mut self, expr: &'a Expr, dest: Dest) {
        deep(|| {
            let outer = self.b.set_span(expr.span);
            self.shape_to(expr, dest);
            self.b.set_span(outer);
        });
    }

    fn shape_to(&mut self, expr: &'a Expr, dest: Dest) {
        match &expr.kind {
            ExprKind::Block { stmts, value } => {
                if !self.stmts(stmts) {
                    return;
                }
                match value {
                    Some(value) => self.lower_to(value, dest),
                    None => {
                        let unit = self.unit();
                        self.deliver(unit, dest);
                    }
                }
            }
            ExprKind::If { cond, then, else_ } => {
                let (yes, no) = (self.b.block(), self.b.block());
                self.condition(cond, yes, no);
                if self.b.switch_to(yes) {
                    self.branch_into(then, else_.is_none(), dest);
                }
                if self.b.switch_to(no) {
                    match else_ {
                        Some(els) => self.lower_to(els, dest),
                        None => {
                            let unit = self.unit();
                            self.deliver(unit, dest);
                        }
                    }
                }
            }
            ExprKind::Match { scrutinee, arms } => {
                if let Some(value) = self.value(scrutinee) {
                    self.match_arms(value, scrutinee.ty, arms, dest);
                }
            }
            ExprKind::Receive { arms, after } => {
                let ty = self.ty(expr.ty);
                self.receive_to(arms, after.as_deref(), ty, dest);
            }
            ExprKind::Call { callee, args } if matches!(dest, Dest::Return) => {
                self.tail_call(callee, args, expr);
            }
            ExprKind::CallValue { callee, args } if matches!(dest, Dest::Return) => {
                self.tail_call_value(callee, args, expr);
            }
            _ => {
                if let Some(value) = self.value_of(expr) {
                    self.deliver(value, dest);
                }
            }
        }
    }

    /// The branch of an `if`; without an `else` its value is dropped and `()` given.
    fn branch_into(&mut self, branch: &'a Expr, drop_value: bool, dest: Dest) {
        if !drop_value || branch.ty == Ty::unit() || matches!(dest, Dest::Drop(_)) {
            return self.lower_to(branch, dest);
        }
        if self.effect(branch) {
            let unit = self.unit();
            self.deliver(unit, dest);
        }
    }

    fn value_of(&mut self, expr: &'a Expr) -> Option<ValueId> {
        match &expr.kind {
            ExprKind::Lit(lit) => Some(self.literal(lit)),
            ExprKind::Concat(parts) => {
                let parts = self.values(parts)?;
                let string = self.sp.common.string;
                Some(self.b.push(Op::Concat(parts), string))
            }
            ExprKind::Local { id, args } => self.local(*id, args),
            ExprKind::Fn(reference) => {
                let ty = self.ty(expr.ty);
                let callee = self.sp.resolve(reference, &self.scope, expr.span);
                Some(self.function_value(callee, ty))
            }
            ExprKind::Call { callee, args } => self.call(callee, args, expr),
            ExprKind::CallValue { callee, args } => self.call_value(callee, args),
            ExprKind::Construct {
                variant, fields, ..
            } => {
                let fields = self.values(fields)?;
                let ty = self.ty(expr.ty);
                let variant = *variant;
                Some(self.b.push(Op::Construct { variant, fields }, ty))
            }
            ExprKind::Ctor { variant, .. } => {
                let ty = self.ty(expr.ty);
                Some(self.constructor_value(*variant, ty))
            }
            ExprKind::Field { base, index } => {
                let base = self.value(base)?;
                Some(self.field(base, 0, *index))
            }
            ExprKind::Tuple(items) => {
                let fields = self.values(items)?;
                if fields.is_empty() {
                    return Some(self.unit());
                }
                let ty = self.ty(expr.ty);
                Some(self.b.push(Op::Construct { variant: 0, fields }, ty))
            }
            ExprKind::List { items, tail } => self.list(items, tail.as_deref(), expr.ty),
            ExprKind::Block { stmts, value } => {
                if !self.stmts(stmts) {
                    return None;
                }
                match value {
                    Some(value) => self.value(value),
                    None => Some(self.unit()),
                }
            }
            ExprKind::If { .. } | ExprKind::Match { .. } | ExprKind::Receive { .. } => {
                let ty = self.ty(expr.ty);
                let join = self.b.block();
                let result = self.b.param(join, ty, None);
                self.shape_to(expr, Dest::Join(join));
                self.b.switch_to(join).then_some(result)
            }
            ExprKind::For { .. } => self.for_loop(expr),
            ExprKind::While { cond, body } => self.while_loop(cond, body),
            ExprKind::Break => self.leave_loop(true),
            ExprKind::Continue => self.leave_loop(false),
            ExprKind::Return(value) => {
                match value {
                    Some(value) => self.lower_to(value, Dest::Return),
                    None => {
                        let unit = self.unit();
                        self.b.end(Term::Return(unit));
                    }
                }
                None
            }
            ExprKind::Closure(closure) => {
                let ty = self.ty(expr.ty);
                Some(self.closure(closure, ty, expr.span))
            }
            ExprKind::Spawn { callee, args, link } => self.spawn(callee, args, *link),
            ExprKind::SelfPid => Some(self.self_pid()),
            ExprKind::Hole(_) => bug!(expr.span, "the checker left a hole"),
        }
    }

    pub(super) fn literal(&mut self, lit: &Lit) -> ValueId {
        self.constant(match lit {
            Lit::Int(value) => Const::Int(*value),
            Lit::Float(value) => Const::Float(value.to_bits()),
            Lit::Bool(value) => Const::Bool(*value),
            Lit::Str(text) => Const::String(text.clone()),
            Lit::Atom(name) => Const::Atom(name.clone()),
            Lit::Unit => Const::Unit,
        })
    }

    /// A field of a value known to be of `variant`.
    pub(super) fn field(&mut self, base: ValueId, variant: u32, field: u32) -> ValueId {
        let Some(ty) = self
            .sp
            .program
            .types
            .field_type(self.b.ty(base), variant, field)
        else {
            bug!(self.b.span(), "Core: a field of a type without it");
        };
        let op = Op::Field {
            base,
            variant,
            field,
        };
        self.b.push(op, ty)
    }

    fn list(&mut self, items: &'a [Expr], tail: Option<&'a Expr>, ty: Ty) -> Option<ValueId> {
        let items = self.values(items)?;
        let ty = self.ty(ty);
        let Some(tail) = tail else {
            return Some(self.b.push(Op::List(items), ty));
        };
        let mut list = self.value(tail)?;
        for item in items.into_iter().rev() {
            list = self
                .b
                .push(Op::ListOp(ListOp::Unshift, vec![list, item]), ty);
        }
        Some(list)
    }

    /// Goes to `yes` or `no`, without making a `Bool` where control flow decides.
    pub(super) fn condition(&mut self, cond: &'a Expr, yes: BlockId, no: BlockId) {
        deep(|| match &cond.kind {
            ExprKind::Lit(Lit::Bool(value)) => {
                let target = if *value { yes } else { no };
                self.b.jump(target, Vec::new());
            }
            ExprKind::Block {
                stmts,
                value: Some(value),
            } => {
                if self.stmts(stmts) {
                    self.condition(value, yes, no);
                }
            }
            ExprKind::If {
                cond,
                then,
                else_: Some(els),
            } => {
                let (first, second) = (self.b.block(), self.b.block());
                self.condition(cond, first, second);
                if self.b.switch_to(first) {
                    self.condition(then, yes, no);
                }
                if self.b.switch_to(second) {
                    self.condition(els, yes, no);
                }
            }
            _ => {
                if let Some(value) = self.value(cond) {
                    debug_assert!(matches!(
                        self.sp.program.types.get(self.b.ty(value)),
                        CoreTy::Bool
                    ));
                    self.b.branch(value, yes, no);
                }
            }
        });
    }

    /// Says whether control comes to the end of the statements.
    fn stmts(&mut self, stmts: &'a [Stmt]) -> bool {
        stmts.iter().all(|stmt| self.stmt(stmt))
    }

    fn stmt(&mut self, stmt: &'a Stmt) -> bool {
        match stmt {
            Stmt::Expr(expr) => self.effect(expr),
            // Lowered where they are used.
            Stmt::LocalFns(_) => true,
            Stmt::Let {
                pat,
                generics,
                value,
                else_,
                span,
            } => {
                if !generics.is_empty() || self.is_local_function(pat, value) {
                    return true;
                }
                let Some(value) = self.value(value) else {
                    return false;
                };
                let outer = self.b.set_span(*span);
                let goes_on = self.bind_or_else(pat, value, else_.as_ref());
                self.b.set_span(outer);
                goes_on
            }
        }
    }
}

/// Whether an expression ends in several blocks.
fn branches(kind: &ExprKind) -> bool {
    match kind {
        ExprKind::If { .. } | ExprKind::Match { .. } | ExprKind::Receive { .. } => true,
        ExprKind::Block { value, .. } => value.as_deref().is_some_and(|v| branches(&v.kind)),
        _ => false,
    }
}
