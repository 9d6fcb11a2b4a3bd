//! Something after the `after` of a `receive`.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct AfterNotLast {
    /// The `after`.
    pub after: Span,
    /// What follows it.
    pub span: Span,
}

impl Explain for AfterNotLast {
    const CODE: &'static str = "E0120";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            "`after` is the last arm of a `receive`, and there is one",
        )
        .primary(self.span, "this follows the `after`")
        .secondary(self.after, "this would be the last arm")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("receive do\n  «after» 10 -> ()\n  «after» 20 -> ()\nend");
        let text = source.render(AfterNotLast {
            after: source.spans[0],
            span: source.spans[1],
        });
        assert!(text.contains("`after` is the last arm"), "{text}");
    }
}
