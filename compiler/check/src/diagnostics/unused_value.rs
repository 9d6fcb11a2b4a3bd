//! W0302: a value that is computed for nothing.

use mesh_report::{Diagnostic, Explain, Span};

/// A value that is computed for nothing.
pub struct UnusedValue {
    pub what: &'static str,
    pub span: Span,
}

impl Explain for UnusedValue {
    const CODE: &'static str = "W0302";

    fn explain(self) -> Diagnostic {
        Diagnostic::warning(Self::CODE, format!("{} is not used", self.what))
            .primary(self.span, "has no effect")
            .help("use it, or remove it; `let _ = …` says that it is on purpose")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("«x + 1»");
        let facts = UnusedValue {
            what: "this value",
            span: source.spans[0],
        };
        let text = source.render(facts);
        assert!(text.contains("is not used"), "{text}");
    }
}
