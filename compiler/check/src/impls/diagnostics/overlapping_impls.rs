//! E0520: two impls of one interface cover the same type.

use mesh_report::{Diagnostic, Explain, Span};

/// Two impls of one interface cover the same type.
pub struct OverlappingImpls {
    pub interface: String,
    /// A type that both are for, where one of them names it.
    pub ty: Option<String>,
    pub span: Span,
    /// The impl that came first.
    pub earlier: Span,
}

impl Explain for OverlappingImpls {
    const CODE: &'static str = "E0520";

    fn explain(self) -> Diagnostic {
        let message = match &self.ty {
            Some(ty) => format!(
                "`{ty}` already has an impl of `{}` that covers this one",
                self.interface
            ),
            None => format!(
                "another impl of `{}` covers types that this one does",
                self.interface
            ),
        };
        Diagnostic::error(Self::CODE, message)
            .primary(self.span, "this impl covers types that another one covers")
            .secondary(self.earlier, "the other impl")
            .help("keep one of them, or make their types differ so that no type fits both")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("«impl<T> Name for T»\n«impl Name for Int»");
        let text = source.render(OverlappingImpls {
            interface: "Name".into(),
            ty: Some("Int".into()),
            span: source.spans[1],
            earlier: source.spans[0],
        });
        assert!(
            text.contains("`Int` already has an impl of `Name`"),
            "{text}"
        );
    }
}
