//! E0316: `?` on something that is neither a result nor an option.

use mesh_report::{Diagnostic, Explain, Span};

/// `?` on something that is neither a result nor an option.
pub struct QuestionOperand {
    pub ty: String,
    pub span: Span,
}

impl Explain for QuestionOperand {
    const CODE: &'static str = "E0316";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!(
                "`?` needs a `Result` or an `Option`, and this is `{}`",
                self.ty
            ),
        )
        .primary(self.span, format!("this is `{}`", self.ty))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("«x»?");
        let facts = QuestionOperand {
            ty: "Int".into(),
            span: source.spans[0],
        };
        let text = source.render(facts);
        assert!(text.contains("`?` needs a `Result`"), "{text}");
    }
}
