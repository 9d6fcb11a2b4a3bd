//! A local that nothing uses.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct UnusedVariable<'a> {
    /// Its name.
    pub name: &'a str,
    /// `variable`, `parameter` or `function`.
    pub kind: &'a str,
    /// Where it is bound.
    pub span: Span,
}

impl Explain for UnusedVariable<'_> {
    const CODE: &'static str = "W0201";

    fn explain(self) -> Diagnostic {
        let name = self.name;
        Diagnostic::warning(
            Self::CODE,
            format!("the {} `{name}` is never used", self.kind),
        )
        .primary(self.span, "never used")
        .fix(
            format!("write `_{name}` if that is on purpose"),
            self.span.at_start(),
            "_",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("let «total» = 1");
        let text = source.render(UnusedVariable {
            name: "total",
            kind: "variable",
            span: source.spans[0],
        });
        assert!(
            text.contains("the variable `total` is never used"),
            "{text}"
        );
        assert!(text.contains("write `_total`"), "{text}");
    }
}
