//! A private function that nothing reaches.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct UnusedFunction<'a> {
    /// The function.
    pub name: &'a str,
    /// Its name.
    pub span: Span,
}

impl Explain for UnusedFunction<'_> {
    const CODE: &'static str = "W0203";

    fn explain(self) -> Diagnostic {
        Diagnostic::warning(
            Self::CODE,
            format!("the function `{}` is never used", self.name),
        )
        .primary(self.span, "never used")
        .help(format!(
            "remove it, mark it `pub` if other modules need it, or name it `_{}`",
            self.name
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("fn «helper»() = 1");
        let text = source.render(UnusedFunction {
            name: "helper",
            span: source.spans[0],
        });
        assert!(
            text.contains("the function `helper` is never used"),
            "{text}"
        );
        assert!(text.contains("mark it `pub`"), "{text}");
    }
}
