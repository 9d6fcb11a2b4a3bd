//! E0551: a pattern that may fail stands where there is no other way out.

use super::Where;
use mesh_report::{Diagnostic, Explain, Span};

/// A pattern that does not match every value.
pub struct RefutablePattern {
    /// A value it does not match, as a pattern.
    pub example: String,
    pub span: Span,
    pub place: Where,
}

impl Explain for RefutablePattern {
    const CODE: &'static str = "E0551";

    fn explain(self) -> Diagnostic {
        let (place, help) = match self.place {
            Where::Parameter => (
                "a parameter",
                "add further clauses, or take the value apart with `match`",
            ),
            Where::For => (
                "a `for`",
                "take the element as a name and use `match`, or filter the elements first",
            ),
            _ => (
                "a `let`",
                "say what happens otherwise with `let … = … else …`, or use `match`",
            ),
        };
        Diagnostic::error(
            Self::CODE,
            format!("the pattern of {place} must match every value, and this one does not"),
        )
        .primary(self.span, format!("`{}` is not covered", self.example))
        .help(help)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_let_else() {
        let source = mesh_report::testing::marked("let «Some(x)» = y");
        let text = source.render(RefutablePattern {
            example: "None".into(),
            span: source.spans[0],
            place: Where::Let,
        });
        assert!(text.contains("`None` is not covered"), "{text}");
        assert!(text.contains("else"), "{text}");
    }
}
