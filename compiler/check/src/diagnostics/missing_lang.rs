//! E0323: std lacks something that syntax needs.

use mesh_report::{Diagnostic, Explain, Span};

/// std lacks something that syntax needs.
pub struct MissingLang {
    pub name: &'static str,
    pub span: Span,
}

impl Explain for MissingLang {
    const CODE: &'static str = "E0323";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!("the standard library has no `@lang(\"{}\")`", self.name),
        )
        .primary(self.span, "needed here")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("«a + b»");
        let facts = MissingLang {
            name: "add",
            span: source.spans[0],
        };
        let text = source.render(facts);
        assert!(text.contains("has no `@lang(\"add\")`"), "{text}");
    }
}
