//! Whether a formatted text is the same program: the same tree without blanks, the same comments.

use mesh_report::Diagnostic;
use mesh_syntax::{Parse, SyntaxElement, SyntaxKind, SyntaxNode};

/// Where in the text of `before` the trees begin to differ.
pub fn first_difference(before: &SyntaxNode, after: &Parse) -> Option<usize> {
    if after.diagnostics.iter().any(Diagnostic::is_error) {
        return Some(0);
    }
    let after = after.syntax();
    let (mut old, mut new) = (shape(before), shape(&after));
    loop {
        match (old.next(), new.next()) {
            (None, None) => break,
            (Some((a, _)), Some((b, _))) if a == b => {}
            (Some((_, at)), _) => return Some(at),
            (None, Some(_)) => return Some(before.text().len().into()),
        }
    }
    (comments(before) != comments(&after)).then_some(0)
}

/// Nodes by their kind, tokens by their text, with their places; blanks and comments left out.
fn shape(root: &SyntaxNode) -> impl Iterator<Item = ((SyntaxKind, Option<String>), usize)> {
    root.descendants_with_tokens().filter_map(|element| {
        let at = element.text_range().start().into();
        match element {
            SyntaxElement::Node(node) => Some(((node.kind(), None), at)),
            SyntaxElement::Token(token) if token.kind().is_trivia() => None,
            SyntaxElement::Token(token) => {
                Some(((token.kind(), Some(token.text().to_string())), at))
            }
        }
    })
}

fn comments(root: &SyntaxNode) -> Vec<String> {
    root.descendants_with_tokens()
        .filter_map(|element| element.into_token())
        .filter(|token| token.kind().is_trivia() && token.kind() != SyntaxKind::WHITESPACE)
        .map(|token| token.text().trim_end().to_string())
        .collect()
}
