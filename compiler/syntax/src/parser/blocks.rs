//! Blocks, statements, and lists of members between `do` and `end` or braces.

use super::pats::Form;
use super::*;
use crate::diagnostics::{
    Assignment, BraceTuple, ItemInBlock, SameLine, StrayArm, StrayElse, TerminateNotLast,
    UnnamedFields,
};

/// What statements end at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// The closer of their block.
    Close(SyntaxKind),
    /// `else` or `end`.
    Else,
    /// The next arm.
    Arm { receive: bool },
    /// The `|` or `end` of a closure's clause.
    Clause,
}

/// What statements there were.
#[derive(Clone, Copy, Default)]
pub(super) struct Statements {
    pub count: usize,
    pub last_is_expr: bool,
}

/// A block, or the report that it is missing.
pub(super) fn required(p: &mut Parser<'_>) {
    required_as(p, "`do` or `{`");
}

/// A block, or the report that `what` is missing.
pub(super) fn required_as(p: &mut Parser<'_>, what: &'static str) {
    if p.at_any(&[DO_KW, L_BRACE]) {
        block(p);
    } else {
        p.expected(what);
        let marker = p.start();
        if undelimited(p, |p, close| {
            statements(p, Until::Close(close));
        }) {
            p.complete(marker, BLOCK_EXPR);
        } else {
            p.abandon(marker);
        }
    }
}

/// The block that begins here.
pub(super) fn block(p: &mut Parser<'_>) -> Completed {
    block_in(p, |_| {}, false)
}

/// The block that begins here, with `|parameters|` if there.
pub(super) fn block_with_params(p: &mut Parser<'_>) -> Completed {
    block_in(p, |_| {}, true)
}

/// The body of an `actor`, whose last section may be `terminate`.
pub(super) fn actor_body(p: &mut Parser<'_>) {
    if p.at_any(&[DO_KW, L_BRACE]) {
        block_in(p, |region| region.actor_body = true, false);
    } else {
        required(p);
    }
}

fn block_in(p: &mut Parser<'_>, change: impl FnOnce(&mut Region), params: bool) -> Completed {
    let marker = p.start();
    let opener = p.at;
    if !p.enter() {
        p.leave();
        return p.complete(marker, BLOCK_EXPR);
    }
    if p.at(L_BRACE) && atoms::fields_follow(p) {
        p.report_understood(UnnamedFields {
            span: p.span(opener),
        });
        atoms::struct_fields(p);
        p.leave();
        return p.complete(marker, ERROR);
    }
    delimited(p, |p, close| {
        change(&mut p.region);
        if params && p.at(PIPE) {
            block_params(p);
        }
        let found = statements(p, Until::Close(close));
        if close == R_BRACE && found.count == 1 && found.last_is_expr && p.at(COMMA) {
            brace_tuple(p, opener);
        }
        while close == R_BRACE && p.at(COMMA) {
            p.expected("a new line or `;`");
            p.bump_error();
            statements(p, Until::Close(close));
        }
    });
    p.leave();
    p.complete(marker, BLOCK_EXPR)
}

/// Takes `do` or a brace, what `parse` takes, and the closer.
fn delimited(p: &mut Parser<'_>, parse: impl FnOnce(&mut Parser<'_>, SyntaxKind)) {
    let opener = p.at;
    let brace = p.at(L_BRACE);
    let close = if brace { R_BRACE } else { END_KW };
    p.bump();
    let outer = p.open;
    if brace {
        p.open.braces += 1;
    } else {
        p.open.ends += 1;
    }
    p.within_block(|p| parse(p, close));
    p.open = outer;
    close_block(p, opener, close);
}

/// After the report that an opener is missing: takes what was meant for the block, and its closer, on the lines that
/// follow. Without that its `end` would close something else.
fn undelimited(p: &mut Parser<'_>, parse: impl FnOnce(&mut Parser<'_>, SyntaxKind)) -> bool {
    if !p.newline_before(0) || p.at_closer() {
        return false;
    }
    let close = if p.open.ends == 0 && p.open.braces > 0 {
        R_BRACE
    } else {
        END_KW
    };
    let outer = p.open;
    match close {
        R_BRACE => p.open.braces += 1,
        _ => p.open.ends += 1,
    }
    p.within_block(|p| parse(p, close));
    p.open = outer;
    close_silently(p, close);
    true
}

/// Takes what may be the closer of a block whose opener is missing.
pub(super) fn close_silently(p: &mut Parser<'_>, close: SyntaxKind) {
    let other_is_ours = match p.current() {
        END_KW => p.open.ends == 0,
        R_BRACE => p.open.braces == 0,
        _ => false,
    };
    if p.at(close) || other_is_ours {
        p.bump();
    }
}

pub(super) fn close_block(p: &mut Parser<'_>, opener: usize, close: SyntaxKind) {
    let other = if close == END_KW { R_BRACE } else { END_KW };
    let outer = if other == END_KW {
        p.open.ends
    } else {
        p.open.braces
    };
    let wrong = p.at(other) && outer == 0;
    p.close(opener, close);
    if wrong {
        p.bump_error();
    }
}

/// `{a, b}` where a tuple was meant.
fn brace_tuple(p: &mut Parser<'_>, opener: usize) {
    while p.eat(COMMA) {
        if exprs::optional(p).is_none() {
            break;
        }
    }
    if p.at(R_BRACE) {
        let (open, close) = (p.span(opener), p.span(p.at));
        p.report_understood(BraceTuple { open, close });
    }
}

fn block_params(p: &mut Parser<'_>) {
    let marker = p.start();
    p.bump();
    p.comma_list(&[PIPE], "a parameter", |p| items::param(p, Form::BARE));
    p.expect(PIPE);
    p.complete(marker, BLOCK_PARAMS);
}

/// Whether what follows on the line may end statements.
fn may_end_here(p: &Parser<'_>, until: Until) -> bool {
    let after = until == Until::Arm { receive: true } && p.at_after_arm();
    after || ends_here(p, until) || at_end_of_any(p)
}

/// Statements up to what ends them, which is left for the caller.
pub(super) fn statements(p: &mut Parser<'_>, until: Until) -> Statements {
    let mut found = Statements::default();
    let mut terminate = None;
    loop {
        let separated = skip_semicolons(p);
        if p.newline_before(0) || separated {
            p.speak();
        } else if found.count > 0 && !may_end_here(p, until) {
            // An element outside of its bracket follows from what is wrong with the bracket.
            let element = p.at_any(&[COLON, FAT_ARROW]) && p.item_is_wrong();
            p.quiet |= element;
            same_line(p);
        }
        if ends_here(p, until) || (found.count > 0 && next_arm(p, until)) {
            return found;
        }
        if p.at_any(&[R_PAREN, R_BRACKET]) {
            if p.closes_outer() {
                return found;
            }
            continue;
        }
        if p.at(END_KW) || p.at(R_BRACE) {
            // Closes something around, or nothing: the block's own closing says which.
            return found;
        }
        if p.at(ELSE_KW) {
            stray_else(p);
            continue;
        }
        if p.region.actor_body && p.at(TERMINATE_KW) && matches!(p.nth(1), DO_KW | L_BRACE) {
            terminate_ends(p, terminate.replace(p.at));
            actors::terminate(p);
            continue;
        }
        terminate_ends(p, terminate.take());
        if p.at_any(&[PIPE_GT, PIPE_2_GT, DOT]) && p.item_is_wrong() {
            // Goes on with a statement that ended too early.
            p.quiet = true;
            p.bump_error();
            continue;
        }
        let first = p.at;
        let begun = statement(p);
        if p.at_same_line(ARROW) || (begun.is_none() && p.at_arm()) {
            stray_arm(p, first, until);
            continue;
        }
        match begun {
            Some(is_expr) => {
                found.count += 1;
                found.last_is_expr = is_expr;
            }
            None => {
                p.expected_instead("a statement");
                if p.at == first {
                    p.bump_error();
                }
            }
        }
    }
}

/// Something stands behind the `terminate` section at `section`.
fn terminate_ends(p: &mut Parser<'_>, section: Option<usize>) {
    if let Some(section) = section {
        let (section, span) = (p.span(section), p.span(p.at));
        p.report_understood(TerminateNotLast { section, span });
    }
}

/// `pattern -> …` where no arms are. What looks like another arm on a line that follows is part of the same mistake.
fn stray_arm(p: &mut Parser<'_>, first: usize, until: Until) {
    if p.item_is_wrong() {
        p.quiet = true;
    }
    p.report(StrayArm {
        span: p.span(first),
    });
    let marker = p.start();
    loop {
        if !p.at(ARROW) {
            control::arm(p, false, &mut None);
        } else {
            p.bump();
            p.within_block(|p| statements(p, Until::Arm { receive: false }));
        }
        if !p.at_arm() || matches!(until, Until::Arm { .. }) {
            break;
        }
    }
    p.complete(marker, ERROR);
}

/// An `else` without an `if`, with what is probably its branch.
fn stray_else(p: &mut Parser<'_>) {
    let marker = p.start();
    let (span, column) = (p.span(p.at), p.indentation(p.at));
    if p.item_is_wrong() {
        p.quiet = true;
    }
    p.report(StrayElse { span });
    p.bump();
    if p.mute > 0 {
        p.complete(marker, ERROR);
        return;
    }
    p.within_block(|p| statements(p, Until::Close(END_KW)));
    if p.at(END_KW) && p.column_of_first(p.at).is_none_or(|at| at == column) {
        p.bump();
    }
    p.complete(marker, ERROR);
}

fn skip_semicolons(p: &mut Parser<'_>) -> bool {
    let found = p.at(SEMICOLON);
    while p.eat(SEMICOLON) {}
    found
}

/// A token that ends some block or bracket, if not this one.
fn at_end_of_any(p: &Parser<'_>) -> bool {
    p.at_any(&[END_KW, R_BRACE, R_PAREN, R_BRACKET, ELSE_KW])
}

fn ends_here(p: &Parser<'_>, until: Until) -> bool {
    if p.at(EOF) || p.at_item_boundary() {
        return true;
    }
    match until {
        Until::Close(R_BRACE) => p.at_any(&[R_BRACE, COMMA]),
        Until::Close(kind) => p.at(kind),
        Until::Else => p.at_any(&[ELSE_KW, END_KW]),
        Until::Arm { .. } => p.at_any(&[END_KW, R_BRACE, COMMA]),
        Until::Clause => p.at_any(&[END_KW, PIPE]),
    }
}

fn next_arm(p: &Parser<'_>, until: Until) -> bool {
    let Until::Arm { receive } = until else {
        return false;
    };
    (receive && (p.at_after_arm() || p.at_signal_arm())) || p.at_arm()
}

/// A statement, if one begins here: whether it is an expression.
pub(super) fn statement(p: &mut Parser<'_>) -> Option<bool> {
    match p.current() {
        LET_KW => {
            let_stmt(p);
            Some(false)
        }
        FN_KW if p.at_local_fn() => {
            local_fn(p);
            Some(false)
        }
        STRUCT_KW | TYPE_KW | INTERFACE_KW | TRAIT_KW | IMPL_KW | CONST_KW | IMPORT_KW
        | SERVICE_KW | SUPERVISOR_KW | ACTOR_KW | PUB_KW | EXTERN_KW | AT => {
            let word = p.text(p.at).to_string();
            p.report_understood(ItemInBlock {
                word,
                span: p.span(p.at),
            });
            items::item(p);
            Some(false)
        }
        _ => {
            let first = p.at;
            exprs::optional(p)?;
            if p.at_same_line(EQ) {
                assignment(p, first);
            }
            Some(true)
        }
    }
}

fn local_fn(p: &mut Parser<'_>) {
    let marker = p.start();
    if p.enter() {
        items::function(p, marker, items::Body::Required);
    } else {
        p.abandon(marker);
    }
    p.leave();
}

fn let_stmt(p: &mut Parser<'_>) {
    let marker = p.start();
    p.bump();
    let (first, refutable) = (p.at, may_fail(p));
    pats::required(p, Form::BINDING);
    if p.at(ATOM) {
        pats::atom_ascription(p);
    }
    types::ascription(p);
    if p.eat(EQ) {
        exprs::body(p, "a value");
    } else {
        p.expected("`=` and a value");
        if p.at > first && !p.newline_before(0) {
            exprs::optional(p);
        }
    }
    let own_else = !p.newline_before(0) || refutable || !p.region.do_if_open;
    if p.at(ELSE_KW) && own_else {
        let other = p.start();
        p.bump();
        exprs::body(p, "what to do instead");
        p.complete(other, LET_ELSE);
    }
    p.complete(marker, LET_STMT);
}

/// Whether the pattern at hand looks as if it may not match: only then has an `else` on a new line a meaning for it.
fn may_fail(p: &Parser<'_>) -> bool {
    looking::is_type_name(p.current())
        || p.at_any(&[
            INT,
            FLOAT,
            ATOM,
            STRING_OPEN,
            TRUE_KW,
            FALSE_KW,
            L_BRACKET,
            MINUS,
        ])
        || matches!(p.nth(1), COLON2)
}

/// `x = 1` without `let`.
fn assignment(p: &mut Parser<'_>, first: usize) {
    let (target, eq) = (p.span_between(first, p.at - 1), p.span(p.at));
    p.report_understood(Assignment { target, eq });
    let marker = p.start();
    p.bump();
    exprs::body(p, "a value");
    p.complete(marker, ERROR);
}

/// Members between `do` and `end` or braces, each on its line or after a comma. `missing` says what is expected if no
/// block begins; `what`, what a member is. `member` takes one or says that none begins here.
pub(super) fn members(
    p: &mut Parser<'_>,
    missing: &'static str,
    what: &'static str,
    mut member: impl FnMut(&mut Parser<'_>) -> bool,
) {
    if !p.enter() {
        p.leave();
        return;
    }
    if p.at_any(&[DO_KW, L_BRACE]) {
        delimited(p, |p, _| member_list(p, what, &mut member));
    } else {
        p.expected(missing);
        undelimited(p, |p, _| member_list(p, what, &mut member));
    }
    p.leave();
}

fn member_list(
    p: &mut Parser<'_>,
    what: &'static str,
    member: &mut impl FnMut(&mut Parser<'_>) -> bool,
) {
    let mut separated = true;
    loop {
        while p.at_any(&[SEMICOLON, COMMA]) {
            p.bump();
        }
        separated |= p.at > 0 && matches!(p.token(p.at - 1).kind, SEMICOLON | COMMA);
        if p.newline_before(0) {
            separated = true;
            p.speak();
        }
        let field = p.current().is_reserved() && matches!(p.nth(1), COLON | COLON2);
        if p.at_closer() && !field {
            break;
        }
        if p.at_any(&[R_PAREN, R_BRACKET]) {
            if p.closes_outer() {
                break;
            }
            continue;
        }
        if !separated && !p.at_after_arm() {
            same_line(p);
        }
        let (first, column) = (p.at, p.item_column);
        p.item_column = p.column_of_first(p.at).or(column);
        if !member(p) || p.at == first {
            p.expected_instead(what);
            if statement(p).is_none() && p.at == first {
                p.bump_error();
            }
        }
        p.item_column = column;
        separated = false;
    }
}

fn same_line(p: &mut Parser<'_>) {
    let back = |count| p.at.checked_sub(count).map_or("", |at| p.text(at));
    p.report(SameLine {
        span: p.span(p.at),
        before: back(1).to_string(),
        binds: p.at(COLON) && p.nth(1) == EQ,
        updates: p.at(PIPE) && back(2) == "{",
    });
}

/// An item as a member of another, if one begins here.
pub(super) fn nested_item(p: &mut Parser<'_>) -> bool {
    if items::at_item_start(p) || p.at(FN_KW) {
        items::item(p);
        return true;
    }
    false
}
