//! A literal whose text has no meaning.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct BadLiteral {
    /// What is wrong with it.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What to write instead.
    pub help: Option<String>,
}

impl Explain for BadLiteral {
    const CODE: &'static str = "E0222";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, self.message)
            .primary(self.span, "here")
            .when(self.help, |d, help| d.help(help))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("let a = \"«\\q»\"");
        let text = source.render(BadLiteral {
            message: "`\\q` is not an escape".into(),
            span: source.spans[0],
            help: None,
        });
        assert!(text.contains("is not an escape"), "{text}");
    }
}
