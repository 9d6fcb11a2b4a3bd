//! E0302: a type would have to contain itself.

use mesh_report::{Diagnostic, Explain, Span};

/// A type would have to contain itself.
pub struct InfiniteType {
    pub part: String,
    pub whole: String,
    pub span: Span,
}

impl Explain for InfiniteType {
    const CODE: &'static str = "E0302";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!(
                "`{}` would have to contain itself: it is `{}`",
                self.part, self.whole
            ),
        )
        .primary(self.span, "this would need a type without end")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("fn f(x) = «x»(x)");
        let facts = InfiniteType {
            part: "a".into(),
            whole: "fn(a) -> b".into(),
            span: source.spans[0],
        };
        let text = source.render(facts);
        assert!(text.contains("would have to contain itself"), "{text}");
    }
}
