//! A program declares what only std can have: an operation of the runtime, or an item that syntax knows.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct OnlyInStd {
    /// `extern`, or an attribute.
    pub span: Span,
    /// As it is written.
    pub what: String,
}

impl Explain for OnlyInStd {
    const CODE: &'static str = "E0233";

    fn explain(self) -> Diagnostic {
        let message = format!("`{}` is for the standard library", self.what);
        Diagnostic::error(Self::CODE, message)
            .primary(self.span, "not in a program")
            .help("a program declares its functions and types in Mesh alone")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("«extern» fn launch() -> Int");
        let text = source.render(OnlyInStd {
            span: source.spans[0],
            what: "extern".into(),
        });
        assert!(
            text.contains("`extern` is for the standard library"),
            "{text}"
        );
    }
}
