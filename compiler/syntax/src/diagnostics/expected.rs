//! Something must stand here and does not.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct Expected {
    /// What must stand here.
    pub what: &'static str,
    /// What stands here instead.
    pub found: String,
    /// Where.
    pub span: Span,
    /// What may have been meant.
    pub hint: Option<&'static str>,
}

impl Explain for Expected {
    const CODE: &'static str = "E0100";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!("expected {}, found {}", self.what, self.found),
        )
        .primary(self.span, format!("expected {} here", self.what))
        .when(self.hint, Diagnostic::help)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("let x «5»");
        let text = source.render(Expected {
            what: "`=` and a value",
            found: "`5`".into(),
            span: source.spans[0],
            hint: None,
        });
        assert!(
            text.contains("expected `=` and a value, found `5`"),
            "{text}"
        );
    }
}
