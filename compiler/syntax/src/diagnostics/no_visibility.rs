//! `pub` before something that is not exported.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct NoVisibility {
    /// What it stands before.
    pub word: String,
    /// The `pub`.
    pub span: Span,
}

impl Explain for NoVisibility {
    const CODE: &'static str = "E0118";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!("`pub` cannot stand before `{}`", self.word),
        )
        .primary(self.span, "has no meaning here")
        .fix("leave it out", self.span, "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("«pub» impl A for B do");
        let text = source.render(NoVisibility {
            word: "impl".into(),
            span: source.spans[0],
        });
        assert!(text.contains("`pub` cannot stand before `impl`"), "{text}");
    }
}
