//! E0520: two impls of one interface cover the same type.

use mesh_report::{Diagnostic, Explain, Span};

/// Two impls of one interface cover the same type.
pub struct OverlappingImpls {
    pub interface: String,
    pub ty: String,
    pub span: Span,
    /// The impl that came first.
    pub earlier: Span,
}

impl Explain for OverlappingImpls {
    const CODE: &'static str = "E0520";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!(
                "`{}` already has an impl of `{}` that covers this one",
                self.ty, self.interface
            ),
        )
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
            ty: "Int".into(),
            span: source.spans[1],
            earlier: source.spans[0],
        });
        assert!(
            text.contains("`Int` already has an impl of `Name`"),
            "{text}"
        );
    }
}
