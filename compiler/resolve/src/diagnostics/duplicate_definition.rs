//! Two items of one name in a module.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct DuplicateDefinition<'a> {
    /// The name.
    pub name: &'a str,
    /// What kind of item.
    pub what: &'a str,
    /// The second one.
    pub span: Span,
    /// The first one.
    pub first: Span,
}

impl Explain for DuplicateDefinition<'_> {
    const CODE: &'static str = "E0207";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!("the {} `{}` is defined twice", self.what, self.name),
        )
        .primary(self.span, "defined again here")
        .secondary(self.first, "first defined here")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("type «A» = Int\ntype «A» = Float");
        let text = source.render(DuplicateDefinition {
            name: "A",
            what: "type",
            first: source.spans[0],
            span: source.spans[1],
        });
        assert!(text.contains("the type `A` is defined twice"), "{text}");
        assert!(text.contains("first defined here"), "{text}");
    }
}
