//! An `extern fn` with a body.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct UnexpectedBody {
    /// The function.
    pub name: String,
    /// Where the body begins.
    pub span: Span,
}

impl Explain for UnexpectedBody {
    const CODE: &'static str = "E0119";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!("the `extern` function `{}` has a body", self.name),
        )
        .primary(self.span, "the body begins here")
        .note("an `extern fn` is written in the runtime; only its signature stands here")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("extern fn f() «=» 1");
        let text = source.render(UnexpectedBody {
            name: "f".into(),
            span: source.spans[0],
        });
        assert!(text.contains("has a body"), "{text}");
    }
}
