//! A private constant that nothing mentions.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct UnusedConstant<'a> {
    /// The constant.
    pub name: &'a str,
    /// Its name.
    pub span: Span,
}

impl Explain for UnusedConstant<'_> {
    const CODE: &'static str = "W0204";

    fn explain(self) -> Diagnostic {
        Diagnostic::warning(
            Self::CODE,
            format!("the constant `{}` is never used", self.name),
        )
        .primary(self.span, "never used")
        .help(format!(
            "remove it, mark it `pub` if other modules need it, or name it `_{}`",
            self.name
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("const «limit» = 1");
        let text = source.render(UnusedConstant {
            name: "limit",
            span: source.spans[0],
        });
        assert!(
            text.contains("the constant `limit` is never used"),
            "{text}"
        );
        assert!(text.contains("mark it `pub`"), "{text}");
    }
}
