//! A function without a body where one is needed.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct MissingBody<'a> {
    /// The function.
    pub name: &'a str,
    /// Its name.
    pub span: Span,
}

impl Explain for MissingBody<'_> {
    const CODE: &'static str = "E0225";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!("the function `{}` has no body", self.name),
        )
        .primary(self.span, "no body")
        .help("write `= expression` or `do … end` after its head")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("fn «f»(x: Int) -> Int");
        let text = source.render(MissingBody {
            name: "f",
            span: source.spans[0],
        });
        assert!(text.contains("the function `f` has no body"), "{text}");
    }
}
