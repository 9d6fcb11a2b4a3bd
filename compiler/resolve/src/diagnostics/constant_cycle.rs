//! Constants that need each other's values.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct ConstantCycle {
    /// Each constant of the cycle with where it mentions the next one.
    pub path: Vec<(String, Span)>,
}

impl Explain for ConstantCycle {
    const CODE: &'static str = "E0231";

    fn explain(self) -> Diagnostic {
        let names: Vec<_> = self.path.iter().map(|(name, _)| name.as_str()).collect();
        let title = match names.as_slice() {
            [one] => format!("the constant `{one}` is made of itself"),
            _ => {
                let first = names.first().copied().unwrap_or_default();
                let cycle = names.join(" -> ");
                format!("these constants are made of each other: {cycle} -> {first}")
            }
        };
        let mut d = Diagnostic::error(Self::CODE, title);
        for (at, (name, span)) in self.path.iter().enumerate() {
            let next = names[(at + 1) % names.len()];
            let text = format!("`{name}` needs the value of `{next}`");
            d = if at == 0 {
                d.primary(*span, text)
            } else {
                d.secondary(*span, text)
            };
        }
        d
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("const a = «b»\nconst b = «a» + 1");
        let text = source.render(ConstantCycle {
            path: vec![("a".into(), source.spans[0]), ("b".into(), source.spans[1])],
        });
        assert!(
            text.contains("these constants are made of each other: a -> b -> a"),
            "{text}"
        );
        assert!(text.contains("`b` needs the value of `a`"), "{text}");
        let alone = ConstantCycle {
            path: vec![("a".into(), source.spans[1])],
        };
        let text = source.render(alone);
        assert!(
            text.contains("the constant `a` is made of itself"),
            "{text}"
        );
    }
}
