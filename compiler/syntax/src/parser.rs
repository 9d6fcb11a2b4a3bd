//! Tokens to events: a recursive-descent parser that never fails.
//!
//! The parser sees tokens without blanks and comments, and knows of each whether a line end stands before it. Whether
//! that matters is a property of the [`Region`] it is in: within parentheses and brackets it does not, within a block
//! it does again. It emits events from which [`sink`](crate::sink) builds the tree.
//!
//! After an error the parser is *quiet* until the next statement, arm, item or field on a new line: one cause gives one
//! diagnostic. Nesting is limited; past the limit the parser sees nothing but the end of the text.

mod actors;
mod atoms;
mod blocks;
mod control;
mod exprs;
mod items;
mod looking;
mod pats;
mod recovery;
mod types;

use crate::kind::SyntaxKind::{self, *};
use crate::lexer::Lexed;
use mesh_report::{Diagnostic, FileId, Span};
use std::cell::Cell;

/// Nested constructs past this are an error, so that no stage overflows its stack on a tree.
pub(crate) const MAX_NESTING: u32 = 256;

/// A token that means something.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub kind: SyntaxKind,
    /// Whether a line end stands between it and the token before it.
    pub newline: bool,
    /// Its place among all tokens.
    pub raw: u32,
}

/// What the parser works on.
pub(crate) struct Input<'t> {
    pub file: FileId,
    pub text: &'t str,
    pub lexed: &'t Lexed,
    pub tokens: Vec<Token>,
}

impl<'t> Input<'t> {
    pub(crate) fn new(file: FileId, text: &'t str, lexed: &'t Lexed) -> Input<'t> {
        let mut tokens = Vec::with_capacity(lexed.tokens.len() * 2 / 3 + 2);
        let mut newline = false;
        for (raw, token) in lexed.tokens.iter().enumerate() {
            match token.kind {
                WHITESPACE => {
                    let end = lexed.tokens[raw + 1].start as usize;
                    newline |= text.as_bytes()[token.start as usize..end].contains(&b'\n');
                }
                kind if kind.is_trivia() => {}
                kind => {
                    tokens.push(Token {
                        kind,
                        newline,
                        raw: raw as u32,
                    });
                    newline = false;
                }
            }
        }
        Input {
            file,
            text,
            lexed,
            tokens,
        }
    }

    /// The bytes of a token.
    pub(crate) fn range(&self, token: Token) -> (u32, u32) {
        let tokens = &self.lexed.tokens;
        let start = tokens[token.raw as usize].start;
        let next = tokens.get(token.raw as usize + 1);
        (
            start,
            next.map_or(self.text.len() as u32, |next| next.start),
        )
    }
}

/// What the tree is built from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event {
    /// A node begins. If `parent` is not 0, the node that begins `parent` events later encloses it.
    Start { kind: SyntaxKind, parent: u32 },
    /// The next token, under this kind.
    Token(SyntaxKind),
    /// The innermost node ends.
    Finish,
    /// A start that was given up.
    Nothing,
}

/// What holds for the tokens at hand, until the bracket or block around them ends.
#[derive(Clone, Copy)]
struct Region {
    /// Whether line ends end statements.
    newlines: bool,
    /// In the head of `if`, `match` …: a brace or `do` opens its block.
    head: bool,
    /// Directly in the first branch of an `if … do`, which an `else` on a new line belongs to.
    do_if_open: bool,
    /// Within `json { … }`: a brace is an object.
    json: bool,
    /// Directly in the body of an `actor`, whose last section may be `terminate`.
    actor_body: bool,
}

/// How many of each delimiter are open around the parser.
#[derive(Clone, Copy, Default)]
struct OpenDelimiters {
    parens: u32,
    brackets: u32,
    braces: u32,
    ends: u32,
}

/// A node that has begun.
#[must_use]
struct Marker(u32);

/// A node that is complete, and may become the first part of another.
#[derive(Clone, Copy)]
struct Completed {
    start: u32,
    kind: SyntaxKind,
}

/// The parser's result.
pub(crate) struct Output {
    pub events: Vec<Event>,
    pub diagnostics: Vec<Diagnostic>,
    /// Whether something was still open at the end of the text.
    pub unclosed_at_end: bool,
    /// Whether nesting went past the limit.
    pub too_deep: bool,
}

/// What the whole of a text is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whole {
    File,
    /// What stands in a block.
    Statements,
}

/// Parses a text. `trust_columns`: an item that starts a line no further right than the one around it ends that one,
/// which finds the place of a missing `end` in a text that is known to lack one.
pub(crate) fn run(input: &Input<'_>, whole: Whole, trust_columns: bool) -> Output {
    let mut parser = Parser {
        input,
        at: 0,
        events: Vec::with_capacity(input.tokens.len() * 3),
        diagnostics: Vec::new(),
        region: Region {
            newlines: true,
            head: false,
            do_if_open: false,
            json: false,
            actor_body: false,
        },
        open: OpenDelimiters::default(),
        depth: 0,
        quiet: false,
        quiet_at: 0,
        mute: 0,
        too_deep: false,
        unclosed_at_end: false,
        trust_columns,
        item_column: None,
        item_start: 0,
        said_before_item: 0,
        suspect: None,
        early_end: None,
        overran: Cell::new(false),
        reserved_names: Vec::new(),
    };
    match whole {
        Whole::File => items::source_file(&mut parser),
        Whole::Statements => items::statements(&mut parser),
    }
    Output {
        events: parser.events,
        diagnostics: parser.diagnostics,
        unclosed_at_end: parser.unclosed_at_end,
        too_deep: parser.too_deep,
    }
}

struct Parser<'t> {
    input: &'t Input<'t>,
    at: usize,
    events: Vec<Event>,
    diagnostics: Vec<Diagnostic>,
    region: Region,
    open: OpenDelimiters,
    depth: u32,
    quiet: bool,
    /// Within blocks that stand where none may: nothing is said at all.
    mute: u32,
    /// Where the parser went quiet.
    quiet_at: usize,
    too_deep: bool,
    unclosed_at_end: bool,
    trust_columns: bool,
    /// Where the item at hand starts in its line, if it starts one.
    item_column: Option<u32>,
    /// The first token of the top-level item at hand, and how many diagnostics there were before it.
    item_start: usize,
    said_before_item: usize,
    /// An opener whose `end` stands further left than it: probably the one that lacks its own.
    suspect: Option<usize>,
    /// A closer that stands further right than its opener: probably one too many.
    early_end: Option<usize>,
    /// Whether looking ahead went past the nesting limit.
    overran: Cell<bool>,
    /// Reserved words that were given as names.
    reserved_names: Vec<SyntaxKind>,
}

impl Parser<'_> {
    fn token(&self, at: usize) -> Token {
        let tokens = &self.input.tokens;
        let last = tokens[tokens.len() - 1];
        if self.too_deep {
            last
        } else {
            tokens.get(at).copied().unwrap_or(last)
        }
    }

    /// The kind of the token at hand.
    fn current(&self) -> SyntaxKind {
        self.token(self.at).kind
    }

    fn nth(&self, ahead: usize) -> SyntaxKind {
        self.token(self.at + ahead).kind
    }

    fn at(&self, kind: SyntaxKind) -> bool {
        self.current() == kind
    }

    fn at_any(&self, kinds: &[SyntaxKind]) -> bool {
        kinds.contains(&self.current())
    }

    /// Whether a line end stands before the token `ahead` of the one at hand.
    fn newline_before(&self, ahead: usize) -> bool {
        self.token(self.at + ahead).newline
    }

    /// Whether the statement at hand ends here because the line does.
    fn line_ends(&self) -> bool {
        self.region.newlines && self.newline_before(0)
    }

    /// Whether the token at hand is of this kind and the statement has not ended.
    fn at_same_line(&self, kind: SyntaxKind) -> bool {
        self.at(kind) && !self.line_ends()
    }

    fn bump(&mut self) {
        self.bump_as(self.current());
    }

    /// Takes the token at hand under another kind.
    fn bump_as(&mut self, kind: SyntaxKind) {
        if self.current() != EOF {
            self.events.push(Event::Token(kind));
            self.at += 1;
        }
    }

    fn eat(&mut self, kind: SyntaxKind) -> bool {
        let found = self.at(kind);
        if found {
            self.bump();
        }
        found
    }

    fn start(&mut self) -> Marker {
        self.events.push(Event::Nothing);
        Marker(self.events.len() as u32 - 1)
    }

    fn complete(&mut self, marker: Marker, kind: SyntaxKind) -> Completed {
        self.events[marker.0 as usize] = Event::Start { kind, parent: 0 };
        self.events.push(Event::Finish);
        Completed {
            start: marker.0,
            kind,
        }
    }

    /// Begins a node around one that is complete.
    fn precede(&mut self, inner: Completed) -> Marker {
        let outer = self.start();
        if let Event::Start { parent, .. } = &mut self.events[inner.start as usize] {
            *parent = outer.0 - inner.start;
        }
        outer
    }

    /// Gives a node up: its parts stand where it would have stood.
    fn abandon(&mut self, marker: Marker) {
        if marker.0 as usize + 1 == self.events.len() {
            self.events.pop();
        }
    }

    /// One token as a node of its own, without anything else in it.
    fn single(&mut self, kind: SyntaxKind) -> Completed {
        let marker = self.start();
        self.bump();
        self.complete(marker, kind)
    }

    /// Runs `parse` in a region made from the one at hand.
    fn within<T>(
        &mut self,
        change: impl FnOnce(&mut Region),
        parse: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let outer = self.region;
        change(&mut self.region);
        let result = parse(self);
        self.region = outer;
        result
    }

    /// Within parentheses or brackets: line ends mean nothing and blocks may follow calls.
    fn within_brackets<T>(&mut self, parse: impl FnOnce(&mut Self) -> T) -> T {
        let change = |region: &mut Region| {
            region.newlines = false;
            region.head = false;
            region.do_if_open = false;
            region.json = false;
        };
        self.within(change, parse)
    }

    /// Within a block: line ends end statements again.
    fn within_block<T>(&mut self, parse: impl FnOnce(&mut Self) -> T) -> T {
        let change = |region: &mut Region| {
            region.newlines = true;
            region.head = false;
            region.do_if_open = false;
            region.json = false;
            region.actor_body = false;
        };
        self.within(change, parse)
    }

    /// In a head: a brace or `do` is not part of the expression.
    fn head_expr(&mut self) {
        self.within(
            |region| region.head = true,
            |p| exprs::required(p, "a condition or value"),
        );
    }

    /// Whether there may be one more level of nesting; if not, that is the last thing said about the text.
    fn enter(&mut self) -> bool {
        self.depth += 1;
        if self.depth > MAX_NESTING && !self.too_deep {
            let span = self.span(self.at);
            self.quiet = false;
            self.report(crate::diagnostics::TooDeep { span });
            self.too_deep = true;
        }
        !self.too_deep
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    fn span(&self, at: usize) -> Span {
        let (start, end) = self.input.range(self.token(at));
        Span::new(self.input.file, start, end)
    }

    /// From the first token to the last one, which is included.
    fn span_between(&self, first: usize, last: usize) -> Span {
        self.span(first).join(self.span(last.max(first)))
    }

    fn text(&self, at: usize) -> &str {
        &self.input.text[self.span(at).range()]
    }

    /// Where a token starts in its line, if it is the first one there.
    fn column_of_first(&self, at: usize) -> Option<u32> {
        let token = self.token(at);
        (token.newline || at == 0).then(|| self.column(at))
    }

    fn column(&self, at: usize) -> u32 {
        let (start, _) = self.input.range(self.token(at));
        let before = &self.input.text[..start as usize];
        (before.len() - before.rfind('\n').map_or(0, |newline| newline + 1)) as u32
    }

    /// How far the line of a token is indented.
    fn indentation(&self, at: usize) -> u32 {
        let (start, _) = self.input.range(self.token(at));
        let before = &self.input.text[..start as usize];
        let line = &self.input.text[before.rfind('\n').map_or(0, |newline| newline + 1)..];
        (line.len() - line.trim_start_matches([' ', '\t']).len()) as u32
    }
}
