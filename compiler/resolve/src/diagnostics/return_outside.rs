//! `return` or `?` where there is no function to leave.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct ReturnOutside<'a> {
    /// Where.
    pub span: Span,
    /// Where it stands: `a constant`.
    pub place: &'a str,
}

impl Explain for ReturnOutside<'_> {
    const CODE: &'static str = "E0217";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!("{} has no function to return from", self.place),
        )
        .primary(self.span, "cannot return here")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("const a = «return 1»");
        let text = source.render(ReturnOutside {
            span: source.spans[0],
            place: "a constant",
        });
        assert!(
            text.contains("a constant has no function to return from"),
            "{text}"
        );
    }
}
