//! `deriving(Json)`: `ToJson` and `FromJson` by structure.
//!
//! A struct is an object of its fields. A variant without payload is its name as a string; any other is an object with its name as only
//! key, and under it the payload: the one value, an array of several, or an object if they have names.

use super::body::Body;
use super::build::{bind, call, construct, function, local, param};
use super::derive::Method;
use super::{Lowerer, expr};
use crate::hir::{
    Arm, Block, CtorRef, Expr, ExprKind, FieldDef, FieldInit, FieldPat, InterfaceId, Lit, LocalId,
    Pat, PatKind, PathBase, Stmt, Ty, TyKind, TypeDef, TypeDefKind, VariantDef,
};
use mesh_report::Span;
use smol_str::SmolStr;
use std::sync::Arc;

const WHAT: &str = "`deriving(Json)`";

impl Lowerer<'_> {
    pub(super) fn derive_json(&mut self, def: &TypeDef, span: Span) {
        let interfaces = &self.names.lang.interfaces;
        let (to, from) = (interfaces.get("to_json"), interfaces.get("from_json"));
        let (Some(&to), Some(&from)) = (to, from) else {
            let name = if to.is_none() { "to_json" } else { "from_json" };
            self.lacks(name, WHAT, span);
            return;
        };
        self.mention(to.module);
        self.mention(from.module);
        self.body = Body::default();
        let value = self.fresh("self", span);
        let body = self.encoded(def, value, to, span);
        let own = Ty {
            kind: TyKind::SelfTy,
            span,
        };
        let method = Method {
            name: "to_json",
            params: vec![param("self", Some(own.clone()), span)],
            pats: vec![bind(value, span)],
            result: None,
            body,
        };
        let of_value = self.derived_impl(def, to, method, span);
        self.body = Body::default();
        let value = self.fresh("self", span);
        let body = self.written(def, value, to, span);
        let method = Method {
            name: "write_json",
            params: vec![param("self", Some(own), span)],
            pats: vec![bind(value, span)],
            result: None,
            body,
        };
        self.derived_method(of_value, method, span);
        self.body = Body::default();
        let json = self.fresh("_json", span);
        let body = self.decoded(def, json, span);
        let method = Method {
            name: "from_json",
            params: vec![param("json", None, span)],
            pats: vec![bind(json, span)],
            result: None,
            body,
        };
        self.derived_impl(def, from, method, span);
    }

    fn json_fn(&mut self, name: &str, args: Vec<Expr>, span: Span) -> Expr {
        match self.lang_fn(name, WHAT, span) {
            Some(id) => call(function(id, span), args, span),
            None => expr(ExprKind::Error, span),
        }
    }

    fn encoded(&mut self, def: &TypeDef, value: LocalId, to: InterfaceId, span: Span) -> Expr {
        match &def.kind {
            TypeDefKind::Struct(fields) => {
                let entries = fields.iter().map(|field| {
                    let base = Box::new(local(value, span));
                    let kind = ExprKind::Field {
                        base,
                        name: field.name.clone(),
                        name_span: span,
                    };
                    entry(&field.name, through(to, "to_json", expr(kind, span)), span)
                });
                let entries = list(entries.collect(), span);
                self.json_fn("json_object", vec![entries], span)
            }
            TypeDefKind::Sum(variants) => {
                let mut arms = Vec::new();
                for (at, variant) in variants.iter().enumerate() {
                    arms.push(self.encoding_arm(def, at, variant, to, span));
                }
                match_(local(value, span), arms, span)
            }
            _ => {
                self.not_for_alias(span);
                expr(ExprKind::Error, span)
            }
        }
    }

    /// As `encoded`, with what that gives added to the text at hand piece by piece.
    fn written(&mut self, def: &TypeDef, value: LocalId, to: InterfaceId, span: Span) -> Expr {
        match &def.kind {
            TypeDefKind::Struct(fields) => {
                let names = fields
                    .iter()
                    .map(|field| (Some(&field.name), field.name.clone()));
                let names: Vec<_> = names.collect();
                let values = names.iter().map(|(_, name)| {
                    let base = Box::new(local(value, span));
                    let kind = ExprKind::Field {
                        base,
                        name: name.clone(),
                        name_span: span,
                    };
                    expr(kind, span)
                });
                let values: Vec<Expr> = values.collect();
                let parts = names.iter().map(|(name, _)| *name).zip(values);
                self.pieces("{", parts.collect(), "}", to, span)
            }
            TypeDefKind::Sum(variants) => {
                let mut arms = Vec::new();
                for (at, variant) in variants.iter().enumerate() {
                    arms.push(self.writing_arm(def, at, variant, to, span));
                }
                match_(local(value, span), arms, span)
            }
            // Reported with the value.
            _ => expr(ExprKind::Error, span),
        }
    }

    fn writing_arm(
        &mut self,
        def: &TypeDef,
        at: usize,
        variant: &VariantDef,
        to: InterfaceId,
        span: Span,
    ) -> Arm {
        let fields = &variant.fields;
        let locals: Vec<LocalId> = fields.iter().map(|_| self.fresh("_field", span)).collect();
        let named = has_names(fields);
        let parts = fields.iter().zip(&locals).map(|(field, id)| {
            let name = named.then_some(&field.name);
            (name, local(*id, span))
        });
        let parts: Vec<_> = parts.collect();
        let name = &variant.name;
        let (open, close) = match (fields.len(), named) {
            (0, _) => (format!("\"{name}\""), ""),
            (_, true) => (format!("{{\"{name}\":{{"), "}}"),
            (1, false) => (format!("{{\"{name}\":"), "}"),
            (_, false) => (format!("{{\"{name}\":["), "]}"),
        };
        let body = self.pieces(&open, parts, close, to, span);
        let fields = locals.iter().map(|id| FieldPat {
            name: None,
            pat: bind(*id, span),
        });
        let kind = PatKind::Ctor {
            ctors: vec![CtorRef {
                ty: def.id,
                variant: at as u32,
            }],
            fields: fields.collect(),
            rest: false,
        };
        arm(Pat { kind, span }, body, span)
    }

    /// `json_put("{\"x\":")`, `x.write_json()`, `json_put(",\"y\":")`, … Names are words, which need no escapes.
    fn pieces(
        &mut self,
        open: &str,
        parts: Vec<(Option<&SmolStr>, Expr)>,
        close: &str,
        to: InterfaceId,
        span: Span,
    ) -> Expr {
        let mut stmts = Vec::new();
        let mut before = open.to_string();
        for (at, (name, value)) in parts.into_iter().enumerate() {
            if at > 0 {
                before.push(',');
            }
            if let Some(name) = name {
                before.push_str(&format!("\"{name}\":"));
            }
            if !before.is_empty() {
                let put = self.json_fn("json_put", vec![text(&before, span)], span);
                stmts.push(Stmt::Expr(put));
            }
            before.clear();
            stmts.push(Stmt::Expr(through(to, "write_json", value)));
        }
        before.push_str(close);
        let last = self.json_fn("json_put", vec![text(&before, span)], span);
        let block = Block {
            stmts,
            value: Some(Box::new(last)),
        };
        expr(ExprKind::Block(block), span)
    }

    fn not_for_alias(&mut self, span: Span) {
        self.report(crate::diagnostics::NotDerivable {
            name: "Json",
            span,
            reason: Some("an alias has the impls of the type it names".to_string()),
        });
    }

    /// `Rect(w, h) -> json_object([("Rect", json_object([("w", w.to_json()), …]))])`
    fn encoding_arm(
        &mut self,
        def: &TypeDef,
        at: usize,
        variant: &VariantDef,
        to: InterfaceId,
        span: Span,
    ) -> Arm {
        let fields = &variant.fields;
        let locals: Vec<LocalId> = fields.iter().map(|_| self.fresh("_field", span)).collect();
        let values = locals
            .iter()
            .map(|id| through(to, "to_json", local(*id, span)));
        let mut values: Vec<Expr> = values.collect();
        let body = if fields.is_empty() {
            self.json_fn("json_text", vec![text(&variant.name, span)], span)
        } else {
            let payload = if has_names(fields) {
                let entries = fields.iter().zip(values);
                let entries = entries.map(|(field, value)| entry(&field.name, value, span));
                let entries = list(entries.collect(), span);
                self.json_fn("json_object", vec![entries], span)
            } else if values.len() == 1 {
                values.remove(0)
            } else {
                self.json_fn("json_array", vec![list(values, span)], span)
            };
            let entries = list(vec![entry(&variant.name, payload, span)], span);
            self.json_fn("json_object", vec![entries], span)
        };
        let fields = locals.iter().map(|id| FieldPat {
            name: None,
            pat: bind(*id, span),
        });
        let ctor = CtorRef {
            ty: def.id,
            variant: at as u32,
        };
        let kind = PatKind::Ctor {
            ctors: vec![ctor],
            fields: fields.collect(),
            rest: false,
        };
        arm(Pat { kind, span }, body, span)
    }

    fn decoded(&mut self, def: &TypeDef, json: LocalId, span: Span) -> Expr {
        match &def.kind {
            TypeDefKind::Struct(fields) => {
                let mut given = Vec::new();
                for field in fields {
                    given.push(FieldInit {
                        name: field.name.clone(),
                        name_span: span,
                        value: self.decoded_field(json, field, span),
                    });
                }
                let kind = ExprKind::Struct {
                    ty: def.id,
                    base: None,
                    fields: given,
                };
                self.ok(expr(kind, span), span)
            }
            TypeDefKind::Sum(variants) => {
                let mut arms = Vec::new();
                for (at, variant) in variants.iter().enumerate() {
                    arms.push(self.decoding_arm(def, at, variant, json, span));
                }
                let other = self.fresh("_other", span);
                let names = variants.iter().map(|variant| text(&variant.name, span));
                let args = vec![local(other, span), list(names.collect(), span)];
                let none = self.json_fn("json_no_variant", args, span);
                let any = Pat {
                    kind: PatKind::Wild,
                    span,
                };
                arms.push(arm(pair(bind(other, span), any, span), none, span));
                let parts = self.json_fn("json_variant", vec![local(json, span)], span);
                match_(try_(parts, span), arms, span)
            }
            // Reported with the other direction.
            _ => expr(ExprKind::Error, span),
        }
    }

    /// `json_field(json, "x")?`, or `json_field_or(json, "x", default)?` where the field declares a default.
    fn decoded_field(&mut self, json: LocalId, field: &FieldDef, span: Span) -> Expr {
        let mut args = vec![local(json, span), text(&field.name, span)];
        let found = match field.default {
            Some(default) => {
                args.push(function(default, span));
                self.json_fn("json_field_or", args, span)
            }
            None => self.json_fn("json_field", args, span),
        };
        try_(found, span)
    }

    /// `("Circle", _) -> Ok(Circle(json_field(json, "Circle")?))`; a payload of several values is taken apart by
    /// `json_element` or, if they have names, `json_member`.
    fn decoding_arm(
        &mut self,
        def: &TypeDef,
        at: usize,
        variant: &VariantDef,
        json: LocalId,
        span: Span,
    ) -> Arm {
        let fields = &variant.fields;
        let mut values = Vec::new();
        for (position, field) in fields.iter().enumerate() {
            let mut args = vec![local(json, span), text(&variant.name, span)];
            let name = if has_names(fields) {
                args.push(text(&field.name, span));
                "json_member"
            } else if fields.len() == 1 {
                "json_field"
            } else {
                args.extend([int(position, span), int(fields.len(), span)]);
                "json_element"
            };
            values.push(try_(self.json_fn(name, args, span), span));
        }
        let value = construct(def.id, at as u32, values, span);
        let name = Pat {
            kind: PatKind::Lit(Lit::Str(Arc::from(variant.name.as_str()))),
            span,
        };
        let any = Pat {
            kind: PatKind::Wild,
            span,
        };
        let value = self.ok(value, span);
        arm(pair(name, any, span), value, span)
    }

    /// The first variant of std's result.
    fn ok(&mut self, value: Expr, span: Span) -> Expr {
        match self.names.lang.types.get("result") {
            Some(&ty) => construct(ty, 0, vec![value], span),
            None => {
                self.lacks("result", WHAT, span);
                expr(ExprKind::Error, span)
            }
        }
    }
}

fn has_names(fields: &[FieldDef]) -> bool {
    fields.iter().all(|field| !field.name.is_empty())
}

fn text(text: &str, span: Span) -> Expr {
    expr(ExprKind::Lit(Lit::Str(Arc::from(text))), span)
}

fn int(number: usize, span: Span) -> Expr {
    expr(ExprKind::Lit(Lit::Int(number as i64)), span)
}

fn list(items: Vec<Expr>, span: Span) -> Expr {
    expr(ExprKind::List { items, tail: None }, span)
}

fn entry(name: &str, value: Expr, span: Span) -> Expr {
    expr(ExprKind::Tuple(vec![text(name, span), value]), span)
}

/// `Interface.method(value)`
fn through(interface: InterfaceId, method: &'static str, value: Expr) -> Expr {
    let span = value.span;
    let item = ExprKind::TypeItem {
        base: PathBase::Interface(interface),
        name: SmolStr::new_static(method),
        name_span: span,
    };
    call(expr(item, span), vec![value], span)
}

fn try_(value: Expr, span: Span) -> Expr {
    expr(ExprKind::Try(Box::new(value)), span)
}

fn match_(scrutinee: Expr, arms: Vec<Arm>, span: Span) -> Expr {
    let scrutinee = Box::new(scrutinee);
    expr(ExprKind::Match { scrutinee, arms }, span)
}

fn arm(pat: Pat, body: Expr, span: Span) -> Arm {
    Arm {
        pat,
        guard: None,
        body,
        span,
    }
}

fn pair(a: Pat, b: Pat, span: Span) -> Pat {
    Pat {
        kind: PatKind::Tuple(vec![a, b]),
        span,
    }
}
