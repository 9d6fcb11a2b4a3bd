//! E0602: an executable is asked for of a program that needs more than one actor.

use mesh_report::{Diagnostic, Explain, Span};

/// An actor form that the program reaches.
pub struct ActorsUnsupported {
    /// `spawn`, `link`.
    pub form: &'static str,
    pub span: Span,
}

impl Explain for ActorsUnsupported {
    const CODE: &'static str = "E0602";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, "this version runs programs of one actor only")
            .primary(self.span, format!("`{}` takes another one", self.form))
            .note(
                "the program is checked and compiled in full; \
                 what runs several actors is not part of this version",
            )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_form() {
        let source = mesh_report::testing::marked("«spawn(f)»");
        let text = source.render(ActorsUnsupported {
            form: "spawn",
            span: source.spans[0],
        });
        assert!(text.contains("this version runs programs of one actor only"));
        assert!(text.contains("`spawn` takes another one"));
    }
}
