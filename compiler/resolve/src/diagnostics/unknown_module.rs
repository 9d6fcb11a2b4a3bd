//! An import or a path that names no module.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct UnknownModule<'a> {
    /// What was written.
    pub name: &'a str,
    /// Where.
    pub span: Span,
    /// The nearest module.
    pub similar: Option<String>,
    /// The module exists, and an import of it is all that is missing.
    pub import: bool,
}

impl Explain for UnknownModule<'_> {
    const CODE: &'static str = "E0203";

    fn explain(self) -> Diagnostic {
        let d = Diagnostic::error(
            Self::CODE,
            if self.import {
                format!("the module `{}` is not imported here", self.name)
            } else {
                format!("there is no module `{}`", self.name)
            },
        );
        let name = self.name;
        let d = if self.import {
            d.primary(self.span, "not imported")
                .help(format!("add `import {name}` at the top of the file"))
        } else {
            d.primary(self.span, "not found")
        };
        d.when(self.similar, |d, similar| {
            d.fix(format!("write `{similar}`"), self.span, similar)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("import «Types.Usr»");
        let text = source.render(UnknownModule {
            name: "Types.Usr",
            span: source.spans[0],
            similar: Some("Types.User".into()),
            import: false,
        });
        assert!(text.contains("there is no module `Types.Usr`"), "{text}");
        assert!(text.contains("write `Types.User`"), "{text}");
    }
}
