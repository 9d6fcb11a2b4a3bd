//! The smallest expressions: literals, strings, paths, and what stands in brackets.

use super::*;
use crate::diagnostics::{MapKey, MisplacedBlock, StructInHead};

/// What an expression begins with.
pub(super) fn atom(p: &mut Parser<'_>) -> Option<Completed> {
    Some(match p.current() {
        INT | FLOAT | ATOM | TRUE_KW | FALSE_KW => p.single(LITERAL),
        STRING_OPEN => string(p),
        REGEX => p.single(REGEX_LIT),
        JSON_KW if p.nth(1) == L_BRACE && !p.newline_before(1) && !p.region.head => json(p),
        kind if looking::is_value_name(kind) => {
            let marker = p.start();
            p.word_as(PATH, IDENT);
            p.complete(marker, PATH_EXPR)
        }
        kind if looking::is_type_name(kind) => upper(p),
        PERCENT if looking::is_type_name(p.nth(1)) => {
            let marker = p.start();
            p.bump();
            type_path(p);
            if p.at(L_BRACE) {
                struct_fields(p);
            } else {
                p.expected("`{` and the fields");
            }
            p.complete(marker, STRUCT_EXPR)
        }
        L_PAREN => parens(p),
        L_BRACKET => list(p),
        MAP_OPEN => map(p),
        L_BRACE if p.region.json => json_object(p),
        L_BRACE | DO_KW if !p.region.head => misplaced_block(p),
        IF_KW => control::if_expr(p),
        MATCH_KW | CASE_KW => control::match_expr(p),
        RECEIVE_KW => control::receive(p),
        FOR_KW => control::for_expr(p),
        WHILE_KW => control::while_expr(p),
        RETURN_KW => control::return_expr(p),
        BREAK_KW => p.single(BREAK_EXPR),
        CONTINUE_KW => p.single(CONTINUE_EXPR),
        FN_KW => control::closure(p),
        ERROR_TOKEN => p.single(ERROR),
        _ => return None,
    })
}

/// A string with its interpolations, or a heredoc.
pub(super) fn string(p: &mut Parser<'_>) -> Completed {
    let marker = p.start();
    p.bump();
    loop {
        match p.current() {
            STRING_TEXT => {
                check_escapes(p);
                p.bump();
            }
            INTERPOLATION_OPEN => interpolation(p),
            STRING_CLOSE => {
                p.bump();
                break;
            }
            _ => break,
        }
    }
    p.complete(marker, STRING_LIT)
}

fn check_escapes(p: &mut Parser<'_>) {
    let raw = p.text(p.at);
    if !raw.contains('\\') {
        return;
    }
    let span = p.span(p.at);
    let mut wrong = Vec::new();
    let mut cooked = String::new();
    crate::strings::unescape(raw, &mut cooked, |range, error| {
        let escape = raw[range.clone()].to_string();
        let (start, end) = (
            span.start + range.start as u32,
            span.start + range.end as u32,
        );
        wrong.push((error, escape, Span::new(span.file, start, end)));
    });
    for (error, escape, span) in wrong {
        p.report_understood(crate::diagnostics::BadEscape {
            error,
            escape,
            span,
        });
    }
}

fn interpolation(p: &mut Parser<'_>) {
    let marker = p.start();
    p.bump();
    let nested = |p: &mut Parser<'_>| {
        if p.at(INTERPOLATION_CLOSE) {
            p.expected("an expression to put into the string");
        } else {
            exprs::required(p, "an expression to put into the string");
        }
        if !p.at(INTERPOLATION_CLOSE) {
            p.expected("`}`");
        }
        while !p.at_any(&[INTERPOLATION_CLOSE, STRING_TEXT, STRING_CLOSE, EOF]) {
            p.bump_error();
        }
    };
    p.within_brackets(nested);
    p.eat(INTERPOLATION_CLOSE);
    p.complete(marker, INTERPOLATION);
}

/// `Module.Type.item`: upper-case names, then at most one lower-case one.
pub(super) fn path(p: &mut Parser<'_>) {
    let marker = p.start();
    let mut upper = looking::is_type_name(p.current());
    p.bump_as(if upper { TYPE_IDENT } else { IDENT });
    while upper && p.at(DOT) && looking::is_word(p.nth(1)) && !p.newline_before(1) {
        p.bump();
        upper = looking::is_type_name(p.current());
        p.bump_as(if upper { TYPE_IDENT } else { IDENT });
    }
    p.complete(marker, PATH);
}

/// A path of upper-case names only.
pub(super) fn type_path(p: &mut Parser<'_>) {
    let marker = p.start();
    p.bump_as(TYPE_IDENT);
    while p.at(DOT) && looking::is_type_name(p.nth(1)) && !p.newline_before(1) {
        p.bump();
        p.bump_as(TYPE_IDENT);
    }
    p.complete(marker, PATH);
}

fn upper(p: &mut Parser<'_>) -> Completed {
    let marker = p.start();
    let first = p.at;
    path(p);
    let ends_upper = looking::is_type_name(p.token(p.at - 1).kind);
    if !ends_upper || !p.at(L_BRACE) || p.newline_before(0) {
        return p.complete(marker, PATH_EXPR);
    }
    if p.region.head {
        if !fields_follow(p) {
            return p.complete(marker, PATH_EXPR);
        }
        struct_fields(p);
        let span = p.span_between(first, p.at - 1);
        p.report(StructInHead { span });
    } else {
        struct_fields(p);
    }
    p.complete(marker, STRUCT_EXPR)
}

/// The brace at hand opens fields, since no statement begins so.
pub(super) fn fields_follow(p: &Parser<'_>) -> bool {
    match p.nth(1) {
        DOT2 => true,
        kind if looking::is_word(kind) => p.nth(2) == COLON,
        _ => false,
    }
}

pub(super) fn struct_fields(p: &mut Parser<'_>) {
    p.bracketed(|p| {
        struct_base_before_bar(p);
        p.comma_list(&[R_BRACE], "a field", |p| {
            if p.at(DOT2) {
                let base = p.start();
                p.bump();
                exprs::required(p, "the value to take the other fields from");
                p.complete(base, STRUCT_BASE);
                return true;
            }
            if !looking::is_word(p.current()) {
                return false;
            }
            let field = p.start();
            p.any_word(NAME_REF);
            if p.eat(COLON) {
                exprs::required(p, "the value of the field");
            }
            p.complete(field, STRUCT_EXPR_FIELD);
            true
        })
    });
}

/// `%Point{ p | x: 1 }`: anything but a field's name and its colon, comma or brace is the value to update.
fn struct_base_before_bar(p: &mut Parser<'_>) {
    let field = looking::is_word(p.current()) && matches!(p.nth(1), COLON | COMMA | R_BRACE);
    if field || p.at_any(&[DOT2, R_BRACE]) {
        return;
    }
    let base = p.start();
    if exprs::optional(p).is_none() {
        p.abandon(base);
        return;
    }
    p.expect(PIPE);
    p.complete(base, STRUCT_BASE);
}

fn parens(p: &mut Parser<'_>) -> Completed {
    let marker = p.start();
    let mut ascribed = false;
    let (count, comma) = p.bracketed(|p| {
        let result = p.comma_list(&[R_PAREN, COLON], "an expression", |p| {
            exprs::optional(p).is_some()
        });
        if p.at(COLON) {
            ascribed = true;
            p.bump();
            types::required(p);
        }
        result
    });
    let kind = match (ascribed, count, comma) {
        (true, ..) => ASCRIBE_EXPR,
        (false, 1, false) => PAREN_EXPR,
        _ => TUPLE_EXPR,
    };
    p.complete(marker, kind)
}

fn list(p: &mut Parser<'_>) -> Completed {
    let marker = p.start();
    let json = p.region.json;
    p.bracketed(|p| {
        p.region.json = json;
        p.comma_list(&[R_BRACKET, PIPE], "an element", |p| {
            exprs::optional(p).is_some()
        });
        if p.at(PIPE) {
            let tail = p.start();
            p.bump();
            exprs::required(p, "the rest of the list");
            p.complete(tail, LIST_TAIL);
        }
    });
    p.complete(marker, LIST_EXPR)
}

fn map(p: &mut Parser<'_>) -> Completed {
    let marker = p.start();
    p.bracketed(|p| {
        p.comma_list(&[R_BRACE], "a key", |p| {
            let entry = p.start();
            if looking::is_word(p.current()) && p.nth(1) == COLON {
                let key = p.text(p.at).to_string();
                let span = p.span_between(p.at, p.at + 1);
                p.report_understood(MapKey { key, span });
                p.any_word(NAME_REF);
                p.bump();
                exprs::required(p, "a value");
                p.complete(entry, ERROR);
                return true;
            }
            if exprs::optional(p).is_none() {
                p.abandon(entry);
                return false;
            }
            p.expect(FAT_ARROW);
            exprs::required(p, "a value");
            p.complete(entry, MAP_ENTRY);
            true
        })
    });
    p.complete(marker, MAP_EXPR)
}

fn json(p: &mut Parser<'_>) -> Completed {
    let marker = p.start();
    p.bump();
    json_object(p);
    p.complete(marker, JSON_EXPR)
}

fn json_object(p: &mut Parser<'_>) -> Completed {
    let marker = p.start();
    p.bracketed(|p| {
        p.comma_list(&[R_BRACE], "the name of a member", |p| {
            if !looking::is_word(p.current()) && !p.at(STRING_OPEN) {
                return false;
            }
            let field = p.start();
            let key = p.start();
            if p.at(STRING_OPEN) {
                string(p);
            } else {
                p.any_word(NAME_REF);
            }
            p.complete(key, JSON_KEY);
            p.expect(COLON);
            p.within(
                |region| region.json = true,
                |p| exprs::required(p, "the member's value"),
            );
            p.complete(field, JSON_FIELD);
            true
        })
    });
    p.complete(marker, JSON_OBJECT)
}

/// A block where an expression must stand. `{a, b}` is reported as what it is by the block itself. What the block was
/// meant for is not known, so nothing is said about what stands in it.
fn misplaced_block(p: &mut Parser<'_>) -> Completed {
    if p.at_brace_tuple() {
        return blocks::block(p);
    }
    p.report_understood(MisplacedBlock { span: p.span(p.at) });
    p.mute += 1;
    let block = blocks::block(p);
    p.mute -= 1;
    block
}
