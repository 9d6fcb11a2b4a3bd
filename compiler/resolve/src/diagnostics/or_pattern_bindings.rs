//! Alternatives of a pattern that bind different names.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct OrPatternBindings<'a> {
    /// The name.
    pub name: &'a str,
    /// Where it is bound.
    pub binds: Span,
    /// The alternative that does not bind it.
    pub lacks: Span,
}

impl Explain for OrPatternBindings<'_> {
    const CODE: &'static str = "E0211";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!(
                "`{}` is not bound by every alternative of this pattern",
                self.name
            ),
        )
        .primary(self.lacks, format!("does not bind `{}`", self.name))
        .secondary(self.binds, "bound here")
        .help("every alternative must bind the same names; use `_` for a part that is not used")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("A(«x») | «B»");
        let text = source.render(OrPatternBindings {
            name: "x",
            binds: source.spans[0],
            lacks: source.spans[1],
        });
        assert!(
            text.contains("`x` is not bound by every alternative"),
            "{text}"
        );
        assert!(text.contains("does not bind `x`"), "{text}");
    }
}
