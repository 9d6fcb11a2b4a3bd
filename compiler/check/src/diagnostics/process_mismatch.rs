//! E0332: functions for different processes meet.

use mesh_report::{Diagnostic, Explain, Span};

/// Functions for different processes meet.
pub struct ProcessMismatch {
    pub expected: String,
    pub found: String,
    pub span: Span,
    pub decided: Option<Span>,
}

impl Explain for ProcessMismatch {
    const CODE: &'static str = "E0332";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!(
                "this runs in a process of `{}`, but here it is one of `{}`",
                self.found, self.expected
            ),
        )
        .primary(self.span, format!("uses the mailbox with `{}`", self.found))
        .when(self.decided, |d, span| {
            d.secondary(span, format!("this made it `{}`", self.expected))
        })
        .note("all functions that one actor runs agree on its messages and on its replies")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("«inner()»");
        let facts = ProcessMismatch {
            expected: "A".into(),
            found: "B".into(),
            span: source.spans[0],
            decided: None,
        };
        let text = source.render(facts);
        assert!(text.contains("a process of `B`"), "{text}");
    }
}
