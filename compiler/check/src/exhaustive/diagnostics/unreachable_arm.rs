//! W0550: an arm that nothing reaches.

use mesh_report::{Diagnostic, Explain, Span};

/// An arm behind others that take everything it matches.
pub struct UnreachableArm {
    pub span: Span,
    /// The one arm that takes all of it, where it is one.
    pub by: Option<Span>,
}

impl Explain for UnreachableArm {
    const CODE: &'static str = "W0550";

    fn explain(self) -> Diagnostic {
        Diagnostic::warning(
            Self::CODE,
            "nothing reaches this arm: the arms above it take every value it matches",
        )
        .primary(self.span, "never reached")
        .when(self.by, |d, span| {
            d.secondary(span, "this one takes them all")
        })
        .help("remove it, or move it up")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_at_the_arm_that_covers() {
        let source = mesh_report::testing::marked("«_» -> 1\n«Some(x)» -> 2");
        let text = source.render(UnreachableArm {
            span: source.spans[1],
            by: Some(source.spans[0]),
        });
        assert!(text.contains("this one takes them all"), "{text}");
    }
}
