//! What the text of a string means: escapes, and the indentation of heredocs.

use crate::ast::{AstNode, Interpolation, StringLit, StringPart};
use crate::kind::{SyntaxElement, SyntaxKind};
use std::ops::Range;

/// What is wrong with an escape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EscapeError {
    /// The character after the backslash means nothing.
    Unknown,
    /// `\u` without `{`, hexadecimal digits and `}`, or a number that is no character.
    BadUnicode,
}

/// Appends what `raw` means to `out` and reports wrong escapes with their bytes in `raw`.
pub fn unescape(raw: &str, out: &mut String, mut wrong: impl FnMut(Range<usize>, EscapeError)) {
    let mut rest = 0;
    while let Some(found) = raw[rest..].find('\\') {
        let at = rest + found;
        out.push_str(&raw[rest..at]);
        let Some(escape) = raw[at + 1..].chars().next() else {
            wrong(at..raw.len(), EscapeError::Unknown);
            return;
        };
        rest = at + 1 + escape.len_utf8();
        match escape {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            '0' => out.push('\0'),
            'e' => out.push('\u{1b}'),
            '\\' | '"' | '\'' | '$' | '#' => out.push(escape),
            // The line goes on.
            '\n' => {}
            '\r' if raw[rest..].starts_with('\n') => rest += 1,
            'u' => match unicode(&raw[rest..]) {
                Ok((c, len)) => {
                    out.push(c);
                    rest += len;
                }
                Err(len) => {
                    rest += len;
                    wrong(at..rest, EscapeError::BadUnicode);
                }
            },
            _ => wrong(at..rest, EscapeError::Unknown),
        }
    }
    out.push_str(&raw[rest..]);
}

/// The character of `{1F600}` and the bytes read, or only these if it is none.
fn unicode(text: &str) -> Result<(char, usize), usize> {
    if !text.starts_with('{') {
        return Err(0);
    }
    let digits = text[1..].bytes().take_while(u8::is_ascii_hexdigit).count();
    if !text[1 + digits..].starts_with('}') {
        return Err(1 + digits);
    }
    let value = u32::from_str_radix(&text[1..1 + digits], 16).ok();
    value
        .and_then(char::from_u32)
        .map(|c| (c, digits + 2))
        .ok_or(digits + 2)
}

/// A piece of a string as written.
enum Raw {
    Text(String),
    Interpolation(Interpolation),
}

/// The parts of a string with escapes processed and a heredoc's indentation removed.
pub(crate) fn parts(literal: &StringLit) -> Vec<StringPart> {
    let mut raw: Vec<Raw> = literal
        .syntax()
        .children_with_tokens()
        .filter_map(piece)
        .collect();
    if literal.is_heredoc() {
        dedent(&mut raw);
    }
    let mut parts: Vec<StringPart> = Vec::new();
    for piece in raw {
        match piece {
            Raw::Interpolation(it) => parts.push(StringPart::Interpolation(it)),
            Raw::Text(raw) => {
                let mut text = String::with_capacity(raw.len());
                unescape(&raw, &mut text, |_, _| {});
                match parts.last_mut() {
                    Some(StringPart::Text(last)) => last.push_str(&text),
                    _ if text.is_empty() => {}
                    _ => parts.push(StringPart::Text(text)),
                }
            }
        }
    }
    parts
}

fn piece(element: SyntaxElement) -> Option<Raw> {
    match element {
        SyntaxElement::Node(node) => Interpolation::cast(node).map(Raw::Interpolation),
        SyntaxElement::Token(token) if token.kind() == SyntaxKind::STRING_TEXT => {
            // A file's line ends are its own matter, not that of its texts.
            Some(Raw::Text(token.text().replace("\r\n", "\n")))
        }
        SyntaxElement::Token(_) => None,
    }
}

/// Takes away the rest of the opening quotes' line, and from every line the indentation of the line that
/// the closing quotes stand on.
fn dedent(pieces: &mut [Raw]) {
    let opens_line = match pieces.first_mut() {
        Some(Raw::Text(first)) => {
            let text = std::mem::take(first);
            let blanks = text.len() - text.trim_start_matches([' ', '\t']).len();
            let opens = text[blanks..].starts_with('\n');
            *first = if opens {
                text[blanks + 1..].to_string()
            } else {
                text
            };
            opens
        }
        _ => false,
    };
    // The line that the closing quotes stand on may start some pieces before them.
    let indent = pieces.iter().enumerate().rev().find_map(|(nth, piece)| {
        let Raw::Text(text) = piece else { return None };
        let line = match text.rfind('\n') {
            Some(at) => at + 1,
            None if nth == 0 && opens_line => 0,
            None => return None,
        };
        let line = &text[line..];
        Some(line.len() - line.trim_start_matches([' ', '\t']).len())
    });
    let indent = indent.unwrap_or(0);
    let mut at_line_start = opens_line;
    for piece in pieces {
        match piece {
            Raw::Text(text) => *text = strip_lines(text, indent, at_line_start),
            Raw::Interpolation(_) => {}
        }
        at_line_start = false;
    }
}

/// `text` with up to `indent` blanks removed at the start of each line.
fn strip_lines(text: &str, indent: usize, at_line_start: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for (nth, line) in text.split('\n').enumerate() {
        if nth > 0 {
            out.push('\n');
        }
        let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
        let starts = nth > 0 || at_line_start;
        out.push_str(&line[if starts { blanks.min(indent) } else { 0 }..]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cooked(raw: &str) -> (String, Vec<(Range<usize>, EscapeError)>) {
        let (mut out, mut errors) = (String::new(), Vec::new());
        unescape(raw, &mut out, |range, error| errors.push((range, error)));
        (out, errors)
    }

    #[test]
    fn escapes_are_processed() {
        assert_eq!(cooked(r#"a\n\t\"\\\$\#\u{1F600}"#).0, "a\n\t\"\\$#😀");
        assert_eq!(cooked("a\\\nb").0, "ab");
    }

    #[test]
    fn wrong_escapes_are_reported_where_they_stand() {
        assert_eq!(
            cooked(r"ab\qc"),
            ("abc".into(), vec![(2..4, EscapeError::Unknown)])
        );
        assert_eq!(cooked(r"\u12").1, [(0..2, EscapeError::BadUnicode)]);
        assert_eq!(cooked(r"\u{110000}").1, [(0..10, EscapeError::BadUnicode)]);
        assert_eq!(cooked(r"\u{zz}").1, [(0..3, EscapeError::BadUnicode)]);
        assert_eq!(cooked(r"\ä").1, [(0..3, EscapeError::Unknown)]);
    }
}
