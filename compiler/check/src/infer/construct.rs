//! Values of declared types: constructors, named payloads, struct literals and updates.

use super::call::is_closure;
use super::{Infer, Why};
use crate::diagnostics::{
    AmbiguousConstructor, MissingFields, PrivateFields, UnknownField, UnknownLabel,
};
use crate::thir::{self, ExprKind};
use crate::ty::{Ty, TyKind};
use mesh_report::Span;
use mesh_resolve::hir::{self, CtorRef, TypeId};

impl<'e> Infer<'e> {
    /// What is written in another order than it is declared in is still evaluated as written: these
    /// statements do it, and the places hold their results.
    pub fn in_written_order(
        &mut self,
        places: &mut [Option<thir::Expr>],
        written: &[usize],
    ) -> Vec<thir::Stmt> {
        if written.is_sorted() {
            return Vec::new();
        }
        let mut stmts = Vec::new();
        for &at in written {
            let Some(value) = places[at].take() else {
                continue;
            };
            if matches!(
                value.kind,
                ExprKind::Lit(_) | ExprKind::Local { .. } | ExprKind::Closure(_) | ExprKind::Fn(_)
            ) {
                places[at] = Some(value);
                continue;
            }
            let (ty, span) = (value.ty, value.span);
            let local = self.temp(ty);
            stmts.push(thir::Stmt::Let {
                pat: thir::Pat {
                    kind: thir::PatKind::Bind(local),
                    ty,
                    span,
                },
                generics: Vec::new(),
                value,
                else_: None,
                span,
            });
            let kind = ExprKind::Local {
                id: local,
                args: Vec::new(),
            };
            places[at] = Some(self.make(kind, ty, span));
        }
        stmts
    }

    /// The statements, then the expression.
    pub fn after(&self, stmts: Vec<thir::Stmt>, e: thir::Expr) -> thir::Expr {
        if stmts.is_empty() {
            return e;
        }
        let (ty, span) = (e.ty, e.span);
        let kind = ExprKind::Block {
            stmts,
            value: Some(Box::new(e)),
        };
        self.make(kind, ty, span)
    }

    /// The arguments of a declared type.
    fn type_args(&self, ty: Ty) -> Vec<Ty> {
        match self.u.peek(ty).kind() {
            TyKind::Con(_, args) => args.clone(),
            _ => Vec::new(),
        }
    }

    /// Which of several constructors of one name is meant, by the type expected.
    pub fn pick_ctor(
        &mut self,
        ctors: &[CtorRef],
        hint: Option<Ty>,
        span: Span,
    ) -> Option<CtorRef> {
        if let [only] = ctors {
            return Some(*only);
        }
        let head = hint.map(|ty| self.head(ty));
        match head.map(Ty::kind) {
            Some(TyKind::Con(id, _)) => {
                // None of the expected type: the first makes the mismatch that is reported.
                return ctors
                    .iter()
                    .find(|c| c.ty == *id)
                    .or(ctors.first())
                    .copied();
            }
            Some(TyKind::Fn(f)) => {
                let result = self.u.shallow(f.result);
                if let TyKind::Con(id, _) = result.kind()
                    && let Some(found) = ctors.iter().find(|c| c.ty == *id)
                {
                    return Some(*found);
                }
            }
            Some(TyKind::Error) => return None,
            _ => {}
        }
        let first = ctors.first()?;
        let name = self.variant_name(first.ty, first.variant);
        let types = ctors
            .iter()
            .map(|c| self.env.type_def(c.ty).name.to_string())
            .collect();
        self.report(AmbiguousConstructor { name, types, span });
        None
    }

    /// A constructor by itself: a value, or a function.
    pub fn constructor(&mut self, ctors: &[CtorRef], span: Span, hint: Option<Ty>) -> thir::Expr {
        let Some(ctor) = self.pick_ctor(ctors, hint, span) else {
            return self.error_expr(span);
        };
        let (ty, args) = self.fresh_con(ctor.ty);
        let fields = self.build_types(ctor.ty, ctor.variant, &args);
        if fields.is_empty() {
            let kind = ExprKind::Construct {
                ty: ctor.ty,
                variant: ctor.variant,
                fields: Vec::new(),
            };
            return self.make(kind, ty, span);
        }
        let process = self.u.fresh_process();
        let ty = Ty::func(fields, ty, process);
        let kind = ExprKind::Ctor {
            ty: ctor.ty,
            variant: ctor.variant,
        };
        self.make(kind, ty, span)
    }

    /// A constructor with its payload.
    pub fn construct(
        &mut self,
        ctors: &[CtorRef],
        args: &'e [hir::Arg],
        name_span: Span,
        span: Span,
        hint: Option<Ty>,
    ) -> thir::Expr {
        let Some(ctor) = self.pick_ctor(ctors, hint, name_span) else {
            self.infer_args(args);
            return self.error_expr(span);
        };
        let (ty, type_args) = self.fresh_con(ctor.ty);
        if let Some(hint) = hint
            && let TyKind::Con(id, _) = self.head(hint).kind()
            && *id == ctor.ty
        {
            // A mismatch in a part is reported at the argument that makes it.
            let _ = self.u.unify(hint, ty);
        }
        let types = self.build_types(ctor.ty, ctor.variant, &type_args);
        let fields = self.fields_of(ctor.ty, ctor.variant);
        let mut places = Vec::with_capacity(args.len());
        for (i, arg) in args.iter().enumerate() {
            match &arg.label {
                None => places.push(i),
                Some((label, at)) => match fields.iter().position(|f| f.name == *label) {
                    Some(place) => places.push(place),
                    None => {
                        self.report(UnknownLabel {
                            name: self.variant_name(ctor.ty, ctor.variant),
                            label: label.to_string(),
                            span: *at,
                            known: fields.iter().map(|f| f.name.to_string()).collect(),
                            given: false,
                        });
                        self.infer_args(args);
                        return self.make(ExprKind::Lit(thir::Lit::Unit), ty, span);
                    }
                },
            }
        }
        let mut slots: Vec<Option<thir::Expr>> = types.iter().map(|_| None).collect();
        let twice = (0..places.len()).find(|&i| places[..i].contains(&places[i]));
        if args.len() > types.len() || twice.is_some() {
            match twice {
                Some(at) => {
                    let label = args[at].label.as_ref();
                    self.report(UnknownLabel {
                        name: self.variant_name(ctor.ty, ctor.variant),
                        label: fields[places[at]].name.to_string(),
                        span: label.map_or(args[at].value.span, |(_, span)| *span),
                        known: Vec::new(),
                        given: true,
                    });
                }
                None => self.report_arity(ctor.ty, ctor.variant, args.len(), span),
            }
            self.infer_args(args);
            return self.make(ExprKind::Lit(thir::Lit::Unit), ty, span);
        }
        for closures in [false, true] {
            for (arg, &place) in args.iter().zip(&places) {
                if is_closure(&arg.value) == closures && place < types.len() {
                    let why = Why::Field(fields[place].span);
                    slots[place] = Some(self.check(&arg.value, types[place], why));
                }
            }
        }
        let stmts = self.in_written_order(&mut slots, &places);
        let own = self.type_args(ty);
        let mut made = Vec::with_capacity(slots.len());
        for (i, slot) in slots.into_iter().enumerate() {
            match (slot, fields[i].default) {
                (Some(e), _) => made.push(e),
                (None, Some(default)) => {
                    made.push(self.default_value(default, &own, types[i], span));
                }
                (None, None) => {
                    self.report_arity(ctor.ty, ctor.variant, args.len(), span);
                    return self.make(ExprKind::Lit(thir::Lit::Unit), ty, span);
                }
            }
        }
        let kind = ExprKind::Construct {
            ty: ctor.ty,
            variant: ctor.variant,
            fields: made,
        };
        let made = self.make(kind, ty, span);
        self.after(stmts, made)
    }

    /// Whether the fields of a type may be used here.
    pub fn fields_visible(&self, id: TypeId) -> bool {
        id.module == self.cx.module || !self.env.type_def(id).is_opaque
    }

    pub fn struct_literal(
        &mut self,
        id: TypeId,
        base: Option<&'e hir::Expr>,
        inits: &'e [hir::FieldInit],
        span: Span,
        hint: Option<Ty>,
    ) -> thir::Expr {
        let (ty, args) = self.fresh_con(id);
        if let Some(hint) = hint
            && let TyKind::Con(found, _) = self.head(hint).kind()
            && *found == id
        {
            let _ = self.u.unify(hint, ty);
        }
        if !self.fields_visible(id) {
            let shown = self.env.type_def(id).name.to_string();
            self.report(PrivateFields { ty: shown, span });
            for init in inits {
                self.infer_hinted(&init.value, Some(Ty::error()));
            }
            return self.make(ExprKind::Lit(thir::Lit::Unit), ty, span);
        }
        let base = base.map(|base| self.check(base, ty, Why::Plain));
        let types = self.build_types(id, 0, &args);
        let fields = self.fields_of(id, 0);
        let mut slots: Vec<Option<thir::Expr>> = types.iter().map(|_| None).collect();
        // A name that is not a field may be meant for one that then seems to be missing.
        let mut unknown = false;
        let mut written = Vec::with_capacity(inits.len());
        for init in inits {
            match fields.iter().position(|f| f.name == init.name) {
                Some(at) => {
                    written.push(at);
                    let why = Why::Field(fields[at].span);
                    slots[at] = Some(self.check(&init.value, types[at], why));
                }
                None => {
                    unknown = true;
                    self.infer_hinted(&init.value, Some(Ty::error()));
                    self.report_unknown_field(id, &init.name, init.name_span);
                }
            }
        }
        let stmts = self.in_written_order(&mut slots, &written);
        let made = match base {
            _ if unknown => return self.make(ExprKind::Lit(thir::Lit::Unit), ty, span),
            Some(base) => return self.struct_update(id, ty, &args, base, (stmts, slots), span),
            None => self.struct_new(id, ty, &types, slots, span),
        };
        self.after(stmts, made)
    }

    pub fn report_unknown_field(&mut self, id: TypeId, name: &str, span: Span) {
        let known: Vec<String> = self
            .fields_of(id, 0)
            .iter()
            .map(|f| f.name.to_string())
            .collect();
        let ty = self.env.type_def(id).name.to_string();
        self.report(UnknownField {
            ty,
            name: name.to_string(),
            span,
            known,
            method: false,
            wrapped: None,
        });
    }

    fn struct_new(
        &mut self,
        id: TypeId,
        ty: Ty,
        types: &[Ty],
        slots: Vec<Option<thir::Expr>>,
        span: Span,
    ) -> thir::Expr {
        let fields = self.fields_of(id, 0);
        let mut missing = Vec::new();
        let own = self.type_args(ty);
        let mut made = Vec::with_capacity(slots.len());
        for (i, slot) in slots.into_iter().enumerate() {
            match (slot, fields[i].default) {
                (Some(e), _) => made.push(e),
                (None, Some(default)) => {
                    made.push(self.default_value(default, &own, types[i], span));
                }
                (None, None) => missing.push(fields[i].name.to_string()),
            }
        }
        if !missing.is_empty() {
            let shown = self.env.type_def(id).name.to_string();
            self.report(MissingFields {
                ty: shown,
                missing,
                span,
            });
            return self.make(ExprKind::Lit(thir::Lit::Unit), ty, span);
        }
        let kind = ExprKind::Construct {
            ty: id,
            variant: 0,
            fields: made,
        };
        self.make(kind, ty, span)
    }

    /// `Point { ..p, x: 3.0 }`: `p` is evaluated once, then taken apart.
    fn struct_update(
        &mut self,
        id: TypeId,
        ty: Ty,
        args: &[Ty],
        base: thir::Expr,
        (inits, slots): (Vec<thir::Stmt>, Vec<Option<thir::Expr>>),
        span: Span,
    ) -> thir::Expr {
        let types = self.env.field_types(id, 0, args);
        let local = self.temp(ty);
        let whole = |at| thir::Expr {
            kind: ExprKind::Local {
                id: local,
                args: Vec::new(),
            },
            ty,
            span: at,
        };
        let fields = slots
            .into_iter()
            .enumerate()
            .map(|(i, slot)| {
                slot.unwrap_or_else(|| thir::Expr {
                    kind: ExprKind::Field {
                        base: Box::new(whole(span)),
                        index: i as u32,
                    },
                    ty: types[i],
                    span,
                })
            })
            .collect();
        let made = self.make(
            ExprKind::Construct {
                ty: id,
                variant: 0,
                fields,
            },
            ty,
            span,
        );
        let bind = thir::Stmt::Let {
            pat: thir::Pat {
                kind: thir::PatKind::Bind(local),
                ty,
                span,
            },
            generics: Vec::new(),
            value: base,
            else_: None,
            span,
        };
        let stmts = std::iter::once(bind).chain(inits).collect();
        self.after(stmts, made)
    }
}
