//! Patterns: what stands before an arrow, in `let`, in `for` and as a parameter.

use super::*;
use crate::diagnostics::AtomAscription;

/// How much of a pattern may stand at a place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    /// Whether `|` separates alternatives.
    alternatives: bool,
    /// Whether `name :: Type` is an ascription, which is not part of the pattern.
    binding: bool,
}

impl Form {
    /// An arm, a `for`.
    pub(super) const FULL: Form = Form {
        alternatives: true,
        binding: false,
    };
    /// An element of a list.
    pub(super) const ELEMENT: Form = Form {
        alternatives: false,
        binding: false,
    };
    /// `let`, and a parameter in parentheses.
    pub(super) const BINDING: Form = Form {
        alternatives: true,
        binding: true,
    };
    /// A parameter without parentheses.
    pub(super) const BARE: Form = Form {
        alternatives: false,
        binding: true,
    };
}

/// A pattern, or the report that it is missing.
pub(super) fn required(p: &mut Parser<'_>, form: Form) -> bool {
    let found = pattern(p, form).is_some();
    if !found {
        p.expected("a pattern");
    }
    found
}

/// A pattern, if one begins here.
pub(super) fn pattern(p: &mut Parser<'_>, form: Form) -> Option<Completed> {
    if !p.enter() {
        p.leave();
        return None;
    }
    let pat = alternatives(p, form).map(|mut pat| {
        while p.at(AS_KW) && !p.line_ends() {
            let marker = p.precede(pat);
            p.bump();
            p.value_name("the name for the value");
            pat = p.complete(marker, AS_PAT);
        }
        pat
    });
    p.leave();
    pat
}

fn alternatives(p: &mut Parser<'_>, form: Form) -> Option<Completed> {
    if !form.alternatives {
        return cons(p, form);
    }
    let leading = p.at(PIPE).then(|| {
        let marker = p.start();
        p.bump();
        marker
    });
    let first = cons(p, form);
    let marker = match (leading, first) {
        (Some(marker), _) => marker,
        (None, Some(first)) if p.at(PIPE) => p.precede(first),
        (None, first) => return first,
    };
    while p.eat(PIPE) {
        if cons(p, form).is_none() {
            p.expected("another pattern");
            break;
        }
    }
    Some(p.complete(marker, OR_PAT))
}

fn cons(p: &mut Parser<'_>, form: Form) -> Option<Completed> {
    if !p.enter() {
        p.leave();
        return None;
    }
    let result = atom(p).map(|head| match p.current() {
        COLON2 if form.binding && ascription_follows(p) => head,
        COLON2 if !p.line_ends() => {
            let marker = p.precede(head);
            p.bump();
            tail(p, form);
            p.complete(marker, CONS_PAT)
        }
        LT_GT if head.kind == LITERAL_PAT && !p.line_ends() => {
            // The string stands directly in the prefix pattern.
            p.events[head.start as usize] = Event::Nothing;
            p.events.pop();
            let marker = Marker(head.start);
            p.bump();
            tail(p, form);
            p.complete(marker, PREFIX_PAT)
        }
        _ => head,
    });
    p.leave();
    result
}

fn tail(p: &mut Parser<'_>, form: Form) {
    if cons(p, form).is_none() {
        p.expected("a pattern for the rest");
    }
}

/// After a name in a parameter, `let` or field: `::` and a type rather than the rest of a list.
fn ascription_follows(p: &Parser<'_>) -> bool {
    looking::is_type_name(p.nth(1)) || matches!(p.nth(1), L_PAREN | FN_KW)
}

fn atom(p: &mut Parser<'_>) -> Option<Completed> {
    let kind = p.current();
    Some(match kind {
        UNDERSCORE => p.single(WILDCARD_PAT),
        kind if looking::is_value_name(kind) => {
            let marker = p.start();
            p.word_as(NAME, IDENT);
            p.complete(marker, NAME_PAT)
        }
        INT | FLOAT | ATOM | TRUE_KW | FALSE_KW | STRING_OPEN => range(p),
        MINUS if matches!(p.nth(1), INT | FLOAT) => range(p),
        L_PAREN => parens(p),
        L_BRACE => braces(p),
        L_BRACKET => list(p),
        PERCENT if looking::is_type_name(p.nth(1)) => constructor(p),
        kind if looking::is_type_name(kind) => constructor(p),
        ERROR_TOKEN => p.single(ERROR),
        kind if kind.is_reserved()
            && !p.newline_before(0)
            && matches!(p.nth(1), EQ | COMMA | R_PAREN | COLON | ARROW | IN_KW) =>
        {
            let marker = p.start();
            p.value_name("a name");
            p.complete(marker, NAME_PAT)
        }
        _ => return None,
    })
}

fn literal(p: &mut Parser<'_>) -> Completed {
    let marker = p.start();
    p.eat(MINUS);
    if p.at(STRING_OPEN) {
        atoms::string(p);
    } else {
        p.single(LITERAL);
    }
    p.complete(marker, LITERAL_PAT)
}

fn range(p: &mut Parser<'_>) -> Completed {
    let start = literal(p);
    if !p.at_any(&[DOT2, DOT2_EQ]) {
        return start;
    }
    let marker = p.precede(start);
    p.bump();
    if p.at_any(&[INT, FLOAT, MINUS]) {
        literal(p);
    } else {
        p.expected("the end of the range");
    }
    p.complete(marker, RANGE_PAT)
}

fn parens(p: &mut Parser<'_>) -> Completed {
    let marker = p.start();
    let (count, comma) = p.bracketed(|p| elements(p, R_PAREN));
    p.complete(
        marker,
        if count == 1 && !comma {
            PAREN_PAT
        } else {
            TUPLE_PAT
        },
    )
}

fn braces(p: &mut Parser<'_>) -> Completed {
    let marker = p.start();
    p.bracketed(|p| elements(p, R_BRACE));
    p.complete(marker, TUPLE_PAT)
}

/// Patterns with commas: how many, and whether a comma stands last.
fn elements(p: &mut Parser<'_>, close: SyntaxKind) -> (usize, bool) {
    p.comma_list(&[close], "a pattern", |p| pattern(p, Form::FULL).is_some())
}

/// `x :Int`: the colon made an atom.
pub(super) fn atom_ascription(p: &mut Parser<'_>) {
    let atom = p.text(p.at).to_string();
    p.report(AtomAscription {
        atom,
        span: p.span(p.at),
    });
    p.bump_error();
}

fn list(p: &mut Parser<'_>) -> Completed {
    let marker = p.start();
    p.bracketed(|p| {
        let element = |p: &mut Parser<'_>| pattern(p, Form::ELEMENT).is_some();
        p.comma_list(&[R_BRACKET, PIPE], "a pattern", element);
        if p.at(PIPE) {
            let tail = p.start();
            p.bump();
            required(p, Form::ELEMENT);
            p.complete(tail, LIST_PAT_TAIL);
        }
    });
    p.complete(marker, LIST_PAT)
}

fn constructor(p: &mut Parser<'_>) -> Completed {
    let marker = p.start();
    p.eat(PERCENT);
    atoms::type_path(p);
    match p.current() {
        L_PAREN if !p.newline_before(0) => {
            args(p);
            p.complete(marker, CONSTRUCTOR_PAT)
        }
        L_BRACE if !p.newline_before(0) => {
            fields(p);
            p.complete(marker, STRUCT_PAT)
        }
        _ => p.complete(marker, CONSTRUCTOR_PAT),
    }
}

fn args(p: &mut Parser<'_>) {
    let marker = p.start();
    p.bracketed(|p| {
        p.comma_list(&[R_PAREN], "a pattern", |p| {
            if p.eat(DOT2) {
                return true;
            }
            let arg = p.start();
            let named = looking::is_word(p.current()) && p.nth(1) == COLON;
            if named {
                p.any_word(NAME_REF);
                p.bump();
            }
            let found = pattern(p, Form::FULL).is_some();
            if named || found {
                p.complete(arg, PAT_ARG);
            } else {
                p.abandon(arg);
            }
            found
        })
    });
    p.complete(marker, PAT_ARG_LIST);
}

fn fields(p: &mut Parser<'_>) {
    p.bracketed(|p| {
        p.comma_list(&[R_BRACE], "the name of a field", |p| {
            if p.eat(DOT2) {
                return true;
            }
            if !looking::is_word(p.current()) {
                return false;
            }
            let field = p.start();
            p.any_word(NAME_REF);
            if p.eat(COLON) {
                required(p, Form::FULL);
            }
            p.complete(field, FIELD_PAT);
            true
        })
    });
}
