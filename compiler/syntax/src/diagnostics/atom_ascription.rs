//! A type written as an atom: `x :Int`.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct AtomAscription {
    /// The atom.
    pub atom: String,
    /// Where.
    pub span: Span,
}

impl Explain for AtomAscription {
    const CODE: &'static str = "E0116";

    fn explain(self) -> Diagnostic {
        let name = self.atom.trim_start_matches(':');
        Diagnostic::error(
            Self::CODE,
            format!("`{}` is an atom, not a type", self.atom),
        )
        .primary(self.span, "the colon belongs to the name after it")
        .fix(format!("write `: {name}`"), self.span, format!(": {name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("fn f(x «:Int») = x");
        let text = source.render(AtomAscription {
            atom: ":Int".into(),
            span: source.spans[0],
        });
        assert!(text.contains("`:Int` is an atom, not a type"), "{text}");
        assert!(text.contains("write `: Int`"), "{text}");
    }
}
