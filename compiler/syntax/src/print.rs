//! Tokens and trees as text, for `--emit` and for tests.

use crate::kind::{SyntaxElement, SyntaxKind, SyntaxNode};
use crate::lexer;
use std::fmt::Write;

/// One token a line: where it starts, its kind and its text.
pub fn print_tokens(text: &str) -> String {
    let lexed = lexer::lex(text);
    let mut out = String::new();
    for pair in lexed.tokens.windows(2) {
        let [token, next] = pair else { continue };
        let text = &text[token.start as usize..next.start as usize];
        let _ = writeln!(out, "{:>6} {:?} {text:?}", token.start, token.kind);
    }
    out
}

/// One node or token a line, indented by its depth. Blanks are left out, comments are not.
pub fn print_tree(root: &SyntaxNode) -> String {
    let mut out = String::new();
    let mut depth = 0;
    for event in root.preorder_with_tokens() {
        match event {
            rowan::WalkEvent::Enter(element) => {
                print_element(&mut out, depth, &element);
                depth += 1;
            }
            rowan::WalkEvent::Leave(_) => depth -= 1,
        }
    }
    out
}

fn print_element(out: &mut String, depth: usize, element: &SyntaxElement) {
    match element {
        SyntaxElement::Node(node) => {
            let _ = writeln!(out, "{:depth$}{:?}", "", node.kind(), depth = depth * 2);
        }
        SyntaxElement::Token(token) if token.kind() == SyntaxKind::WHITESPACE => {}
        SyntaxElement::Token(token) => {
            let (kind, text) = (token.kind(), token.text());
            if kind.text() == Some(text) {
                let _ = writeln!(out, "{:depth$}{text:?}", "", depth = depth * 2);
            } else {
                let _ = writeln!(out, "{:depth$}{kind:?} {text:?}", "", depth = depth * 2);
            }
        }
    }
}
