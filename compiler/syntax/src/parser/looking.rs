//! Looking ahead without emitting anything: what kind of thing begins here.

use super::*;

/// A word that is a value's name where a name is expected.
pub(super) fn is_value_name(kind: SyntaxKind) -> bool {
    kind == IDENT || (kind.is_contextual() && kind != FUN_KW)
}

/// A word that is a type's, constructor's or module's name.
pub(super) fn is_type_name(kind: SyntaxKind) -> bool {
    matches!(kind, TYPE_IDENT | FUN_KW)
}

/// Any word: after `.`, before `:` and as a field's name reserved words are names too.
pub(super) fn is_word(kind: SyntaxKind) -> bool {
    is_value_name(kind) || is_type_name(kind) || kind.is_reserved()
}

/// Whether an expression can begin with it.
pub(super) fn starts_expr(kind: SyntaxKind) -> bool {
    is_value_name(kind)
        || matches!(
            kind,
            TYPE_IDENT
                | FUN_KW
                | INT
                | FLOAT
                | ATOM
                | REGEX
                | STRING_OPEN
                | TRUE_KW
                | FALSE_KW
                | L_PAREN
                | L_BRACKET
                | L_BRACE
                | MAP_OPEN
                | PERCENT
                | MINUS
                | BANG
                | NOT_KW
                | IF_KW
                | MATCH_KW
                | CASE_KW
                | RECEIVE_KW
                | FOR_KW
                | WHILE_KW
                | RETURN_KW
                | BREAK_KW
                | CONTINUE_KW
                | FN_KW
                | ERROR_TOKEN
        )
}

impl Parser<'_> {
    /// Whether `pattern ->` or `pattern when` begins here: an arm rather than a statement.
    pub(super) fn at_arm(&self) -> bool {
        self.overran.set(false);
        let after = self.skip_pattern(self.at, 0);
        if self.overran.get() {
            // The pattern's own parser says that it is nested too deeply.
            return true;
        }
        after.is_some_and(|at| match self.token(at).kind {
            ARROW | FAT_ARROW => !self.token(at).newline,
            WHEN_KW => true,
            _ => false,
        })
    }

    /// Whether `signal Pattern` begins here.
    pub(super) fn at_signal_arm(&self) -> bool {
        self.at(SIGNAL_KW) && is_type_name(self.nth(1)) && !self.newline_before(1)
    }

    /// Whether `after time ->` begins here, rather than something named `after`.
    pub(super) fn at_after_arm(&self) -> bool {
        if !self.at(AFTER_KW) || self.newline_before(1) {
            return false;
        }
        match self.nth(1) {
            L_PAREN => {
                let close = self.skip_balanced(self.at + 1);
                close.is_some_and(|at| self.token(at).kind != EOF && !self.token(at).newline)
            }
            L_BRACKET | MINUS => false,
            kind => starts_expr(kind),
        }
    }

    /// Whether `fn name(` or `fn name<` begins here: a function with a name rather than a closure.
    pub(super) fn at_local_fn(&self) -> bool {
        self.at(FN_KW) && is_value_name(self.nth(1)) && matches!(self.nth(2), L_PAREN | LT)
    }

    /// After `fn`: whether the parentheses at hand are a tuple, since more parameters follow.
    pub(super) fn at_tuple_before_params(&self) -> bool {
        self.at(L_PAREN)
            && self
                .skip_balanced(self.at)
                .is_some_and(|at| self.token(at).kind == COMMA)
    }

    /// Whether the brace at hand holds expressions with commas between.
    pub(super) fn at_brace_tuple(&self) -> bool {
        let mut depth = 0usize;
        for ahead in self.at.. {
            match self.token(ahead).kind {
                L_PAREN | L_BRACKET | L_BRACE | MAP_OPEN | DO_KW | FN_KW => depth += 1,
                R_PAREN | R_BRACKET | R_BRACE | END_KW => depth = depth.saturating_sub(1),
                COMMA if depth == 1 => return self.at(L_BRACE),
                EOF => return false,
                _ => {}
            }
            if depth == 0 {
                return false;
            }
        }
        false
    }

    /// At the arrow of a closure: the token after a type that stands between it and `do`, `{` or `=` on the same line, which
    /// no value does.
    pub(super) fn after_closure_result(&self) -> Option<usize> {
        let at = self.skip_type(self.at + 1)?;
        let opener = self.token(at);
        let fields = |at: usize| match self.token(at).kind {
            R_BRACE | DOT2 => true,
            kind if is_word(kind) => matches!(self.token(at + 1).kind, COLON | COMMA | R_BRACE),
            _ => false,
        };
        let begins = match opener.kind {
            DO_KW | EQ => true,
            L_BRACE => !fields(at + 1),
            _ => false,
        };
        (begins && !opener.newline).then_some(at)
    }

    /// The token after a type at `at`, as far as no value looks like it.
    fn skip_type(&self, at: usize) -> Option<usize> {
        let mut at = match self.token(at).kind {
            kind if is_type_name(kind) => self.skip_type_name(at)?,
            L_PAREN if matches!(self.token(at + 1).kind, TYPE_IDENT | R_PAREN) => {
                self.skip_balanced(at)?
            }
            _ => return None,
        };
        loop {
            at = match self.token(at).kind {
                QUESTION => at + 1,
                BANG => self.skip_type(at + 1)?,
                _ => return Some(at),
            };
        }
    }

    /// `Module.Name<Arguments>`
    fn skip_type_name(&self, at: usize) -> Option<usize> {
        let mut at = at + 1;
        while self.token(at).kind == DOT && is_type_name(self.token(at + 1).kind) {
            at += 2;
        }
        let mut depth = 0usize;
        loop {
            match self.token(at).kind {
                LT => depth += 1,
                GT if depth > 0 => depth -= 1,
                _ if depth == 0 => return Some(at),
                EOF | DO_KW | L_BRACE | EQ | END_KW => return None,
                _ => {}
            }
            at += 1;
        }
    }

    /// The token after the parenthesis that closes the one at `at`.
    fn skip_balanced(&self, at: usize) -> Option<usize> {
        let mut depth = 0usize;
        for ahead in at.. {
            match self.token(ahead).kind {
                L_PAREN => depth += 1,
                R_PAREN => depth -= 1,
                EOF => return None,
                _ => {}
            }
            if depth == 0 {
                return Some(ahead + 1);
            }
        }
        None
    }

    /// The token after a pattern at `at`, if one stands there. Patterns hold no statements, so this never looks at
    /// the same token more often than patterns are nested.
    fn skip_pattern(&self, at: usize, depth: u32) -> Option<usize> {
        if depth > MAX_NESTING {
            self.overran.set(true);
            return None;
        }
        let mut at = self.skip_cons(at, depth)?;
        while self.token(at).kind == PIPE {
            at = self.skip_cons(at + 1, depth)?;
        }
        while self.token(at).kind == AS_KW && is_value_name(self.token(at + 1).kind) {
            at += 2;
        }
        Some(at)
    }

    fn skip_cons(&self, at: usize, depth: u32) -> Option<usize> {
        let mut at = self.skip_pattern_atom(at, depth)?;
        while matches!(self.token(at).kind, COLON2 | LT_GT) {
            at = self.skip_pattern_atom(at + 1, depth)?;
        }
        Some(at)
    }

    fn skip_pattern_atom(&self, at: usize, depth: u32) -> Option<usize> {
        let here = self.token(at).kind;
        match here {
            UNDERSCORE => Some(at + 1),
            kind if is_value_name(kind) => Some(at + 1),
            MINUS if matches!(self.token(at + 1).kind, INT | FLOAT) => self.skip_range(at + 2),
            INT | FLOAT | ATOM | TRUE_KW | FALSE_KW => self.skip_range(at + 1),
            STRING_OPEN => self.skip_string(at),
            L_PAREN => self.skip_pattern_list(at + 1, R_PAREN, depth),
            L_BRACKET => self.skip_pattern_list(at + 1, R_BRACKET, depth),
            L_BRACE => self.skip_pattern_list(at + 1, R_BRACE, depth),
            PERCENT if is_type_name(self.token(at + 1).kind) => {
                self.skip_constructor(at + 1, depth)
            }
            kind if is_type_name(kind) => self.skip_constructor(at, depth),
            _ => None,
        }
    }

    fn skip_range(&self, at: usize) -> Option<usize> {
        if !matches!(self.token(at).kind, DOT2 | DOT2_EQ) {
            return Some(at);
        }
        let sign = usize::from(self.token(at + 1).kind == MINUS);
        matches!(self.token(at + 1 + sign).kind, INT | FLOAT).then_some(at + 2 + sign)
    }

    fn skip_string(&self, at: usize) -> Option<usize> {
        let text = usize::from(self.token(at + 1).kind == STRING_TEXT);
        (self.token(at + 1 + text).kind == STRING_CLOSE).then_some(at + 2 + text)
    }

    fn skip_constructor(&self, at: usize, depth: u32) -> Option<usize> {
        let mut at = at + 1;
        while self.token(at).kind == DOT && is_type_name(self.token(at + 1).kind) {
            at += 2;
        }
        match self.token(at) {
            Token {
                kind: L_PAREN,
                newline: false,
                ..
            } => self.skip_pattern_list(at + 1, R_PAREN, depth),
            Token {
                kind: L_BRACE,
                newline: false,
                ..
            } => self.skip_pattern_list(at + 1, R_BRACE, depth),
            _ => Some(at),
        }
    }

    /// Patterns with commas, a `|` before a tail, `..`, and `name:` before a pattern.
    fn skip_pattern_list(&self, at: usize, close: SyntaxKind, depth: u32) -> Option<usize> {
        let mut at = at;
        loop {
            if self.token(at).kind == close {
                return Some(at + 1);
            }
            if is_word(self.token(at).kind) && self.token(at + 1).kind == COLON {
                at += 2;
            }
            at = match self.token(at).kind {
                DOT2 => at + 1,
                _ => self.skip_pattern(at, depth + 1)?,
            };
            match self.token(at).kind {
                COMMA => at += 1,
                // Behind `p as name` it is the list's bar.
                PIPE if close == R_BRACKET => at += 1,
                kind if kind == close => {}
                _ => return None,
            }
        }
    }
}
