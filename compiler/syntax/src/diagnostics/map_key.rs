//! A map whose key is written like a field.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct MapKey {
    /// The key.
    pub key: String,
    /// The key and its colon.
    pub span: Span,
}

impl Explain for MapKey {
    const CODE: &'static str = "E0117";

    fn explain(self) -> Diagnostic {
        let key = &self.key;
        Diagnostic::error(Self::CODE, "a map's key is an expression, followed by `=>`")
            .primary(self.span, "this is how a field is written")
            .fix(
                format!("write `\"{key}\" =>`"),
                self.span,
                format!("\"{key}\" =>"),
            )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("%{«a:» 1}");
        let text = source.render(MapKey {
            key: "a".into(),
            span: source.spans[0],
        });
        assert!(text.contains("followed by `=>`"), "{text}");
        assert!(text.contains("\"a\" =>"), "{text}");
    }
}
