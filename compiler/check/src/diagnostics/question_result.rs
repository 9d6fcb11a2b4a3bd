//! E0317: `?` in a function whose result it cannot leave with.

use mesh_report::{Diagnostic, Explain, Span};

/// `?` in a function whose result it cannot leave with.
pub struct QuestionResult {
    pub operand: String,
    pub result: String,
    pub span: Span,
    pub declared: Option<Span>,
}

impl Explain for QuestionResult {
    const CODE: &'static str = "E0317";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!(
                "`?` on `{}` cannot leave a function that gives `{}`",
                self.operand, self.result
            ),
        )
        .primary(self.span, "this may leave the function")
        .when(self.declared, |d, span| {
            d.secondary(span, "the result is declared here")
        })
        .help(
            if self.operand.ends_with('?') && self.result.contains('!') {
                "say what the error is: `Option.ok_or(value, error)?`"
            } else if self.result.ends_with('?') {
                "take it apart with `match`, or give up the error: `Result.ok(value)?`"
            } else {
                "take it apart with `match`, or let the function give an option or a result"
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("«x?»");
        let facts = QuestionResult {
            operand: "Int?".into(),
            result: "Int".into(),
            span: source.spans[0],
            declared: None,
        };
        let text = source.render(facts);
        assert!(
            text.contains("cannot leave a function that gives `Int`"),
            "{text}"
        );
    }
}
