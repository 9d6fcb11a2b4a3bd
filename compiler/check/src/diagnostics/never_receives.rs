//! E0331: a message to an actor that receives none.

use mesh_report::{Diagnostic, Explain, Span};

/// A message to an actor that receives none.
pub struct NeverReceives {
    pub span: Span,
    pub spawned: Option<Span>,
}

impl Explain for NeverReceives {
    const CODE: &'static str = "E0331";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, "this actor never receives a message")
            .primary(self.span, "nothing takes this message")
            .when(self.spawned, |d, span| {
                d.secondary(span, "the actor started here has no `receive`")
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("«send(pid, 1)»");
        let facts = NeverReceives {
            span: source.spans[0],
            spawned: None,
        };
        let text = source.render(facts);
        assert!(text.contains("never receives a message"), "{text}");
    }
}
