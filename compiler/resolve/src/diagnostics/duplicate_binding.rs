//! One name bound twice by the same pattern or parameter list.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct DuplicateBinding<'a> {
    /// The name.
    pub name: &'a str,
    /// The second binding.
    pub span: Span,
    /// The first one.
    pub first: Span,
}

impl Explain for DuplicateBinding<'_> {
    const CODE: &'static str = "E0210";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!("`{}` is bound twice in the same pattern", self.name),
        )
        .primary(self.span, "bound again here")
        .secondary(self.first, "first bound here")
        .help("to ask for equal values, bind two names and compare them in a guard: `when a == b`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("fn f(«a», «a») = a");
        let text = source.render(DuplicateBinding {
            name: "a",
            span: source.spans[1],
            first: source.spans[0],
        });
        assert!(text.contains("`a` is bound twice"), "{text}");
        assert!(text.contains("first bound here"), "{text}");
    }
}
