//! Operators, pipes, members: where a line may go on.

use crate::brackets::{innermost, open_group};
use crate::code::{children, element, hugs, on_new_line, row};
use crate::doc::Doc;
use mesh_syntax::SyntaxKind::{self, *};
use mesh_syntax::{SyntaxElement, SyntaxNode};

/// Operators of one class are laid out alike, as one row of operands.
fn class(operator: SyntaxKind) -> u8 {
    match operator {
        STAR | SLASH | PERCENT => 1,
        PLUS | MINUS => 2,
        LT_GT | PLUS2 | COLON2 => 3,
        EQ2 | NEQ | LT | GT | LT_EQ | GT_EQ => 4,
        AND_KW | AMP2 => 5,
        OR_KW | PIPE2 => 6,
        PIPE_GT | PIPE_2_GT => 7,
        _ => 0,
    }
}

/// Whether a line may begin with the operator; otherwise it may end with it.
fn begins_line(operator: SyntaxKind) -> bool {
    matches!(
        operator,
        AND_KW | AMP2 | OR_KW | PIPE2 | PIPE_GT | PIPE_2_GT
    )
}

/// An operator with the operand behind it.
struct Step {
    operator: SyntaxElement,
    operand: SyntaxElement,
}

/// A row of operands of one class. A pipe that had a stage on a line of its own has all of them so.
pub fn operators(node: &SyntaxNode) -> Doc {
    let (mut first, mut steps) = (SyntaxElement::Node(node.clone()), Vec::new());
    let own = operator_of(node).map_or(0, |operator| class(operator.kind()));
    // Downwards on the left, then downwards on the right, as the operators associate.
    while let Some((left, operator, right)) = split(&first, own) {
        steps.push(Step {
            operator,
            operand: right,
        });
        first = left;
    }
    steps.reverse();
    if own == 3 {
        while let Some(last) = steps.pop() {
            let Some((left, operator, right)) = split(&last.operand, own) else {
                steps.push(last);
                break;
            };
            steps.push(Step {
                operator: last.operator,
                operand: left,
            });
            steps.push(Step {
                operator,
                operand: right,
            });
        }
    }
    laid_out(&first, &steps, own == 7)
}

fn operator_of(node: &SyntaxNode) -> Option<SyntaxElement> {
    children(node)
        .into_iter()
        .find(|child| class(child.kind()) > 0)
}

/// The parts of a binary expression of this class.
fn split(
    element: &SyntaxElement,
    own: u8,
) -> Option<(SyntaxElement, SyntaxElement, SyntaxElement)> {
    let node = element
        .as_node()
        .filter(|node| matches!(node.kind(), BIN_EXPR | PIPE_EXPR))?;
    let parts: [SyntaxElement; 3] = children(node).try_into().ok()?;
    let [left, operator, right] = parts;
    (class(operator.kind()) == own).then_some((left, operator, right))
}

fn laid_out(first: &SyntaxElement, steps: &[Step], is_pipe: bool) -> Doc {
    let head = element(first);
    let operands: Vec<Doc> = steps.iter().map(|step| element(&step.operand)).collect();
    let apart = is_pipe && steps.iter().any(|step| on_new_line(&step.operator));
    let (last, others) = match operands.split_last() {
        Some((last, others)) => (last.is_forced(), others),
        None => return head,
    };
    let last_hugs = steps.last().is_some_and(|step| hugs(&step.operand));
    // One line up to the last operand, which goes on over several, if it fits.
    let in_line =
        !apart && last && last_hugs && !head.is_forced() && !others.iter().any(Doc::is_forced);
    let rest = |line: &Doc| {
        let mut rest = Vec::new();
        for (step, operand) in steps.iter().zip(&operands) {
            let (operator, operand) = (element(&step.operator), operand.clone());
            rest.extend(match begins_line(step.operator.kind()) {
                true => [line.clone(), operator, Doc::Space, operand],
                false => [Doc::Space, operator, line.clone(), operand],
            });
        }
        Doc::Concat(rest)
    };
    let line = if apart { Doc::Hard } else { Doc::Line };
    let lines = Doc::Concat(vec![head.clone(), Doc::indent(rest(&line))]);
    match in_line {
        true => Doc::Best(vec![
            Doc::Concat(vec![head, rest(&Doc::Space)]),
            Doc::broken(lines),
        ]),
        false => Doc::group(lines),
    }
}

/// `receiver.name(args)`: on a line of its own where the point was. Where none was, several calls that do not fit in one line have
/// a line each.
pub fn member(node: &SyntaxNode) -> Doc {
    let all = children(node);
    if let Some(dot) = dot_of(&all).filter(|&dot| on_new_line(&all[dot])) {
        let receiver = row(node.kind(), &all[..dot]);
        let rest = row(node.kind(), &all[dot..]);
        let below = Doc::indent(Doc::Concat(vec![Doc::Hard, rest]));
        return Doc::Concat(vec![receiver, below]);
    }
    let in_row = row(node.kind(), &all);
    let Some((base, calls)) = chain(node).filter(|(_, calls)| calls.len() > 1) else {
        return in_row;
    };
    let below = |call: Doc| Doc::indent(Doc::Concat(vec![Doc::Hard, call]));
    let lines = Doc::Concat([vec![base], calls.into_iter().map(below).collect()].concat());
    let open = ends_in_closure(node).then(|| open_group(&in_row)).flatten();
    Doc::Best([vec![in_row], open.into_iter().collect(), vec![lines]].concat())
}

fn dot_of(all: &[SyntaxElement]) -> Option<usize> {
    all.iter().position(|it| it.kind() == DOT)
}

/// What a chain of calls begins with, and each call with the fields and `?` behind it. `None` where a line was begun.
fn chain(node: &SyntaxNode) -> Option<(Doc, Vec<Doc>)> {
    let all = children(node);
    let receiver = all.first()?.as_node();
    let inner = receiver.filter(|it| matches!(it.kind(), METHOD_CALL_EXPR | FIELD_EXPR | TRY_EXPR));
    let (mut base, mut calls) = match inner {
        Some(inner) => chain(inner)?,
        None => (element(&all[0]), Vec::new()),
    };
    let rest = row(node.kind(), &all[1..]);
    let is_open = dot_of(&all).is_some_and(|dot| on_new_line(&all[dot]));
    match calls.last_mut() {
        _ if is_open => return None,
        _ if node.kind() == METHOD_CALL_EXPR => calls.push(rest),
        Some(last) => *last = Doc::Concat(vec![std::mem::replace(last, Doc::Nil), rest]),
        None => base = Doc::Concat(vec![base, rest]),
    }
    Some((base, calls))
}

/// Whether the last argument of a call is a closure.
fn ends_in_closure(call: &SyntaxNode) -> bool {
    let args = call.children().find(|it| it.kind() == ARG_LIST);
    let last = args.and_then(|args| args.children().last());
    last.is_some_and(|last| innermost(&SyntaxElement::Node(last)) == CLOSURE_EXPR)
}

/// `A | B` in a pattern.
pub fn alternatives(node: &SyntaxNode) -> Doc {
    let all = children(node);
    let mut rest = Vec::new();
    for it in all.iter().skip(1) {
        rest.push(if it.kind() == PIPE {
            Doc::Line
        } else {
            Doc::Space
        });
        rest.push(element(it));
    }
    let first = all.first().map_or(Doc::Nil, element);
    Doc::group(Doc::Concat(vec![first, Doc::indent(Doc::Concat(rest))]))
}
