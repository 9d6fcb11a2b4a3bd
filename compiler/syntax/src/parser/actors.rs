//! Actors, services and supervisors.

use super::pats::Form;
use super::*;

/// `actor name(params) do … end`, from the `actor` on.
pub(super) fn actor(p: &mut Parser<'_>, marker: Marker) {
    p.bump();
    p.value_name("the name of the actor");
    types::generic_params(p);
    params(p);
    result(p);
    items::process_spec(p);
    blocks::actor_body(p);
    p.complete(marker, ACTOR_DEF);
}

fn params(p: &mut Parser<'_>) {
    if p.at(L_PAREN) && !p.newline_before(0) {
        items::param_list(p);
    } else {
        p.expected("`(` and the parameters");
    }
}

fn result(p: &mut Parser<'_>) {
    if p.at_any(&[ARROW, COLON2]) && !p.newline_before(0) {
        items::ret_type(p);
    }
}

/// `terminate do … end`
pub(super) fn terminate(p: &mut Parser<'_>) {
    let marker = p.start();
    p.bump();
    handler(p);
    p.complete(marker, TERMINATE_DEF);
}

/// The block of a section, with `|state|`.
fn handler(p: &mut Parser<'_>) {
    if p.at_any(&[DO_KW, L_BRACE]) {
        blocks::block_with_params(p);
    } else {
        blocks::required(p);
    }
}

/// `service Name do … end`, from the `service` on.
pub(super) fn service(p: &mut Parser<'_>, marker: Marker) {
    p.bump();
    p.type_name("the name of the service");
    types::generic_params(p);
    blocks::members(
        p,
        "`do` or `{` and the sections",
        "`fn`, `call`, `cast` or another section",
        service_member,
    );
    p.complete(marker, SERVICE_DEF);
}

fn service_member(p: &mut Parser<'_>) -> bool {
    match p.current() {
        FN_KW | AT | PUB_KW => {
            let marker = p.start();
            items::attributes(p);
            p.eat(PUB_KW);
            if p.at(FN_KW) {
                items::function(p, marker, items::Body::Required);
            } else {
                p.expected("`fn`");
                p.complete(marker, ERROR);
            }
        }
        CALL_KW => call(p),
        CAST_KW => cast(p),
        SIGNAL_KW => signal(p),
        TIMEOUT_KW => timeout(p),
        TERMINATE_KW => terminate(p),
        _ => return false,
    }
    true
}

fn message_name(p: &mut Parser<'_>) {
    p.type_name("the name of the message");
}

fn call(p: &mut Parser<'_>) {
    let marker = p.start();
    p.bump();
    message_name(p);
    params(p);
    result(p);
    if p.at(DEFERRED_KW) && !p.newline_before(0) {
        p.bump();
    }
    handler(p);
    p.complete(marker, CALL_DEF);
}

fn cast(p: &mut Parser<'_>) {
    let marker = p.start();
    p.bump();
    message_name(p);
    params(p);
    handler(p);
    p.complete(marker, CAST_DEF);
}

fn signal(p: &mut Parser<'_>) {
    let marker = p.start();
    p.bump();
    pats::required(p, Form::FULL);
    control::guard(p);
    handler(p);
    p.complete(marker, SIGNAL_DEF);
}

fn timeout(p: &mut Parser<'_>) {
    let marker = p.start();
    p.bump();
    p.head_expr();
    handler(p);
    p.complete(marker, TIMEOUT_DEF);
}

/// `supervisor Name(params) do … end`, from the `supervisor` on.
pub(super) fn supervisor(p: &mut Parser<'_>, marker: Marker) {
    p.bump();
    p.type_name("the name of the supervisor");
    if p.at(L_PAREN) && !p.newline_before(0) {
        items::param_list(p);
    }
    blocks::members(
        p,
        "`do` or `{`, the settings and the children",
        "a setting or `child`",
        supervisor_member,
    );
    p.complete(marker, SUPERVISOR_DEF);
}

fn supervisor_member(p: &mut Parser<'_>) -> bool {
    if !p.at(CHILD_KW) || p.nth(1) == COLON {
        return setting(p);
    }
    let marker = p.start();
    p.bump();
    p.value_name("the name of the child");
    blocks::members(p, "`do` or `{` and the settings", "a setting", setting);
    p.complete(marker, CHILD_DEF);
    true
}

fn setting(p: &mut Parser<'_>) -> bool {
    if !looking::is_word(p.current()) || p.nth(1) != COLON {
        return false;
    }
    let marker = p.start();
    p.any_word(NAME);
    p.bump();
    exprs::required(p, "the setting's value");
    p.complete(marker, SETTING);
    true
}
