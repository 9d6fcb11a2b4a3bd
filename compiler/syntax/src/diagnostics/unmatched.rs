//! A closer that closes nothing.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct Unmatched {
    /// The closer.
    pub closer: String,
    /// Where.
    pub span: Span,
    /// An earlier closer that stands further right than what it closed.
    pub early: Option<Span>,
}

impl Explain for Unmatched {
    const CODE: &'static str = "E0105";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, format!("this `{}` closes nothing", self.closer))
            .primary(self.span, "nothing is open here")
            .when(self.early, |d, early| {
                d.secondary(early, "is this one too many?")
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("fn f() do\nend\n«end»");
        let text = source.render(Unmatched {
            closer: "end".into(),
            span: source.spans[0],
            early: None,
        });
        assert!(text.contains("this `end` closes nothing"), "{text}");
    }
}
