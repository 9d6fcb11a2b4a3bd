//! E0330: a call to an actor that never replies.

use mesh_report::{Diagnostic, Explain, Span};

/// A call to an actor that never replies.
pub struct NeverReplies {
    pub span: Span,
    pub spawned: Option<Span>,
    /// The service whose pid it is.
    pub service: Option<String>,
}

impl Explain for NeverReplies {
    const CODE: &'static str = "E0330";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, "this actor never replies")
            .primary(self.span, "waits for a reply that never comes")
            .when(self.spawned, |d, span| {
                d.secondary(span, "the actor started here has no `reply`")
            })
            .help(match (self.service, self.spawned) {
                (Some(service), _) => {
                    format!("the calls of a service are functions: `{service}.name(pid, …)`")
                }
                (None, Some(_)) => {
                    "use `send`, or `reply` in the `receive` that takes the message".to_string()
                }
                (None, None) => "a `Pid<M>` in a declaration can only be sent to: write \
                     `Pid<M, R>` there if the actor replies with `R`"
                    .to_string(),
            })
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
            service: None,
        };
        let text = source.render(facts);
        assert!(text.contains("this actor never replies"), "{text}");
    }
}
