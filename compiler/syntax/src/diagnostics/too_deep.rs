//! More nesting than any stage can follow.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct TooDeep {
    /// Where the limit is passed.
    pub span: Span,
}

impl Explain for TooDeep {
    const CODE: &'static str = "E0103";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, "nested too deeply")
            .primary(self.span, "the limit is passed here")
            .help("name a part of it with `let`, or move it to a function of its own")
            .note("the rest of the file was not read")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("f(f(f(«x»)))");
        let text = source.render(TooDeep {
            span: source.spans[0],
        });
        assert!(text.contains("nested too deeply"), "{text}");
    }
}
