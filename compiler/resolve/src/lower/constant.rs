//! What the value of a constant may be made of.

use super::Lowerer;
use crate::diagnostics::NotConstant;
use mesh_report::Span;
use mesh_syntax::ast::{self, AstNode};

impl Lowerer<'_> {
    /// Whether `value` is a constant expression; what is not has been reported.
    pub(super) fn is_constant(&mut self, name: &str, value: &ast::Expr) -> bool {
        let mut found = Vec::new();
        expr(value, &mut found);
        for (node, what) in &found {
            let span: Span = self.at(node);
            self.report(NotConstant { name, what, span });
        }
        found.is_empty()
    }
}

/// Collects the outermost expressions of `value` that are not constant, with what they are.
fn expr(value: &ast::Expr, found: &mut Vec<(ast::Expr, &'static str)>) {
    use ast::Expr as E;
    let what = match value {
        E::Literal(_)
        | E::StringLit(_)
        | E::RegexLit(_)
        | E::PathExpr(_)
        | E::ParenExpr(_)
        | E::TupleExpr(_)
        | E::AscribeExpr(_)
        | E::ListExpr(_)
        | E::MapExpr(_)
        | E::StructExpr(_)
        | E::JsonExpr(_)
        | E::JsonObject(_)
        | E::FieldExpr(_)
        | E::PrefixExpr(_)
        | E::BinExpr(_)
        | E::RangeExpr(_) => return parts(value.syntax(), found),
        E::CallExpr(call) if constructs(call) => return parts(value.syntax(), found),
        // A function of its own; it captures nothing.
        E::ClosureExpr(_) => return,
        // An error of their own outside a function or loop.
        E::ReturnExpr(_) | E::BreakExpr(_) | E::ContinueExpr(_) => return,
        E::CallExpr(_) | E::MethodCallExpr(_) | E::PipeExpr(_) => "a call",
        E::IndexExpr(_) => "an index",
        E::TryExpr(_) => "`?`",
        E::BlockExpr(_) => "a block",
        E::IfExpr(_) => "an `if`",
        E::MatchExpr(_) => "a `match`",
        E::ReceiveExpr(_) => "a `receive`",
        E::ForExpr(_) | E::WhileExpr(_) => "a loop",
    };
    found.push((value.clone(), what));
}

fn parts(node: &mesh_syntax::SyntaxNode, found: &mut Vec<(ast::Expr, &'static str)>) {
    for child in node.children() {
        match ast::Expr::cast(child.clone()) {
            Some(value) => expr(&value, found),
            None => parts(&child, found),
        }
    }
}

fn constructs(call: &ast::CallExpr) -> bool {
    let Some(ast::Expr::PathExpr(callee)) = call.callee() else {
        return false;
    };
    let last = callee.path().and_then(|path| path.segments().last());
    call.trailing().is_none()
        && last.is_some_and(|name| name.kind() == mesh_syntax::SyntaxKind::TYPE_IDENT)
}
