//! Something behind the `terminate` section of an actor.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct TerminateNotLast {
    /// The section's first word.
    pub section: Span,
    /// What follows it.
    pub span: Span,
}

impl Explain for TerminateNotLast {
    const CODE: &'static str = "E0125";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            "`terminate` is the last section of an actor, and there is one",
        )
        .primary(self.span, "this follows the section")
        .secondary(self.section, "this would be the last section")
        .help("move the section to the actor's end: it runs when the actor ends")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("actor a() do\n  «terminate» do () end\n  «println»(1)\nend");
        let text = source.render(TerminateNotLast {
            section: source.spans[0],
            span: source.spans[1],
        });
        assert!(text.contains("`terminate` is the last section"), "{text}");
    }
}
