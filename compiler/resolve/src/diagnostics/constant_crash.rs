//! A constant whose value cannot be computed.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct ConstantCrash<'a> {
    /// What goes wrong, such as "a division by zero".
    pub what: &'a str,
    /// The operation.
    pub span: Span,
}

impl Explain for ConstantCrash<'_> {
    const CODE: &'static str = "E0232";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!("this constant has no value: {}", self.what),
        )
        .primary(self.span, format!("{} whenever it is computed", self.what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("const none = «1 / 0»");
        let text = source.render(ConstantCrash {
            what: "a division by zero",
            span: source.spans[0],
        });
        assert!(
            text.contains("this constant has no value: a division by zero"),
            "{text}"
        );
    }
}
