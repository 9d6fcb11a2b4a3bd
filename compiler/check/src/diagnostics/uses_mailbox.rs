//! E0333: the mailbox, used where there may be none.

use mesh_report::{Diagnostic, Explain, Span};

/// The mailbox, used where there may be none.
pub struct UsesMailbox {
    pub span: Span,
    /// The function must work in every process.
    pub any: bool,
}

impl Explain for UsesMailbox {
    const CODE: &'static str = "E0333";

    fn explain(self) -> Diagnostic {
        let message = if self.any {
            "this uses the mailbox, but here a function must work in every actor"
        } else {
            "this uses the mailbox, but here a function may not"
        };
        let note = if self.any {
            "a method of an interface runs in whatever actor calls it"
        } else {
            "a function in a field or payload, one declared `receives none`, and a default are called from anywhere"
        };
        Diagnostic::error(Self::CODE, message)
            .primary(self.span, "receives, replies or asks for its own pid")
            .note(note)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("Job { run: «wait» }");
        let facts = UsesMailbox {
            span: source.spans[0],
            any: false,
        };
        let text = source.render(facts);
        assert!(text.contains("here a function may not"), "{text}");
    }
}
