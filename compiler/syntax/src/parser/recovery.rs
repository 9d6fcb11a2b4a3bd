//! Saying what is wrong, once per cause, and going on.

use super::*;
use crate::diagnostics::{Expected, ReservedName, Unclosed, Unmatched};

/// A file that has more mistakes is not looked at more closely.
const MAX_DIAGNOSTICS: usize = 200;

impl Parser<'_> {
    /// Reports, unless this may well follow from what was reported before.
    fn push(&mut self, diagnostic: Diagnostic) {
        let follows = self.quiet
            || self.mute > 0
            || self.too_deep
            || self.diagnostics.len() >= MAX_DIAGNOSTICS;
        if !follows && !self.near_lexer_error(diagnostic.span()) && !self.at_reported_word() {
            self.diagnostics.push(diagnostic);
        }
        self.quiet = true;
        self.quiet_at = self.at;
    }

    pub(super) fn report(&mut self, facts: impl Into<Diagnostic>) {
        self.push(facts.into());
    }

    /// Reports without going quiet: the parser knows exactly what was meant.
    pub(super) fn report_understood(&mut self, facts: impl Into<Diagnostic>) {
        let quiet = self.quiet;
        self.push(facts.into());
        self.quiet = quiet;
    }

    /// Whether a reserved word is at hand that was already reported where it was given as a name.
    fn at_reported_word(&self) -> bool {
        let before = self.at.saturating_sub(1);
        let kinds = [self.current(), self.token(before).kind];
        self.reserved_names.iter().any(|kind| kinds.contains(kind))
    }

    /// Whether a line with a wrong token is at hand: its tokens say nothing about what the user meant.
    fn near_lexer_error(&self, place: Span) -> bool {
        let errors = &self.input.lexed.errors;
        let text = self.input.text;
        let on_line_of = |offset: u32| {
            let offset = offset as usize;
            let from = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
            let to = text[offset..]
                .find('\n')
                .map_or(text.len(), |newline| offset + newline);
            errors
                .iter()
                .any(|error| error.range.start <= to && from <= error.range.end)
        };
        if errors.is_empty() {
            return false;
        }
        let previous = self.span(self.at.saturating_sub(1));
        on_line_of(place.start) || on_line_of(previous.start)
    }

    /// Speaks again, on a new line: what follows has nothing to do with earlier errors. If the last one was about the
    /// very token at hand, that token must at least be able to begin something.
    pub(super) fn speak(&mut self) {
        let begins = looking::starts_expr(self.current()) || self.at(LET_KW);
        if self.at > self.quiet_at || (begins && !self.at_closer()) || items::at_item_start(self) {
            self.quiet = false;
        }
    }

    /// Reports that something is missing here: after the token before, if the line ends there.
    pub(super) fn expected(&mut self, what: &'static str) {
        let previous = self
            .at
            .checked_sub(1)
            .filter(|_| self.newline_before(0) || self.at(EOF));
        let Some(previous) = previous else {
            return self.expected_instead(what);
        };
        let place = if self.at(EOF) { "file" } else { "line" };
        let (found, span) = (
            format!("the end of the {place}"),
            self.span(previous).at_end(),
        );
        self.report(Expected {
            what,
            found,
            span,
            hint: None,
        });
    }

    /// Reports that something else must stand where the token at hand does.
    pub(super) fn expected_instead(&mut self, what: &'static str) {
        let found = match self.current() {
            EOF => "the end of the file".to_string(),
            STRING_OPEN => "a string".to_string(),
            _ => format!("`{}`", shown(self.text(self.at))),
        };
        let span = self.span(self.at);
        let previous = self.at.checked_sub(1).map(|at| self.text(at));
        let mut hint = hint(what, self.current(), previous);
        let begins_block = |at| matches!(self.token(at).kind, DO_KW | L_BRACE | ARROW);
        let follows = self.at.checked_sub(1).is_some_and(|at| !begins_block(at));
        if what == "a statement" && follows && exprs::joins(self.current()) {
            hint = Some("an operator that goes on with a line stands at the end of that line");
        }
        self.report(Expected {
            what,
            found,
            span,
            hint,
        });
    }

    pub(super) fn expect(&mut self, kind: SyntaxKind) -> bool {
        let found = self.eat(kind);
        if !found {
            self.expected(quoted(kind));
        }
        found
    }

    /// `->`, for which `=>` is taken with an error.
    pub(super) fn arrow(&mut self) -> bool {
        if !self.at(FAT_ARROW) || self.newline_before(0) {
            return self.expect(ARROW);
        }
        let span = self.span(self.at);
        self.report_understood(Expected {
            what: "`->`",
            found: "`=>`".to_string(),
            span,
            hint: None,
        });
        self.bump_error();
        true
    }

    /// Takes a token that fits nowhere.
    pub(super) fn bump_error(&mut self) {
        self.single(ERROR);
    }

    /// Whether there was an error in the top-level item at hand or just passed: what does not pair in it follows.
    pub(super) fn item_is_wrong(&self) -> bool {
        let (from, _) = self.input.range(self.token(self.item_start));
        let (_, to) = self.input.range(self.token(self.at));
        let within = from as usize..to as usize;
        self.diagnostics.len() > self.said_before_item
            || self
                .input
                .lexed
                .errors
                .iter()
                .any(|error| within.contains(&error.range.start))
    }

    /// The token at hand, a closer, belongs to nothing.
    pub(super) fn unmatched(&mut self) {
        let closer = self.text(self.at).to_string();
        let early = self.early_end.take().map(|at| self.span(at));
        let span = self.span(self.at);
        if !self.item_is_wrong() {
            self.report(Unmatched {
                closer,
                span,
                early,
            });
        }
        self.bump_error();
    }

    /// Takes what closes `opener`, or reports that it is not there.
    pub(super) fn close(&mut self, opener: usize, kind: SyntaxKind) {
        if self.at(kind) {
            self.compare_columns(opener);
            self.bump();
            return;
        }
        if self.at(EOF) || self.at_item_boundary() {
            self.unclosed_at_end = true;
        }
        if matches!(kind, END_KW | R_BRACE) && self.item_is_wrong() {
            self.quiet = true;
        }
        let opener = match kind {
            END_KW | R_BRACE => self.suspect.take().unwrap_or(opener),
            _ => opener,
        };
        let missing = self.newline_before(0) || self.at(EOF);
        let noticed = match (missing, self.at.checked_sub(1)) {
            (true, Some(previous)) => self.span(previous).at_end(),
            _ => self.span(self.at),
        };
        let text = self.text(opener).to_string();
        let closer = quoted(closer_of(self.token(opener).kind, kind));
        self.report(Unclosed {
            opener: text,
            span: self.span(opener),
            closer,
            noticed,
        });
    }

    /// Takes the bracket at hand, what `parse` takes, and the bracket's partner. Line ends mean nothing in it.
    pub(super) fn bracketed<T>(&mut self, parse: impl FnOnce(&mut Self) -> T) -> T {
        let opener = self.at;
        let kind = self.current();
        let count = |open: &mut OpenDelimiters, by: i32| {
            let counter = match kind {
                L_PAREN => &mut open.parens,
                L_BRACKET => &mut open.brackets,
                _ => &mut open.braces,
            };
            *counter = counter.wrapping_add_signed(by);
        };
        self.bump();
        count(&mut self.open, 1);
        let result = self.within_brackets(parse);
        count(&mut self.open, -1);
        self.close(opener, closer_of(kind, kind));
        result
    }

    /// Items with commas between, up to one of `stops`: how many, and whether a comma stands last.
    pub(super) fn comma_list(
        &mut self,
        stops: &[SyntaxKind],
        what: &'static str,
        mut item: impl FnMut(&mut Self) -> bool,
    ) -> (usize, bool) {
        let (mut count, mut comma) = (0, false);
        // Where the elements stand on lines of their own, another line in the same column is another element.
        let column = self.newline_before(0).then(|| self.column(self.at));
        while !self.at_any(stops) && !self.at(EOF) {
            let before = self.at;
            let found = item(self);
            if found && self.at > before {
                count += 1;
                comma = self.eat(COMMA);
                if comma || self.at_any(stops) {
                    continue;
                }
                let another = column.is_some_and(|column| column == self.column(self.at));
                if self.at_outer_closer() || (self.newline_before(0) && !another) {
                    break;
                }
                if self.at(ATOM) {
                    pats::atom_ascription(self);
                } else {
                    self.expected("`,`");
                }
            } else {
                if self.at_outer_closer() && count == 0 {
                    break;
                }
                self.expected(what);
                if self.newline_before(0) || self.at_outer_closer() {
                    break;
                }
                self.bump_error();
            }
        }
        (count, comma)
    }

    fn at_outer_closer(&self) -> bool {
        self.at_any(&[END_KW, R_BRACE, R_PAREN, R_BRACKET, EOF, DO_KW, ARROW, EQ])
            || self.at_item_boundary()
    }

    /// Remembers where `end` and opener do not stand as they would in a right text, in case it turns out wrong.
    fn compare_columns(&mut self, opener: usize) {
        let Some(column) = self.column_of_first(self.at) else {
            return;
        };
        let opener_column = self.indentation(opener);
        if column < opener_column {
            self.suspect.get_or_insert(opener);
        } else if column > opener_column {
            self.early_end.get_or_insert(self.at);
        }
    }

    /// Whether an item starts here that, by its place in the line, cannot be part of the one at hand.
    pub(super) fn at_item_boundary(&self) -> bool {
        self.trust_columns
            && self.newline_before(0)
            && self
                .item_column
                .is_some_and(|column| self.column(self.at) <= column)
            && items::at_item_start(self)
    }

    /// Whether a list of statements, arms or members ends here, rightly or not.
    pub(super) fn at_closer(&self) -> bool {
        self.at_any(&[EOF, END_KW, R_BRACE]) || self.at_item_boundary()
    }

    /// Handles a closer that does not end the list at hand. Gives whether the list ends all the same, because something
    /// around it is closed.
    pub(super) fn closes_outer(&mut self) -> bool {
        let open = self.open;
        let outer = match self.current() {
            R_PAREN => open.parens > 0,
            R_BRACKET => open.brackets > 0,
            R_BRACE => open.braces > 0,
            END_KW => open.ends > 0,
            _ => false,
        };
        if !outer {
            self.unmatched();
        }
        outer
    }

    /// A value name, as a `NAME`.
    pub(super) fn value_name(&mut self, what: &'static str) -> bool {
        self.name_of(NAME, IDENT, what)
    }

    /// A type name, as a `NAME`.
    pub(super) fn type_name(&mut self, what: &'static str) -> bool {
        self.name_of(NAME, TYPE_IDENT, what)
    }

    fn name_of(&mut self, node: SyntaxKind, wanted: SyntaxKind, what: &'static str) -> bool {
        let kind = self.current();
        let fits = match wanted {
            TYPE_IDENT => looking::is_type_name(kind),
            _ => looking::is_value_name(kind),
        };
        if fits {
            self.word_as(node, wanted);
        } else if kind.is_reserved() && !self.newline_before(0) {
            let name = self.text(self.at).to_string();
            let span = self.span(self.at);
            self.report(ReservedName { name, span });
            // These end so much that hiding errors about them would hide too much.
            if !matches!(kind, END_KW | ELSE_KW | DO_KW) {
                self.reserved_names.push(kind);
            }
            self.word_as(node, wanted);
        } else if looking::is_value_name(kind) || looking::is_type_name(kind) {
            let name = self.text(self.at).to_string();
            let wants_upper = wanted == TYPE_IDENT;
            let span = self.span(self.at);
            self.report_understood(crate::diagnostics::NameCase {
                name,
                what,
                wants_upper,
                span,
            });
            self.word_as(node, wanted);
        } else {
            self.expected(what);
            return false;
        }
        true
    }

    /// The word at hand as a node with one token, whatever keyword it is elsewhere.
    pub(super) fn word_as(&mut self, node: SyntaxKind, kind: SyntaxKind) {
        let marker = self.start();
        self.bump_as(kind);
        self.complete(marker, node);
    }

    /// The word at hand, reserved or not, as a `NAME_REF` or `NAME`.
    pub(super) fn any_word(&mut self, node: SyntaxKind) {
        let kind = if looking::is_type_name(self.current()) {
            TYPE_IDENT
        } else {
            IDENT
        };
        self.word_as(node, kind);
    }
}

/// A token's text as a message can show it.
fn shown(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    if line.chars().count() > 30 {
        format!("{}…", line.chars().take(30).collect::<String>())
    } else {
        line.to_string()
    }
}

/// What closes an opener: the opener may be another than the one `kind` was expected for.
fn closer_of(opener: SyntaxKind, kind: SyntaxKind) -> SyntaxKind {
    match opener {
        L_BRACE | MAP_OPEN => R_BRACE,
        L_PAREN => R_PAREN,
        L_BRACKET => R_BRACKET,
        DO_KW | FN_KW => END_KW,
        _ => kind,
    }
}

/// A token as a message names it.
pub(super) fn quoted(kind: SyntaxKind) -> &'static str {
    match kind {
        R_PAREN => "`)`",
        R_BRACKET => "`]`",
        R_BRACE => "`}`",
        L_PAREN => "`(`",
        L_BRACE => "`{`",
        END_KW => "`end`",
        DO_KW => "`do`",
        ARROW => "`->`",
        FAT_ARROW => "`=>`",
        EQ => "`=`",
        COMMA => "`,`",
        COLON => "`:`",
        GT => "`>`",
        PIPE => "`|`",
        IN_KW => "`in`",
        FOR_KW => "`for`",
        IMPORT_KW => "`import`",
        INTERPOLATION_CLOSE => "`}`",
        DOT2 => "`..`",
        other => other.text().unwrap_or("something else"),
    }
}

/// What somebody may have meant who knows it from another language.
fn hint(what: &str, found: SyntaxKind, previous: Option<&str>) -> Option<&'static str> {
    match (what, found, previous) {
        ("`=` and a value", _, Some("mut")) => Some(
            "values do not change, so there is no `mut`: a later `let` of the same name binds a new value",
        ),
        ("`do` or `{` after the condition", EQ, _) => Some("to compare, write `==`"),
        ("`do` or `{` after the condition" | "`->`", IN_KW, _) => {
            Some("`xs.contains(x)` asks whether `x` is in `xs`")
        }
        (
            "`do` or `{` after the condition" | "`do` or `{` after what it goes over",
            COLON | IDENT,
            _,
        ) => Some("a block is `do … end` or `{ … }`"),
        ("a condition or value", LET_KW, _) => {
            Some("`match` takes a value apart: `match e do Some(x) -> … end`")
        }
        ("`->`", IF_KW, _) => Some("a guard is written `when`"),
        ("a field", FN_KW, _) => Some(
            "functions stand beside the type: one whose first parameter is of the type is called as a method, `value.name(…)`",
        ),
        ("`in`", COMMA, _) => Some("a pair is taken apart by one pattern: `for (k, v) in …`"),
        ("an expression after the operator", EQ, Some("==" | "!=")) => {
            Some("there is no `===`: `==` and `!=` compare values")
        }
        ("an expression after the operator", EQ, Some("+" | "-" | "*" | "/" | "%")) => {
            Some("values do not change: `let x = x + 1` binds a new value of the name")
        }
        ("an expression after the operator", STAR, Some("*")) => {
            Some("a power is `Int.pow(a, b)` or `Float.pow(a, b)`")
        }
        ("an expression after the operator", LT, Some("<")) => {
            Some("a shift is `Int.shift_left(n, by)`")
        }
        ("an expression after the operator", GT, Some(">")) => {
            Some("a shift is `Int.shift_right(n, by)`")
        }
        ("an expression after the operator", DOT, Some("..")) => {
            Some("`a..b` ends before `b`, `a..=b` with it")
        }
        ("the name of a field or method", L_PAREN, _) => {
            Some("a function in a variable is called like any other: `f(x)`")
        }
        ("the name of a field or method", INT | FLOAT, _) => {
            Some("a tuple is taken apart by a pattern: `let (a, b) = pair`")
        }
        ("`|`", EQ, _) => Some("a field is written `name: value`"),
        ("`,`", FAT_ARROW, _) | ("an argument", PIPE, _) => {
            Some("a function is written `fn x -> … end`")
        }
        ("`,`", _, Some("?")) => Some("there is no `a ? b : c`: write `if a do b else c end`"),
        ("`,`", STRING_OPEN, Some("f")) => {
            Some("any text may hold values, without a mark before it: `\"${value}\"`")
        }
        ("`,`", L_BRACKET, Some(name)) if name.starts_with(char::is_uppercase) => {
            Some("the arguments of a type stand between `<` and `>`: `List<Int>`")
        }
        ("`,`" | "`}`", COLON, _) => {
            Some("a type is written behind a value in parentheses: `(value : Type)`")
        }
        ("`do` or `{`", COLON | TYPE_IDENT, Some(")")) => {
            Some("the type of the result stands behind `->`")
        }
        ("a value", PIPE, _) => Some("a function is written `fn x -> … end`"),
        ("the name of a module", IDENT, _) => {
            Some("the names of modules begin with a capital letter")
        }
        _ => None,
    }
}
