//! Calls: which argument fills which parameter, defaults, closures after the other arguments.

use super::instantiate::Instance;
use super::{Infer, Why};
use crate::diagnostics::{NotAFunction, UnknownLabel, WrongArgumentCount};
use crate::thir::{self, ExprKind, FnRef};
use crate::ty::{Ty, TyKind};
use mesh_report::Span;
use mesh_resolve::hir::{self, FnId};
use smol_str::SmolStr;

/// A parameter as a call sees it.
pub struct Formal {
    pub name: SmolStr,
    pub default: Option<FnId>,
}

/// An argument that may have been looked at already.
pub enum Actual<'e> {
    Made(thir::Expr),
    Written(&'e hir::Expr),
}

/// What fills a parameter.
enum Filler {
    Argument(usize),
    Default(FnId),
}

/// Who is called, for messages.
pub struct Called {
    pub what: String,
    pub declared: Option<Span>,
    pub span: Span,
}

impl<'e> Infer<'e> {
    pub fn call(
        &mut self,
        callee: &'e hir::Expr,
        args: &'e [hir::Arg],
        trailing: bool,
        span: Span,
        hint: Option<Ty>,
    ) -> thir::Expr {
        match &callee.kind {
            // Of a service that could not be read, which has been reported.
            hir::ExprKind::Fn(id) if self.env.function(*id).name.is_empty() => {
                self.infer_args(args);
                self.error_expr(span)
            }
            hir::ExprKind::Fn(id) => {
                let instance = self.instantiate(*id, callee.span);
                self.call_function(*id, instance, None, args, trailing, span)
            }
            hir::ExprKind::Ctor(ctors) => self.construct(ctors, args, callee.span, span, hint),
            hir::ExprKind::TypeItem {
                base,
                name,
                name_span,
            } => match self.type_item_instance(base, name, *name_span, callee.span) {
                Some((id, instance)) => {
                    self.call_function(id, instance, None, args, trailing, span)
                }
                None => {
                    self.infer_args(args);
                    self.error_expr(span)
                }
            },
            _ => {
                let callee = self.infer(callee);
                self.call_value(callee, args, span)
            }
        }
    }

    /// After an error: the arguments may have errors of their own.
    pub fn infer_args(&mut self, args: &'e [hir::Arg]) {
        for arg in args {
            self.infer_hinted(&arg.value, Some(Ty::error()));
        }
    }

    /// A call of a function item or method; `first` is a receiver.
    pub fn call_function(
        &mut self,
        id: FnId,
        instance: Instance,
        first: Option<thir::Expr>,
        args: &'e [hir::Arg],
        trailing: bool,
        span: Span,
    ) -> thir::Expr {
        let actuals = args.iter().map(|arg| Actual::Written(&arg.value)).collect();
        self.call_with(id, instance, first, args, actuals, trailing, span)
    }

    #[allow(clippy::too_many_arguments, reason = "the facts of one call")]
    pub fn call_with(
        &mut self,
        id: FnId,
        instance: Instance,
        first: Option<thir::Expr>,
        args: &'e [hir::Arg],
        written: Vec<Actual<'e>>,
        trailing: bool,
        span: Span,
    ) -> thir::Expr {
        let env = self.env;
        let function = env.function(id);
        let formals: Vec<Formal> = function
            .params
            .iter()
            .map(|p| Formal {
                name: p.name.clone(),
                default: p.default,
            })
            .collect();
        let receiver = first.is_some();
        let mut actuals: Vec<Actual<'e>> = first.into_iter().map(Actual::Made).collect();
        actuals.extend(written);
        let called = Called {
            what: format!("`{}`", function.name),
            declared: Some(function.name_span),
            span,
        };
        let known = self.diagnostics.len();
        let Some(fillers) = self.arrange(&formals, args, receiver, trailing, &called) else {
            if function.overloaded {
                // Meant is the function that could not be made of the clauses of another length.
                self.diagnostics.truncate(known);
            }
            for &ty in instance.params.iter().chain([&instance.result]) {
                let _ = self.u.unify(ty, Ty::error());
            }
            for actual in actuals {
                if let Actual::Written(e) = actual {
                    self.infer_hinted(e, Some(Ty::error()));
                }
            }
            return self.error_expr(span);
        };
        self.mail_site(function, &instance, span);
        // What an actor replied before tells more about a reply than the other way round.
        if function.lang.as_deref() == Some("reply") {
            self.runs(instance.process, span);
        }
        let said = self.diagnostics.len();
        let (stmts, made) = self.fill(id, &instance, fillers, actuals, span);
        if self.diagnostics.len() > said {
            // A wrong argument would have told of the others' types and the result's.
            for &ty in instance.params.iter().chain([&instance.result]) {
                self.forget(ty);
            }
        }
        self.runs(instance.process, span);
        let never = instance.result == self.lang.never;
        let ty = if never { self.fresh() } else { instance.result };
        let kind = ExprKind::Call {
            callee: instance.callee,
            args: made,
        };
        let made = self.make(kind, ty, span);
        self.after(stmts, made)
    }

    /// Checks arguments against parameters: first those that are no closures, which tell more.
    fn fill(
        &mut self,
        id: FnId,
        instance: &Instance,
        fillers: Vec<Filler>,
        actuals: Vec<Actual<'e>>,
        span: Span,
    ) -> (Vec<thir::Stmt>, Vec<thir::Expr>) {
        let mut places: Vec<(usize, usize)> = fillers
            .iter()
            .enumerate()
            .filter_map(|(place, filler)| match filler {
                Filler::Argument(at) => Some((*at, place)),
                Filler::Default(_) => None,
            })
            .collect();
        places.sort_unstable();
        let written: Vec<usize> = places.into_iter().map(|(_, place)| place).collect();
        let mut actuals: Vec<Option<Actual<'e>>> = actuals.into_iter().map(Some).collect();
        let mut made: Vec<Option<thir::Expr>> = fillers.iter().map(|_| None).collect();
        let types = match &instance.callee {
            FnRef::Item { args, .. } => args.clone(),
            _ => Vec::new(),
        };
        for closures in [false, true] {
            for (i, filler) in fillers.iter().enumerate() {
                let Filler::Argument(at) = filler else {
                    if !closures && let Filler::Default(default) = filler {
                        let ty = instance.params[i];
                        made[i] = Some(self.default_value(*default, &types, ty, span));
                    }
                    continue;
                };
                let is_closure = matches!(&actuals[*at], Some(Actual::Written(e)) if is_closure(e));
                if is_closure != closures {
                    continue;
                }
                let why = Why::Param(id, i as u32);
                made[i] = actuals[*at].take().map(|actual| match actual {
                    Actual::Made(e) => self.coerce_expr(e, instance.params[i], why),
                    Actual::Written(e) => self.check(e, instance.params[i], why),
                });
            }
            self.solve();
        }
        let stmts = self.in_written_order(&mut made, &written);
        let made = made
            .into_iter()
            .map(|e| e.unwrap_or_else(|| self.error_expr(span)))
            .collect();
        (stmts, made)
    }

    /// A call of a default's function, whose result must be of the parameter's type. Its type arguments are those of the
    /// function or type it is a default of.
    pub fn default_value(&mut self, default: FnId, types: &[Ty], ty: Ty, span: Span) -> thir::Expr {
        let instance = self.instantiate(default, span);
        let declared = self.env.function(default).generics.len();
        if let FnRef::Item { args, .. } = &instance.callee {
            for (&own, &outer) in args.iter().zip(types).take(declared) {
                self.unify(own, outer, span, Why::Plain);
            }
        }
        self.coerce(ty, instance.result, span, Why::Plain);
        let kind = ExprKind::Call {
            callee: instance.callee,
            args: Vec::new(),
        };
        self.make(kind, ty, span)
    }

    /// Which argument or default fills each parameter; reports what does not work out.
    fn arrange(
        &mut self,
        formals: &[Formal],
        args: &[hir::Arg],
        receiver: bool,
        trailing: bool,
        called: &Called,
    ) -> Option<Vec<Filler>> {
        let offset = usize::from(receiver);
        let mut slots: Vec<Option<usize>> = vec![None; formals.len()];
        if receiver && !slots.is_empty() {
            slots[0] = Some(0);
        }
        let count = args.len() + offset;
        let last_free = formals
            .last()
            .is_some_and(|f| f.default.is_none() && formals.iter().any(|f| f.default.is_some()));
        let labelled = args.iter().any(|arg| arg.label.is_some());
        // A trailing block, or a last closure after parameters with defaults.
        let last_to_last = count > offset
            && count <= formals.len()
            && !labelled
            && (trailing || (last_free && count < formals.len()));
        let mut next = offset;
        for (i, arg) in args.iter().enumerate() {
            let place = match &arg.label {
                Some((label, span)) => {
                    let Some(at) = formals.iter().position(|f| f.name == *label) else {
                        self.report(UnknownLabel {
                            name: called.what.trim_matches('`').to_string(),
                            label: label.to_string(),
                            span: *span,
                            known: formals.iter().map(|f| f.name.to_string()).collect(),
                            given: false,
                        });
                        return None;
                    };
                    at
                }
                None if last_to_last && i + 1 == args.len() => formals.len() - 1,
                None => {
                    next += 1;
                    next - 1
                }
            };
            if let Some((label, span)) = &arg.label
                && slots[place].is_some()
            {
                self.report(UnknownLabel {
                    name: called.what.trim_matches('`').to_string(),
                    label: label.to_string(),
                    span: *span,
                    known: Vec::new(),
                    given: true,
                });
                return None;
            }
            if place >= formals.len() || slots[place].is_some() {
                self.report_count(formals, count, offset, called);
                return None;
            }
            slots[place] = Some(i + offset);
        }
        let mut fillers = Vec::with_capacity(slots.len());
        for (slot, formal) in slots.into_iter().zip(formals) {
            fillers.push(match (slot, formal.default) {
                (Some(at), _) => Filler::Argument(at),
                (None, Some(default)) => Filler::Default(default),
                (None, None) => {
                    self.report_count(formals, count, offset, called);
                    return None;
                }
            });
        }
        if receiver && formals.is_empty() {
            self.report_count(formals, count, offset, called);
            return None;
        }
        Some(fillers)
    }

    fn report_count(&mut self, formals: &[Formal], count: usize, offset: usize, called: &Called) {
        self.report(WrongArgumentCount {
            what: called.what.clone(),
            expected: formals.len().saturating_sub(offset),
            found: count - offset,
            span: called.span,
            declared: called.declared,
            closure: false,
            hint: None,
        });
    }

    /// A function value called.
    pub fn call_value(
        &mut self,
        callee: thir::Expr,
        args: &'e [hir::Arg],
        span: Span,
    ) -> thir::Expr {
        let head = self.head(callee.ty);
        match head.kind() {
            TyKind::Fn(f) if f.params.len() == args.len() => {
                let mut made: Vec<Option<thir::Expr>> = args.iter().map(|_| None).collect();
                for closures in [false, true] {
                    for (i, arg) in args.iter().enumerate() {
                        if is_closure(&arg.value) == closures {
                            made[i] = Some(self.check(&arg.value, f.params[i], Why::Plain));
                        }
                    }
                }
                self.fits(f.process, self.cx.process, span);
                let never = self.u.shallow(f.result) == self.lang.never;
                let ty = if never { self.fresh() } else { f.result };
                let kind = ExprKind::CallValue {
                    callee: Box::new(callee),
                    args: made.into_iter().flatten().collect(),
                };
                self.make(kind, ty, span)
            }
            TyKind::Fn(f) => {
                self.infer_args(args);
                self.report(WrongArgumentCount {
                    what: "this function".into(),
                    expected: f.params.len(),
                    found: args.len(),
                    span,
                    declared: self.u.decided_at(callee.ty),
                    closure: false,
                    hint: None,
                });
                self.error_expr(span)
            }
            TyKind::Var(_) => {
                let made: Vec<thir::Expr> = args.iter().map(|a| self.infer(&a.value)).collect();
                let result = self.fresh();
                let process = self.u.fresh_process();
                let ty = Ty::func(made.iter().map(|e| e.ty).collect(), result, process);
                if !self.unify(callee.ty, ty, callee.span, Why::Plain) {
                    return self.error_expr(span);
                }
                self.fits(process, self.cx.process, span);
                let kind = ExprKind::CallValue {
                    callee: Box::new(callee),
                    args: made,
                };
                self.make(kind, result, span)
            }
            TyKind::Error => {
                self.infer_args(args);
                self.error_expr(span)
            }
            _ => {
                self.infer_args(args);
                let ty = self.show(head);
                self.report(NotAFunction {
                    ty,
                    span: callee.span,
                    decided: self.u.decided_at(callee.ty),
                    spawned: false,
                });
                self.error_expr(span)
            }
        }
    }
}

pub fn is_closure(e: &hir::Expr) -> bool {
    matches!(e.kind, hir::ExprKind::Closure(_))
}
