//! E0315: the inside of an opaque type, used elsewhere.

use mesh_report::{Diagnostic, Explain, Span};

/// The inside of an opaque type, used elsewhere.
pub struct PrivateFields {
    pub ty: String,
    pub span: Span,
}

impl Explain for PrivateFields {
    const CODE: &'static str = "E0315";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!("the fields of `{}` are private", self.ty),
        )
        .primary(self.span, "not usable here")
        .note("the type is `opaque`: only its own module sees what is in it")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("«StringBuilder { parts: [] }»");
        let facts = PrivateFields {
            ty: "StringBuilder".into(),
            span: source.spans[0],
        };
        let text = source.render(facts);
        assert!(text.contains("are private"), "{text}");
    }
}
