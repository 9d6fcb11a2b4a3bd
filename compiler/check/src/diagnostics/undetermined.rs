//! E0309: a type that nothing determines.

use mesh_report::{Diagnostic, Explain, Span};

/// A type that nothing determines.
pub struct Undetermined {
    pub interface: String,
    pub span: Span,
    /// How the wanted type looks.
    pub shape: &'static str,
}

impl Explain for Undetermined {
    const CODE: &'static str = "E0309";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, "the type that is wanted here is not known")
            .primary(self.span, format!("needed for `{}`", self.interface))
            .help(format!(
                "say it: `let x: {0} = …`, or `(… : {0})`",
                self.shape
            ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("let x = «42.into()»");
        let facts = Undetermined {
            interface: "Into".into(),
            span: source.spans[0],
            shape: "T",
        };
        let text = source.render(facts);
        assert!(text.contains("is not known"), "{text}");
    }
}
