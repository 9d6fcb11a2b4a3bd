//! E0318: uses of `?` whose errors disagree.

use mesh_report::{Diagnostic, Explain, Span};

/// Uses of `?` whose errors disagree.
pub struct QuestionErrors {
    pub found: String,
    pub first: String,
    pub span: Span,
    pub first_span: Span,
}

impl Explain for QuestionErrors {
    const CODE: &'static str = "E0318";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!(
                "this `?` leaves with `{}`, an earlier one with `{}`",
                self.found, self.first
            ),
        )
        .primary(self.span, format!("the error is `{}`", self.found))
        .secondary(self.first_span, format!("the error is `{}`", self.first))
        .help(
            "write the result of the function: with `-> T!E` both are converted to `E` with `From`",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("let x = «a()?»\nlet y = «b()?»");
        let facts = QuestionErrors {
            found: "Int".into(),
            first: "String".into(),
            span: source.spans[1],
            first_span: source.spans[0],
        };
        let text = source.render(facts);
        assert!(text.contains("an earlier one with `String`"), "{text}");
    }
}
