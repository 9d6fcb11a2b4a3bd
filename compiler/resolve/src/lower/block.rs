//! Blocks: statements, `let`, local functions.

use super::body::Kind;
use super::pat::Bindings;
use super::{Lowerer, expr};
use crate::diagnostics::LeadingMinus;
use crate::hir::{Block, Expr, ExprKind, LocalFn, Stmt};
use crate::layout::{self, FnGroup};
use mesh_report::Span;
use mesh_syntax::SyntaxKind;
use mesh_syntax::ast::{self, AstNode};

impl Lowerer<'_> {
    /// A block is a scope. One of a single expression is that expression.
    pub(super) fn block(&mut self, block: &ast::BlockExpr) -> Expr {
        let span = self.at(block);
        let stmts: Vec<ast::Stmt> = block.stmts().collect();
        if let [ast::Stmt::Expr(only)] = stmts.as_slice() {
            let mark = self.body.enter();
            let only = self.expr(only);
            self.body.leave(mark);
            return only;
        }
        let mark = self.body.enter();
        let block = self.stmts(stmts);
        self.body.leave(mark);
        expr(ExprKind::Block(block), span)
    }

    /// Statements in the scope at hand; the last expression is the value.
    pub(super) fn stmts(&mut self, stmts: Vec<ast::Stmt>) -> Block {
        let mut out = Vec::new();
        let mut value = None;
        let count = stmts.len();
        let mut functions = Vec::new();
        for (at, stmt) in stmts.into_iter().enumerate() {
            if !matches!(stmt, ast::Stmt::FnDef(_)) {
                self.flush(&mut functions, &mut out);
            }
            match stmt {
                ast::Stmt::FnDef(def) => functions.push((functions.len(), def)),
                ast::Stmt::LetStmt(it) => out.push(self.let_(&it)),
                ast::Stmt::Expr(it) => {
                    let lowered = self.expr(&it);
                    if at + 1 == count {
                        value = Some(Box::new(lowered));
                    } else {
                        self.leading_minus(&it, at > 0);
                        out.push(Stmt::Expr(lowered));
                    }
                }
            }
        }
        self.flush(&mut functions, &mut out);
        Block { stmts: out, value }
    }

    fn flush(&mut self, functions: &mut Vec<(usize, ast::FnDef)>, out: &mut Vec<Stmt>) {
        if !functions.is_empty() {
            let functions = std::mem::take(functions);
            out.push(Stmt::LocalFns(self.local_fns(functions)));
        }
    }

    /// A line that begins with `-` and whose value nobody uses was meant to go on the line before.
    fn leading_minus(&mut self, it: &ast::Expr, has_before: bool) {
        let first = it.syntax().first_token();
        if let Some(token) = first.filter(|token| token.kind() == SyntaxKind::MINUS)
            && has_before
        {
            let span = ast::token_span(self.file, &token);
            self.report(LeadingMinus { span });
        }
    }

    fn let_(&mut self, it: &ast::LetStmt) -> Stmt {
        let span = self.at(it);
        let value = self.expr_opt(it.value(), span);
        let else_ = it.let_else().map(|it| self.expr_opt(it.body(), span));
        let ty = self.ty_opt(it.ty());
        let pat = self.pat_opt(it.pat(), &mut Bindings::new(Kind::Variable), span);
        Stmt::Let {
            pat,
            ty,
            value,
            else_,
            span,
        }
    }

    fn local_fns(&mut self, functions: Vec<(usize, ast::FnDef)>) -> Vec<LocalFn> {
        let (groups, diagnostics) = layout::group(self.file, functions);
        self.diagnostics.extend(diagnostics);
        let mut ids = Vec::new();
        for group in &groups {
            let name = group.name.text.clone();
            let id = self
                .body
                .local(name.clone(), group.name.span, Kind::Function);
            self.body.bind(name, id);
            ids.push(id);
        }
        let lowered = groups.iter().zip(ids);
        lowered
            .map(|(group, id)| self.local_fn(group, id))
            .collect()
    }

    fn local_fn(&mut self, group: &FnGroup, local: crate::hir::LocalId) -> LocalFn {
        let mark = self.body.enter();
        let control = std::mem::take(&mut self.body.control);
        let place = self.body.place.take();
        let signature = self.signature(group, None);
        let defaults = signature.params.iter().map(|param| param.default);
        if signature.params.iter().any(|param| param.default.is_some()) {
            self.body.defaults.insert(local, defaults.collect());
        }
        let clauses = self.clauses(group);
        self.body.control = control;
        self.body.place = place;
        self.body.leave(mark);
        let first = &group.clauses[0];
        let span = layout::span(self.file, first);
        LocalFn {
            local,
            name: group.name.text.clone(),
            generics: signature.generics,
            params: signature.params,
            result: signature.result,
            process: signature.process,
            clauses,
            span: group.clauses.last().map_or(span, |last| {
                let last: Span = layout::span(self.file, last);
                span.join(last)
            }),
            name_span: group.name.span,
        }
    }
}
