//! The parts of a node, by their kinds.
//!
//! A cursor of the tree library is an allocation, and its own iterators make one for each part they pass. Here the kinds are
//! read from the immutable tree, and only what is asked for gets a cursor.

use super::{AstNode, Mesh, SyntaxElement, SyntaxKind, SyntaxNode, SyntaxToken};
use rowan::{GreenNodeData, Language, NodeOrToken, TextRange, TextSize};
use std::marker::PhantomData;

/// Where the walk over a node's parts is.
#[derive(Clone, Copy, Debug, Default)]
struct Position {
    index: usize,
    offset: TextSize,
}

impl Position {
    /// The next part whose kind fits, nodes or tokens.
    fn next(
        &mut self,
        parent: &SyntaxNode,
        tokens: bool,
        fits: impl Fn(SyntaxKind) -> bool,
    ) -> Option<SyntaxElement> {
        let green = parent.green();
        for part in green.children().skip(self.index) {
            let (is_token, kind, length) = match part {
                NodeOrToken::Node(node) => (false, node.kind(), node.text_len()),
                NodeOrToken::Token(token) => (true, token.kind(), token.text_len()),
            };
            let start = self.offset;
            self.index += 1;
            self.offset += length;
            if is_token == tokens && fits(Mesh::kind_from_raw(kind)) {
                return element(parent, self.index - 1, start, length);
            }
        }
        None
    }
}

/// The part at this index, which begins `start` after its parent.
fn element(
    parent: &SyntaxNode,
    index: usize,
    start: TextSize,
    length: TextSize,
) -> Option<SyntaxElement> {
    if length > TextSize::from(0) {
        let start = parent.text_range().start() + start;
        return parent.child_or_token_at_range(TextRange::at(start, length));
    }
    // Parts without text stand where others do, too.
    parent.children_with_tokens().nth(index)
}

/// The first part that is an `N`.
pub fn child<N: AstNode<Language = Mesh>>(parent: &SyntaxNode) -> Option<N> {
    children(parent).next()
}

/// The parts that are an `N`, in order.
pub fn children<N: AstNode<Language = Mesh>>(parent: &SyntaxNode) -> AstChildren<N> {
    AstChildren {
        parent: parent.clone(),
        at: Position::default(),
        views: PhantomData,
    }
}

/// The first token of this kind directly in a node.
pub fn token(parent: &SyntaxNode, kind: SyntaxKind) -> Option<SyntaxToken> {
    tokens(parent, move |it| it == kind).next()
}

/// The tokens of such kinds directly in a node, in order.
pub fn tokens(
    parent: &SyntaxNode,
    fits: impl Fn(SyntaxKind) -> bool,
) -> impl Iterator<Item = SyntaxToken> {
    let mut at = Position::default();
    std::iter::from_fn(move || at.next(parent, true, &fits)?.into_token())
}

/// How long the blanks and comments are that a node begins with; nothing if it has nothing else.
pub(super) fn leading_trivia(node: &GreenNodeData) -> Option<TextSize> {
    let mut before = TextSize::from(0);
    for part in node.children() {
        match part {
            NodeOrToken::Node(inner) => match leading_trivia(inner) {
                Some(inside) => return Some(before + inside),
                None => before += inner.text_len(),
            },
            NodeOrToken::Token(token) if Mesh::kind_from_raw(token.kind()).is_trivia() => {
                before += token.text_len();
            }
            NodeOrToken::Token(_) => return Some(before),
        }
    }
    None
}

/// The parts of a node that are an `N`.
#[derive(Clone, Debug)]
pub struct AstChildren<N> {
    parent: SyntaxNode,
    at: Position,
    views: PhantomData<N>,
}

impl<N: AstNode<Language = Mesh>> Iterator for AstChildren<N> {
    type Item = N;

    fn next(&mut self) -> Option<N> {
        let node = self.at.next(&self.parent, false, N::can_cast)?;
        N::cast(node.into_node()?)
    }
}

#[cfg(test)]
mod tests {
    use crate::ast::{AstNode, Expr, Item, support};
    use crate::{SyntaxKind, parse};
    use mesh_report::Span;

    #[test]
    fn parts_are_those_that_the_tree_library_finds() {
        // Right and wrong texts, whose trees have parts without text.
        for text in [
            "fn f(x, y) = x + y * 2\n\ntest \"a\" do\n  f(1, 2)\nend\n",
            "fn f( = \nlet x\nstruct S do\n  : Int\nend\n",
            "",
        ] {
            let root = parse(Span::DUMMY.file, text).syntax();
            for node in root.descendants() {
                let views: Vec<_> = node.children().filter_map(Expr::cast).collect();
                assert_eq!(support::children::<Expr>(&node).collect::<Vec<_>>(), views);
                let item = node.children().find_map(Item::cast);
                assert_eq!(support::child::<Item>(&node), item);
                let all = node.children_with_tokens().filter_map(|it| it.into_token());
                let names: Vec<_> = all.filter(|it| it.kind() == SyntaxKind::IDENT).collect();
                let found: Vec<_> =
                    support::tokens(&node, |kind| kind == SyntaxKind::IDENT).collect();
                assert_eq!(found, names);
                assert_eq!(
                    support::token(&node, SyntaxKind::IDENT),
                    names.first().cloned()
                );
            }
        }
    }
}
