//! Types as they are written: names with arguments, tuples, functions, and the postfixes `?` and `!`.

use super::*;

/// A type, or the report that it is missing.
pub(super) fn required(p: &mut Parser<'_>) {
    if optional(p).is_none() {
        p.expected("a type");
    }
}

pub(super) fn optional(p: &mut Parser<'_>) -> Option<Completed> {
    if !p.enter() {
        p.leave();
        return None;
    }
    let ty = primary(p).map(|ty| postfix(p, ty));
    p.leave();
    ty
}

fn postfix(p: &mut Parser<'_>, mut ty: Completed) -> Completed {
    loop {
        if p.at_same_line(QUESTION) {
            let marker = p.precede(ty);
            p.bump();
            ty = p.complete(marker, OPTION_TYPE);
        } else if p.at_same_line(BANG) {
            let marker = p.precede(ty);
            p.bump();
            if primary(p).is_none() {
                p.expected("the type of the error");
            }
            ty = p.complete(marker, RESULT_TYPE);
        } else {
            return ty;
        }
    }
}

fn primary(p: &mut Parser<'_>) -> Option<Completed> {
    match p.current() {
        FN_KW => Some(function(p)),
        FUN_KW if p.nth(1) == L_PAREN => Some(function(p)),
        L_PAREN => Some(parens(p)),
        kind if looking::is_type_name(kind) => Some(path_type(p)),
        // `receives none`; elsewhere resolve says that there is no such type.
        IDENT if !p.newline_before(0) => Some(path_type(p)),
        _ => None,
    }
}

fn function(p: &mut Parser<'_>) -> Completed {
    let marker = p.start();
    p.bump();
    if p.at(L_PAREN) {
        let list = p.start();
        p.bracketed(list_of_types);
        p.complete(list, TYPE_LIST);
    } else {
        p.expected("the types of the parameters in parentheses");
    }
    if p.eat(ARROW) {
        required(p);
    } else {
        p.expected("`->` and the type of the result");
    }
    p.complete(marker, FN_TYPE)
}

fn list_of_types(p: &mut Parser<'_>) -> (usize, bool) {
    p.comma_list(&[R_PAREN], "a type", |p| optional(p).is_some())
}

fn parens(p: &mut Parser<'_>) -> Completed {
    let marker = p.start();
    let (count, comma) = p.bracketed(list_of_types);
    p.complete(
        marker,
        if count == 1 && !comma {
            PAREN_TYPE
        } else {
            TUPLE_TYPE
        },
    )
}

/// `Module.Name<A, B>`, also as a bound with `Output = T`.
pub(super) fn path_type(p: &mut Parser<'_>) -> Completed {
    let marker = p.start();
    atoms::path(p);
    if p.at_same_line(LT) {
        type_args(p);
    }
    p.complete(marker, PATH_TYPE)
}

fn type_args(p: &mut Parser<'_>) {
    let marker = p.start();
    p.bump();
    p.within_brackets(|p| {
        while !p.at_any(&[GT, EOF]) {
            let arg = p.start();
            if looking::is_type_name(p.current()) && p.nth(1) == EQ {
                p.word_as(NAME_REF, TYPE_IDENT);
                p.bump();
            }
            if optional(p).is_none() {
                p.expected("a type");
                p.complete(arg, TYPE_ARG);
                break;
            }
            p.complete(arg, TYPE_ARG);
            if !p.eat(COMMA) {
                break;
            }
        }
    });
    p.expect(GT);
    p.complete(marker, TYPE_ARG_LIST);
}

/// `A + B<C>` after a colon.
pub(super) fn bounds(p: &mut Parser<'_>) {
    let marker = p.start();
    loop {
        if looking::is_type_name(p.current()) {
            path_type(p);
        } else {
            p.expected("the name of an interface");
            break;
        }
        if !p.eat(PLUS) {
            break;
        }
    }
    p.complete(marker, TYPE_BOUNDS);
}

/// `<T: A + B, U>` after a name.
pub(super) fn generic_params(p: &mut Parser<'_>) {
    if !p.at_same_line(LT) {
        return;
    }
    let marker = p.start();
    p.bump();
    p.within_brackets(|p| {
        while !p.at_any(&[GT, EOF]) {
            let param = p.start();
            let named = p.type_name("the name of a type parameter");
            if p.eat(COLON) {
                bounds(p);
            }
            p.complete(param, GENERIC_PARAM);
            if !named || !p.eat(COMMA) {
                break;
            }
        }
    });
    p.expect(GT);
    p.complete(marker, GENERIC_PARAM_LIST);
}

/// `: T` or `:: T`, if there.
pub(super) fn ascription(p: &mut Parser<'_>) -> bool {
    let found = p.at_any(&[COLON, COLON2]);
    if found {
        p.bump();
        required(p);
    }
    found
}
