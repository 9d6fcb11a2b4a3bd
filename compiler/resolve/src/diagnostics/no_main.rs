//! A program without `main`.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct NoMain {
    /// The start of the module that should have it.
    pub span: Span,
    /// A function whose name is nearly `main`.
    pub similar: Option<Span>,
}

impl Explain for NoMain {
    const CODE: &'static str = "E0227";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, "this program has no function `main`")
            .primary(self.span, "a program begins with `main`")
            .when(self.similar, |d, span| d.fix("write `main`", span, "main"))
            .help("write `fn main() do … end`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("«»fn «mian»() = 1");
        let text = source.render(NoMain {
            span: source.spans[0],
            similar: Some(source.spans[1]),
        });
        assert!(
            text.contains("this program has no function `main`"),
            "{text}"
        );
        assert!(text.contains("write `main`"), "{text}");
    }
}
