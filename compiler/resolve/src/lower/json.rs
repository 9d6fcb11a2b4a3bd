//! `json { … }`: calls of the functions that std marks for it.

use super::build::call;
use super::{Lowerer, expr};
use crate::diagnostics::MissingLangItem;
use crate::hir::{Expr, ExprKind, FnId, Lit, PathBase};
use mesh_report::Span;
use mesh_syntax::ast;
use smol_str::SmolStr;
use std::sync::Arc;

impl Lowerer<'_> {
    /// `json_object([("key", value), …])`
    pub(super) fn json_object(&mut self, object: &ast::JsonObject, span: Span) -> Expr {
        let mut items = Vec::new();
        for field in object.fields() {
            let at = self.at(&field);
            let key = field.key().and_then(|key| match key.string_lit() {
                Some(text) => {
                    self.no_html(&text, "the key of a field");
                    text.text()
                }
                None => Some(key.name_ref()?.text()),
            });
            let key = ExprKind::Lit(Lit::Str(Arc::from(key.unwrap_or_default())));
            let value = match field.value() {
                Some(value) => self.json_value(&value),
                None => expr(ExprKind::Error, at),
            };
            items.push(expr(ExprKind::Tuple(vec![expr(key, at), value]), at));
        }
        self.json_call("json_object", items, span)
    }

    /// Objects and lists are taken apart; anything else becomes `Json` by its `ToJson`.
    fn json_value(&mut self, value: &ast::Expr) -> Expr {
        let span = self.at(value);
        match value {
            ast::Expr::JsonObject(object) => self.json_object(object, span),
            ast::Expr::ListExpr(list) if list.tail().is_none() => {
                let items = list.elements().map(|it| self.json_value(&it)).collect();
                self.json_call("json_array", items, span)
            }
            other => {
                let value = self.expr(other);
                self.as_json(value, span)
            }
        }
    }

    pub(super) fn as_json(&mut self, value: Expr, span: Span) -> Expr {
        let Some(&interface) = self.names.lang.interfaces.get("to_json") else {
            self.report(MissingLangItem {
                name: "to_json",
                what: "`json`",
                span,
            });
            return expr(ExprKind::Error, span);
        };
        self.mention(interface.module);
        let method = ExprKind::TypeItem {
            base: PathBase::Interface(interface),
            name: SmolStr::new_static("to_json"),
            name_span: span,
        };
        call(expr(method, span), vec![value], span)
    }

    fn json_call(&mut self, name: &'static str, items: Vec<Expr>, span: Span) -> Expr {
        let list = expr(ExprKind::List { items, tail: None }, span);
        match self.lang_fn(name, "`json`", span) {
            Some(id) => call(expr(ExprKind::Fn(id), span), vec![list], span),
            None => expr(ExprKind::Error, span),
        }
    }

    /// A function of std that syntax needs.
    pub(super) fn lang_fn(&mut self, name: &str, what: &str, span: Span) -> Option<FnId> {
        match self.names.lang.functions.get(name) {
            Some(&id) => {
                self.mention(id.module);
                Some(id)
            }
            None => {
                self.report(MissingLangItem { name, what, span });
                None
            }
        }
    }
}
