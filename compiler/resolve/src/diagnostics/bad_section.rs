//! A section of a service or supervisor that says too little, or something unknown.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct BadSection {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What to write.
    pub help: &'static str,
}

impl Explain for BadSection {
    const CODE: &'static str = "E0229";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, self.message)
            .primary(self.span, "here")
            .help(self.help)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("service «Store» do\nend");
        let text = source.render(BadSection {
            message: "the service `Store` has no `fn init`".into(),
            span: source.spans[0],
            help: "it gives the first state",
        });
        assert!(text.contains("has no `fn init`"), "{text}");
        assert!(text.contains("it gives the first state"), "{text}");
    }
}
