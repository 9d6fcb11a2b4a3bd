//! A string that its line does not close.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct UnclosedString {
    /// From the opening quote to the end of the line.
    pub span: Span,
}

impl Explain for UnclosedString {
    const CODE: &'static str = "E0002";

    fn explain(self) -> Diagnostic {
        let quote = Span {
            end: self.span.start + 1,
            ..self.span
        };
        Diagnostic::error(Self::CODE, "this string is not closed")
            .primary(quote, "no `\"` follows on this line")
            .help("a text of several lines stands between `\"\"\"`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("println(«\"hi)»");
        let text = source.render(UnclosedString {
            span: source.spans[0],
        });
        assert!(text.contains("this string is not closed"), "{text}");
    }
}
