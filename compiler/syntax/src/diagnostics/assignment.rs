//! An assignment to something that exists.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct Assignment {
    /// What stands left of the `=`.
    pub target: Span,
    /// The `=`.
    pub eq: Span,
}

impl Explain for Assignment {
    const CODE: &'static str = "E0110";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, "values do not change: there is no assignment")
            .primary(self.eq, "not an operator")
            .fix(
                "bind a new value of this name",
                self.target.at_start(),
                "let ",
            )
            .help("to compare, write `==`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("«x» «=» 1");
        let text = source.render(Assignment {
            target: source.spans[0],
            eq: source.spans[1],
        });
        assert!(text.contains("there is no assignment"), "{text}");
        assert!(text.contains("write `==`"), "{text}");
    }
}
