//! A type name that nothing in scope has.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct UnknownType<'a> {
    /// `type`, `interface` or `struct`.
    pub what: &'a str,
    /// What was written.
    pub name: &'a str,
    /// Where.
    pub span: Span,
    /// The nearest type in scope.
    pub similar: Option<String>,
    /// A module that has a public type of this name.
    pub module: Option<String>,
}

impl Explain for UnknownType<'_> {
    const CODE: &'static str = "E0202";

    fn explain(self) -> Diagnostic {
        // Types have longer names.
        let parameter = (self.what == "type" && self.name.len() == 1).then(|| {
            format!(
                "a type parameter is declared behind the name of what it is for: `fn f<{0}>(…)`, `struct S<{0}> do`",
                self.name
            )
        });
        Diagnostic::error(
            Self::CODE,
            format!("there is no {} `{}` in scope here", self.what, self.name),
        )
        .primary(self.span, "not found")
        .when(self.similar, |d, name| {
            d.fix(format!("write `{name}`"), self.span, name)
        })
        .when(self.module, |d, module| {
            d.help(format!(
                "the module `{module}` has it: `from {module} import {}`",
                self.name
            ))
        })
        .when(parameter, Diagnostic::help)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("fn f(x: «Itn») = x");
        let text = source.render(UnknownType {
            what: "type",
            name: "Itn",
            span: source.spans[0],
            similar: Some("Int".into()),
            module: Some("Numbers".into()),
        });
        assert!(text.contains("there is no type `Itn`"), "{text}");
        assert!(text.contains("write `Int`"), "{text}");
        assert!(text.contains("from Numbers import Itn"), "{text}");
    }
}
