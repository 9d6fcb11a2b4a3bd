//! A name that stands for another kind of thing than its place needs.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct WrongKind<'a> {
    /// What was written.
    pub name: &'a str,
    /// What it is: `a module`, `a type`.
    pub found: &'a str,
    /// What is needed: `a value`.
    pub expected: &'a str,
    /// Where.
    pub span: Span,
    /// What to write instead.
    pub help: Option<String>,
}

impl Explain for WrongKind<'_> {
    const CODE: &'static str = "E0213";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!("`{}` is {}, not {}", self.name, self.found, self.expected),
        )
        .primary(self.span, format!("{} is needed here", self.expected))
        .when(self.help, |d, help| d.help(help))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("let x = «List»");
        let text = source.render(WrongKind {
            name: "List",
            found: "a module",
            expected: "a value",
            span: source.spans[0],
            help: None,
        });
        assert!(text.contains("`List` is a module, not a value"), "{text}");
        assert!(text.contains("a value is needed here"), "{text}");
    }
}
