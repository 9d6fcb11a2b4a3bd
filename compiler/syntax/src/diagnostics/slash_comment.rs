//! A comment as other languages write it.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct SlashComment {
    /// The comment.
    pub span: Span,
}

impl Explain for SlashComment {
    const CODE: &'static str = "E0008";

    fn explain(self) -> Diagnostic {
        let slashes = Span {
            end: self.span.start + 2,
            ..self.span
        };
        Diagnostic::error(Self::CODE, "a comment begins with `#`")
            .primary(slashes, "this begins none")
            .fix("write `#`", slashes, "#")
            .note("`/` on whole numbers already gives a whole number")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("let a = 1 «// one»");
        let text = source.render(SlashComment {
            span: source.spans[0],
        });
        assert!(text.contains("a comment begins with `#`"), "{text}");
        assert!(text.contains("write `#`"), "{text}");
    }
}
