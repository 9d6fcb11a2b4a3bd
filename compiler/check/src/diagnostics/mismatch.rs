//! E0301: a value has another type than its place wants.

use mesh_report::{Diagnostic, Explain, Span};

/// A value has another type than its place wants.
pub struct Mismatch {
    pub expected: String,
    pub found: String,
    /// The parts that differ, where they are not the whole.
    pub inner: Option<(String, String)>,
    pub span: Span,
    /// What made the place want that type.
    pub why: Option<(Span, String)>,
    /// Where inference decided the expected type.
    pub decided: Option<Span>,
    /// A rule of syntax that wants it.
    pub fixed: Option<&'static str>,
    pub help: Vec<String>,
}

impl Explain for Mismatch {
    const CODE: &'static str = "E0301";

    fn explain(self) -> Diagnostic {
        let mut d = Diagnostic::error(
            Self::CODE,
            format!("expected `{}`, found `{}`", self.expected, self.found),
        )
        .primary(self.span, format!("this is `{}`", self.found))
        .when(self.why, |d, (span, text)| d.secondary(span, text))
        .when(self.decided, |d, span| {
            d.secondary(span, format!("this made it `{}`", self.expected))
        })
        .when(self.inner, |d, (expected, found)| {
            d.note(format!("`{found}` is not `{expected}`"))
        })
        .when(self.fixed, |d, text| d.note(text));
        for help in self.help {
            d = d.help(help);
        }
        d
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("let x: «String» = «3»");
        let facts = Mismatch {
            expected: "String".into(),
            found: "Int".into(),
            inner: None,
            span: source.spans[1],
            why: Some((source.spans[0], "`String` is written here".into())),
            decided: None,
            fixed: None,
            help: Vec::new(),
        };
        let text = source.render(facts);
        assert!(text.contains("expected `String`, found `Int`"), "{text}");
    }
}
