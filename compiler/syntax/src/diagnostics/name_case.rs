//! A name of the wrong case.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct NameCase {
    /// The name.
    pub name: String,
    /// What it names.
    pub what: &'static str,
    /// Whether it should begin with an upper-case letter.
    pub wants_upper: bool,
    /// Where.
    pub span: Span,
}

impl Explain for NameCase {
    const CODE: &'static str = "E0115";

    fn explain(self) -> Diagnostic {
        let wanted = if self.wants_upper {
            upper(&self.name)
        } else {
            lower(&self.name)
        };
        let case = if self.wants_upper {
            "an upper-case"
        } else {
            "a lower-case"
        };
        Diagnostic::error(
            Self::CODE,
            format!("{} begins with {case} letter", self.what),
        )
        .primary(self.span, "not this one")
        .fix(format!("write `{wanted}`"), self.span, wanted)
    }
}

/// `user_name` as `UserName`.
fn upper(name: &str) -> String {
    let words = name.split('_').filter(|word| !word.is_empty());
    words
        .map(|word| {
            let mut chars = word.chars();
            chars
                .next()
                .map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
        })
        .collect()
}

/// `UserName` as `user_name`.
fn lower(name: &str) -> String {
    let mut out = String::new();
    let mut after_lower = false;
    for c in name.chars() {
        if c.is_uppercase() && after_lower {
            out.push('_');
        }
        after_lower = c.is_lowercase();
        out.extend(c.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("struct «user_name» do");
        let text = source.render(NameCase {
            name: "user_name".into(),
            what: "the name of the struct",
            wants_upper: true,
            span: source.spans[0],
        });
        assert!(text.contains("begins with an upper-case letter"), "{text}");
        assert!(text.contains("write `UserName`"), "{text}");
    }
}
