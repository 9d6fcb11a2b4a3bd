//! An `if` in both styles.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct MixedIf {
    /// The opener of the other style.
    pub span: Span,
    /// The opener of the first branch, or the `if`.
    pub first: Span,
    /// Whether the other style is braces.
    pub braces: bool,
}

impl Explain for MixedIf {
    const CODE: &'static str = "E0106";

    fn explain(self) -> Diagnostic {
        let (other, first) = if self.braces {
            ("braces", "`do`")
        } else {
            ("`do`", "braces")
        };
        Diagnostic::error(Self::CODE, "all branches of an `if` use one style")
            .primary(self.span, format!("this branch uses {other}"))
            .secondary(self.first, format!("this `if` uses {first}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("if a «do»\n  b\nelse «{»\n  c\n}");
        let text = source.render(MixedIf {
            span: source.spans[1],
            first: source.spans[0],
            braces: true,
        });
        assert!(
            text.contains("all branches of an `if` use one style"),
            "{text}"
        );
        assert!(text.contains("this branch uses braces"), "{text}");
    }
}
