//! E0602: an executable is asked for of a program with a supervisor.

use mesh_report::{Diagnostic, Explain, Span};

/// An actor form that the program reaches.
pub struct ActorsUnsupported {
    /// `supervisor`.
    pub form: &'static str,
    pub span: Span,
}

impl Explain for ActorsUnsupported {
    const CODE: &'static str = "E0602";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, "this version runs no supervisors")
            .primary(self.span, format!("a `{}` is started here", self.form))
            .note(
                "the program is checked and compiled in full; \
                 what runs supervisors is not part of this version",
            )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_form() {
        let source = mesh_report::testing::marked("«App.start()»");
        let text = source.render(ActorsUnsupported {
            form: "supervisor",
            span: source.spans[0],
        });
        assert!(text.contains("this version runs no supervisors"));
        assert!(text.contains("a `supervisor` is started here"));
    }
}
