//! E0324: the `else` of a `let` goes on.

use mesh_report::{Diagnostic, Explain, Span};

/// The `else` of a `let` goes on.
pub struct ElseFallsThrough {
    pub span: Span,
}

impl Explain for ElseFallsThrough {
    const CODE: &'static str = "E0324";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, "the `else` of a `let` must leave the block")
            .primary(self.span, "control goes on after this")
            .help("`return`, `break`, `continue`, or something that never returns, such as `panic`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("let Some(x) = y else «println(\"none\")»");
        let facts = ElseFallsThrough {
            span: source.spans[0],
        };
        let text = source.render(facts);
        assert!(text.contains("must leave the block"), "{text}");
    }
}
