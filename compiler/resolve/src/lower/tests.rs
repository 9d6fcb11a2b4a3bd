//! `test`, `describe`, `setup`, `teardown`, `property`: functions that the test runner calls.

use super::body::Body;
use super::{Lowerer, expr};
use crate::diagnostics::BadLiteral;
use crate::hir::{
    Block, Expr, ExprKind, FnKind, Function, Pat, PatKind, ProcessClause, Stmt, Test, Ty, TyKind,
};
use crate::layout;
use mesh_report::Span;
use mesh_syntax::ast::{self, AstNode};
use smol_str::SmolStr;

/// What the sections around a test say.
#[derive(Clone, Default)]
struct Around {
    /// The names of the `describe`s, outermost first.
    names: Vec<String>,
    setups: Vec<ast::BlockExpr>,
    teardowns: Vec<ast::BlockExpr>,
}

impl Lowerer<'_> {
    pub(super) fn test_items(&mut self, items: &[ast::Item]) {
        self.tests_in(items, &Around::default());
    }

    fn tests_in(&mut self, items: &[ast::Item], outer: &Around) {
        let mut around = outer.clone();
        for item in items {
            match item {
                ast::Item::SetupItem(it) => around.setups.extend(it.body()),
                // Inner sections end first.
                ast::Item::TeardownItem(it) => {
                    let own = it.body().into_iter();
                    around.teardowns = own.chain(around.teardowns).collect();
                }
                _ => {}
            }
        }
        for item in items {
            match item {
                ast::Item::TestItem(it) => {
                    if let Some(name) = self.test_name(it.name(), it.arg_list(), it) {
                        self.test(name, &around, it.body(), self.at(it));
                    }
                }
                ast::Item::DescribeItem(it) => {
                    let Some(name) = self.test_name(it.name(), it.arg_list(), it) else {
                        continue;
                    };
                    let mut inner = around.clone();
                    inner.names.push(name);
                    let items: Vec<ast::Item> = it.items().collect();
                    self.tests_in(&items, &inner);
                }
                ast::Item::PropertyItem(it) => self.property(it, &around),
                _ => {}
            }
        }
    }

    /// The name of a test: one string without interpolation.
    fn test_name(
        &mut self,
        name: Option<ast::StringLit>,
        args: Option<ast::ArgList>,
        node: &impl AstNode<Language = ast::Mesh>,
    ) -> Option<String> {
        let first = args.and_then(|args| args.args().next()?.expr());
        let literal = name.or(match first {
            Some(ast::Expr::StringLit(text)) => Some(text),
            _ => None,
        });
        let text = literal.as_ref().and_then(|literal| literal.text());
        if let Some(literal) = &literal {
            self.no_html(literal, "the name of a test");
        }
        if text.is_none() {
            let span = literal.map_or(self.at(node), |literal| self.at(&literal));
            self.report(BadLiteral {
                message: "the name of a test is a string without interpolation".to_string(),
                span,
                help: None,
            });
        }
        text
    }

    fn test(&mut self, name: String, around: &Around, body: Option<ast::BlockExpr>, span: Span) {
        let Some(body) = body else { return };
        self.body = Body::default();
        let value = self.around(around, span, |lowerer| lowerer.block(&body));
        self.add_test(name, around, value, span);
    }

    fn add_test(&mut self, name: String, around: &Around, body: Expr, span: Span) {
        let id = self.reserve();
        let mut names = around.names.clone();
        names.push(name);
        let name = names.join(" > ");
        let locals = self.end_body();
        self.fill(Function {
            id,
            name: SmolStr::from(&name),
            name_span: span,
            span,
            is_pub: false,
            kind: FnKind::Test,
            generics: Vec::new(),
            params: Vec::new(),
            result: None,
            process: ProcessClause::Unspecified,
            clauses: vec![super::function::clause(Vec::new(), body, span)],
            locals,
            lang: None,
            attributes: Vec::new(),
            docs: None,
            state: None,
            overloaded: false,
        });
        self.tests.push(Test {
            name,
            body: id,
            span,
        });
    }

    /// The body at hand as a test under this name.
    pub(super) fn add_example(&mut self, name: String, body: Expr, span: Span) {
        self.add_test(name, &Around::default(), body, span);
    }

    /// The statements of the `setup`s, whose names the test sees; the test; those of the `teardown`s.
    fn around(
        &mut self,
        around: &Around,
        span: Span,
        test: impl FnOnce(&mut Self) -> Expr,
    ) -> Expr {
        if around.setups.is_empty() && around.teardowns.is_empty() {
            return test(self);
        }
        let mark = self.body.enter();
        let mut stmts: Vec<Stmt> = Vec::new();
        for setup in &around.setups {
            let block = self.stmts(setup.stmts().collect());
            stmts.extend(block.stmts);
            stmts.extend(block.value.map(|value| Stmt::Expr(*value)));
        }
        self.body.kinds.fill(super::body::Kind::Quiet);
        // As a function of its own, so that what leaves the test early does not leave the teardowns out.
        let value = self.called_body(span, test);
        let held = self.fresh("result", span);
        stmts.push(Stmt::Let {
            pat: super::build::bind(held, span),
            ty: None,
            value,
            else_: None,
            span,
        });
        for teardown in &around.teardowns {
            let value = self.block(teardown);
            stmts.push(Stmt::Expr(value));
        }
        let value = Some(Box::new(super::build::local(held, span)));
        self.body.leave(mark);
        let block = Block { stmts, value };
        expr(ExprKind::Block(block), span)
    }

    /// What `make` gives as a function without parameters that is called at once.
    fn called_body(&mut self, span: Span, make: impl FnOnce(&mut Self) -> Expr) -> Expr {
        let closure = self.closure_of(Vec::new(), span, false, |lowerer| (None, make(lowerer)));
        let closure = expr(ExprKind::Closure(closure), span);
        super::build::call(closure, Vec::new(), span)
    }

    /// The body of `property … for a: A, b: B` as a function of one value: several are a tuple.
    fn property_of(
        &mut self,
        values: Vec<ast::Param>,
        body: Option<ast::BlockExpr>,
        span: Span,
    ) -> Option<crate::hir::Arg> {
        let body = body?;
        let mut closure =
            self.closure_of(values, span, true, |lowerer| (None, lowerer.block(&body)));
        let clause = closure.clauses.first_mut()?;
        if clause.params.len() > 1 {
            let pats = std::mem::take(&mut clause.params);
            let kind = PatKind::Tuple(pats);
            clause.params = vec![Pat { kind, span }];
            let unknown = || Ty {
                kind: TyKind::Infer,
                span,
            };
            let types = std::mem::take(&mut closure.param_types).into_iter();
            let kind = TyKind::Tuple(types.map(|ty| ty.unwrap_or_else(unknown)).collect());
            closure.param_types = vec![Some(Ty { kind, span })];
        }
        Some(crate::hir::Arg {
            label: None,
            value: expr(ExprKind::Closure(closure), span),
        })
    }

    /// `property "name" for x: T do … end` and `property("name", generator) do |x| … end` call the function that std marks for it.
    fn property(&mut self, it: &ast::PropertyItem, around: &Around) {
        let span = layout::span(self.file, it);
        let Some(name) = self.test_name(it.name(), it.arg_list(), it) else {
            return;
        };
        let Some(function) = self.lang_fn("property", "`property`", span) else {
            return;
        };
        self.body = Body::default();
        let value = self.around(around, span, |lowerer| {
            let values: Vec<ast::Param> = it.params().collect();
            let mut args = match values.is_empty() {
                true => lowerer.args(it.arg_list(), it.body()),
                false => {
                    let mut args = lowerer.args(it.arg_list(), None);
                    args.extend(lowerer.property_of(values, it.body(), span));
                    args
                }
            };
            if it.name().is_some() {
                let text = ExprKind::Lit(crate::hir::Lit::Str(name.as_str().into()));
                let value = expr(text, span);
                args.insert(0, crate::hir::Arg { label: None, value });
            }
            let callee = expr(ExprKind::Fn(function), span);
            lowerer.finish_call(callee, args, true, span)
        });
        self.add_test(name, around, value, span);
    }
}
