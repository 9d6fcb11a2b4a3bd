//! A constructor that no type in scope has.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct UnknownConstructor<'a> {
    /// What was written.
    pub name: &'a str,
    /// Where.
    pub span: Span,
    /// The nearest constructor in scope.
    pub similar: Option<String>,
    /// A module that has a public one.
    pub module: Option<String>,
}

impl Explain for UnknownConstructor<'_> {
    const CODE: &'static str = "E0214";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!("no type in scope has a constructor `{}`", self.name),
        )
        .primary(self.span, "not found")
        .when(self.similar, |d, name| {
            d.fix(format!("write `{name}`"), self.span, name)
        })
        .when(self.module, |d, module| {
            d.help(format!(
                "the module `{module}` has it: import it with `from {module} import {}`",
                self.name
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("match x do\n  «Som»(v) -> v\nend");
        let text = source.render(UnknownConstructor {
            name: "Som",
            span: source.spans[0],
            similar: Some("Some".into()),
            module: None,
        });
        assert!(
            text.contains("no type in scope has a constructor `Som`"),
            "{text}"
        );
        assert!(text.contains("write `Some`"), "{text}");
    }
}
