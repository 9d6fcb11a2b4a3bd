//! What stands in brackets: on one line if it fits, else on one indented line, else one element a line.

use crate::code::{between, children, element, first_token, hugs, on_new_line, row};
use crate::doc::Doc;
use crate::trivia::{gap, last_in_block};
use mesh_syntax::SyntaxKind::{self, *};
use mesh_syntax::{SyntaxElement, SyntaxNode};

fn is_open(kind: SyntaxKind) -> bool {
    matches!(kind, L_PAREN | L_BRACKET | L_BRACE | MAP_OPEN | LT | PIPE)
}

fn is_close(kind: SyntaxKind) -> bool {
    matches!(kind, R_PAREN | R_BRACKET | R_BRACE | GT | PIPE)
}

/// One element with the comma behind it.
struct Element {
    doc: Doc,
    /// Its first child.
    first: SyntaxElement,
    /// Whether it needs no more than a word's space.
    is_simple: bool,
    hugs: bool,
    has_comma: bool,
}

impl Element {
    fn first_is(&self, kind: SyntaxKind) -> bool {
        innermost(&self.first) == kind
    }
}

/// A node of elements in brackets, with what stands before the opening one.
pub fn bracketed(node: &SyntaxNode) -> Doc {
    let all = children(node);
    let open = all
        .iter()
        .position(|it| it.as_token().is_some_and(|token| is_open(token.kind())));
    let close = all.last().filter(|it| is_close(it.kind()));
    let (Some(open), Some(close)) = (open, close) else {
        return unbracketed(node.kind(), &all);
    };
    let kind = node.kind();
    let mut docs = Vec::new();
    if open > 0 {
        docs.push(row(kind, &all[..open]));
        let with_percent = all[0].kind() == PERCENT;
        docs.push(match kind {
            STRUCT_EXPR | STRUCT_PAT if with_percent => Doc::Nil,
            _ => between(kind, &all[open - 1], &all[open]),
        });
    }
    let elements = elements(kind, &all[open + 1..all.len() - 1]);
    docs.push(laid_out(kind, &all[open], elements, close));
    Doc::Concat(docs)
}

/// The parameters of `fn a, b -> …`.
fn unbracketed(kind: SyntaxKind, all: &[SyntaxElement]) -> Doc {
    let items = elements(kind, all).into_iter().map(|element| element.doc);
    Doc::Concat(joined(items.collect(), Doc::Space))
}

fn elements(parent: SyntaxKind, all: &[SyntaxElement]) -> Vec<Element> {
    let mut out = Vec::new();
    let mut parts: Vec<SyntaxElement> = Vec::new();
    for it in all {
        parts.push(it.clone());
        // The value before `|` in `%Point{ p | x: 1.0 }` stands without a comma.
        if matches!(it.kind(), COMMA | STRUCT_BASE) && !comma_follows(all, it) {
            out.extend(one(parent, &std::mem::take(&mut parts)));
        }
    }
    out.extend(one(parent, &parts));
    out
}

fn comma_follows(all: &[SyntaxElement], it: &SyntaxElement) -> bool {
    let at = all.iter().position(|other| other == it);
    let next = at.and_then(|at| all.get(at + 1));
    next.is_some_and(|next| next.kind() == COMMA)
}

fn one(parent: SyntaxKind, parts: &[SyntaxElement]) -> Option<Element> {
    let first = parts.first()?.clone();
    let has_comma = parts.last().is_some_and(|it| it.kind() == COMMA);
    let own = &parts[..parts.len() - usize::from(has_comma)];
    Some(Element {
        doc: row(parent, parts),
        is_simple: own.iter().all(is_simple),
        hugs: own.len() == 1 && hugs(&own[0]),
        first,
        has_comma,
    })
}

fn is_simple(element: &SyntaxElement) -> bool {
    let text = || element.as_node().map(|node| node.text().len());
    match element.kind() {
        LITERAL | LITERAL_PAT | NAME_PAT | PREFIX_EXPR => true,
        STRING_LIT => text().is_some_and(|len| usize::from(len) <= 32),
        PATH_EXPR => text().is_some_and(|len| usize::from(len) <= 16),
        _ => false,
    }
}

fn joined(docs: Vec<Doc>, separator: Doc) -> Vec<Doc> {
    let mut out = Vec::new();
    for (at, doc) in docs.into_iter().enumerate() {
        if at > 0 {
            out.push(separator.clone());
        }
        out.push(doc);
    }
    out
}

/// Those whose elements stood on lines of their own keep that: their layout says something.
fn keeps_lines(kind: SyntaxKind) -> bool {
    matches!(kind, LIST_EXPR | MAP_EXPR | STRUCT_EXPR | JSON_OBJECT)
}

/// Of those, the ones with more than one element in a line: numbers in a table. Fields have a line each.
fn has_rows(kind: SyntaxKind) -> bool {
    matches!(kind, LIST_EXPR | MAP_EXPR)
}

/// Types stay in one line: what stands around them breaks.
fn is_rigid(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        GENERIC_PARAM_LIST | TYPE_ARG_LIST | TYPE_LIST | TUPLE_TYPE | PAREN_TYPE
    )
}

/// Literals of data have one element a line if they do not fit in one.
fn is_data(kind: SyntaxKind) -> bool {
    keeps_lines(kind) || kind == TUPLE_EXPR
}

fn laid_out(
    kind: SyntaxKind,
    open: &SyntaxElement,
    elements: Vec<Element>,
    close: &SyntaxElement,
) -> Doc {
    let opening = element(open);
    let closer = first_token(close);
    let comments = closer.as_ref().and_then(last_in_block);
    let closing = closer.as_ref().map_or(Doc::Nil, crate::code::bare);
    let padded = matches!(kind, STRUCT_EXPR | STRUCT_PAT | JSON_OBJECT);
    let edge = match (padded, is_rigid(kind)) {
        (true, _) => Doc::Line,
        (_, true) => Doc::Nil,
        _ => Doc::Soft,
    };
    let separator = if is_rigid(kind) {
        Doc::Space
    } else {
        Doc::Line
    };
    if elements.is_empty() {
        let inner = comments.map_or(Doc::Nil, |comments| {
            Doc::Concat(vec![
                Doc::indent(Doc::Concat(vec![Doc::Hard, comments])),
                Doc::Hard,
            ])
        });
        return Doc::Concat(vec![opening, inner, closing]);
    }
    let apart = keeps_lines(kind) && on_new_line(&elements[0].first);
    let fills = elements.len() > 4 && elements.iter().all(|element| element.is_simple);
    let last = elements.len() - 1;
    // One element that needs several lines may have them where it stands.
    let forced: Vec<&Element> = elements.iter().filter(|it| it.doc.is_forced()).collect();
    let one_is_forced = matches!(forced.as_slice(), [only] if only.hugs);
    let last_may = forced.is_empty() && elements[last].hugs;
    let may_hug =
        !apart && comments.is_none() && !elements[last].has_comma && (one_is_forced || last_may);
    let text_alone = elements.len() == 1 && elements[0].first_is(STRING_LIT);
    let single = elements.len() == 1;
    let last_opens = opens(kind, &elements);
    let rows = (apart && has_rows(kind)).then(|| rows(&elements));
    let docs: Vec<Doc> = elements.into_iter().map(|element| element.doc).collect();
    let hug = may_hug.then(|| hugging(&opening, &docs, &closing, padded));
    let body = match (fills, is_data(kind)) {
        _ if rows.is_some() => rows.unwrap_or(Doc::Nil),
        (true, _) => Doc::Fill(docs.clone()),
        (_, true) => Doc::Concat(joined(docs.clone(), separator)),
        _ => Doc::group(Doc::Concat(joined(docs.clone(), separator))),
    };
    let mut inner = vec![edge.clone(), body];
    if let Some(comments) = comments {
        inner.extend([Doc::Hard, comments]);
    }
    let normal = Doc::Concat(vec![
        opening,
        Doc::indent(Doc::Concat(inner)),
        edge,
        closing,
    ]);
    if apart {
        return Doc::broken(normal);
    }
    match hug {
        // To go to another line makes a long text no shorter.
        Some(hug) if text_alone => hug.0,
        Some(hug) if one_is_forced => Doc::Best(vec![hug.0, Doc::broken(normal)]),
        Some((_, Some(open_last))) if single || last_opens => Doc::Best(vec![
            Doc::group(normal.clone()),
            open_last,
            Doc::broken(normal),
        ]),
        _ => Doc::group(normal),
    }
}

/// Whether the last of several elements may go on where it stands: not where it is one of a kind, as in a tuple or behind another
/// list.
fn opens(kind: SyntaxKind, elements: &[Element]) -> bool {
    let mut from_last = elements.iter().rev().map(|it| innermost(&it.first));
    let last = from_last.next();
    let literal = matches!(
        last,
        Some(CLOSURE_EXPR | LIST_EXPR | MAP_EXPR | STRUCT_EXPR | JSON_EXPR)
    );
    literal && kind != TUPLE_EXPR && from_last.next() != last
}

/// Elements in the lines they were in, and more where one is too long.
fn rows(elements: &[Element]) -> Doc {
    let mut docs = Vec::new();
    let mut row = Vec::new();
    for (at, element) in elements.iter().enumerate() {
        let gap = first_token(&element.first)
            .map(|token| gap(&token))
            .unwrap_or_default();
        if at > 0 && gap.newline {
            docs.push(one_row(std::mem::take(&mut row)));
            docs.push(if gap.blank { Doc::Blank } else { Doc::Hard });
        }
        row.push(element.doc.clone());
    }
    docs.push(one_row(row));
    Doc::Concat(docs)
}

fn one_row(docs: Vec<Doc>) -> Doc {
    match docs.len() > 1 && !docs.iter().any(Doc::is_forced) {
        true => Doc::Fill(docs),
        false => Doc::Concat(joined(docs, Doc::Space)),
    }
}

/// The kind of an argument's value.
pub fn innermost(element: &SyntaxElement) -> SyntaxKind {
    let value = element
        .as_node()
        .filter(|node| node.kind() == ARG)
        .and_then(|node| node.last_child());
    value.map_or(element.kind(), |value| value.kind())
}

/// All in the line of the opening bracket; the last element goes on over several lines, as it is and, if it is a group, broken.
fn hugging(opening: &Doc, docs: &[Doc], closing: &Doc, padded: bool) -> (Doc, Option<Doc>) {
    let edge = if padded { Doc::Space } else { Doc::Nil };
    let all = |docs: Vec<Doc>| {
        Doc::Concat(vec![
            opening.clone(),
            edge.clone(),
            Doc::Concat(joined(docs, Doc::Space)),
            edge.clone(),
            closing.clone(),
        ])
    };
    let broken = docs.split_last().and_then(|(last, others)| {
        let last = open_group(last)?;
        Some(all([others, &[last]].concat()))
    });
    (all(docs.to_vec()), broken)
}

/// The outermost group of a document, broken.
pub fn open_group(doc: &Doc) -> Option<Doc> {
    match doc {
        Doc::Group { doc, .. } => Some(Doc::broken((**doc).clone())),
        Doc::Concat(docs) => {
            let (last, others) = docs.split_last()?;
            let mut out = others.to_vec();
            out.push(open_group(last)?);
            Some(Doc::Concat(out))
        }
        // The way that goes on in the line, where there is one.
        Doc::Best(ways) => ways.get(ways.len().saturating_sub(2)).cloned(),
        _ => None,
    }
}
