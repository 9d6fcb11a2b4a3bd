//! A signal in an arm for messages.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct UnmarkedSignal {
    /// The signal's constructor.
    pub name: String,
    /// The pattern.
    pub span: Span,
}

impl Explain for UnmarkedSignal {
    const CODE: &'static str = "W0205";

    fn explain(self) -> Diagnostic {
        let name = self.name;
        Diagnostic::warning(
            Self::CODE,
            format!("this arm takes messages, and `{name}` is a signal"),
        )
        .primary(self.span, "no signal comes here")
        .help(format!("write `signal {name}(…)` for the signal"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("receive do «Down(m, _, r)» -> r end");
        let text = source.render(UnmarkedSignal {
            name: "Down".into(),
            span: source.spans[0],
        });
        assert!(text.contains("`Down` is a signal"), "{text}");
    }
}
