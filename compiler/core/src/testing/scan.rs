//! The lexical side of reading printed Core.

use crate::ir::Const;

/// Why the text is not Core.
pub struct Fail(pub String);

/// A position in the text; every method first skips white space.
pub struct Scanner<'a> {
    rest: &'a str,
}

impl<'a> Scanner<'a> {
    pub fn new(text: &'a str) -> Scanner<'a> {
        Scanner { rest: text }
    }

    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    pub fn at_end(&mut self) -> bool {
        self.skip();
        self.rest.is_empty()
    }

    pub fn excerpt(&self) -> String {
        self.rest.chars().take(60).collect()
    }

    pub fn peek(&mut self, text: &str) -> bool {
        self.skip();
        self.rest.starts_with(text)
    }

    pub fn try_eat(&mut self, text: &str) -> bool {
        self.skip();
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    pub fn eat(&mut self, text: &str) -> Result<(), Fail> {
        if self.try_eat(text) {
            Ok(())
        } else {
            Err(Fail(format!("`{text}` is missing")))
        }
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    /// Letters, digits and `_`.
    pub fn word(&mut self) -> Result<&'a str, Fail> {
        self.skip();
        let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_');
        match end.unwrap_or(self.rest.len()) {
            0 => Err(Fail("a word is missing".into())),
            length => Ok(self.take(length)),
        }
    }

    /// A name with what stands in its balanced `<…>`, where anything may stand.
    pub fn type_key(&mut self) -> Result<&'a str, Fail> {
        self.skip();
        let mut depth = 0usize;
        let mut previous = ' ';
        for (at, c) in self.rest.char_indices() {
            match c {
                '<' => depth += 1,
                '>' if previous == '-' => {}
                '>' if depth == 0 => return self.key(at),
                '>' => depth -= 1,
                _ if depth > 0 => {}
                _ if c.is_alphanumeric() || "_.#$".contains(c) => {}
                _ => return self.key(at),
            }
            previous = c;
        }
        self.key(self.rest.len())
    }

    fn key(&mut self, length: usize) -> Result<&'a str, Fail> {
        match length {
            0 => Err(Fail("a name is missing".into())),
            _ => Ok(self.take(length)),
        }
    }

    /// `name` of `name: `, if one stands here.
    pub fn field_name(&mut self) -> Option<&'a str> {
        self.skip();
        let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
        if end == 0 || !self.rest[end..].starts_with(": ") {
            return None;
        }
        let name = self.take(end);
        self.rest = &self.rest[1..];
        Some(name)
    }

    /// The name of a local between its number and its colon.
    pub fn local_name(&mut self) -> Option<&'a str> {
        self.skip();
        let end = self.rest.find(':')?;
        (end > 0).then(|| self.take(end).trim())
    }

    /// Whether a definition (`v` and a number) comes next.
    pub fn at_value(&mut self) -> bool {
        self.skip();
        let mut chars = self.rest.chars();
        chars.next() == Some('v') && chars.next().is_some_and(|c| c.is_ascii_digit())
    }

    pub fn number(&mut self) -> Result<i64, Fail> {
        self.skip();
        let digits = self.rest.strip_prefix('-').unwrap_or(self.rest);
        let sign = self.rest.len() - digits.len();
        let end = digits.find(|c: char| !c.is_ascii_digit());
        let text = self.take(sign + end.unwrap_or(digits.len()));
        text.parse().map_err(|_| Fail("a number is missing".into()))
    }

    /// An `Int` or `Float` constant: the latter has a point, an exponent, or is `inf`.
    pub fn numeric(&mut self) -> Result<Const, Fail> {
        self.skip();
        let end = self.rest.find(char::is_whitespace);
        let text = self.take(end.unwrap_or(self.rest.len()));
        if let Ok(value) = text.parse::<i64>() {
            return Ok(Const::Int(value));
        }
        let value: f64 = text
            .parse()
            .map_err(|_| Fail(format!("`{text}` is no constant")))?;
        Ok(Const::Float(value.to_bits()))
    }

    /// A quoted string, with the escapes of Rust's debug form.
    pub fn string(&mut self) -> Result<String, Fail> {
        self.eat("\"")?;
        let mut out = String::new();
        let mut chars = self.rest.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(out);
                }
                '\\' => match chars.next() {
                    Some((_, 'n')) => out.push('\n'),
                    Some((_, 't')) => out.push('\t'),
                    Some((_, 'r')) => out.push('\r'),
                    Some((_, '0')) => out.push('\0'),
                    Some((_, 'u')) => {
                        let digits: String = chars
                            .by_ref()
                            .map(|(_, c)| c)
                            .skip_while(|&c| c == '{')
                            .take_while(|&c| c != '}')
                            .collect();
                        let code = u32::from_str_radix(&digits, 16).ok();
                        out.extend(code.and_then(char::from_u32));
                    }
                    Some((_, c)) => out.push(c),
                    None => break,
                },
                c => out.push(c),
            }
        }
        Err(Fail("a string is not closed".into()))
    }
}
