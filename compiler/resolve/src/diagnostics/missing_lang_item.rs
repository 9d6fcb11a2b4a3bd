//! Syntax that needs an item of std which std does not have.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct MissingLangItem<'a> {
    /// The lang name.
    pub name: &'a str,
    /// What needs it.
    pub what: &'a str,
    /// Where.
    pub span: Span,
}

impl Explain for MissingLangItem<'_> {
    const CODE: &'static str = "E0215";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!("the standard library has no `@lang(\"{}\")`, which {} needs", self.name, self.what),
        )
        .primary(self.span, "needed here")
        .note(match self.name {
            "row" => "`Row` reads the rows of a database, and there are no databases in this standard library yet",
            _ => "the compiler and its standard library belong together: this one is incomplete or of another version",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("«json { a: 1 }»");
        let text = source.render(MissingLangItem {
            name: "json_object",
            what: "`json`",
            span: source.spans[0],
        });
        assert!(
            text.contains(r#"the standard library has no `@lang("json_object")`"#),
            "{text}"
        );
    }
}
