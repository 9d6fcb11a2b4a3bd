//! `spawn` without a function to run.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct SpawnWithoutFunction {
    /// The call.
    pub span: Span,
}

impl Explain for SpawnWithoutFunction {
    const CODE: &'static str = "E0223";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, "`spawn` needs a function to run")
            .primary(self.span, "nothing to run")
            .help("the function comes first, then its arguments: `spawn(worker, 1)`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("«spawn()»");
        let text = source.render(SpawnWithoutFunction {
            span: source.spans[0],
        });
        assert!(text.contains("`spawn` needs a function to run"), "{text}");
    }
}
