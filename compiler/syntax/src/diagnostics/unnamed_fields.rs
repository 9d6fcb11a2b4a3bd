//! Fields in braces without the struct's name before them.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct UnnamedFields {
    /// The opening brace.
    pub span: Span,
}

impl Explain for UnnamedFields {
    const CODE: &'static str = "E0122";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            "the name of the struct is missing before its fields",
        )
        .primary(self.span, "fields of what?")
        .help("write `Name { field: value }`; a map is written `%{key => value}`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("let p = «{» x: 1 }");
        let text = source.render(UnnamedFields {
            span: source.spans[0],
        });
        assert!(text.contains("the name of the struct is missing"), "{text}");
    }
}
