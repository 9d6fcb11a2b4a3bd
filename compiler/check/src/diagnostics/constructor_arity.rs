//! E0312: a constructor with a wrong number of values.

use mesh_report::{Diagnostic, Explain, Span};

/// A constructor with a wrong number of values.
pub struct ConstructorArity {
    pub name: String,
    pub expected: usize,
    pub found: usize,
    pub span: Span,
    pub declared: Span,
}

impl Explain for ConstructorArity {
    const CODE: &'static str = "E0312";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!(
                "`{}` has {} value{}, but {} {} written",
                self.name,
                self.expected,
                if self.expected == 1 { "" } else { "s" },
                self.found,
                if self.found == 1 { "is" } else { "are" }
            ),
        )
        .primary(self.span, "")
        .secondary(self.declared, "declared here")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("«Rect(w)»\n«| Rect(Float, Float)»");
        let facts = ConstructorArity {
            name: "Rect".into(),
            expected: 2,
            found: 1,
            span: source.spans[0],
            declared: source.spans[1],
        };
        let text = source.render(facts);
        assert!(
            text.contains("`Rect` has 2 values, but 1 is written"),
            "{text}"
        );
    }
}
