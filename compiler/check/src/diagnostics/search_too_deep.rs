//! E0320: the search for an impl does not end.

use mesh_report::{Diagnostic, Explain, Span};

/// The search for an impl does not end.
pub struct SearchTooDeep {
    pub steps: Vec<String>,
    pub depth: usize,
    pub span: Span,
}

impl Explain for SearchTooDeep {
    const CODE: &'static str = "E0320";

    fn explain(self) -> Diagnostic {
        let chain = self.steps.join(", which needs ");
        Diagnostic::error(Self::CODE, "the search for an impl does not end")
            .primary(self.span, "needed here")
            .note(format!("{chain}, and so on, {} deep", self.depth))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("«deep(x)»");
        let facts = SearchTooDeep {
            steps: vec!["`A`".into(), "`B`".into()],
            depth: 129,
            span: source.spans[0],
        };
        let text = source.render(facts);
        assert!(text.contains("does not end"), "{text}");
    }
}
