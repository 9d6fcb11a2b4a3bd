//! What stands between tokens: comments, which stay with the token they are next to, and empty lines.

use crate::doc::Doc;
use mesh_syntax::{SyntaxKind, SyntaxNode, SyntaxToken};

/// What stands before a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gap {
    /// It begins a line, or a comment before it does.
    pub newline: bool,
    /// An empty line stands before it, or before the first comment that is its own.
    pub blank: bool,
}

/// The blanks and comments directly before a token, in order.
fn before(token: &SyntaxToken) -> Vec<SyntaxToken> {
    let mut found = Vec::new();
    let mut at = token.prev_token();
    while let Some(token) = at.filter(|token| token.kind().is_trivia()) {
        at = token.prev_token();
        found.push(token);
    }
    found.reverse();
    // A comment in the line of the token before belongs to that.
    let first_line_end = found
        .iter()
        .position(|token| is_blank(token) && token.text().contains('\n'));
    let at_start = at_file_start(&found, token);
    match first_line_end {
        Some(end) if !at_start => found.split_off(end),
        None if !at_start => Vec::new(),
        _ => found,
    }
}

fn at_file_start(found: &[SyntaxToken], token: &SyntaxToken) -> bool {
    found.first().unwrap_or(token).prev_token().is_none()
}

fn is_blank(token: &SyntaxToken) -> bool {
    token.kind() == SyntaxKind::WHITESPACE
}

fn lines(token: &SyntaxToken) -> usize {
    token.text().matches('\n').count()
}

/// What stands between a token and the one before it.
pub fn gap(token: &SyntaxToken) -> Gap {
    let found = before(token);
    let blanks = found.iter().take_while(|token| is_blank(token));
    let count: usize = blanks.map(lines).sum();
    Gap {
        newline: count > 0 || found.iter().any(|token| !is_blank(token)),
        blank: count > 1,
    }
}

/// The comments before a token that have lines of their own, with the empty lines between them; `Nil` if there are none.
pub fn leading(token: &SyntaxToken) -> Doc {
    own(&before(token), true)
}

/// The same before the closer of a block: an empty line there is nothing to keep.
pub fn last_in_block(token: &SyntaxToken) -> Option<Doc> {
    let found = before(token);
    let has_comments = found.iter().any(|token| !is_blank(token));
    has_comments.then(|| own(&found, false))
}

fn own(found: &[SyntaxToken], then_code: bool) -> Doc {
    let mut docs = Vec::new();
    let mut count = 0;
    for token in found {
        if is_blank(token) {
            count += lines(token);
            continue;
        }
        if count > 1 && !docs.is_empty() {
            docs.push(Doc::Blank);
        }
        docs.push(Doc::Own(token.text().trim_end().to_string()));
        count = 0;
    }
    if docs.is_empty() {
        return Doc::Nil;
    }
    if then_code {
        docs.push(if count > 1 { Doc::Blank } else { Doc::Hard });
    }
    Doc::Concat(docs)
}

/// The comment behind a token in its line.
pub fn trailing(token: &SyntaxToken) -> Doc {
    let mut at = token.next_token();
    while let Some(token) = at.filter(|token| token.kind().is_trivia()) {
        if !is_blank(&token) {
            return Doc::Trailing(token.text().trim_end().to_string());
        }
        if token.text().contains('\n') {
            break;
        }
        at = token.next_token();
    }
    Doc::Nil
}

/// The comments behind the last token of a file.
pub fn at_end(root: &SyntaxNode) -> Doc {
    let mut found = Vec::new();
    let mut at = root.last_token();
    while let Some(token) = at.filter(|token| token.kind().is_trivia()) {
        at = token.prev_token();
        found.push(token);
    }
    found.reverse();
    if found
        .first()
        .is_some_and(|first| first.prev_token().is_some())
    {
        let end = found
            .iter()
            .position(|token| is_blank(token) && token.text().contains('\n'));
        found = end.map_or(Vec::new(), |end| found.split_off(end));
    }
    let comments = found.iter().position(|token| !is_blank(token));
    let Some(first) = comments else {
        return Doc::Nil;
    };
    let count: usize = found[..first].iter().map(lines).sum();
    let gap = if count > 1 { Doc::Blank } else { Doc::Hard };
    Doc::Concat(vec![gap, own(&found, false)])
}
