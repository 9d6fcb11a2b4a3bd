//! E0305: a type lacks an interface that is needed.

use mesh_report::{Diagnostic, Explain, Span};

/// A type lacks an interface that is needed.
pub struct MissingImpl {
    pub ty: String,
    pub interface: String,
    /// Who needs it.
    pub because: String,
    pub span: Span,
    /// What asks for it.
    pub declared: Option<Span>,
    pub notes: Vec<String>,
    pub help: Vec<String>,
}

impl Explain for MissingImpl {
    const CODE: &'static str = "E0305";

    fn explain(self) -> Diagnostic {
        let mut d = Diagnostic::error(
            Self::CODE,
            format!("`{}` does not have `{}`", self.ty, self.interface),
        )
        .primary(self.span, self.because)
        .when(self.declared, |d, span| d.secondary(span, "asked for here"));
        for note in self.notes {
            d = d.note(note);
        }
        for help in self.help {
            d = d.help(help);
        }
        d
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("total(«3»)");
        let facts = MissingImpl {
            ty: "Int".into(),
            interface: "Area".into(),
            because: "`total` asks for it".into(),
            span: source.spans[0],
            declared: None,
            notes: Vec::new(),
            help: Vec::new(),
        };
        let text = source.render(facts);
        assert!(text.contains("`Int` does not have `Area`"), "{text}");
    }
}
