//! E0321: functions that call each other at several types need signatures.

use mesh_report::{Diagnostic, Explain, Span};

/// Functions that call each other at several types need signatures.
pub struct NeedsSignature {
    pub name: String,
    pub span: Span,
    pub declared: Span,
}

impl Explain for NeedsSignature {
    const CODE: &'static str = "E0321";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!("`{}` needs a whole signature to be used here", self.name),
        )
        .primary(self.span, "used while its own type is still being inferred")
        .secondary(self.declared, "declared here")
        .help("write its parameter and result types, and its process: `receives none`, or `receives M replies R`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("«f»(x)\nfn «f»(x)");
        let facts = NeedsSignature {
            name: "f".into(),
            span: source.spans[0],
            declared: source.spans[1],
        };
        let text = source.render(facts);
        assert!(text.contains("needs a whole signature"), "{text}");
    }
}
