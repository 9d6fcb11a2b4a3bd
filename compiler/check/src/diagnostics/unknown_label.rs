//! E0313: a name that no parameter or field has, or one that already has its value.

use mesh_report::{Diagnostic, Explain, Span};

/// A name that no parameter or field has, or one that already has its value.
pub struct UnknownLabel {
    pub name: String,
    pub label: String,
    pub span: Span,
    pub known: Vec<String>,
    /// There is one, but it has been given already.
    pub given: bool,
}

impl Explain for UnknownLabel {
    const CODE: &'static str = "E0313";

    fn explain(self) -> Diagnostic {
        if self.given {
            let message = format!("`{}` is given `{}` twice", self.name, self.label);
            return Diagnostic::error(Self::CODE, message).primary(self.span, "given again here");
        }
        let d = Diagnostic::error(
            Self::CODE,
            format!("`{}` has nothing named `{}`", self.name, self.label),
        )
        .primary(self.span, "not found");
        let known: Vec<String> = self.known.into_iter().filter(|n| !n.is_empty()).collect();
        match super::similar(&self.label, &known) {
            Some(near) => d.fix(format!("write `{near}`"), self.span, near),
            None if known.is_empty() => d.note("its values have no names"),
            None => d.note(format!("there is {}", super::list(&known))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("Rect(w: 1.0, «d»: 2.0)");
        let facts = UnknownLabel {
            name: "Rect".into(),
            label: "d".into(),
            span: source.spans[0],
            known: vec!["w".into(), "h".into()],
            given: false,
        };
        let text = source.render(facts);
        assert!(text.contains("`Rect` has nothing named `d`"), "{text}");
        let twice = UnknownLabel {
            name: "Rect".into(),
            label: "w".into(),
            span: source.spans[0],
            known: Vec::new(),
            given: true,
        };
        let text = source.render(twice);
        assert!(text.contains("`Rect` is given `w` twice"), "{text}");
    }
}
