//! E0313: a name that no parameter or field has.

use mesh_report::{Diagnostic, Explain, Span};

/// A name that no parameter or field has.
pub struct UnknownLabel {
    pub name: String,
    pub label: String,
    pub span: Span,
    pub known: Vec<String>,
}

impl Explain for UnknownLabel {
    const CODE: &'static str = "E0313";

    fn explain(self) -> Diagnostic {
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
        };
        let text = source.render(facts);
        assert!(text.contains("`Rect` has nothing named `d`"), "{text}");
    }
}
