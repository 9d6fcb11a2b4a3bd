//! W0301: code that control never gets to.

use mesh_report::{Diagnostic, Explain, Span};

/// Code that control never gets to.
pub struct UnreachableCode {
    pub span: Span,
    pub leaves: Span,
}

impl Explain for UnreachableCode {
    const CODE: &'static str = "W0301";

    fn explain(self) -> Diagnostic {
        Diagnostic::warning(Self::CODE, "this is never reached")
            .primary(self.span, "unreachable")
            .secondary(self.leaves, "control does not go past this")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("«return 1»\n«println(\"x\")»");
        let facts = UnreachableCode {
            span: source.spans[1],
            leaves: source.spans[0],
        };
        let text = source.render(facts);
        assert!(text.contains("never reached"), "{text}");
    }
}
