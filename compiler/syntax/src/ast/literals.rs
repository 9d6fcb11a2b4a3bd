//! The values of literals, as far as the source alone decides them.

use super::*;

/// What a `Literal` is.
#[derive(Clone, Debug, PartialEq)]
pub enum LiteralKind {
    /// An integer; nothing if it is beyond 128 bits. The sign is an operator's or a pattern's.
    Int(Option<u128>),
    /// A float.
    Float(f64),
    /// `true`, `false`
    Bool(bool),
    /// `:name`, without the colon.
    Atom(String),
}

impl Literal {
    /// The token.
    pub fn token(&self) -> Option<SyntaxToken> {
        self.syntax()
            .first_token()
            .filter(|token| !token.kind().is_trivia())
    }

    /// The value.
    pub fn kind(&self) -> Option<LiteralKind> {
        let token = self.token()?;
        let text = token.text();
        Some(match token.kind() {
            SyntaxKind::INT => LiteralKind::Int(int_value(text)),
            SyntaxKind::FLOAT => LiteralKind::Float(text.replace('_', "").parse().ok()?),
            SyntaxKind::TRUE_KW => LiteralKind::Bool(true),
            SyntaxKind::FALSE_KW => LiteralKind::Bool(false),
            SyntaxKind::ATOM => LiteralKind::Atom(text.trim_start_matches(':').to_string()),
            _ => return None,
        })
    }
}

fn int_value(text: &str) -> Option<u128> {
    let digits = text.replace('_', "");
    let (digits, radix) = match digits.get(..2) {
        Some("0x" | "0X") => (&digits[2..], 16),
        Some("0b" | "0B") => (&digits[2..], 2),
        Some("0o" | "0O") => (&digits[2..], 8),
        _ => (digits.as_str(), 10),
    };
    u128::from_str_radix(digits, radix).ok()
}

/// A piece of a string, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StringPart {
    /// Text with its escapes processed and, in a heredoc, its indentation removed.
    Text(String),
    /// `${…}`
    Interpolation(Interpolation),
}

impl StringLit {
    /// Whether it is written between `"""`.
    pub fn is_heredoc(&self) -> bool {
        self.syntax()
            .first_token()
            .is_some_and(|open| open.text().ends_with("\"\"\""))
    }

    /// Whether it is HTML: `~h"…"`.
    pub fn is_html(&self) -> bool {
        self.syntax()
            .first_token()
            .is_some_and(|open| open.text().starts_with('~'))
    }

    /// Its texts and interpolations; neighbouring texts are one.
    pub fn parts(&self) -> Vec<StringPart> {
        crate::strings::parts(self)
    }

    /// The text, if there is no interpolation.
    pub fn text(&self) -> Option<String> {
        let mut text = String::new();
        for part in self.parts() {
            match part {
                StringPart::Text(part) => text.push_str(&part),
                StringPart::Interpolation(_) => return None,
            }
        }
        Some(text)
    }
}

impl RegexLit {
    /// What stands between the slashes, with `\/` as `/`, and the flags.
    pub fn pattern_and_flags(&self) -> Option<(String, String)> {
        let token = self.syntax().first_token()?;
        let body = token.text().strip_prefix("~r/")?;
        let close = body.rfind('/')?;
        Some((
            body[..close].replace("\\/", "/"),
            body[close + 1..].to_string(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::int_value;

    #[test]
    fn integers_in_all_bases() {
        assert_eq!(int_value("1_000_000"), Some(1_000_000));
        assert_eq!(int_value("0xff"), Some(255));
        assert_eq!(int_value("0b1010"), Some(10));
        assert_eq!(int_value("0o17"), Some(15));
        assert_eq!(int_value("9223372036854775808"), Some(1 << 63));
        assert_eq!(int_value(&"9".repeat(60)), None);
    }
}
