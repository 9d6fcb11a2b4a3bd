//! A path or an import that names something a module or type does not have.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct UnknownItem<'a> {
    /// What was written.
    pub name: &'a str,
    /// Where.
    pub span: Span,
    /// The module or type.
    pub owner: &'a str,
    /// `module` or `type`.
    pub owner_kind: &'a str,
    /// The nearest name it does have.
    pub similar: Option<String>,
    /// The module that a type stands in, if that has it.
    pub module: Option<&'a str>,
}

impl Explain for UnknownItem<'_> {
    const CODE: &'static str = "E0204";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!(
                "the {} `{}` has no `{}`",
                self.owner_kind, self.owner, self.name
            ),
        )
        .primary(self.span, "not found")
        .when(self.module, |d, module| {
            d.help(format!(
                "the module `{module}` has it: add `import {module}`"
            ))
        })
        .when(self.similar, |d, name| {
            d.fix(format!("write `{name}`"), self.span, name)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("List.«mpa»(xs)");
        let text = source.render(UnknownItem {
            name: "mpa",
            span: source.spans[0],
            owner: "List",
            owner_kind: "module",
            similar: Some("map".into()),
            module: None,
        });
        assert!(text.contains("the module `List` has no `mpa`"), "{text}");
        assert!(text.contains("write `map`"), "{text}");
    }
}
