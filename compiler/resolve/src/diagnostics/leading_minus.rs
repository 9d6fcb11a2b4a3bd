//! A line that begins with `-` and whose value nobody uses.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct LeadingMinus {
    /// The `-`.
    pub span: Span,
}

impl Explain for LeadingMinus {
    const CODE: &'static str = "E0224";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, "the value of this line is not used")
            .primary(
                self.span,
                "a line that begins with `-` is a statement of its own",
            )
            .help("to subtract from the line before, end that line with `-`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("let a = b\n«-» c\na");
        let text = source.render(LeadingMinus {
            span: source.spans[0],
        });
        assert!(
            text.contains("the value of this line is not used"),
            "{text}"
        );
        assert!(text.contains("end that line with `-`"), "{text}");
    }
}
