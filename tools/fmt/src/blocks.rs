//! Blocks, arms, closures, and the items with members: what stood on several lines does so again.

use crate::code::{
    after, bare, between, children, element, first_token, hugs, in_parentheses, next_token,
    on_new_line, row,
};
use crate::doc::Doc;
use crate::trivia::{gap, last_in_block};
use mesh_syntax::SyntaxKind::*;
use mesh_syntax::{SyntaxElement, SyntaxNode, SyntaxToken};

/// The inside of a block between its delimiters.
struct Inside {
    /// The statements, and the comments behind them.
    body: Doc,
    /// Whether it stood on several lines.
    several: bool,
    is_empty: bool,
}

/// `closer`: the token that ends it, whose comments belong inside.
fn inside(elements: &[SyntaxElement], closer: Option<&SyntaxToken>) -> Inside {
    let first = elements.first().and_then(first_token);
    let starts = first.as_ref().or(closer);
    let comments = closer.and_then(last_in_block);
    let closing = closer.map(gap).unwrap_or_default();
    let several = starts.is_some_and(|token| gap(token).newline) || closing.newline;
    let mut docs = vec![sequence(elements, several)];
    if let Some(comments) = comments {
        if !elements.is_empty() {
            docs.push(if closing.blank { Doc::Blank } else { Doc::Hard });
        }
        docs.push(comments);
    }
    let is_empty = elements.is_empty() && docs.len() == 1;
    Inside {
        body: Doc::Concat(docs),
        several,
        is_empty,
    }
}

/// Statements, arms, members: each on the line it was on. `;` and `,` between them stay.
pub fn sequence(elements: &[SyntaxElement], several: bool) -> Doc {
    let mut docs = Vec::new();
    for (at, it) in elements.iter().enumerate() {
        let is_separator = matches!(it.kind(), COMMA | SEMICOLON);
        if at > 0 && !is_separator {
            let gap = first_token(it).map(|token| gap(&token)).unwrap_or_default();
            docs.push(match gap {
                _ if gap.blank => Doc::Blank,
                _ if gap.newline => Doc::Hard,
                _ if several => Doc::Space,
                _ => Doc::Line,
            });
        }
        docs.push(element(it));
    }
    Doc::Concat(docs)
}

fn line(several: bool) -> Doc {
    match several {
        true => Doc::Hard,
        false => Doc::Line,
    }
}

/// Between delimiters: indented on lines of its own, or in their line.
fn within(inside: Inside) -> Doc {
    let several = inside.several;
    if inside.is_empty {
        return line(several);
    }
    let body = Doc::indent(Doc::Concat(vec![line(several), inside.body]));
    Doc::Concat(vec![body, line(several)])
}

/// Members, and a last one that is not indented.
fn with_last(members: &[SyntaxElement], last: &SyntaxElement, closer: Option<&SyntaxToken>) -> Doc {
    let mut docs = Vec::new();
    if !members.is_empty() {
        let body = vec![Doc::Hard, sequence(members, true)];
        docs.push(Doc::indent(Doc::Concat(body)));
    }
    docs.push(
        match first_token(last).is_some_and(|token| gap(&token).blank) {
            true => Doc::Blank,
            false => Doc::Hard,
        },
    );
    docs.push(element(last));
    if let Some(comments) = closer.and_then(last_in_block) {
        docs.push(Doc::indent(Doc::Concat(vec![Doc::Hard, comments])));
    }
    docs.push(Doc::Hard);
    Doc::Concat(docs)
}

fn is_open(element: &SyntaxElement) -> bool {
    matches!(element.kind(), DO_KW | L_BRACE)
}

fn is_close(element: &SyntaxElement) -> bool {
    matches!(element.kind(), END_KW | R_BRACE)
}

/// Whether a node has members between `do` and `end` or braces.
pub fn is_region(node: &SyntaxNode) -> bool {
    let all = children(node);
    let open = all.iter().position(is_open);
    open.is_some_and(|open| all[open..].iter().any(is_close))
}

/// What stands before the delimiters, the members, what stands behind.
pub fn region(node: &SyntaxNode) -> Doc {
    let all = children(node);
    let open = all.iter().position(is_open).unwrap_or(0);
    let close = all.iter().rposition(is_close).unwrap_or(all.len() - 1);
    let closer = first_token(&all[close]);
    let mut docs = Vec::new();
    if open > 0 {
        docs.push(row(node.kind(), &all[..open]));
        docs.push(Doc::Space);
    }
    docs.push(element(&all[open]));
    let mut from = open + 1;
    if let Some(params) = all.get(from).filter(|it| it.kind() == BLOCK_PARAMS) {
        docs.push(Doc::Space);
        docs.push(element(params));
        from += 1;
    }
    // The last arm of `receive` stands at the level of what it ends.
    let last = close.checked_sub(1).filter(|last| *last >= from);
    let last = last.filter(|&last| all[last].kind() == AFTER_ARM && on_new_line(&all[last]));
    match last.filter(|&last| !ends_at_its_level(&all[last])) {
        Some(last) => docs.push(with_last(&all[from..last], &all[last], closer.as_ref())),
        None => docs.push(within(inside(&all[from..close], closer.as_ref()))),
    }
    docs.extend(closer.as_ref().map(bare));
    if close + 1 < all.len() {
        docs.push(Doc::Space);
        docs.push(row(node.kind(), &all[close + 1..]));
    }
    Doc::group(Doc::Concat(docs))
}

/// Whether the last line of an arm is an `end` at the arm's own level: another one at that level behind it would say nothing.
fn ends_at_its_level(arm: &SyntaxElement) -> bool {
    let Some(node) = arm.as_node() else {
        return false;
    };
    let body = children(node).pop();
    let below = body.is_some_and(|body| on_new_line(&body) || is_open_several(&body));
    let last = node.last_token();
    let closes = last.is_some_and(|it| matches!(it.kind(), END_KW | R_BRACE) && gap(&it).newline);
    closes && !below
}

/// A block with delimiters; or what another node delimits, which begins on a line of its own if it has several.
pub fn block(node: &SyntaxNode) -> Doc {
    let all = children(node);
    if all.first().is_some_and(is_open) && all.last().is_some_and(is_close) {
        return region(node);
    }
    sequence(&all, true)
}

/// `let pattern = value else body`: where that does not fit, `else` begins a line.
pub fn let_(node: &SyntaxNode) -> Doc {
    let all = children(node);
    let Some((last, others)) = all.split_last().filter(|(it, _)| it.kind() == LET_ELSE) else {
        return row(node.kind(), &all);
    };
    let (binding, other_way) = (row(node.kind(), others), element(last));
    let below = Doc::indent(Doc::Concat(vec![Doc::Hard, other_way.clone()]));
    Doc::Best(vec![
        Doc::Concat(vec![binding.clone(), Doc::Space, other_way]),
        Doc::Concat(vec![binding, below]),
    ])
}

/// `if` with all its branches. Those of `if … do` have one `end`.
pub fn if_(node: &SyntaxNode) -> Doc {
    let mut parts = Vec::new();
    branches(node, &mut parts);
    let insides: Vec<Option<Inside>> = parts.iter().map(branch_inside).collect();
    let several = insides.iter().flatten().any(|inside| inside.several);
    let mut docs: Vec<Doc> = Vec::new();
    let mut open_branch = false;
    for (at, (part, inside)) in parts.iter().zip(insides).enumerate() {
        match inside {
            Some(inside) => {
                // A branch without delimiters follows its `else` directly.
                let all = part.as_node().map(children).unwrap_or_default();
                if let Some(open) = all.first().filter(|it| is_open(it)) {
                    docs.push(Doc::Space);
                    docs.push(element(open));
                }
                if !inside.is_empty {
                    docs.push(Doc::indent(Doc::Concat(vec![line(several), inside.body])));
                }
                open_branch = !all.last().is_some_and(is_close) || all.len() == 1;
                if !open_branch {
                    docs.push(line(several));
                    docs.extend(all.last().and_then(first_token).as_ref().map(bare));
                }
            }
            None if open_branch => {
                docs.push(line(several));
                docs.extend(first_token(part).as_ref().map(bare));
                open_branch = false;
            }
            None => {
                if at > 0 {
                    docs.push(Doc::Space);
                }
                docs.push(element(part));
            }
        }
    }
    Doc::group(Doc::Concat(docs))
}

/// The tokens, conditions and blocks of an `if` and its `else`s in one row.
fn branches(node: &SyntaxNode, out: &mut Vec<SyntaxElement>) {
    for child in children(node) {
        match &child {
            SyntaxElement::Node(inner) if matches!(inner.kind(), ELSE_IF | ELSE) => {
                branches(inner, out);
            }
            _ => out.push(child),
        }
    }
}

/// Of a branch of an `if`, which is a block that is no condition.
fn branch_inside(part: &SyntaxElement) -> Option<Inside> {
    let node = part.as_node().filter(|node| node.kind() == BLOCK_EXPR)?;
    let parent = node.parent()?;
    let is_branch = match parent.kind() {
        ELSE => true,
        // The condition stands before it.
        _ => node.prev_sibling().is_some(),
    };
    if !is_branch {
        return None;
    }
    let all = children(node);
    let from = usize::from(all.first().is_some_and(is_open));
    let closes = all.len() > from && all.last().is_some_and(is_close);
    let to = all.len() - usize::from(closes);
    let closer = match closes {
        true => all.last().and_then(first_token),
        false => next_token(node),
    };
    Some(inside(&all[from..to], closer.as_ref()))
}

/// `pattern -> body`
pub fn arm(node: &SyntaxNode) -> Doc {
    let all = children(node);
    let arrow = all.iter().position(|it| it.kind() == ARROW);
    let Some(arrow) = arrow else {
        return row(node.kind(), &all);
    };
    let head = Doc::group(row(node.kind(), &all[..=arrow]));
    let body = all.get(arrow + 1).map_or(Doc::Nil, arm_body);
    Doc::Concat(vec![head, body, behind(&all, arrow)])
}

/// What stands behind the body of an arm: a `;`.
fn behind(all: &[SyntaxElement], arrow: usize) -> Doc {
    Doc::Concat(all.iter().skip(arrow + 2).map(element).collect())
}

fn arm_body(body: &SyntaxElement) -> Doc {
    if on_new_line(body) || is_open_several(body) {
        return Doc::indent(Doc::Concat(vec![Doc::Hard, element(body)]));
    }
    match is_undelimited(body) {
        true => Doc::Concat(vec![Doc::Space, element(body)]),
        false => after(body),
    }
}

/// Statements without delimiters.
fn is_undelimited(body: &SyntaxElement) -> bool {
    let node = body.as_node().filter(|node| node.kind() == BLOCK_EXPR);
    node.is_some_and(|node| !children(node).first().is_some_and(is_open))
}

/// Statements without delimiters on several lines.
fn is_open_several(body: &SyntaxElement) -> bool {
    let stmts = body.as_node().map(children).unwrap_or_default();
    is_undelimited(body) && stmts.iter().skip(1).any(on_new_line)
}

/// `fn x -> body end`, `fn(x) do … end`
pub fn closure(node: &SyntaxNode) -> Doc {
    let all = children(node);
    let clauses: Vec<&SyntaxElement> = all
        .iter()
        .filter(|it| it.kind() == CLOSURE_CLAUSE)
        .collect();
    let end = all.last().filter(|it| it.kind() == END_KW);
    let Some(end) = end.and_then(first_token) else {
        return row_of_closure(&all);
    };
    match clauses.as_slice() {
        [only] => one_clause(&all, only, &end),
        _ => several_clauses(&all, &end),
    }
}

/// The form with a block, which is the last thing in it.
fn row_of_closure(all: &[SyntaxElement]) -> Doc {
    let mut docs = Vec::new();
    for (at, it) in all.iter().enumerate() {
        if at > 0 {
            docs.push(between_fn(it));
        }
        docs.push(element(it));
    }
    Doc::Concat(docs)
}

/// Parameters in parentheses stand directly behind `fn`.
fn between_fn(clause: &SyntaxElement) -> Doc {
    let first = clause
        .as_node()
        .and_then(|node| children(node).into_iter().next());
    let params = first.filter(|first| first.kind() == PARAM_LIST);
    match params.is_some_and(|params| in_parentheses(&params)) {
        true => Doc::Nil,
        false => Doc::Space,
    }
}

fn one_clause(all: &[SyntaxElement], only: &SyntaxElement, end: &SyntaxToken) -> Doc {
    let parts = only.as_node().map(children).unwrap_or_default();
    let arrow = parts.iter().position(|it| it.kind() == ARROW);
    let (Some(arrow), Some(first)) = (arrow, all.first()) else {
        return row_of_closure(all);
    };
    let head = vec![
        element(first),
        between_fn(only),
        row(CLOSURE_CLAUSE, &parts[..=arrow]),
    ];
    let Some(body) = parts.get(arrow + 1) else {
        let all = [head, vec![Doc::Space, bare(end)]].concat();
        return Doc::Concat(all);
    };
    let comments = last_in_block(end);
    let apart = on_new_line(body) || is_open_several(body) || comments.is_some();
    let inner = Doc::Concat(vec![element(body), behind(&parts, arrow)]);
    if !apart && hugs(body) && inner.is_forced() {
        return Doc::Concat([head, vec![Doc::Space, inner, Doc::Space, bare(end)]].concat());
    }
    let mut inside = vec![line(apart), inner];
    if let Some(comments) = comments {
        inside.extend([Doc::Hard, comments]);
    }
    let body = Doc::indent(Doc::Concat(inside));
    Doc::group(Doc::Concat(
        [head, vec![body, line(apart), bare(end)]].concat(),
    ))
}

/// Each `|` on a line of its own if one was.
fn several_clauses(all: &[SyntaxElement], end: &SyntaxToken) -> Doc {
    let pipes = || all.iter().filter(|it| it.kind() == PIPE);
    let several = pipes().any(on_new_line);
    let mut docs = Vec::new();
    let mut rest = Vec::new();
    for (at, it) in all[..all.len() - 1].iter().enumerate() {
        match (at, it.kind()) {
            (0, _) => docs.push(element(it)),
            (1, _) => docs.extend([between_fn(it), element(it)]),
            (_, PIPE) => rest.extend([line(several), element(it)]),
            _ => rest.extend([Doc::Space, element(it)]),
        }
    }
    let comments = last_in_block(end);
    if let Some(comments) = comments {
        rest.extend([Doc::Hard, comments]);
    }
    docs.push(Doc::indent(Doc::Concat(rest)));
    docs.extend([line(several), bare(end)]);
    Doc::group(Doc::Concat(docs))
}

/// A clause: parameters, guard, body.
pub fn clause(node: &SyntaxNode) -> Doc {
    let all = children(node);
    let arrow = all.iter().position(|it| it.kind() == ARROW);
    let Some(arrow) = arrow else {
        let mut docs = Vec::new();
        for (at, it) in all.iter().enumerate() {
            if at > 0 {
                docs.push(between(CLOSURE_CLAUSE, &all[at - 1], it));
            }
            docs.push(element(it));
        }
        return Doc::Concat(docs);
    };
    let head = row(node.kind(), &all[..=arrow]);
    let body = all.get(arrow + 1).map_or(Doc::Nil, arm_body);
    Doc::Concat(vec![head, body, behind(&all, arrow)])
}
