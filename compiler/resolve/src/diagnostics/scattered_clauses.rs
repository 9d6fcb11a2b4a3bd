//! Clauses of one function with something else between them.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct ScatteredClauses<'a> {
    /// The function.
    pub name: &'a str,
    /// The clause that stands apart.
    pub span: Span,
    /// The function.
    pub first: Span,
}

impl Explain for ScatteredClauses<'_> {
    const CODE: &'static str = "E0208";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!("the clauses of `{}` do not stand together", self.name),
        )
        .primary(self.span, "this clause stands apart")
        .secondary(self.first, "from these")
        .help("move it next to the others, or give it another name")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("fn «f»(0) = 1\nfn g() = 2\nfn «f»(n) = n");
        let text = source.render(ScatteredClauses {
            name: "f",
            span: source.spans[1],
            first: source.spans[0],
        });
        assert!(
            text.contains("the clauses of `f` do not stand together"),
            "{text}"
        );
        assert!(text.contains("this clause stands apart"), "{text}");
    }
}
