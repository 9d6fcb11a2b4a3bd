//! Expressions: operators by their precedence, and what follows an expression.

use super::*;
use crate::diagnostics::ChainedComparison;

/// An expression, or the report that it is missing.
pub(super) fn required(p: &mut Parser<'_>, what: &'static str) {
    if optional(p).is_none() {
        p.expected(what);
    }
}

/// An expression, if one begins here.
pub(super) fn optional(p: &mut Parser<'_>) -> Option<Completed> {
    binary(p, 0, false)
}

/// A block, or an expression: after `=`, `->` and `else`.
pub(super) fn body(p: &mut Parser<'_>, what: &'static str) {
    if p.at_any(&[DO_KW, L_BRACE]) {
        blocks::block(p);
    } else {
        required(p, what);
    }
}

const UNARY: u8 = 90;
const PIPE_POWER: u8 = 40;
const COMPARISON: u8 = 30;
const NOT: u8 = 25;

/// How tightly an operator holds what is left and right of it, and the node it makes.
fn power(kind: SyntaxKind) -> Option<(u8, u8, SyntaxKind)> {
    Some(match kind {
        STAR | SLASH | PERCENT => (80, 81, BIN_EXPR),
        PLUS | MINUS => (70, 71, BIN_EXPR),
        LT_GT | PLUS2 | COLON2 => (60, 60, BIN_EXPR),
        DOT2 | DOT2_EQ => (50, 51, RANGE_EXPR),
        PIPE_GT | PIPE_2_GT => (PIPE_POWER, PIPE_POWER + 1, PIPE_EXPR),
        EQ2 | NEQ | LT | GT | LT_EQ | GT_EQ => (COMPARISON, COMPARISON + 1, BIN_EXPR),
        AND_KW | AMP2 => (20, 21, BIN_EXPR),
        OR_KW | PIPE2 => (10, 11, BIN_EXPR),
        _ => return None,
    })
}

/// Operators that may begin a line and continue the one before.
fn may_begin_line(kind: SyntaxKind) -> bool {
    matches!(kind, PIPE_GT | PIPE_2_GT | AND_KW | AMP2 | OR_KW | PIPE2)
}

/// Whether it is an operator that stands between two expressions.
pub(super) fn joins(kind: SyntaxKind) -> bool {
    power(kind).is_some()
}

/// An expression of operators that hold at least as tightly as `min`. `stage`: after a pipe, whose `?` at the end is
/// about the pipe's result.
fn binary(p: &mut Parser<'_>, min: u8, stage: bool) -> Option<Completed> {
    if !p.enter() {
        p.leave();
        return None;
    }
    let result = prefix(p, stage).map(|lhs| infix(p, lhs, min));
    p.leave();
    result
}

fn infix(p: &mut Parser<'_>, mut lhs: Completed, min: u8) -> Completed {
    let mut comparison: Option<usize> = None;
    loop {
        let operator = p.current();
        let Some((left, right, node)) = power(operator) else {
            return lhs;
        };
        if left < min || (p.line_ends() && !may_begin_line(operator)) {
            return lhs;
        }
        if left == COMPARISON {
            if let Some(first) = comparison {
                let (first, second) = (p.span(first), p.span(p.at));
                p.report_understood(ChainedComparison { first, second });
            }
            comparison = Some(p.at);
        }
        let marker = p.precede(lhs);
        p.bump();
        if binary(p, right, node == PIPE_EXPR).is_none() {
            p.expected("an expression after the operator");
        }
        lhs = p.complete(marker, node);
        if node == PIPE_EXPR {
            while p.at_same_line(QUESTION) {
                lhs = postfix_try(p, lhs);
            }
        }
    }
}

fn prefix(p: &mut Parser<'_>, stage: bool) -> Option<Completed> {
    let operator = p.current();
    let power = match operator {
        MINUS | BANG => UNARY,
        NOT_KW => NOT,
        _ => return atoms::atom(p).map(|atom| postfix(p, atom, stage)),
    };
    let marker = p.start();
    p.bump();
    if binary(p, power, false).is_none() {
        p.expected("an expression after the operator");
    }
    Some(p.complete(marker, PREFIX_EXPR))
}

fn postfix_try(p: &mut Parser<'_>, inner: Completed) -> Completed {
    let marker = p.precede(inner);
    p.bump();
    p.complete(marker, TRY_EXPR)
}

/// Calls, fields, indices and `?` after an expression.
fn postfix(p: &mut Parser<'_>, mut expr: Completed, stage: bool) -> Completed {
    loop {
        expr = match p.current() {
            DOT => member(p, expr),
            L_PAREN if !p.line_ends() => {
                let marker = p.precede(expr);
                args(p);
                trailing_block(p);
                p.complete(marker, CALL_EXPR)
            }
            L_BRACKET if !p.line_ends() => {
                let marker = p.precede(expr);
                p.bracketed(|p| required(p, "the index"));
                p.complete(marker, INDEX_EXPR)
            }
            QUESTION if stage && ends_stage(p) => return expr,
            QUESTION if !p.line_ends() => postfix_try(p, expr),
            _ => return expr,
        };
    }
}

/// Whether nothing that belongs to the pipe's stage follows the `?` at hand.
fn ends_stage(p: &Parser<'_>) -> bool {
    let mut ahead = 1;
    while p.nth(ahead) == QUESTION {
        ahead += 1;
    }
    let new_line = p.region.newlines && p.newline_before(ahead);
    match p.nth(ahead) {
        DOT => false,
        L_PAREN | L_BRACKET => new_line,
        kind => new_line || power(kind).is_none_or(|(left, ..)| left <= PIPE_POWER),
    }
}

/// `.name` or `.name(args)`; the point may begin a line.
fn member(p: &mut Parser<'_>, receiver: Completed) -> Completed {
    let marker = p.precede(receiver);
    p.bump();
    if !looking::is_word(p.current()) || p.newline_before(0) {
        p.expected("the name of a field or method");
        return p.complete(marker, FIELD_EXPR);
    }
    p.any_word(NAME_REF);
    if !p.at_same_line(L_PAREN) {
        return p.complete(marker, FIELD_EXPR);
    }
    args(p);
    trailing_block(p);
    p.complete(marker, METHOD_CALL_EXPR)
}

/// The arguments of a call, or of an attribute.
pub(super) fn args(p: &mut Parser<'_>) {
    let marker = p.start();
    p.bracketed(|p| {
        p.comma_list(&[R_PAREN], "an argument", |p| {
            let arg = p.start();
            if looking::is_word(p.current()) && p.nth(1) == COLON {
                p.any_word(NAME_REF);
                p.bump();
                required(p, "the argument's value");
            } else if optional(p).is_none() {
                p.abandon(arg);
                return false;
            }
            p.complete(arg, ARG);
            true
        })
    });
    p.complete(marker, ARG_LIST);
}

/// A block on the line of a call's `)` is one more argument.
fn trailing_block(p: &mut Parser<'_>) {
    if !p.region.head && p.at_any(&[DO_KW, L_BRACE]) && !p.newline_before(0) {
        blocks::block_with_params(p);
    }
}
