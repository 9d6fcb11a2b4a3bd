//! Clauses of one function that take different numbers of parameters.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct ClauseArity<'a> {
    /// The function.
    pub name: &'a str,
    /// The clause that differs.
    pub span: Span,
    /// Its number of parameters.
    pub found: usize,
    /// The first clause.
    pub first: Span,
    /// The number the first has.
    pub expected: usize,
}

impl Explain for ClauseArity<'_> {
    const CODE: &'static str = "E0209";

    fn explain(self) -> Diagnostic {
        let takes = |n: usize| match n {
            1 => "takes 1 parameter".to_string(),
            n => format!("takes {n} parameters"),
        };
        Diagnostic::error(
            Self::CODE,
            format!("`{}` is defined with different numbers of parameters", self.name),
        )
        .primary(self.span, takes(self.found))
        .secondary(self.first, takes(self.expected))
        .help("a name stands for one function: rename one of them, or use a default for the last parameter")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("fn «f»(a) = 1\nfn «f»(a, b) = 2");
        let text = source.render(ClauseArity {
            name: "f",
            span: source.spans[1],
            found: 2,
            first: source.spans[0],
            expected: 1,
        });
        assert!(
            text.contains("`f` is defined with different numbers of parameters"),
            "{text}"
        );
        assert!(text.contains("takes 2 parameters"), "{text}");
        assert!(text.contains("takes 1 parameter"), "{text}");
    }
}
