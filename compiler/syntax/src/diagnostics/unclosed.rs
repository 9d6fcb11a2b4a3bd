//! A block or bracket without its end.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct Unclosed {
    /// What was opened.
    pub opener: String,
    /// Where.
    pub span: Span,
    /// What closes it.
    pub closer: &'static str,
    /// Where that was missed.
    pub noticed: Span,
}

impl Explain for Unclosed {
    const CODE: &'static str = "E0104";

    fn explain(self) -> Diagnostic {
        let message = format!(
            "`{}` is never closed: {} is missing",
            self.opener, self.closer
        );
        let seen = format!("expected {} by here", self.closer);
        Diagnostic::error(Self::CODE, message)
            .primary(self.span, "opened here")
            .secondary(self.noticed, seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("if a «do»\n  b«»");
        let text = source.render(Unclosed {
            opener: "do".into(),
            span: source.spans[0],
            closer: "`end`",
            noticed: source.spans[1],
        });
        assert!(
            text.contains("`do` is never closed: `end` is missing"),
            "{text}"
        );
        assert!(text.contains("expected `end` by here"), "{text}");
    }
}
