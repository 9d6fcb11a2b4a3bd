//! `~h"…"`: calls of the functions that std marks for it.

use super::build::call;
use super::{Lowerer, expr};
use crate::diagnostics::{BadLiteral, MissingLangItem};
use crate::hir::{Expr, ExprKind, Lit, PathBase};
use crate::html::{Place, Refused, Scanner};
use mesh_report::Span;
use mesh_syntax::ast::{self, StringPart};
use smol_str::SmolStr;
use std::sync::Arc;

const WHAT: &str = "`~h`";

impl Lowerer<'_> {
    /// `html_join([html_trusted("<p>"), name.to_html(), html_trusted("</p>")])`
    pub(super) fn html(&mut self, text: &ast::StringLit, span: Span) -> Expr {
        let mut scanner = Scanner::new();
        let mut items = Vec::new();
        for part in text.parts() {
            items.push(match part {
                StringPart::Text(text) => {
                    scanner.text(&text);
                    let text = ExprKind::Lit(Lit::Str(Arc::from(text)));
                    self.html_call("html_trusted", expr(text, span), span)
                }
                StringPart::Interpolation(it) => {
                    let at = self.at(&it);
                    let value = self.expr_opt(it.expr(), at);
                    match scanner.value() {
                        Ok(place) => self.html_value(place, value),
                        Err(refused) => self.refused(refused, at),
                    }
                }
            });
        }
        if let Some(refused) = scanner.end() {
            return self.refused(refused, span);
        }
        let list = expr(ExprKind::List { items, tail: None }, span);
        self.html_call("html_join", list, span)
    }

    /// A value as its place wants it.
    fn html_value(&mut self, place: Place, value: Expr) -> Expr {
        let span = value.span;
        if place == Place::Attribute {
            return self.html_call("html_attribute", value, span);
        }
        let Some(&interface) = self.names.lang.interfaces.get("to_html") else {
            self.report(MissingLangItem {
                name: "to_html",
                what: WHAT,
                span,
            });
            return expr(ExprKind::Error, span);
        };
        self.mention(interface.module);
        let method = ExprKind::TypeItem {
            base: PathBase::Interface(interface),
            name: SmolStr::new_static("to_html"),
            name_span: span,
        };
        let html = call(expr(method, span), vec![value], span);
        match place {
            Place::Value => self.html_call("html_value", html, span),
            Place::Url => self.html_call("html_url", html, span),
            Place::Content | Place::Attribute => html,
        }
    }

    fn html_call(&mut self, name: &'static str, argument: Expr, span: Span) -> Expr {
        match self.lang_fn(name, WHAT, span) {
            Some(id) => call(expr(ExprKind::Fn(id), span), vec![argument], span),
            None => expr(ExprKind::Error, span),
        }
    }

    fn refused(&mut self, refused: Refused, span: Span) -> Expr {
        self.report(BadLiteral {
            message: refused.message.to_string(),
            span,
            help: Some(refused.help.to_string()),
        });
        expr(ExprKind::Error, span)
    }

    /// Reports HTML where only a text can stand.
    pub(super) fn no_html(&mut self, text: &ast::StringLit, what: &str) {
        if text.is_html() {
            let span = self.at(text);
            self.report(BadLiteral {
                message: format!("{what} cannot be HTML"),
                span,
                help: Some("write it without `~h`".to_string()),
            });
        }
    }
}
