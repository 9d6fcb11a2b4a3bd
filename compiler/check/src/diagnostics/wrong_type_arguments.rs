//! E0322: a type with a wrong number of arguments.

use mesh_report::{Diagnostic, Explain, Span};

/// A type with a wrong number of arguments.
pub struct WrongTypeArguments {
    pub name: String,
    pub expected: usize,
    pub found: usize,
    pub span: Span,
    pub declared: Span,
}

impl Explain for WrongTypeArguments {
    const CODE: &'static str = "E0322";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!(
                "`{}` has {} type argument{}, but {} {} written",
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
        let source = mesh_report::testing::marked("x: «Option<Int, String>»\ntype «Option»<T>");
        let facts = WrongTypeArguments {
            name: "Option".into(),
            expected: 1,
            found: 2,
            span: source.spans[0],
            declared: source.spans[1],
        };
        let text = source.render(facts);
        assert!(
            text.contains("has 1 type argument, but 2 are written"),
            "{text}"
        );
    }
}
