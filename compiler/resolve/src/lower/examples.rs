//! The examples in doc comments: indented by four more than the text around them, they are tests of their module.

use super::assert::Written;
use super::body::Body;
use super::{Lowerer, expr};
use crate::hir::{Block, Expr, ExprKind, Lit, Stmt};
use mesh_report::Span;
use mesh_syntax::ast::{self, AstNode};
use mesh_syntax::{SyntaxKind, SyntaxNode, SyntaxToken, parse_statements};
use std::ops::Range;

/// What an example's lines begin with behind the marks of a comment.
const INDENT: &str = "     ";

/// The lines of one example.
struct Example {
    /// Where the code of each line stands in the file.
    lines: Vec<Range<usize>>,
    /// What is documented: `area`, `Shape`; nothing for a module.
    of: Option<String>,
}

impl Lowerer<'_> {
    /// A test for every example of the file; what is wrong in one is reported at its place in the comment.
    pub(super) fn examples(&mut self, root: &SyntaxNode) {
        let found = find(root);
        if found.is_empty() {
            return;
        }
        let text = root.text().to_string();
        for example in found {
            self.example(&example, &text);
        }
    }

    fn example(&mut self, example: &Example, text: &str) {
        let parse = parse_statements(self.file, &alone(text, &example.lines));
        self.diagnostics.extend(parse.diagnostics.clone());
        let Some(block) = parse.statements() else {
            return;
        };
        let (start, end) = (example.lines.first(), example.lines.last());
        let span = Span::new(
            self.file,
            start.map_or(0, |line| line.start as u32),
            end.map_or(0, |line| line.end as u32),
        );
        self.body = Body::default();
        let written = Written::of(&parse.syntax());
        let remarked = remarked(&block);
        let mark = self.body.enter();
        let lowered = self.stmts(block.stmts().collect());
        self.body.kinds.fill(super::body::Kind::Quiet);
        let last = lowered.value.map(|value| Stmt::Expr(*value));
        let mut stmts = Vec::new();
        for stmt in lowered.stmts.into_iter().chain(last) {
            stmts.push(match stmt {
                Stmt::Expr(value) if remarked.contains(&value.span.end) => {
                    Stmt::Expr(never_run(value))
                }
                Stmt::Expr(value) => Stmt::Expr(self.example_statement(value, &written)),
                other => other,
            });
        }
        self.body.leave(mark);
        let name = match &example.of {
            Some(name) => format!("example of {name}"),
            None => "example".to_string(),
        };
        let block = Block { stmts, value: None };
        self.add_example(name, expr(ExprKind::Block(block), span), span);
    }
}

/// An expression that is checked and does nothing.
fn never_run(value: Expr) -> Expr {
    let span = value.span;
    let kind = ExprKind::If {
        cond: Box::new(expr(ExprKind::Lit(Lit::Bool(false)), span)),
        then: Box::new(super::build::for_effect(value)),
        else_: None,
    };
    expr(kind, span)
}

/// The ends of the statements with a comment behind them, which says what they do: they are not run.
fn remarked(block: &ast::BlockExpr) -> Vec<u32> {
    let ends = |stmt: ast::Stmt| {
        let last = stmt.syntax().last_token()?;
        let mut next = last.next_token();
        while let Some(token) = next {
            match token.kind() {
                SyntaxKind::WHITESPACE if !token.text().contains('\n') => next = token.next_token(),
                SyntaxKind::COMMENT => return Some(last.text_range().end().into()),
                _ => return None,
            }
        }
        None
    };
    block.stmts().filter_map(ends).collect()
}

/// The file's text with blanks for all but these lines, so that everything keeps its place.
fn alone(text: &str, lines: &[Range<usize>]) -> String {
    let blank = |byte: &u8| if *byte == b'\n' { '\n' } else { ' ' };
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for line in lines {
        out.extend(text.as_bytes()[at..line.start].iter().map(blank));
        out.push_str(&text[line.clone()]);
        at = line.end;
    }
    out
}

/// All examples of a file, in order.
fn find(root: &SyntaxNode) -> Vec<Example> {
    let mut out: Vec<Example> = Vec::new();
    let mut open = false;
    let tokens = root
        .descendants_with_tokens()
        .filter_map(|element| element.into_token());
    for token in tokens {
        let mark = match token.kind() {
            SyntaxKind::DOC_COMMENT => "##",
            SyntaxKind::MODULE_DOC => "##!",
            SyntaxKind::WHITESPACE if token.text().matches('\n').count() < 2 => continue,
            _ => {
                open = false;
                continue;
            }
        };
        let line = token.text().strip_prefix(mark).unwrap_or_default();
        let code = line
            .strip_prefix(INDENT)
            .filter(|code| !code.trim().is_empty());
        let Some(code) = code else {
            open = false;
            continue;
        };
        let end: usize = token.text_range().end().into();
        let end = end - (token.text().len() - token.text().trim_end().len());
        let start = end - code.trim_end().len();
        match out.last_mut() {
            Some(example) if open => example.lines.push(start..end),
            _ => out.push(Example {
                lines: std::iter::once(start..end).collect(),
                of: documented(&token),
            }),
        }
        open = true;
    }
    out
}

/// The name of the item that a comment documents.
fn documented(token: &SyntaxToken) -> Option<String> {
    if token.kind() == SyntaxKind::MODULE_DOC {
        return None;
    }
    let name = token
        .parent()?
        .children()
        .find(|child| child.kind() == SyntaxKind::NAME)?;
    Some(name.text().to_string().trim().to_string())
}
