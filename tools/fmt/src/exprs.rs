//! Operators, pipes, members: where a line may go on.

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

/// `receiver.name(args)`; on a line of its own where the point was.
pub fn member(node: &SyntaxNode) -> Doc {
    let all = children(node);
    let dot = all.iter().position(|it| it.kind() == DOT);
    let Some(dot) = dot.filter(|&dot| on_new_line(&all[dot])) else {
        return row(node.kind(), &all);
    };
    let receiver = row(node.kind(), &all[..dot]);
    let rest = row(node.kind(), &all[dot..]);
    Doc::Concat(vec![
        receiver,
        Doc::indent(Doc::Concat(vec![Doc::Hard, rest])),
    ])
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
