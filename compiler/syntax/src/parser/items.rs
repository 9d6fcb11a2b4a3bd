//! Files, functions, types, interfaces, imports and tests.

use super::pats::Form;
use super::*;
use crate::diagnostics::{NoVisibility, TopLevelStatement, UnexpectedBody};

/// Whether a function has a body.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    Required,
    /// In an interface.
    Optional,
    /// `extern`.
    Forbidden,
}

/// The whole file.
pub(super) fn source_file(p: &mut Parser<'_>) {
    let marker = p.start();
    // After something that is no item, what follows up to the next item is the same mistake, its `end` included.
    let mut astray = false;
    loop {
        while p.eat(SEMICOLON) {}
        if p.newline_before(0) {
            p.speak();
        }
        p.quiet |= astray;
        match p.current() {
            EOF => break,
            kind if kind == FN_KW || at_item_start(p) => {
                p.speak();
                astray = false;
                (p.item_start, p.said_before_item) = (p.at, p.diagnostics.len());
                item(p);
            }
            END_KW | R_BRACE | R_PAREN | R_BRACKET | ELSE_KW => p.unmatched(),
            _ => {
                stray(p);
                astray = true;
            }
        }
    }
    p.complete(marker, SOURCE_FILE);
}

/// A file that is what stands in a block: one block without delimiters.
pub(super) fn statements(p: &mut Parser<'_>) {
    let file = p.start();
    let block = p.start();
    while !p.at(EOF) {
        let first = p.at;
        blocks::statements(p, blocks::Until::Close(EOF));
        if !p.at(EOF) && p.at_any(&[END_KW, R_BRACE, R_PAREN, R_BRACKET, ELSE_KW]) {
            p.unmatched();
        }
        if p.at == first && !p.at(EOF) {
            p.expected_instead("a statement");
            p.bump_error();
        }
    }
    p.complete(block, BLOCK_EXPR);
    p.complete(file, SOURCE_FILE);
}

/// Statements, or nothing at all, where only items stand.
fn stray(p: &mut Parser<'_>) {
    let first = p.at;
    let (word, span) = (p.text(first).to_string(), p.span(first));
    let early = p.early_end.take().map(|at| p.span(at));
    if p.item_is_wrong() && p.column_of_first(first) != Some(0) {
        // The item before ended too early because of what is wrong in it.
        p.quiet = true;
    }
    p.report(TopLevelStatement { word, span, early });
    let marker = p.start();
    loop {
        let before = p.at;
        if blocks::statement(p).is_none() && p.at == before {
            p.bump();
        }
        if p.at(EOF) || p.newline_before(0) || p.at(SEMICOLON) {
            break;
        }
    }
    p.complete(marker, ERROR);
}

/// Whether an item begins here: by a keyword, or a contextual one with what must follow it.
pub(super) fn at_item_start(p: &Parser<'_>) -> bool {
    let next = p.nth(1);
    match p.current() {
        IMPORT_KW | STRUCT_KW | TYPE_KW | CONST_KW | INTERFACE_KW | TRAIT_KW | IMPL_KW
        | SERVICE_KW | SUPERVISOR_KW | ACTOR_KW | EXTERN_KW | PUB_KW | AT => true,
        FN_KW => looking::is_word(next) && matches!(p.nth(2), L_PAREN | LT),
        FROM_KW => looking::is_type_name(next),
        OPAQUE_KW => matches!(next, STRUCT_KW | TYPE_KW),
        TEST_KW | PROPERTY_KW | DESCRIBE_KW => matches!(next, STRING_OPEN | L_PAREN),
        SETUP_KW | TEARDOWN_KW => matches!(next, DO_KW | L_BRACE),
        _ => false,
    }
}

/// An item with its attributes.
pub(super) fn item(p: &mut Parser<'_>) {
    let outer = (p.item_column, p.suspect.take());
    p.early_end = None;
    p.item_column = p.column_of_first(p.at).or(outer.0);
    let marker = p.start();
    attributes(p);
    let public = p.at(PUB_KW).then_some(p.at);
    p.eat(PUB_KW);
    let external = p.eat(EXTERN_KW);
    if p.at(OPAQUE_KW) && matches!(p.nth(1), STRUCT_KW | TYPE_KW) {
        p.bump();
    }
    let kind = p.current();
    if let (Some(at), IMPORT_KW | FROM_KW | IMPL_KW | TEST_KW | DESCRIBE_KW) = (public, kind) {
        let word = p.text(p.at).to_string();
        p.report_understood(NoVisibility {
            word,
            span: p.span(at),
        });
    }
    match kind {
        FN_KW => function(
            p,
            marker,
            if external {
                Body::Forbidden
            } else {
                Body::Required
            },
        ),
        STRUCT_KW => structure(p, marker),
        TYPE_KW => type_def(p, marker, external),
        CONST_KW => constant(p, marker),
        INTERFACE_KW | TRAIT_KW => interface(p, marker),
        IMPL_KW => implementation(p, marker),
        IMPORT_KW => import(p, marker),
        FROM_KW => from_import(p, marker),
        ACTOR_KW => actors::actor(p, marker),
        SERVICE_KW => actors::service(p, marker),
        SUPERVISOR_KW => actors::supervisor(p, marker),
        TEST_KW => test(p, marker, TEST_ITEM),
        PROPERTY_KW => test(p, marker, PROPERTY_ITEM),
        DESCRIBE_KW => describe(p, marker),
        SETUP_KW => section(p, marker, SETUP_ITEM),
        TEARDOWN_KW => section(p, marker, TEARDOWN_ITEM),
        _ => {
            p.expected("an item such as `fn`, `struct` or `type`");
            p.complete(marker, ERROR);
        }
    }
    (p.item_column, p.suspect) = outer;
}

/// `@name` and `@name("argument")` before an item.
pub(super) fn attributes(p: &mut Parser<'_>) {
    while p.at(AT) {
        let marker = p.start();
        p.bump();
        if looking::is_word(p.current()) && !p.newline_before(0) {
            p.any_word(NAME);
            if p.at(L_PAREN) && !p.newline_before(0) {
                exprs::args(p);
            }
        } else {
            p.expected("the name of an attribute");
        }
        p.complete(marker, ATTR);
    }
}

/// `fn name<T>(params) -> T receives M when guard = body`, from the `fn` on.
pub(super) fn function(p: &mut Parser<'_>, marker: Marker, body: Body) {
    let region = p.region;
    p.region.actor_body = false;
    p.region.do_if_open = false;
    let first = p.at;
    p.bump();
    p.value_name("the name of the function");
    types::generic_params(p);
    param_list_or_report(p);
    signature_rest(p);
    function_body(p, first, body);
    p.region = region;
    p.complete(marker, FN_DEF);
}

fn param_list_or_report(p: &mut Parser<'_>) {
    if p.at(L_PAREN) && !p.newline_before(0) {
        param_list(p);
    } else {
        p.expected("`(` and the parameters");
    }
}

/// The result, the process and the guard.
fn signature_rest(p: &mut Parser<'_>) {
    if p.at_any(&[ARROW, COLON2]) && !p.newline_before(0) {
        ret_type(p);
    }
    process_spec(p);
    control::guard(p);
}

pub(super) fn ret_type(p: &mut Parser<'_>) {
    let marker = p.start();
    p.bump();
    types::required(p);
    p.complete(marker, RET_TYPE);
}

pub(super) fn process_spec(p: &mut Parser<'_>) {
    if !p.at_any(&[RECEIVES_KW, REPLIES_KW]) || p.newline_before(0) {
        return;
    }
    let marker = p.start();
    for (word, kind) in [(RECEIVES_KW, RECEIVES), (REPLIES_KW, REPLIES)] {
        if p.at(word) && !p.newline_before(0) {
            let part = p.start();
            p.bump();
            types::required(p);
            p.complete(part, kind);
        }
    }
    p.complete(marker, PROCESS_SPEC);
}

fn function_body(p: &mut Parser<'_>, first: usize, body: Body) {
    let begins = p.at(EQ) || p.at_any(&[DO_KW, L_BRACE]);
    if begins && body == Body::Forbidden {
        let (span, name) = (p.span(p.at), p.text(first + 1).to_string());
        p.report_understood(UnexpectedBody { name, span });
    }
    if p.eat(EQ) {
        exprs::body(p, "the function's value");
    } else if begins {
        blocks::block(p);
    } else if body == Body::Required && !at_item_start(p) && !p.at_closer() {
        // Without anything that could be meant for the body, resolve says that there is none.
        blocks::required(p);
    }
}

/// `(a, b: Int = 1)`
pub(super) fn param_list(p: &mut Parser<'_>) {
    let marker = p.start();
    p.bracketed(|p| p.comma_list(&[R_PAREN], "a parameter", |p| param(p, Form::BINDING)));
    p.complete(marker, PARAM_LIST);
}

/// A parameter, if one begins here.
pub(super) fn param(p: &mut Parser<'_>, form: Form) -> bool {
    let marker = p.start();
    let next_is_pattern = looking::is_value_name(p.nth(1)) || p.nth(1) == UNDERSCORE;
    let spawned = p.at(SPAWNED_KW) && next_is_pattern;
    if spawned {
        p.bump();
    }
    if pats::pattern(p, form).is_none() {
        p.abandon(marker);
        return false;
    }
    if p.at(ATOM) {
        pats::atom_ascription(p);
    }
    if p.at_any(&[COLON, COLON2]) {
        p.bump();
        p.eat(SPAWNED_KW);
        types::required(p);
    }
    if p.eat(EQ) {
        exprs::required(p, "the parameter's default");
    }
    p.complete(marker, PARAM);
    true
}

fn structure(p: &mut Parser<'_>, marker: Marker) {
    p.bump();
    p.type_name("the name of the struct");
    types::generic_params(p);
    blocks::members(p, "`do` or `{` and the fields", "a field", field);
    deriving(p);
    p.complete(marker, STRUCT_DEF);
}

fn field(p: &mut Parser<'_>) -> bool {
    let typed = matches!(p.nth(1), COLON | COLON2 | ATOM);
    let named = looking::is_value_name(p.current()) || (typed && looking::is_word(p.current()));
    if !named {
        return false;
    }
    let marker = p.start();
    p.any_word(NAME);
    if p.at(ATOM) {
        pats::atom_ascription(p);
    }
    if !types::ascription(p) {
        p.expected("`:` and the type of the field");
        types::optional(p);
    }
    if p.eat(EQ) {
        exprs::required(p, "the field's default");
    }
    p.complete(marker, FIELD_DEF);
    true
}

fn deriving(p: &mut Parser<'_>) {
    if !p.at(DERIVING_KW) {
        return;
    }
    let marker = p.start();
    p.bump();
    if p.at(L_PAREN) {
        p.bracketed(|p| {
            p.comma_list(&[R_PAREN], "the name of an interface", |p| {
                let found = looking::is_type_name(p.current());
                if found {
                    types::path_type(p);
                }
                found
            })
        });
    } else {
        p.expected("`(` and the interfaces to derive");
    }
    p.complete(marker, DERIVING);
}

fn type_def(p: &mut Parser<'_>, marker: Marker, external: bool) {
    p.bump();
    p.type_name("the name of the type");
    types::generic_params(p);
    if p.eat(EQ) {
        let payload = p.nth(1) == L_PAREN && !p.newline_before(1);
        let sum = looking::is_type_name(p.current()) && (payload || p.nth(1) == PIPE);
        if p.at(PIPE) || (sum && !p.at(FUN_KW)) {
            variants(p);
        } else {
            types::required(p);
        }
    } else if p.at_any(&[DO_KW, L_BRACE]) {
        let list = p.start();
        blocks::members(p, "`do`", "a variant", variant);
        p.complete(list, VARIANT_LIST);
    } else if !external {
        p.expected("`=` and the variants or another type");
    }
    deriving(p);
    p.complete(marker, TYPE_DEF);
}

fn variants(p: &mut Parser<'_>) {
    let list = p.start();
    if !p.at(PIPE) {
        variant(p);
    }
    while p.at(PIPE) {
        p.speak();
        if !variant(p) {
            p.bump_error();
            p.expected("the name of a variant");
        }
    }
    p.complete(list, VARIANT_LIST);
}

fn variant(p: &mut Parser<'_>) -> bool {
    let bar = usize::from(p.at(PIPE));
    if !looking::is_type_name(p.nth(bar)) && !looking::is_value_name(p.nth(bar)) {
        return false;
    }
    let marker = p.start();
    p.eat(PIPE);
    p.type_name("the name of a variant");
    if p.at(L_PAREN) && !p.newline_before(0) {
        let list = p.start();
        p.bracketed(|p| p.comma_list(&[R_PAREN], "a type", variant_field));
        p.complete(list, VARIANT_FIELD_LIST);
    }
    p.complete(marker, VARIANT);
    true
}

fn variant_field(p: &mut Parser<'_>) -> bool {
    let marker = p.start();
    let named = looking::is_word(p.current()) && matches!(p.nth(1), COLON | COLON2);
    if named {
        p.any_word(NAME);
        p.bump();
    }
    let found = types::optional(p).is_some();
    if named || found {
        p.complete(marker, VARIANT_FIELD);
    } else {
        p.abandon(marker);
    }
    found
}

fn constant(p: &mut Parser<'_>, marker: Marker) {
    p.bump();
    p.value_name("the name of the constant");
    types::ascription(p);
    p.expect(EQ);
    exprs::body(p, "the constant's value");
    p.complete(marker, CONST_DEF);
}

fn interface(p: &mut Parser<'_>, marker: Marker) {
    p.bump();
    p.type_name("the name of the interface");
    types::generic_params(p);
    if p.eat(COLON) {
        types::bounds(p);
    }
    member_list(p, Body::Optional);
    p.complete(marker, INTERFACE_DEF);
}

fn implementation(p: &mut Parser<'_>, marker: Marker) {
    p.bump();
    types::generic_params(p);
    match types::optional(p) {
        Some(interface) if p.at(FOR_KW) => {
            let named = p.precede(interface);
            p.bump();
            p.complete(named, IMPL_INTERFACE);
            types::required(p);
        }
        Some(_) => {}
        None => {
            p.expected("the name of an interface");
            if p.eat(FOR_KW) {
                types::optional(p);
            }
        }
    }
    member_list(p, Body::Required);
    p.complete(marker, IMPL_DEF);
}

fn member_list(p: &mut Parser<'_>, body: Body) {
    blocks::members(p, "`do` or `{` and the functions", "`fn` or `type`", |p| {
        member(p, body)
    });
}

fn member(p: &mut Parser<'_>, body: Body) -> bool {
    let ahead = usize::from(p.at(PUB_KW));
    if !p.at(AT) && !matches!(p.nth(ahead), FN_KW | TYPE_KW | EXTERN_KW) {
        return false;
    }
    let marker = p.start();
    attributes(p);
    p.eat(PUB_KW);
    let external = p.eat(EXTERN_KW);
    match p.current() {
        FN_KW => function(p, marker, if external { Body::Forbidden } else { body }),
        TYPE_KW => {
            p.bump();
            p.type_name("the name of the associated type");
            if p.eat(COLON) {
                types::bounds(p);
            }
            if p.eat(EQ) {
                types::required(p);
            }
            p.complete(marker, ASSOC_TYPE);
        }
        _ => {
            p.expected("`fn`");
            p.complete(marker, ERROR);
        }
    }
    true
}

fn import_path(p: &mut Parser<'_>) {
    if looking::is_type_name(p.current()) && !p.newline_before(0) {
        atoms::type_path(p);
    } else {
        p.expected("the name of a module");
    }
}

fn import(p: &mut Parser<'_>, marker: Marker) {
    p.bump();
    import_path(p);
    if p.at(AS_KW) && !p.newline_before(0) {
        p.bump();
        p.type_name("another name for the module");
    }
    p.complete(marker, IMPORT_ITEM);
}

fn from_import(p: &mut Parser<'_>, marker: Marker) {
    p.bump();
    import_path(p);
    p.expect(IMPORT_KW);
    loop {
        if !looking::is_value_name(p.current()) && !looking::is_type_name(p.current()) {
            p.expected("the name of something in the module");
            break;
        }
        let name = p.start();
        let upper = looking::is_type_name(p.current());
        p.any_word(NAME_REF);
        if p.at(AS_KW) && !p.newline_before(0) {
            p.bump();
            if upper {
                p.type_name("another name for it");
            } else {
                p.value_name("another name for it");
            }
        }
        p.complete(name, IMPORT_NAME);
        if !p.eat(COMMA) {
            break;
        }
    }
    p.complete(marker, FROM_IMPORT_ITEM);
}

/// The name of a test: a string, or arguments.
fn test_name(p: &mut Parser<'_>) {
    if p.at(L_PAREN) {
        exprs::args(p);
    } else {
        atoms::string(p);
    }
}

fn test(p: &mut Parser<'_>, marker: Marker, kind: SyntaxKind) {
    p.bump();
    test_name(p);
    if kind == PROPERTY_ITEM && p.eat(FOR_KW) {
        p.comma_list(&[DO_KW, L_BRACE], "a value of the property", |p| {
            param(p, Form::BARE)
        });
    }
    if p.at_any(&[DO_KW, L_BRACE]) {
        blocks::block_with_params(p);
    } else {
        blocks::required(p);
    }
    p.complete(marker, kind);
}

fn describe(p: &mut Parser<'_>, marker: Marker) {
    p.bump();
    test_name(p);
    blocks::members(
        p,
        "`do` or `{` and the tests",
        "a test",
        blocks::nested_item,
    );
    p.complete(marker, DESCRIBE_ITEM);
}

fn section(p: &mut Parser<'_>, marker: Marker, kind: SyntaxKind) {
    p.bump();
    blocks::required(p);
    p.complete(marker, kind);
}
