//! `v.name` and `v.name(…)`: decided when the type of `v` is known, at the latest when the group is
//! complete.

use super::call::{Actual, is_closure};
use super::solve::Constraint;
use super::{Infer, as_var};
use crate::diagnostics::{PrivateFields, UnknownField, UnknownReceiver};
use crate::thir::{self, ExprKind};
use crate::ty::{Ty, TyKind};
use mesh_report::Span;
use mesh_resolve::hir;
use smol_str::SmolStr;

/// A use of a value's member that waits for the value's type.
pub struct Deferred<'e> {
    pub receiver: thir::Expr,
    pub name: SmolStr,
    pub name_span: Span,
    /// A method call's arguments; `None` for a field.
    pub args: Option<(&'e [hir::Arg], Vec<Actual<'e>>, bool)>,
    pub out: Ty,
    pub hole: u32,
    pub span: Span,
    pub level: u32,
}

impl<'e> Infer<'e> {
    pub fn field(
        &mut self,
        base: &'e hir::Expr,
        name: &SmolStr,
        name_span: Span,
        span: Span,
    ) -> thir::Expr {
        let base = self.infer(base);
        let head = self.head(base.ty);
        if as_var(head).is_none() {
            return self.field_of(base, head, name, name_span, span);
        }
        self.defer(base, name, name_span, None, span)
    }

    pub fn method_call(
        &mut self,
        receiver: &'e hir::Expr,
        name: &SmolStr,
        name_span: Span,
        args: &'e [hir::Arg],
        trailing: bool,
        span: Span,
    ) -> thir::Expr {
        let receiver = self.infer(receiver);
        let head = self.head(receiver.ty);
        if as_var(head).is_none() {
            let actuals = args.iter().map(|a| Actual::Written(&a.value)).collect();
            return self.method_of(
                receiver,
                head,
                name,
                name_span,
                (args, actuals, trailing),
                span,
            );
        }
        let actuals = args
            .iter()
            .map(|arg| {
                if is_closure(&arg.value) {
                    self.unchecked += 1;
                    Actual::Written(&arg.value)
                } else {
                    Actual::Made(self.infer(&arg.value))
                }
            })
            .collect();
        self.defer(
            receiver,
            name,
            name_span,
            Some((args, actuals, trailing)),
            span,
        )
    }

    fn defer(
        &mut self,
        receiver: thir::Expr,
        name: &SmolStr,
        name_span: Span,
        args: Option<(&'e [hir::Arg], Vec<Actual<'e>>, bool)>,
        span: Span,
    ) -> thir::Expr {
        let out = self.u.fresh_at(1);
        self.u.hold_back(receiver.ty, 1);
        self.u.hold_back(self.cx.process, 1);
        for actual in args.iter().flat_map(|(_, actuals, _)| actuals) {
            if let Actual::Made(e) = actual {
                self.u.hold_back(e.ty, 1);
            }
        }
        let hole = self.hole();
        let subject = receiver.ty;
        let deferred = Deferred {
            receiver,
            name: name.clone(),
            name_span,
            args,
            out,
            hole,
            span,
            level: self.u.level,
        };
        let at = self.add_constraint(Constraint::Member(Box::new(deferred)));
        if let Some(var) = as_var(self.u.shallow(subject)) {
            self.u.watch(var, at as u32);
        }
        self.make(ExprKind::Hole(hole), out, span)
    }

    pub fn attempt_member(
        &mut self,
        member: Box<Deferred<'e>>,
        at: usize,
    ) -> Option<Box<Deferred<'e>>> {
        let head = self.u.shallow(member.receiver.ty);
        if let Some(var) = as_var(head) {
            self.u.watch(var, at as u32);
            return Some(member);
        }
        let Deferred {
            receiver,
            name,
            name_span,
            args,
            out,
            hole,
            span,
            level,
        } = *member;
        let outer = self.u.level;
        self.u.level = level.min(outer);
        let made = match args {
            None => self.field_of(receiver, head, &name, name_span, span),
            Some(args) => self.method_of(receiver, head, &name, name_span, args, span),
        };
        self.u.level = outer;
        self.unify(out, made.ty, span, super::Why::Plain);
        self.holes[hole as usize] = Some(made);
        None
    }

    /// Reports members whose value's type nothing has determined.
    pub fn report_deferred(&mut self) {
        for at in 0..self.constraints.len() {
            if let Some((Constraint::Member(member), _)) = &self.constraints[at] {
                let (name, method) = (member.name.to_string(), member.args.is_some());
                let (receiver, span, out) = (member.receiver.span, member.name_span, member.out);
                let subject = member.receiver.ty;
                let hole = member.hole;
                self.constraints[at] = None;
                let made = self.error_expr(span);
                self.holes[hole as usize] = Some(made);
                self.report(UnknownReceiver {
                    what: if method {
                        format!("method `{name}`")
                    } else {
                        format!("field `{name}`")
                    },
                    receiver,
                    span,
                });
                let _ = self.u.unify(out, Ty::error());
                let _ = self.u.unify(subject, Ty::error());
                self.solve();
            }
        }
    }

    /// A struct's field, at the types of the value.
    pub fn struct_field(&self, head: Ty, name: &str) -> Option<(u32, Ty)> {
        let TyKind::Con(id, args) = head.kind() else {
            return None;
        };
        if !matches!(self.env.type_def(*id).kind, hir::TypeDefKind::Struct(_)) {
            return None;
        }
        let at = self.fields_of(*id, 0).iter().position(|f| f.name == name)?;
        let ty = self.env.field_types(*id, 0, args)[at];
        Some((at as u32, ty))
    }

    fn field_of(
        &mut self,
        base: thir::Expr,
        head: Ty,
        name: &SmolStr,
        name_span: Span,
        span: Span,
    ) -> thir::Expr {
        if head.is_error() {
            return self.error_expr(span);
        }
        let Some((index, ty)) = self.struct_field(head, name) else {
            let method = !self.env.methods_named(name).is_empty()
                || self.module_function(head, name).is_some();
            let known = match head.kind() {
                TyKind::Con(id, _) => self
                    .fields_of(*id, 0)
                    .iter()
                    .map(|f| f.name.to_string())
                    .filter(|name| !name.is_empty())
                    .collect(),
                _ => Vec::new(),
            };
            let known = match head.kind() {
                TyKind::Con(id, _)
                    if matches!(self.env.type_def(*id).kind, hir::TypeDefKind::Struct(_)) =>
                {
                    known
                }
                _ => Vec::new(),
            };
            let wrapped = match head.kind() {
                TyKind::Con(id, args)
                    if (self.is_lang(*id, "option") || self.is_lang(*id, "result"))
                        && self.struct_field(self.u.peek(args[0]), name).is_some() =>
                {
                    Some(self.show(args[0]))
                }
                _ => None,
            };
            let ty = self.show(head);
            self.report(UnknownField {
                ty,
                name: name.to_string(),
                span: name_span,
                known,
                method,
                wrapped,
            });
            return self.error_expr(span);
        };
        if let TyKind::Con(id, _) = head.kind()
            && !self.fields_visible(*id)
        {
            let ty = self.show(head);
            self.report(PrivateFields {
                ty,
                span: name_span,
            });
        }
        let ty = self.normalized(ty, span);
        let kind = ExprKind::Field {
            base: Box::new(base),
            index,
        };
        self.make(kind, ty, span)
    }
}
