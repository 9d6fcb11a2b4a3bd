//! A `deriving` clause with an interface that cannot be derived.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct NotDerivable<'a> {
    /// What was written.
    pub name: &'a str,
    /// Where.
    pub span: Span,
    /// Why it cannot, if it can in other places.
    pub reason: Option<String>,
}

impl Explain for NotDerivable<'_> {
    const CODE: &'static str = "E0218";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!("`{}` cannot be derived here", self.name),
        )
        .primary(self.span, "cannot be derived")
        .when(self.reason, |d, reason| d.note(reason))
        .note(
            "derivable are `Eq`, `Ord`, `Hash`, `Debug`, `Display`, `Json`, `Row`, `Default` and `Arbitrary`",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("deriving(«Area»)");
        let text = source.render(NotDerivable {
            name: "Area",
            span: source.spans[0],
            reason: None,
        });
        assert!(text.contains("`Area` cannot be derived here"), "{text}");
        assert!(text.contains("derivable are"), "{text}");
    }
}
