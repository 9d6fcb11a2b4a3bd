//! Events and tokens to the tree: puts back the blanks and comments, and keeps the tree from growing too deep.

use crate::green::Builder;
use crate::kind::SyntaxKind::{self, *};
use crate::lexer::Lexed;
use crate::parser::Event;
use rowan::GreenNode;

/// Nodes nested deeper than this are left out and their tokens stand in the node around them. Long chains of operators
/// nest without the parser's recursion, so its own limit does not hold for them.
const MAX_DEPTH: usize = 1000;

/// The tree, and the offset where it would have grown too deep.
pub(crate) fn build(text: &str, lexed: &Lexed, mut events: Vec<Event>) -> (GreenNode, Option<u32>) {
    let mut sink = Sink {
        text,
        lexed,
        builder: Builder::new(),
        at: 0,
        depth: 0,
        skipped: 0,
        too_deep: None,
    };
    sink.run(&mut events);
    let too_deep = sink.too_deep;
    (sink.builder.finish(), too_deep)
}

struct Sink<'t> {
    text: &'t str,
    lexed: &'t Lexed,
    builder: Builder,
    at: usize,
    depth: usize,
    /// Nodes begun but left out, all of them inside the innermost node that is not.
    skipped: usize,
    too_deep: Option<u32>,
}

impl Sink<'_> {
    fn run(&mut self, events: &mut [Event]) {
        let mut kinds = Vec::new();
        for at in 0..events.len() {
            match events[at] {
                Event::Nothing => {}
                Event::Token(kind) => {
                    self.trivia();
                    self.token(kind);
                }
                Event::Finish => self.finish(),
                Event::Start { .. } => {
                    let mut node = at;
                    while let Event::Start { kind, parent } = events[node] {
                        events[node] = Event::Nothing;
                        kinds.push(kind);
                        if parent == 0 {
                            break;
                        }
                        node += parent as usize;
                    }
                    while let Some(kind) = kinds.pop() {
                        self.start(kind);
                    }
                }
            }
        }
    }

    fn start(&mut self, kind: SyntaxKind) {
        if self.depth > 0 {
            self.trivia_before(kind);
        }
        if self.depth >= MAX_DEPTH {
            self.skipped += 1;
            self.too_deep
                .get_or_insert(self.lexed.tokens[self.at].start);
            return;
        }
        self.depth += 1;
        self.builder.start(kind);
    }

    fn finish(&mut self) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        if self.depth == 1 {
            self.rest();
        }
        self.depth -= 1;
        self.builder.finish_node();
    }

    /// Everything that the parser has not taken: after the nesting limit, all of it.
    fn rest(&mut self) {
        self.trivia();
        if self.lexed.tokens[self.at].kind == EOF {
            return;
        }
        self.builder.start(ERROR);
        while self.lexed.tokens[self.at].kind != EOF {
            self.token(self.lexed.tokens[self.at].kind);
        }
        self.builder.finish_node();
    }

    fn token(&mut self, kind: SyntaxKind) {
        let start = self.lexed.tokens[self.at].start as usize;
        let end = self.lexed.tokens[self.at + 1].start as usize;
        self.builder.token(kind, &self.text[start..end]);
        self.at += 1;
    }

    fn trivia(&mut self) {
        while self.lexed.tokens[self.at].kind.is_trivia() {
            self.token(self.lexed.tokens[self.at].kind);
        }
    }

    /// Blanks and comments before a node stay outside, except the documentation of what can have some.
    fn trivia_before(&mut self, kind: SyntaxKind) {
        let rest = &self.lexed.tokens[self.at..];
        let len = rest
            .iter()
            .take_while(|token| token.kind.is_trivia())
            .count();
        let trivia = &rest[..len];
        let outside = if len > 0 && is_documented(kind) {
            let after_module = trivia.iter().rposition(|token| token.kind == MODULE_DOC);
            let from = after_module.map_or(0, |at| at + 1);
            let doc = trivia[from..]
                .iter()
                .position(|token| token.kind == DOC_COMMENT);
            doc.map_or(len, |at| from + at)
        } else {
            len
        };
        for _ in 0..outside {
            self.token(self.lexed.tokens[self.at].kind);
        }
    }
}

fn is_documented(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        FN_DEF
            | STRUCT_DEF
            | FIELD_DEF
            | TYPE_DEF
            | VARIANT
            | CONST_DEF
            | INTERFACE_DEF
            | IMPL_DEF
            | ASSOC_TYPE
            | ACTOR_DEF
            | SERVICE_DEF
            | CALL_DEF
            | CAST_DEF
            | SUPERVISOR_DEF
            | CHILD_DEF
    )
}
