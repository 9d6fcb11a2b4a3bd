//! A keyword where a name is given.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct ReservedName {
    /// The keyword.
    pub name: String,
    /// Where.
    pub span: Span,
}

impl Explain for ReservedName {
    const CODE: &'static str = "E0108";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!(
                "`{}` is a word of the language and cannot be a name",
                self.name
            ),
        )
        .primary(self.span, "choose another name")
        .note("fields may have such names, and functions may be called so after a point")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("let «match» = 3");
        let text = source.render(ReservedName {
            name: "match".into(),
            span: source.spans[0],
        });
        assert!(text.contains("`match` is a word of the language"), "{text}");
    }
}
