//! Branches, loops, `receive` and closures.

use super::blocks::{Until, statements};
use super::pats::Form;
use super::*;
use crate::diagnostics::{AfterNotLast, ClosureResult, MixedIf, TupleParameter};

/// `if` in both styles.
pub(super) fn if_expr(p: &mut Parser<'_>) -> Completed {
    let marker = p.start();
    let first = p.at;
    p.bump();
    p.head_expr();
    match p.current() {
        L_BRACE => brace_if(p, first),
        DO_KW => do_if(p, p.at),
        _ => {
            p.expected("`do` or `{` after the condition");
            do_if(p, first);
        }
    }
    p.complete(marker, IF_EXPR)
}

/// The branches of an `if … do`, up to the `end` that closes them all.
fn do_if(p: &mut Parser<'_>, opener: usize) {
    p.open.ends += 1;
    do_branch(p, true);
    let mut braced = false;
    while p.at(ELSE_KW) {
        let marker = p.start();
        let else_at = p.at;
        p.bump();
        let chained = p.at(IF_KW) && !p.newline_before(0);
        if chained {
            p.bump();
            p.head_expr();
        }
        braced = p.at(L_BRACE);
        if braced {
            let span = p.span(p.at);
            p.report_understood(MixedIf {
                span,
                first: p.span(opener),
                braces: true,
            });
            p.open.ends -= 1;
            blocks::block(p);
            p.open.ends += 1;
        } else if chained && !p.at(DO_KW) {
            p.expected("`do` after the condition");
            do_branch(p, true);
        } else {
            do_branch(p, chained);
        }
        p.complete(marker, if chained { ELSE_IF } else { ELSE });
        debug_assert!(p.at > else_at);
        if !chained {
            break;
        }
    }
    p.open.ends -= 1;
    // After a branch in braces the `end` may be someone else's.
    let outer = p
        .column_of_first(p.at)
        .is_some_and(|column| column < p.indentation(opener));
    if p.token(opener).kind == IF_KW {
        // The `do` was missing.
        blocks::close_silently(p, END_KW);
    } else if !braced || (p.at(END_KW) && !outer) {
        blocks::close_block(p, opener, END_KW);
    }
}

/// `do` and the statements of a branch; after `else` the `do` may be left out.
fn do_branch(p: &mut Parser<'_>, more_may_follow: bool) {
    let marker = p.start();
    p.eat(DO_KW);
    p.within_block(|p| {
        p.region.do_if_open = more_may_follow;
        statements(
            p,
            if more_may_follow {
                Until::Else
            } else {
                Until::Close(END_KW)
            },
        );
    });
    p.complete(marker, BLOCK_EXPR);
}

fn brace_if(p: &mut Parser<'_>, first: usize) {
    blocks::block(p);
    while p.at(ELSE_KW) && !(p.newline_before(0) && p.region.do_if_open) {
        let marker = p.start();
        p.bump();
        let chained = p.at(IF_KW) && !p.newline_before(0);
        if chained {
            p.bump();
            p.head_expr();
        }
        match p.current() {
            L_BRACE => {
                blocks::block(p);
            }
            DO_KW => {
                let span = p.span(p.at);
                p.report_understood(MixedIf {
                    span,
                    first: p.span(first),
                    braces: false,
                });
                blocks::block(p);
            }
            _ => {
                p.expected("`{` for the other branch");
                exprs::optional(p);
            }
        }
        p.complete(marker, if chained { ELSE_IF } else { ELSE });
        if !chained {
            break;
        }
    }
}

/// `match` and `case`.
pub(super) fn match_expr(p: &mut Parser<'_>) -> Completed {
    let marker = p.start();
    p.bump();
    p.head_expr();
    arms(p, false);
    p.complete(marker, MATCH_EXPR)
}

/// `receive`.
pub(super) fn receive(p: &mut Parser<'_>) -> Completed {
    let marker = p.start();
    p.bump();
    arms(p, true);
    p.complete(marker, RECEIVE_EXPR)
}

fn arms(p: &mut Parser<'_>, receive: bool) {
    let what = if receive {
        "a message's pattern and `->`"
    } else {
        "a pattern and `->`"
    };
    let mut after = None;
    blocks::members(p, "`do` or `{` and the arms", what, |p| {
        arm(p, receive, &mut after)
    });
}

pub(super) fn arm(p: &mut Parser<'_>, receive: bool, after: &mut Option<usize>) -> bool {
    let marker = p.start();
    if let Some(first) = *after {
        let (after, span) = (p.span(first), p.span(p.at));
        p.report_understood(AfterNotLast { after, span });
    }
    if receive && p.at_after_arm() {
        *after = Some(p.at);
        p.bump();
        exprs::required(p, "a time");
        arrow_and_body(p, receive);
        p.complete(marker, AFTER_ARM);
        return true;
    }
    if receive && p.at_signal_arm() {
        p.bump();
    }
    if pats::pattern(p, Form::FULL).is_none() {
        p.abandon(marker);
        return false;
    }
    guard(p);
    arrow_and_body(p, receive);
    p.complete(marker, MATCH_ARM);
    true
}

/// `when condition`, if there.
pub(super) fn guard(p: &mut Parser<'_>) {
    if p.at(WHEN_KW) {
        let marker = p.start();
        p.bump();
        p.head_expr();
        p.complete(marker, GUARD);
    }
}

fn arrow_and_body(p: &mut Parser<'_>, receive: bool) {
    // Without an arrow, what stands on the next line is as likely another arm.
    if p.arrow() || !p.newline_before(0) {
        arm_body(p, receive);
    }
}

/// A block, one expression, or several statements up to the next arm.
fn arm_body(p: &mut Parser<'_>, receive: bool) {
    if p.at_any(&[DO_KW, L_BRACE]) {
        blocks::block(p);
    } else {
        undelimited(p, Until::Arm { receive }, "the arm's value");
    }
}

/// Statements without delimiters: a block, unless there is one expression only.
fn undelimited(p: &mut Parser<'_>, until: Until, what: &'static str) {
    let marker = p.start();
    let first = p.at;
    let found = p.within_block(|p| statements(p, until));
    if found.count == 0 && p.at == first {
        p.expected(what);
    }
    if found.count == 1 && found.last_is_expr {
        p.abandon(marker);
    } else {
        p.complete(marker, BLOCK_EXPR);
    }
}

/// `for pattern in values when condition do … end`.
pub(super) fn for_expr(p: &mut Parser<'_>) -> Completed {
    let marker = p.start();
    p.bump();
    pats::required(p, Form::FULL);
    p.expect(IN_KW);
    p.head_expr();
    guard(p);
    blocks::required_as(p, "`do` or `{` after what it goes over");
    p.complete(marker, FOR_EXPR)
}

/// `while condition do … end`.
pub(super) fn while_expr(p: &mut Parser<'_>) -> Completed {
    let marker = p.start();
    p.bump();
    p.head_expr();
    blocks::required_as(p, "`do` or `{` after the condition");
    p.complete(marker, WHILE_EXPR)
}

/// `return`, with a value if one stands on its line.
pub(super) fn return_expr(p: &mut Parser<'_>) -> Completed {
    let marker = p.start();
    p.bump();
    if !p.line_ends() && looking::starts_expr(p.current()) {
        exprs::required(p, "a value");
    }
    p.complete(marker, RETURN_EXPR)
}

/// A function without a name, in all its forms.
pub(super) fn closure(p: &mut Parser<'_>) -> Completed {
    let marker = p.start();
    let opener = p.at;
    p.bump();
    p.within_block(|p| {
        clauses(p, opener);
    });
    p.complete(marker, CLOSURE_EXPR)
}

fn clauses(p: &mut Parser<'_>, opener: usize) {
    let clause = p.start();
    clause_head(p);
    if !p.at_any(&[ARROW, FAT_ARROW]) {
        blocks::required(p);
        p.complete(clause, CLOSURE_CLAUSE);
        return;
    }
    if let Some(body) = p.after_closure_result() {
        typed_result(p, body);
        p.complete(clause, CLOSURE_CLAUSE);
        return;
    }
    p.open.ends += 1;
    clause_body(p);
    p.complete(clause, CLOSURE_CLAUSE);
    while p.eat(PIPE) {
        let clause = p.start();
        clause_head(p);
        clause_body(p);
        p.complete(clause, CLOSURE_CLAUSE);
    }
    p.open.ends -= 1;
    blocks::close_block(p, opener, END_KW);
}

/// A closure with the type of its result, up to the token `body`: that is reported, and the rest read as it was meant.
fn typed_result(p: &mut Parser<'_>, body: usize) {
    let equals = p.token(body).kind == EQ;
    let last = if equals { body } else { body - 1 };
    p.report_understood(ClosureResult {
        result: p.span_between(p.at, last),
        equals,
    });
    let wrong = p.start();
    while p.at <= last {
        p.bump();
    }
    p.complete(wrong, ERROR);
    if equals {
        exprs::required(p, "the function's value");
    } else {
        blocks::required(p);
    }
}

fn clause_head(p: &mut Parser<'_>) {
    if p.at(L_PAREN) && !p.at_tuple_before_params() {
        items::param_list(p);
    } else if !p.at_any(&[ARROW, DO_KW, WHEN_KW]) {
        let params = p.start();
        let (first, tuple) = (p.at, p.at_tuple_before_params());
        let mut tuple_end = first;
        loop {
            if !items::param(p, Form::BARE) {
                p.expected("a parameter, `->` or `do`");
                break;
            }
            if tuple_end == first {
                tuple_end = p.at - 1;
            }
            if !p.eat(COMMA) {
                break;
            }
        }
        p.complete(params, PARAM_LIST);
        if tuple {
            p.report_understood(TupleParameter {
                tuple: p.span_between(first, tuple_end),
                rest: p.span_between(tuple_end + 1, p.at - 1),
            });
        }
    }
    guard(p);
}

fn clause_body(p: &mut Parser<'_>) {
    p.arrow();
    if p.at_any(&[DO_KW, L_BRACE]) {
        blocks::block(p);
    } else {
        undelimited(p, Until::Clause, "the function's value");
    }
}
