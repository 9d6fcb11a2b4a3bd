//! W0303: what a function gives is not used, and it does nothing else.

use mesh_report::{Diagnostic, Explain, Span};

/// A call for nothing.
pub struct UnusedResult {
    /// With its module.
    pub function: String,
    /// The variable that it was given first.
    pub subject: Option<String>,
    pub in_loop: bool,
    pub span: Span,
}

impl Explain for UnusedResult {
    const CODE: &'static str = "W0303";

    fn explain(self) -> Diagnostic {
        let label = match &self.subject {
            Some(name) => format!("`{name}` stays as it is"),
            None => "has no effect".to_string(),
        };
        let message = format!("what `{}` gives is not used", self.function);
        let diagnostic = Diagnostic::warning(Self::CODE, message).primary(self.span, label);
        if self.in_loop {
            diagnostic.help(
                "nothing that a loop binds is there behind it: `List.fold` carries a value from each turn to the next",
            )
        } else {
            diagnostic
                .help("give it a name, as in `let … = …`; `let _ = …` says that it is on purpose")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    fn text(in_loop: bool) -> String {
        let source = marked("«m.put(1, 2)»");
        source.render(UnusedResult {
            function: "Map.put".into(),
            subject: Some("m".into()),
            in_loop,
            span: source.spans[0],
        })
    }

    #[test]
    fn says_that_the_value_does_not_change() {
        let text = text(false);
        assert!(text.contains("what `Map.put` gives is not used"), "{text}");
        assert!(text.contains("`m` stays as it is"), "{text}");
        assert!(text.contains("`let … = …`"), "{text}");
    }

    #[test]
    fn knows_that_no_name_leaves_a_loop() {
        assert!(text(true).contains("`List.fold`"));
    }
}
