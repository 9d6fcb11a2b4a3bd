//! `deriving(Arbitrary)`: what properties try of a type, by structure.
//!
//! A struct is drawn field by field. Of a sum, variants that do not hold the type itself come first, those without payload before
//! the others: std takes one of them where a value has to be small, so that values of recursive types end.

use super::body::Body;
use super::build::{bind, call, closure, construct, function, local};
use super::derive::Method;
use super::{Lowerer, expr};
use crate::diagnostics::NotDerivable;
use crate::hir::{
    Expr, ExprKind, FieldDef, FieldInit, Lit, LocalId, Pat, PatKind, PathBase, Ty, TyKind, TypeDef,
    TypeDefKind, TypeId, VariantDef,
};
use mesh_report::Span;
use smol_str::SmolStr;

const WHAT: &str = "`deriving(Arbitrary)`";

impl Lowerer<'_> {
    pub(super) fn derive_arbitrary(&mut self, def: &TypeDef, span: Span) {
        let Some(&interface) = self.names.lang.interfaces.get("arbitrary") else {
            self.lacks("arbitrary", WHAT, span);
            return;
        };
        self.mention(interface.module);
        self.body = Body::default();
        let body = match &def.kind {
            TypeDefKind::Struct(fields) => {
                let holds_itself = fields.iter().any(|field| mentions(&field.ty, def.id));
                self.drawn(fields.len(), holds_itself, span, |values| {
                    let given = fields.iter().zip(values).map(|(field, value)| FieldInit {
                        name: field.name.clone(),
                        name_span: span,
                        value,
                    });
                    let kind = ExprKind::Struct {
                        ty: def.id,
                        base: None,
                        fields: given.collect(),
                    };
                    expr(kind, span)
                })
            }
            TypeDefKind::Sum(variants) => self.drawn_variant(def.id, variants, span),
            _ => {
                self.report(NotDerivable {
                    name: "Arbitrary",
                    span,
                    reason: Some("an alias has the impls of the type it names".to_string()),
                });
                return;
            }
        };
        let method = Method {
            name: "arbitrary",
            params: Vec::new(),
            pats: Vec::new(),
            result: None,
            body,
        };
        self.derived_impl(def, interface, method, span);
    }

    /// `arbitrary_variant([gens of small variants], [gens of the others])`
    fn drawn_variant(&mut self, id: TypeId, variants: &[VariantDef], span: Span) -> Expr {
        let order = |variant: &VariantDef| {
            let types = variant.fields.iter().map(|field: &FieldDef| &field.ty);
            let holds_itself = types.clone().any(|ty| mentions(ty, id));
            (holds_itself, types.count() > 0)
        };
        let all_hold_it = variants.iter().all(|variant| order(variant).0);
        let mut at: Vec<usize> = (0..variants.len()).collect();
        at.sort_by_key(|&at| order(&variants[at]));
        let (mut small, mut others) = (Vec::new(), Vec::new());
        for at in at {
            let variant = &variants[at];
            let gen_of = self.drawn(variant.fields.len(), true, span, |values| {
                construct(id, at as u32, values, span)
            });
            match order(variant) {
                (false, _) => small.push(gen_of),
                (true, _) if all_hold_it => small.push(gen_of),
                _ => others.push(gen_of),
            }
        }
        let args = vec![list(small, span), list(others, span)];
        self.gen_fn("arbitrary_variant", args, span)
    }

    /// A generator of what `make` puts together from so many values; `smaller` has them drawn smaller.
    fn drawn(
        &mut self,
        count: usize,
        smaller: bool,
        span: Span,
        make: impl FnOnce(Vec<Expr>) -> Expr,
    ) -> Expr {
        let locals: Vec<LocalId> = (0..count).map(|_| self.fresh("_field", span)).collect();
        let values = locals.iter().map(|&id| local(id, span)).collect();
        let made = make(values);
        let Some((_, others)) = locals.split_last() else {
            return self.gen_fn("arbitrary_constant", vec![made], span);
        };
        let mut drawn = self.part(smaller, span);
        let mut pat = bind(locals[others.len()], span);
        for &id in others.iter().rev() {
            let first = self.part(smaller, span);
            drawn = self.gen_fn("arbitrary_both", vec![first, drawn], span);
            pat = Pat {
                kind: PatKind::Tuple(vec![bind(id, span), pat]),
                span,
            };
        }
        let put_together = closure(vec![pat], made, span);
        self.gen_fn("arbitrary_map", vec![drawn, put_together], span)
    }

    /// `arbitrary_part(fn -> Arbitrary.arbitrary() end, smaller)`, of the type that is taken where it is used: not asked for before a
    /// value is drawn, since the type may be the one that is derived.
    fn part(&mut self, smaller: bool, span: Span) -> Expr {
        let Some(&interface) = self.names.lang.interfaces.get("arbitrary") else {
            return expr(ExprKind::Error, span);
        };
        let method = ExprKind::TypeItem {
            base: PathBase::Interface(interface),
            name: SmolStr::new_static("arbitrary"),
            name_span: span,
        };
        let later = closure(Vec::new(), call(expr(method, span), Vec::new(), span), span);
        let smaller = expr(ExprKind::Lit(Lit::Bool(smaller)), span);
        self.gen_fn("arbitrary_part", vec![later, smaller], span)
    }

    fn gen_fn(&mut self, name: &str, args: Vec<Expr>, span: Span) -> Expr {
        match self.lang_fn(name, WHAT, span) {
            Some(id) => call(function(id, span), args, span),
            None => expr(ExprKind::Error, span),
        }
    }
}

fn list(items: Vec<Expr>, span: Span) -> Expr {
    expr(ExprKind::List { items, tail: None }, span)
}

/// Whether a type has another one in it, as far as that is written there.
fn mentions(ty: &Ty, id: TypeId) -> bool {
    match &ty.kind {
        TyKind::Named(named, args) => *named == id || args.iter().any(|arg| mentions(arg, id)),
        TyKind::Tuple(items) => items.iter().any(|item| mentions(item, id)),
        TyKind::SelfTy => true,
        _ => false,
    }
}
