//! A default that mentions another parameter.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct DefaultUsesParameter<'a> {
    /// The parameter it mentions.
    pub name: &'a str,
    /// Where.
    pub span: Span,
    /// The parameter.
    pub declared: Span,
}

impl Explain for DefaultUsesParameter<'_> {
    const CODE: &'static str = "E0220";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!("a default cannot use the parameter `{}`", self.name),
        )
        .primary(self.span, "used in a default")
        .secondary(self.declared, "this parameter")
        .note("a default is evaluated at the call, before the function has its parameters")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("fn f(«a», b = «a») = b");
        let text = source.render(DefaultUsesParameter {
            name: "a",
            span: source.spans[1],
            declared: source.spans[0],
        });
        assert!(
            text.contains("a default cannot use the parameter `a`"),
            "{text}"
        );
    }
}
