//! E0521: an impl stands in a module that owns neither its interface nor its type.

use mesh_report::{Diagnostic, Explain, Span};

/// An impl stands in a module that owns neither its interface nor its type.
pub struct OrphanImpl {
    pub interface: String,
    pub interface_module: String,
    pub ty: String,
    pub span: Span,
}

impl Explain for OrphanImpl {
    const CODE: &'static str = "E0521";

    fn explain(self) -> Diagnostic {
        let message = format!(
            "neither `{}` nor `{}` is declared in this module",
            self.interface, self.ty
        );
        Diagnostic::error(Self::CODE, message)
            .primary(self.span, "this impl could not be found by who uses both")
            .note(format!("an impl stands in the module of its interface (`{}`) or of one of the types it is for", self.interface_module))
            .help("declare a type of your own around the value, and write the impl for that")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("«impl Display for Int»");
        let text = source.render(OrphanImpl {
            interface: "Display".into(),
            interface_module: "Display".into(),
            ty: "Int".into(),
            span: source.spans[0],
        });
        assert!(text.contains("neither `Display` nor `Int`"), "{text}");
    }
}
