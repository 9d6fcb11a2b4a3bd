//! An import that nothing uses.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct UnusedImport<'a> {
    /// What is imported.
    pub name: &'a str,
    /// The import, or the name in it.
    pub span: Span,
}

impl Explain for UnusedImport<'_> {
    const CODE: &'static str = "W0202";

    fn explain(self) -> Diagnostic {
        Diagnostic::warning(
            Self::CODE,
            format!("the import of `{}` is not used", self.name),
        )
        .primary(self.span, "not used")
        .help("remove it")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("«import Log»");
        let text = source.render(UnusedImport {
            name: "Log",
            span: source.spans[0],
        });
        assert!(text.contains("the import of `Log` is not used"), "{text}");
    }
}
