//! Modules that import each other.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct ImportCycle {
    /// Each module of the cycle with its import of the next one.
    pub path: Vec<(String, Span)>,
}

impl Explain for ImportCycle {
    const CODE: &'static str = "E0206";

    fn explain(self) -> Diagnostic {
        let names: Vec<_> = self.path.iter().map(|(name, _)| name.as_str()).collect();
        let first = names.first().copied().unwrap_or_default();
        let mut d = Diagnostic::error(
            Self::CODE,
            format!(
                "these modules import each other: {} -> {first}",
                names.join(" -> ")
            ),
        );
        for (at, (name, span)) in self.path.iter().enumerate() {
            let next = names[(at + 1) % names.len()];
            let text = format!("`{name}` imports `{next}` here");
            d = if at == 0 {
                d.primary(*span, text)
            } else {
                d.secondary(*span, text)
            };
        }
        d.help("move what both need into a module of its own")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("«import B» «import A»");
        let text = source.render(ImportCycle {
            path: vec![("A".into(), source.spans[0]), ("B".into(), source.spans[1])],
        });
        assert!(
            text.contains("these modules import each other: A -> B -> A"),
            "{text}"
        );
        assert!(text.contains("`B` imports `A` here"), "{text}");
    }
}
