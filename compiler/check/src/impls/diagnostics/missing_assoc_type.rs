//! E0524: an impl does not say what an associated type is.

use mesh_report::{Diagnostic, Explain, Span};

/// An impl does not say what an associated type is.
pub struct MissingAssocType {
    pub interface: String,
    pub name: String,
    pub span: Span,
    pub declared: Span,
}

impl Explain for MissingAssocType {
    const CODE: &'static str = "E0524";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!(
                "this impl of `{}` does not say what `{}` is",
                self.interface, self.name
            ),
        )
        .primary(self.span, format!("add `type {} = …`", self.name))
        .secondary(self.declared, "declared here")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("type «Item»\n«impl Container for Cup»");
        let text = source.render(MissingAssocType {
            interface: "Container".into(),
            name: "Item".into(),
            span: source.spans[1],
            declared: source.spans[0],
        });
        assert!(text.contains("add `type Item = …`"), "{text}");
    }
}
