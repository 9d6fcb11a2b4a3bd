//! E0325: a type or function that would need instances without end.

use mesh_report::{Diagnostic, Explain, Span};

/// A type or function that would need instances without end.
pub struct GrowingInstances {
    pub name: String,
    /// What its parameter grows to.
    pub ty: String,
    pub what: &'static str,
    pub span: Span,
}

impl Explain for GrowingInstances {
    const CODE: &'static str = "E0325";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!(
                "the {} `{}` refers to itself at a growing type",
                self.what, self.name
            ),
        )
        .primary(
            self.span,
            format!("a parameter becomes `{}`, and so on without end", self.ty),
        )
        .help("refer to it with its own parameters, unchanged")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("Wrap { value: self }.«deep»()");
        let facts = GrowingInstances {
            name: "deep".into(),
            ty: "Wrap<T>".into(),
            what: "function",
            span: source.spans[0],
        };
        let text = source.render(facts);
        assert!(text.contains("at a growing type"), "{text}");
    }
}
