//! Tokens and nodes as documents: which file says how a node is laid out, and what most have in common.

use crate::doc::Doc;
use crate::spacing::glued;
use crate::trivia::{gap, leading, trailing};
use crate::{blocks, brackets, exprs, items};
use mesh_syntax::SyntaxKind::{self, *};
use mesh_syntax::{SyntaxElement, SyntaxNode, SyntaxToken};

/// How deep the machine stack may get before a piece of it is added.
const RED_ZONE: usize = 128 * 1024;
const GROWTH: usize = 2 * 1024 * 1024;
/// What is no longer than this may stand behind `=` before a pipe that goes on below.
const SHORT: u32 = 24;

/// A token with the comments around it.
pub fn token(token: &SyntaxToken) -> Doc {
    Doc::Concat(vec![leading(token), bare(token)])
}

/// A token and the comment behind it; those before it stand elsewhere.
pub fn bare(token: &SyntaxToken) -> Doc {
    Doc::Concat(vec![Doc::text(token.text()), trailing(token)])
}

/// A node.
pub fn node(node: &SyntaxNode) -> Doc {
    stacker::maybe_grow(RED_ZONE, GROWTH, || match node.kind() {
        STRING_LIT => string(node),
        BLOCK_EXPR => blocks::block(node),
        IF_EXPR => blocks::if_(node),
        MATCH_ARM | AFTER_ARM => blocks::arm(node),
        CLOSURE_EXPR => blocks::closure(node),
        CLOSURE_CLAUSE => blocks::clause(node),
        LET_STMT => blocks::let_(node),
        BIN_EXPR | PIPE_EXPR => exprs::operators(node),
        FIELD_EXPR | METHOD_CALL_EXPR => exprs::member(node),
        OR_PAT => exprs::alternatives(node),
        FROM_IMPORT_ITEM => items::from_import(node),
        TYPE_DEF => items::type_def(node),
        VARIANT_LIST => items::variants(node),
        ARG_LIST | PARAM_LIST | GENERIC_PARAM_LIST | TYPE_ARG_LIST | TYPE_LIST | PAT_ARG_LIST
        | VARIANT_FIELD_LIST | DERIVING | PAREN_EXPR | TUPLE_EXPR | ASCRIBE_EXPR | LIST_EXPR
        | MAP_EXPR | STRUCT_EXPR | JSON_OBJECT | STRUCT_PAT | TUPLE_PAT | PAREN_PAT | LIST_PAT
        | TUPLE_TYPE | PAREN_TYPE | BLOCK_PARAMS => brackets::bracketed(node),
        _ if blocks::is_region(node) => blocks::region(node),
        _ => flat(node),
    })
}

/// A child of a node.
pub fn element(element: &SyntaxElement) -> Doc {
    match element {
        SyntaxElement::Node(it) => node(it),
        SyntaxElement::Token(it) => token(it),
    }
}

/// The children that are no blanks or comments.
pub fn children(node: &SyntaxNode) -> Vec<SyntaxElement> {
    node.children_with_tokens()
        .filter(|child| !child.kind().is_trivia() && !is_empty(child))
        .collect()
}

/// A node of no tokens, such as the parameters of `fn -> x end`.
fn is_empty(element: &SyntaxElement) -> bool {
    first_token(element).is_none()
}

/// The first token that is no blank or comment.
pub fn first_token(element: &SyntaxElement) -> Option<SyntaxToken> {
    let tokens = match element {
        SyntaxElement::Token(token) => return Some(token.clone()),
        SyntaxElement::Node(node) => node.descendants_with_tokens(),
    };
    tokens
        .filter_map(|element| element.into_token())
        .find(|token| !token.kind().is_trivia())
}

/// The token behind a node.
pub fn next_token(node: &SyntaxNode) -> Option<SyntaxToken> {
    let mut at = node.last_token()?.next_token();
    while let Some(token) = at.as_ref().filter(|token| token.kind().is_trivia()) {
        at = token.next_token();
    }
    at
}

/// Whether a line ends before an element in the source.
pub fn on_new_line(element: &SyntaxElement) -> bool {
    first_token(element).is_some_and(|token| gap(&token).newline)
}

/// What stands between two children of a node that stay in one line.
pub fn between(parent: SyntaxKind, left: &SyntaxElement, right: &SyntaxElement) -> Doc {
    match glued(parent, left.kind(), right.kind(), in_parentheses(right)) {
        true => Doc::Nil,
        false => Doc::Space,
    }
}

/// Whether the first child of a node is a parenthesis.
pub fn in_parentheses(element: &SyntaxElement) -> bool {
    let first = element
        .as_node()
        .and_then(|node| children(node).into_iter().next());
    first.is_some_and(|first| first.kind() == L_PAREN)
}

/// The children of a node one after another. What stands behind `=` may go to a line of its own, and an attribute has one where it
/// was written so.
pub fn flat(node: &SyntaxNode) -> Doc {
    row(node.kind(), &children(node))
}

/// The same of some of a node's children.
pub fn row(parent: SyntaxKind, children: &[SyntaxElement]) -> Doc {
    let mut docs = Vec::new();
    let mut at = 0;
    while let Some(child) = children.get(at) {
        if at > 0 {
            let before = &children[at - 1];
            if before.kind() == EQ {
                docs.push(after(child));
                at += 1;
                continue;
            }
            docs.push(match before.kind() {
                ATTR if on_new_line(child) => Doc::Hard,
                _ => between(parent, before, child),
            });
        }
        docs.push(element(child));
        at += 1;
    }
    Doc::Concat(docs)
}

/// What follows `=` or `->`: in the same line, or indented on the next if it fits only there.
pub fn after(value: &SyntaxElement) -> Doc {
    Doc::After {
        hug: hugs(value),
        value: Box::new(Doc::group(element(value))),
    }
}

/// Whether an expression that needs several lines begins in the line where it stands and ends in one that closes it.
pub fn hugs(element: &SyntaxElement) -> bool {
    match element.kind() {
        BLOCK_EXPR | IF_EXPR | MATCH_EXPR | RECEIVE_EXPR | FOR_EXPR | WHILE_EXPR | CLOSURE_EXPR
        | LIST_EXPR | MAP_EXPR | STRUCT_EXPR | JSON_EXPR | JSON_OBJECT | TUPLE_EXPR
        | PAREN_EXPR | STRING_LIT | REGEX_LIT | CALL_EXPR => true,
        // What goes through it begins the line if that is short.
        PIPE_EXPR => element
            .as_node()
            .is_some_and(|node| first_of_pipe(node).text().len() <= SHORT.into()),
        // Literals in front of it break first.
        METHOD_CALL_EXPR => {
            let receiver = element.as_node().and_then(|node| node.first_child());
            receiver.is_some_and(|receiver| {
                matches!(receiver.kind(), PATH_EXPR)
                    || (matches!(receiver.kind(), CALL_EXPR | METHOD_CALL_EXPR)
                        && hugs(&SyntaxElement::Node(receiver)))
            })
        }
        ARG | TRY_EXPR => element
            .as_node()
            .and_then(|node| node.last_child().or_else(|| node.first_child()))
            .is_some_and(|inner| hugs(&SyntaxElement::Node(inner))),
        _ => false,
    }
}

fn first_of_pipe(pipe: &SyntaxNode) -> SyntaxNode {
    let mut first = pipe.clone();
    while let Some(inner) = first.first_child().filter(|_| first.kind() == PIPE_EXPR) {
        first = inner;
    }
    first
}

/// A string stays as it was written, interpolations included.
fn string(node: &SyntaxNode) -> Doc {
    let first = node.first_token();
    let last = node.last_token();
    let text = node.text().to_string();
    let body = match text.contains('\n') {
        true => Doc::Verbatim(text),
        false => Doc::Text(text),
    };
    Doc::Concat(vec![
        first.map_or(Doc::Nil, |token| leading(&token)),
        body,
        last.map_or(Doc::Nil, |token| trailing(&token)),
    ])
}
