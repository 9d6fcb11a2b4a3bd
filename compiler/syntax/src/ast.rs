//! Typed views of the tree: a view is a node that is known to be of one kind, with accessors for its parts.
//!
//! The views are made from `mesh.ungram`; what the grammar cannot say (the value of a literal, the operator of an
//! expression, documentation) stands in the other modules here. Every accessor gives an option or an iterator, since
//! the tree of a wrong program lacks parts.

mod docs;
mod generated;
mod literals;
mod macros;
mod operators;
pub mod support;

pub use crate::kind::{Mesh, SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken};
pub use docs::HasDocs;
pub use generated::*;
pub use literals::{LiteralKind, StringPart};
pub use operators::{BinOp, PipeOp, PrefixOp};
pub use rowan::ast::AstNode;
pub use support::AstChildren;

use mesh_report::{FileId, Span};

/// The span of a node without the blanks and documentation before it.
pub fn span_of(file: FileId, node: &SyntaxNode) -> Span {
    let range = node.text_range();
    let start = range.start() + support::leading_trivia(node.green()).unwrap_or_default();
    Span::new(file, start.into(), range.end().into())
}

/// The span of a token.
pub fn token_span(file: FileId, token: &SyntaxToken) -> Span {
    let range = token.text_range();
    Span::new(file, range.start().into(), range.end().into())
}

/// What every view has besides its own accessors.
pub trait ViewExt: AstNode<Language = Mesh> {
    /// Where it stands, without the blanks and documentation before it.
    fn span(&self, file: FileId) -> Span {
        span_of(file, self.syntax())
    }
}

impl<T: AstNode<Language = Mesh>> ViewExt for T {}

impl Name {
    /// The name's token.
    pub fn ident(&self) -> Option<SyntaxToken> {
        self.syntax()
            .first_token()
            .filter(|token| !token.kind().is_trivia())
    }

    /// The name as written; empty where recovery left it out.
    pub fn text(&self) -> String {
        self.ident()
            .map_or_else(String::new, |token| token.text().to_string())
    }
}

impl NameRef {
    /// The name's token.
    pub fn ident(&self) -> Option<SyntaxToken> {
        self.syntax()
            .first_token()
            .filter(|token| !token.kind().is_trivia())
    }

    /// The name as written; empty where recovery left it out.
    pub fn text(&self) -> String {
        self.ident()
            .map_or_else(String::new, |token| token.text().to_string())
    }
}

impl Path {
    /// The names between the points, in order.
    pub fn segments(&self) -> impl Iterator<Item = SyntaxToken> {
        support::tokens(self.syntax(), |kind| {
            matches!(kind, SyntaxKind::IDENT | SyntaxKind::TYPE_IDENT)
        })
    }
}

impl Receives {
    /// Whether it is `receives none`.
    pub fn is_none(&self) -> bool {
        self.ty().is_some_and(|ty| ty.syntax().text() == "none")
    }
}

impl BlockExpr {
    /// Whether it is written with braces.
    pub fn is_braced(&self) -> bool {
        self.l_brace_token().is_some()
    }
}

impl IfExpr {
    /// Whether it is the form `if … do … end`, whose `end` closes all branches.
    pub fn is_do(&self) -> bool {
        self.then().is_some_and(|block| block.do_token().is_some())
    }
}
