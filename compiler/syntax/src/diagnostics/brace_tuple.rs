//! A tuple in braces.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct BraceTuple {
    /// The opening brace.
    pub open: Span,
    /// The closing one.
    pub close: Span,
}

impl Explain for BraceTuple {
    const CODE: &'static str = "E0101";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, "a tuple stands in parentheses")
            .primary(self.open.to(self.close), "braces make a block")
            .fix_all(
                "write `(a, b)`",
                [(self.open, "(".to_string()), (self.close, ")".to_string())],
            )
            .note("only a pattern may write `{a, b}`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("let p = «{»1, 2«}»");
        let text = source.render(BraceTuple {
            open: source.spans[0],
            close: source.spans[1],
        });
        assert!(text.contains("a tuple stands in parentheses"), "{text}");
        assert!(text.contains("write `(a, b)`"), "{text}");
    }
}
