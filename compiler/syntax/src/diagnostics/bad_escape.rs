//! A backslash in a string before something that makes no escape.

use crate::strings::EscapeError;
use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct BadEscape {
    /// What is wrong.
    pub error: EscapeError,
    /// The escape as written.
    pub escape: String,
    /// Where.
    pub span: Span,
}

impl Explain for BadEscape {
    const CODE: &'static str = "E0007";

    fn explain(self) -> Diagnostic {
        let (message, help) = match self.error {
            EscapeError::Unknown => (
                format!("`{}` is not an escape", self.escape),
                "a backslash itself is written `\\\\`; the escapes are `\\n \\t \\r \\0 \\e \\\" \\\\ \\$ \\#` and `\\u{1F600}`",
            ),
            EscapeError::BadUnicode => (
                format!("`{}` is not a character", self.escape),
                "write the character's number in hexadecimal digits and braces: `\\u{1F600}`",
            ),
        };
        Diagnostic::error(Self::CODE, message)
            .primary(self.span, "this escape")
            .help(help)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("println(\"a«\\q»\")");
        let text = source.render(BadEscape {
            error: EscapeError::Unknown,
            escape: "\\q".into(),
            span: source.spans[0],
        });
        assert!(text.contains("`\\q` is not an escape"), "{text}");
    }
}
