//! E0525: an impl gives an associated type its interface does not have.

use mesh_report::{Diagnostic, Explain, Span};

/// An impl gives an associated type its interface does not have.
pub struct ExtraAssocType {
    pub interface: String,
    pub name: String,
    pub span: Span,
}

impl Explain for ExtraAssocType {
    const CODE: &'static str = "E0525";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!(
                "`{}` has no associated type `{}`",
                self.interface, self.name
            ),
        )
        .primary(self.span, "not part of the interface")
        .help("remove it, or declare the type outside the impl")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("type «Thing» = Int");
        let text = source.render(ExtraAssocType {
            interface: "Area".into(),
            name: "Thing".into(),
            span: source.spans[0],
        });
        assert!(text.contains("no associated type `Thing`"), "{text}");
    }
}
