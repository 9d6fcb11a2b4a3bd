//! A struct literal in the head of a block.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct StructInHead {
    /// The literal.
    pub span: Span,
}

impl Explain for StructInHead {
    const CODE: &'static str = "E0107";

    fn explain(self) -> Diagnostic {
        let after = self.span.at_end();
        Diagnostic::error(
            Self::CODE,
            "a struct literal in a condition needs parentheses",
        )
        .primary(self.span, "the brace would open the block")
        .fix_all(
            "put it in parentheses",
            [
                (self.span.at_start(), "(".to_string()),
                (after, ")".to_string()),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("if p == «Point { x: 1 }» do");
        let text = source.render(StructInHead {
            span: source.spans[0],
        });
        assert!(
            text.contains("a struct literal in a condition needs parentheses"),
            "{text}"
        );
    }
}
