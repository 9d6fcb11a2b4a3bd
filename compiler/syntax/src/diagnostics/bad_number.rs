//! A number with letters in it, or without digits.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct BadNumber {
    /// The number as written.
    pub text: String,
    /// Where.
    pub span: Span,
}

impl Explain for BadNumber {
    const CODE: &'static str = "E0006";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, format!("`{}` is not a number", self.text))
            .primary(self.span, "not a number")
            .note(
                "numbers are written `42`, `1_000_000`, `0xff`, `0b1010`, `0o17`, `3.14`, `1.0e-9`",
            )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("let a = «0xzz»");
        let text = source.render(BadNumber {
            text: "0xzz".into(),
            span: source.spans[0],
        });
        assert!(text.contains("`0xzz` is not a number"), "{text}");
    }
}
