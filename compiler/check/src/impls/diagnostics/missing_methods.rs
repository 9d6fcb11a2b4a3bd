//! E0522: an impl lacks methods that have no default.

use mesh_report::{Diagnostic, Explain, Span};

/// An impl lacks methods that have no default.
pub struct MissingMethods {
    pub interface: String,
    pub ty: String,
    pub methods: Vec<String>,
    pub span: Span,
    pub interface_span: Span,
}

impl Explain for MissingMethods {
    const CODE: &'static str = "E0522";

    fn explain(self) -> Diagnostic {
        let names: Vec<String> = self.methods.iter().map(|m| format!("`{m}`")).collect();
        let names = names.join(", ");
        Diagnostic::error(
            Self::CODE,
            format!(
                "the impl of `{}` for `{}` lacks {names}",
                self.interface, self.ty
            ),
        )
        .primary(self.span, format!("{names} must be defined here"))
        .secondary(self.interface_span, "the interface asks for it")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("interface «Area»\n«impl Area for Square»");
        let facts = MissingMethods {
            interface: "Area".into(),
            ty: "Square".into(),
            methods: vec!["name".into()],
            span: source.spans[1],
            interface_span: source.spans[0],
        };
        let text = source.render(facts);
        assert!(text.contains("for `Square` lacks `name`"), "{text}");
    }
}
