//! A regex that its line does not close.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct UnclosedRegex {
    /// From `~r/` to the end of the line.
    pub span: Span,
}

impl Explain for UnclosedRegex {
    const CODE: &'static str = "E0005";

    fn explain(self) -> Diagnostic {
        let open = Span {
            end: (self.span.start + 3).min(self.span.end),
            ..self.span
        };
        Diagnostic::error(Self::CODE, "this regex is not closed")
            .primary(open, "no `/` follows on this line")
            .help("a `/` inside a regex is written `\\/`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("let r = «~r/[a-z]+»");
        let text = source.render(UnclosedRegex {
            span: source.spans[0],
        });
        assert!(text.contains("this regex is not closed"), "{text}");
    }
}
