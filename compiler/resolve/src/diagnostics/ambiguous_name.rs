//! A name that two imports bring in.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct AmbiguousName<'a> {
    /// The name.
    pub name: &'a str,
    /// Where it is used, or the second import.
    pub span: Span,
    /// Each module it comes from, with its import.
    pub origins: Vec<(String, Span)>,
}

impl Explain for AmbiguousName<'_> {
    const CODE: &'static str = "E0221";

    fn explain(self) -> Diagnostic {
        let names: Vec<_> = self.origins.iter().map(|(m, _)| format!("`{m}`")).collect();
        let mut d = Diagnostic::error(
            Self::CODE,
            format!("`{}` comes from {}", self.name, names.join(" and ")),
        )
        .primary(self.span, "which one is meant?");
        for (module, span) in &self.origins {
            d = d.secondary(*span, format!("`{module}` is imported here"));
        }
        d.help("name it through its module, or rename an import with `as`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("«from A import f»\n«from B import f»\n«f»()");
        let text = source.render(AmbiguousName {
            name: "f",
            span: source.spans[2],
            origins: vec![("A".into(), source.spans[0]), ("B".into(), source.spans[1])],
        });
        assert!(text.contains("`f` comes from `A` and `B`"), "{text}");
        assert!(text.contains("rename an import"), "{text}");
    }
}
