//! Text to tokens, blanks and comments included: the texts of all tokens in order are the input.
//!
//! Strings hold code and code holds strings, so the lexer keeps a stack of what is open. A string may go on over line
//! ends, but a forgotten quote must not turn the rest of the file inside out. So a string that passes the end of its
//! line is an attempt: it stands if it is closed and no string is left open on the line that closes it; otherwise the
//! lexer goes back and makes a single error token of the first line's rest, and the next line is read as if nothing
//! had happened.

use crate::kind::SyntaxKind::{self, *};
use std::ops::Range;

/// A token: its kind and where it starts; it ends where the next one starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RawToken {
    pub kind: SyntaxKind,
    pub start: u32,
}

/// What is wrong with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LexErrorKind {
    UnclosedString,
    UnclosedHeredoc,
    UnclosedInterpolation,
    UnclosedRegex,
    UnknownCharacter,
    BadNumber,
    SlashComment,
}

/// An error and the bytes it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LexError {
    pub kind: LexErrorKind,
    pub range: Range<usize>,
}

/// All tokens of a text; the last one is `EOF` at its end.
#[derive(Debug)]
pub(crate) struct Lexed {
    pub tokens: Vec<RawToken>,
    pub errors: Vec<LexError>,
}

/// Splits a text into tokens.
pub(crate) fn lex(text: &str) -> Lexed {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        at: 0,
        tokens: Vec::with_capacity(text.len() / 3 + 2),
        errors: Vec::new(),
        open: Vec::new(),
        attempt: None,
    };
    lexer.run();
    Lexed {
        tokens: lexer.tokens,
        errors: lexer.errors,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    String,
    Heredoc,
    /// The number of braces open in it.
    Interpolation(u32),
}

#[derive(Clone, Copy)]
struct Frame {
    open: Open,
    /// The first byte of what opened it, and its token.
    start: usize,
    token: usize,
}

/// A string went past the end of its line: what to go back to if it turns out not to be closed.
struct Attempt {
    at: usize,
    tokens: usize,
    errors: usize,
    open: Vec<Frame>,
    /// Whether the string is closed, and only the rest of that line is to be seen.
    closed: bool,
}

/// A string may go on for as many bytes after its line.
const ATTEMPT_LIMIT: usize = 20_000;

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    tokens: Vec<RawToken>,
    errors: Vec<LexError>,
    open: Vec<Frame>,
    attempt: Option<Attempt>,
}

/// Whether a byte stands in names, keywords and numbers.
#[inline]
pub fn is_in_word(byte: u8) -> bool {
    IDENT_CONTINUE[byte as usize]
}

static IDENT_CONTINUE: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = (byte as u8).is_ascii_alphanumeric() || byte as u8 == b'_';
        byte += 1;
    }
    table
};

impl Lexer<'_> {
    fn run(&mut self) {
        loop {
            while self.at < self.bytes.len() {
                match self.open.last().map(|frame| frame.open) {
                    Some(Open::String) => self.string_part(),
                    Some(Open::Heredoc) => self.heredoc_part(),
                    _ => self.code(),
                }
                self.check_attempt();
            }
            match &self.attempt {
                Some(attempt) if !attempt.closed || self.in_quotes() => self.give_up_attempt(),
                _ => break,
            }
        }
        self.close_rest();
        self.push(EOF, self.bytes.len());
    }

    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn push(&mut self, kind: SyntaxKind, start: usize) {
        self.tokens.push(RawToken {
            kind,
            start: start as u32,
        });
    }

    /// Notes an error, unless there is one on the line already.
    fn error(&mut self, kind: LexErrorKind, range: Range<usize>) {
        let before = self.errors.last().map(|error| error.range.start);
        if before.is_none_or(|before| self.line_end(before) < range.start) {
            self.errors.push(LexError { kind, range });
        }
    }

    fn line_end(&self, from: usize) -> usize {
        let rest = &self.bytes[from..];
        rest.iter()
            .position(|&b| b == b'\n')
            .map_or(self.bytes.len(), |n| from + n)
    }

    fn code(&mut self) {
        let start = self.at;
        let byte = self.bytes[start];
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => self.blanks(),
            b'#' => self.comment(),
            b'"' => self.open_string(0),
            b'0'..=b'9' => self.number(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(),
            b'~' if self.bytes[start..].starts_with(b"~r/") => self.regex(),
            b'~' if self.bytes[start..].starts_with(b"~h\"") => self.open_string(2),
            b':' if self.byte(1) != b':' && self.starts_atom() => {
                self.at += 1;
                self.skip_word();
                self.push(ATOM, start);
            }
            b'/' if self.byte(1) == b'/' => {
                self.at = self.line_end(start);
                self.error(LexErrorKind::SlashComment, start..self.at);
                self.push(COMMENT, start);
            }
            0x80.. => self.other_character(),
            _ => self.punctuation(byte),
        }
    }

    fn blanks(&mut self) {
        let start = self.at;
        let mut newline = false;
        while let b @ (b' ' | b'\t' | b'\r' | b'\n') = self.byte(0) {
            newline |= b == b'\n';
            self.at += 1;
        }
        if newline {
            match &self.attempt {
                None if self.in_quotes() => self.begin_attempt(start),
                Some(attempt) if attempt.closed && !self.in_quotes() => self.attempt = None,
                _ => {}
            }
        }
        self.push(WHITESPACE, start);
    }

    /// Whether a string between single quotes is open, at any depth.
    fn in_quotes(&self) -> bool {
        self.open.iter().any(|frame| frame.open == Open::String)
    }

    /// Reads on past the line end at or after `at`.
    fn begin_attempt(&mut self, at: usize) {
        self.attempt = Some(Attempt {
            at,
            tokens: self.tokens.len(),
            errors: self.errors.len(),
            open: self.open.clone(),
            closed: false,
        });
    }

    /// Notes when the string is closed, and goes back when it went too far.
    fn check_attempt(&mut self) {
        let in_quotes = self.in_quotes();
        let Some(attempt) = &mut self.attempt else {
            return;
        };
        attempt.closed |= !in_quotes;
        if self.errors.len() > attempt.errors || self.at > attempt.at + ATTEMPT_LIMIT {
            self.give_up_attempt();
        }
    }

    fn give_up_attempt(&mut self) {
        let Some(attempt) = self.attempt.take() else {
            return;
        };
        self.at = attempt.at;
        self.tokens.truncate(attempt.tokens);
        self.errors.truncate(attempt.errors);
        self.open = attempt.open;
        self.broken_string();
    }

    /// The outermost string is not closed: one error token from its start to the end of the line at hand.
    fn broken_string(&mut self) {
        let Some(outer) = self
            .open
            .iter()
            .position(|frame| frame.open == Open::String)
        else {
            return;
        };
        let frame = self.open[outer];
        let end = self.line_end(self.at);
        let interpolation = self.open.get(outer + 1).map(|frame| frame.start);
        match interpolation {
            Some(start) => self.error(LexErrorKind::UnclosedInterpolation, start..end),
            None => self.error(LexErrorKind::UnclosedString, frame.start..end),
        }
        self.open.truncate(outer);
        self.tokens.truncate(frame.token);
        self.push(ERROR_TOKEN, frame.start);
        self.at = end;
    }

    fn comment(&mut self) {
        let start = self.at;
        self.at = self.line_end(start);
        let kind = match (self.bytes.get(start + 1), self.bytes.get(start + 2)) {
            (Some(b'#'), Some(b'!')) => MODULE_DOC,
            (Some(b'#'), Some(b'#')) => COMMENT,
            (Some(b'#'), _) => DOC_COMMENT,
            _ => COMMENT,
        };
        self.push(kind, start);
    }

    fn skip_word(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            if is_in_word(byte) {
                self.at += 1;
            } else if byte >= 0x80 {
                match self.text[self.at..].chars().next() {
                    Some(c) if unicode_ident::is_xid_continue(c) => self.at += c.len_utf8(),
                    _ => break,
                }
            } else {
                break;
            }
        }
    }

    fn word(&mut self) {
        let start = self.at;
        self.skip_word();
        let text = &self.text[start..self.at];
        let first = self.bytes[start];
        let kind = if text == "_" {
            UNDERSCORE
        } else if first.is_ascii_uppercase() {
            if text == "Fun" { FUN_KW } else { TYPE_IDENT }
        } else if text.len() > 10 || first == b'_' {
            IDENT
        } else {
            SyntaxKind::from_keyword(text).unwrap_or(IDENT)
        };
        self.push(kind, start);
    }

    fn other_character(&mut self) {
        let start = self.at;
        let Some(c) = self.text[start..].chars().next() else {
            return;
        };
        self.at += c.len_utf8();
        if c == '\u{feff}' && start == 0 {
            self.push(WHITESPACE, start);
        } else if unicode_ident::is_xid_start(c) {
            self.skip_word();
            self.push(if c.is_uppercase() { TYPE_IDENT } else { IDENT }, start);
        } else {
            self.unknown(start);
        }
    }

    /// One error for a run of characters that mean nothing.
    fn unknown(&mut self, start: usize) {
        if self
            .tokens
            .last()
            .is_some_and(|last| last.kind == ERROR_TOKEN)
            && self
                .errors
                .last()
                .is_some_and(|e| e.kind == LexErrorKind::UnknownCharacter && e.range.end == start)
        {
            if let Some(last) = self.errors.last_mut() {
                last.range.end = self.at;
            }
        } else {
            self.error(LexErrorKind::UnknownCharacter, start..self.at);
            self.push(ERROR_TOKEN, start);
        }
    }

    /// Whether the colon here begins an atom: a name follows, and nothing that it could belong to stands before it.
    fn starts_atom(&self) -> bool {
        let next = self.byte(1);
        let name_follows = next.is_ascii_alphabetic() || next == b'_' || next >= 0x80;
        let before = self.at.checked_sub(1).map_or(b' ', |at| self.bytes[at]);
        let touches =
            is_in_word(before) || before >= 0x80 || matches!(before, b')' | b']' | b'}' | b'"');
        name_follows && !touches
    }

    fn number(&mut self) {
        let start = self.at;
        let radix = match (self.byte(0), self.byte(1)) {
            (b'0', b'x' | b'X') => 16,
            (b'0', b'b' | b'B') => 2,
            (b'0', b'o' | b'O') => 8,
            _ => 10,
        };
        let mut kind = INT;
        let mut good = true;
        if radix == 10 {
            self.digits();
            if self.byte(0) == b'.' && self.byte(1).is_ascii_digit() {
                kind = FLOAT;
                self.at += 1;
                self.digits();
            }
            let sign = usize::from(matches!(self.byte(1), b'+' | b'-'));
            if matches!(self.byte(0), b'e' | b'E') && self.byte(1 + sign).is_ascii_digit() {
                kind = FLOAT;
                self.at += 1 + sign;
                self.digits();
            }
        } else {
            self.at += 2;
            let digits = self.at;
            let is_digit = |b: u8| b == b'_' || (b as char).is_digit(radix);
            while is_digit(self.byte(0)) {
                self.at += 1;
            }
            good = self.bytes[digits..self.at].iter().any(|&b| b != b'_');
        }
        let end = self.at;
        self.skip_word();
        if self.at > end || !good {
            self.error(LexErrorKind::BadNumber, start..self.at);
        }
        self.push(kind, start);
    }

    fn digits(&mut self) {
        while matches!(self.byte(0), b'0'..=b'9' | b'_') {
            self.at += 1;
        }
    }

    fn regex(&mut self) {
        let start = self.at;
        self.at += 3;
        loop {
            match self.byte(0) {
                b'/' => break,
                b'\\' if !matches!(self.byte(1), 0 | b'\n') => self.at += 2,
                0 | b'\n' if self.at >= self.bytes.len() || self.byte(0) == b'\n' => {
                    self.error(LexErrorKind::UnclosedRegex, start..self.at);
                    self.push(ERROR_TOKEN, start);
                    return;
                }
                _ => self.at += 1,
            }
        }
        self.at += 1;
        self.skip_word();
        self.push(REGEX, start);
    }

    /// A string, behind a prefix of so many bytes.
    fn open_string(&mut self, prefix: usize) {
        let heredoc = self.bytes[self.at + prefix..].starts_with(b"\"\"\"");
        let open = if heredoc { Open::Heredoc } else { Open::String };
        self.open.push(Frame {
            open,
            start: self.at,
            token: self.tokens.len(),
        });
        self.push(STRING_OPEN, self.at);
        self.at += prefix + if heredoc { 3 } else { 1 };
    }

    /// Skips text of a string and says at which byte it stopped: the closing quote, `$` or `#` of an interpolation, the
    /// end of the line where that ends the string; nothing at the end of the text.
    fn string_text(&mut self, heredoc: bool) -> Option<u8> {
        let start = self.at;
        let stops_at_line = !heredoc && self.attempt.as_ref().is_none_or(|attempt| attempt.closed);
        let stop = loop {
            let Some(&byte) = self.bytes.get(self.at) else {
                break None;
            };
            match byte {
                b'"' if heredoc && !self.bytes[self.at..].starts_with(b"\"\"\"") => self.at += 1,
                b'"' => break Some(byte),
                b'\n' if stops_at_line => break Some(byte),
                b'\\' => {
                    // An escaped line end is the line's end all the same.
                    self.at += if self.byte(1) == b'\n' { 1 } else { 2 };
                    self.at = self.at.min(self.bytes.len());
                }
                b'$' | b'#' if self.byte(1) == b'{' => break Some(byte),
                _ => self.at += 1,
            }
        };
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
        if self.at > start {
            self.push(STRING_TEXT, start);
        }
        stop
    }

    fn open_interpolation(&mut self) {
        let open = Open::Interpolation(0);
        self.open.push(Frame {
            open,
            start: self.at,
            token: self.tokens.len(),
        });
        self.push(INTERPOLATION_OPEN, self.at);
        self.at += 2;
    }

    fn string_part(&mut self) {
        match self.string_text(false) {
            Some(b'"') => {
                self.push(STRING_CLOSE, self.at);
                self.at += 1;
                self.open.pop();
            }
            Some(b'$' | b'#') => self.open_interpolation(),
            Some(_) if self.attempt.is_none() => {
                self.begin_attempt(self.at);
                // The text before the line end and after it are one.
                if let Some(RawToken {
                    kind: STRING_TEXT,
                    start,
                }) = self.tokens.last().copied()
                {
                    self.at = start as usize;
                    self.tokens.pop();
                }
            }
            _ if self.attempt.is_some() => self.give_up_attempt(),
            _ => self.broken_string(),
        }
    }

    fn heredoc_part(&mut self) {
        match self.string_text(true) {
            Some(b'"') => {
                self.push(STRING_CLOSE, self.at);
                self.at += 3;
                self.open.pop();
            }
            Some(_) => self.open_interpolation(),
            None => {}
        }
    }

    /// Reports what is open at the end of the text.
    fn close_rest(&mut self) {
        if self.in_quotes() {
            self.broken_string();
        }
        let Some(&frame) = self.open.first() else {
            return;
        };
        let end = self.bytes.len();
        if !self
            .errors
            .iter()
            .any(|error| error.range.start >= frame.start)
        {
            let interpolation = self.open.get(1).map(|frame| frame.start);
            match interpolation {
                Some(start) => self.error(LexErrorKind::UnclosedInterpolation, start..start + 2),
                None => self.error(LexErrorKind::UnclosedHeredoc, frame.start..frame.start + 3),
            }
        }
        self.tokens.truncate(frame.token);
        self.push(ERROR_TOKEN, frame.start);
        self.at = end;
    }

    fn punctuation(&mut self, byte: u8) {
        let start = self.at;
        let (next, third) = (self.byte(1), self.byte(2));
        let (kind, len) = match (byte, next, third) {
            (b'.', b'.', b'=') => (DOT2_EQ, 3),
            (b'|', b'2', b'>') => (PIPE_2_GT, 3),
            (b'%', b'{', _) => (MAP_OPEN, 2),
            (b':', b':', _) => (COLON2, 2),
            (b'.', b'.', _) => (DOT2, 2),
            (b'-', b'>', _) => (ARROW, 2),
            (b'=', b'>', _) => (FAT_ARROW, 2),
            (b'=', b'=', _) => (EQ2, 2),
            (b'!', b'=', _) => (NEQ, 2),
            (b'<', b'=', _) => (LT_EQ, 2),
            (b'>', b'=', _) => (GT_EQ, 2),
            (b'+', b'+', _) => (PLUS2, 2),
            (b'<', b'>', _) => (LT_GT, 2),
            (b'&', b'&', _) => (AMP2, 2),
            (b'|', b'|', _) => (PIPE2, 2),
            (b'|', b'>', _) => (PIPE_GT, 2),
            (b'(', ..) => (L_PAREN, 1),
            (b')', ..) => (R_PAREN, 1),
            (b'[', ..) => (L_BRACKET, 1),
            (b']', ..) => (R_BRACKET, 1),
            (b'{', ..) => (L_BRACE, 1),
            (b'}', ..) => (R_BRACE, 1),
            (b',', ..) => (COMMA, 1),
            (b';', ..) => (SEMICOLON, 1),
            (b':', ..) => (COLON, 1),
            (b'.', ..) => (DOT, 1),
            (b'=', ..) => (EQ, 1),
            (b'<', ..) => (LT, 1),
            (b'>', ..) => (GT, 1),
            (b'+', ..) => (PLUS, 1),
            (b'-', ..) => (MINUS, 1),
            (b'*', ..) => (STAR, 1),
            (b'/', ..) => (SLASH, 1),
            (b'%', ..) => (PERCENT, 1),
            (b'|', ..) => (PIPE, 1),
            (b'!', ..) => (BANG, 1),
            (b'?', ..) => (QUESTION, 1),
            (b'@', ..) => (AT, 1),
            _ => {
                self.at += 1;
                return self.unknown(start);
            }
        };
        self.at += len;
        let kind = self.brace(kind, start);
        self.push(kind, start);
    }

    /// Braces count inside an interpolation; the one too many closes it.
    fn brace(&mut self, kind: SyntaxKind, start: usize) -> SyntaxKind {
        let Some(frame) = self.open.last_mut() else {
            return kind;
        };
        let Open::Interpolation(depth) = &mut frame.open else {
            return kind;
        };
        match kind {
            L_BRACE | MAP_OPEN => *depth += 1,
            R_BRACE if *depth == 0 => {
                self.open.pop();
                debug_assert_eq!(self.bytes[start], b'}');
                return INTERPOLATION_CLOSE;
            }
            R_BRACE => *depth -= 1,
            _ => {}
        }
        kind
    }
}
