//! A parameter without a default after one that has one.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct ParameterOrder<'a> {
    /// The parameter without a default.
    pub name: &'a str,
    /// Where.
    pub span: Span,
    /// The one that has a default.
    pub default: Span,
}

impl Explain for ParameterOrder<'_> {
    const CODE: &'static str = "E0216";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!(
                "the parameter `{}` needs a default, or a place further left",
                self.name
            ),
        )
        .primary(self.span, "no default")
        .secondary(self.default, "has a default")
        .note("parameters with defaults come last; one closure parameter may follow them")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("fn f(«a = 1», «b», c) = a");
        let text = source.render(ParameterOrder {
            name: "b",
            span: source.spans[1],
            default: source.spans[0],
        });
        assert!(text.contains("the parameter `b` needs a default"), "{text}");
    }
}
