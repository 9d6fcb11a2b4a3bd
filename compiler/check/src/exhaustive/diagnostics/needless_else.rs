//! W0551: the `else` of a `let` that always matches.

use mesh_report::{Diagnostic, Explain, Span};

/// A `let … else` whose pattern cannot fail.
pub struct NeedlessElse {
    pub span: Span,
}

impl Explain for NeedlessElse {
    const CODE: &'static str = "W0551";

    fn explain(self) -> Diagnostic {
        Diagnostic::warning(
            Self::CODE,
            "this pattern always matches, so the `else` is never taken",
        )
        .primary(self.span, "matches every value")
        .help("remove the `else`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_that_the_else_is_dead() {
        let source = mesh_report::testing::marked("let «x» = y else 0");
        let text = source.render(NeedlessElse {
            span: source.spans[0],
        });
        assert!(text.contains("never taken"), "{text}");
    }
}
