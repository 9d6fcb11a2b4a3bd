//! An arm outside of `match` and `receive`.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct StrayArm {
    /// Where it begins.
    pub span: Span,
}

impl Explain for StrayArm {
    const CODE: &'static str = "E0121";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            "an arm stands only in `match`, `case` and `receive`",
        )
        .primary(
            self.span,
            "this begins an arm, and none of them is open here",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("f(x) do\n  «A» -> 1\nend");
        let text = source.render(StrayArm {
            span: source.spans[0],
        });
        assert!(text.contains("an arm stands only in `match`"), "{text}");
    }
}
