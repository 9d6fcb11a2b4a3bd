//! E0326: aliases that are each other.

use mesh_report::{Diagnostic, Explain, Span};

/// Aliases that are each other.
pub struct RecursiveAlias {
    /// From the first back to it.
    pub names: Vec<String>,
    pub span: Span,
}

impl Explain for RecursiveAlias {
    const CODE: &'static str = "E0326";

    fn explain(self) -> Diagnostic {
        let first = self.names.first().cloned().unwrap_or_default();
        let chain: Vec<String> = self
            .names
            .iter()
            .chain([&first])
            .map(|n| format!("`{n}`"))
            .collect();
        Diagnostic::error(Self::CODE, format!("the alias `{first}` stands for itself"))
            .primary(self.span, "no type is behind it")
            .note(chain.join(" is "))
            .help("a type that contains itself is declared with variants: `type T = | …`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("type «A» = B");
        let facts = RecursiveAlias {
            names: vec!["A".into(), "B".into()],
            span: source.spans[0],
        };
        let text = source.render(facts);
        assert!(text.contains("the alias `A` stands for itself"), "{text}");
    }
}
