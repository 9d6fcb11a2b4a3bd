//! A `${` without its brace.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct UnclosedInterpolation {
    /// From `${` to the end of its line.
    pub span: Span,
}

impl Explain for UnclosedInterpolation {
    const CODE: &'static str = "E0004";

    fn explain(self) -> Diagnostic {
        let open = Span {
            end: (self.span.start + 2).min(self.span.end),
            ..self.span
        };
        Diagnostic::error(Self::CODE, "this interpolation is not closed")
            .primary(open, "no `}` closes it before the string ends")
            .help("to write the characters themselves, put `\\` before them")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("println(\"a «${1 + 2\")»");
        let text = source.render(UnclosedInterpolation {
            span: source.spans[0],
        });
        assert!(text.contains("this interpolation is not closed"), "{text}");
    }
}
