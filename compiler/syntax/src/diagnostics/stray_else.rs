//! An `else` without an `if`.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct StrayElse {
    /// Where.
    pub span: Span,
}

impl Explain for StrayElse {
    const CODE: &'static str = "E0113";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, "this `else` belongs to no `if`")
            .primary(self.span, "no `if` or `let` is open here")
            .help("`if c do … else … end` has its `end` after the last branch; the `else` of `if c { … }` stands on the line of the `}`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("«else»");
        let text = source.render(StrayElse {
            span: source.spans[0],
        });
        assert!(text.contains("this `else` belongs to no `if`"), "{text}");
    }
}
