//! `self` or `Self` where there is none.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct MisplacedSelf<'a> {
    /// `self` or `Self`.
    pub word: &'a str,
    /// Where.
    pub span: Span,
}

impl Explain for MisplacedSelf<'_> {
    const CODE: &'static str = "E0219";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, format!("there is no `{}` here", self.word))
            .primary(self.span, "stands in no interface or impl")
            .note("`Self` is the type, and a first parameter `self` its value, in an `interface` or `impl`; this actor's pid is `self()`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("fn f(«self») = 1");
        let text = source.render(MisplacedSelf {
            word: "self",
            span: source.spans[0],
        });
        assert!(text.contains("there is no `self` here"), "{text}");
    }
}
