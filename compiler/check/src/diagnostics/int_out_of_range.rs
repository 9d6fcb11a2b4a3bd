//! E0319: an integer literal that does not fit in 64 bits.

use mesh_report::{Diagnostic, Explain, Span};

/// An integer literal that does not fit in 64 bits.
pub struct IntOutOfRange {
    pub literal: String,
    pub span: Span,
}

impl Explain for IntOutOfRange {
    const CODE: &'static str = "E0319";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!("`{}` does not fit an `Int`", self.literal),
        )
        .primary(self.span, "out of range")
        .note("an `Int` goes from -9223372036854775808 to 9223372036854775807")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("«9223372036854775808»");
        let facts = IntOutOfRange {
            literal: "9223372036854775808".into(),
            span: source.spans[0],
        };
        let text = source.render(facts);
        assert!(text.contains("does not fit an `Int`"), "{text}");
    }
}
