//! E0602: the program uses a form of actors that this version cannot run.

use mesh_report::{Diagnostic, Explain, Span};
use smol_str::SmolStr;

/// An actor form that the program reaches.
pub struct ActorsUnsupported {
    /// `receive`, `spawn`, `self()`.
    pub form: SmolStr,
    pub span: Span,
}

impl Explain for ActorsUnsupported {
    const CODE: &'static str = "E0602";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            "actors cannot be run by this compiler version yet",
        )
        .primary(
            self.span,
            format!("`{}` is reached from here on", self.form),
        )
        .note("the program is type checked in full; only running it is not possible")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_form() {
        let source = mesh_report::testing::marked("«spawn(f)»");
        let text = source.render(ActorsUnsupported {
            form: "spawn".into(),
            span: source.spans[0],
        });
        assert!(text.contains("actors cannot be run by this compiler version yet"));
        assert!(text.contains("`spawn` is reached"));
    }
}
