//! A heredoc that is open at the end of the file.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct UnclosedHeredoc {
    /// The opening quotes.
    pub span: Span,
}

impl Explain for UnclosedHeredoc {
    const CODE: &'static str = "E0003";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, "this text is not closed")
            .primary(self.span, "no `\"\"\"` follows in the file")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("println(«\"\"\"»hi)");
        let text = source.render(UnclosedHeredoc {
            span: source.spans[0],
        });
        assert!(text.contains("this text is not closed"), "{text}");
    }
}
