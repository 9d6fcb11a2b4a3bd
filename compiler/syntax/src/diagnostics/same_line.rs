//! Two statements on one line.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct SameLine {
    /// What begins the second.
    pub span: Span,
}

impl Explain for SameLine {
    const CODE: &'static str = "E0112";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, "expected a new line or `;` here").primary(
            self.span,
            "something before this is missing, or a new statement begins",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("foo() «bar»()");
        let text = source.render(SameLine {
            span: source.spans[0],
        });
        assert!(text.contains("expected a new line or `;`"), "{text}");
    }
}
