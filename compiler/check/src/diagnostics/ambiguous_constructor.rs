//! E0311: a constructor that several types have.

use mesh_report::{Diagnostic, Explain, Span};

/// A constructor that several types have.
pub struct AmbiguousConstructor {
    pub name: String,
    pub types: Vec<String>,
    pub span: Span,
}

impl Explain for AmbiguousConstructor {
    const CODE: &'static str = "E0311";

    fn explain(self) -> Diagnostic {
        let first = self.types.first().cloned().unwrap_or_default();
        let fix = format!("{first}.{}", self.name);
        Diagnostic::error(
            Self::CODE,
            format!("several types have a constructor `{}`", self.name),
        )
        .primary(self.span, "which one is not clear")
        .note(format!("{} have it", super::list(&self.types)))
        .fix(format!("write `{fix}`"), self.span, fix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("«Same»(1)");
        let facts = AmbiguousConstructor {
            name: "Same".into(),
            types: vec!["A".into(), "B".into()],
            span: source.spans[0],
        };
        let text = source.render(facts);
        assert!(
            text.contains("several types have a constructor `Same`"),
            "{text}"
        );
    }
}
