//! E0330: a call to an actor that never replies.

use mesh_report::{Diagnostic, Explain, Span};

/// A call to an actor that never replies.
pub struct NeverReplies {
    pub span: Span,
    pub spawned: Option<Span>,
}

impl Explain for NeverReplies {
    const CODE: &'static str = "E0330";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, "this actor never replies")
            .primary(self.span, "waits for a reply that never comes")
            .when(self.spawned, |d, span| {
                d.secondary(span, "the actor started here has no `reply`")
            })
            .help("use `send`, or `reply` in the `receive` that takes the message")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("«call(pid, Stop)»");
        let facts = NeverReplies {
            span: source.spans[0],
            spawned: None,
        };
        let text = source.render(facts);
        assert!(text.contains("this actor never replies"), "{text}");
    }
}
