//! E0550: a `match`, or the clauses of a function, leave values out.

use super::Where;
use mesh_report::{Diagnostic, Explain, Span};

/// Values that nothing matches.
pub struct MissingCases {
    /// As patterns.
    pub examples: Vec<String>,
    /// There are others besides.
    pub more: bool,
    pub span: Span,
    pub place: Where,
}

impl Explain for MissingCases {
    const CODE: &'static str = "E0550";

    fn explain(self) -> Diagnostic {
        let what = if self.place == Where::Clauses {
            "these clauses do"
        } else {
            "this `match` does"
        };
        let listed = listed(&self.examples, self.more);
        let is = if self.examples.len() == 1 && !self.more {
            "is"
        } else {
            "are"
        };
        let first = &self.examples[0];
        let add = if self.place == Where::Clauses {
            format!("add a clause for `({first})`, or a last one whose parameters match anything")
        } else {
            format!("add an arm `{first} -> …`, or a last arm `_ -> …`")
        };
        Diagnostic::error(
            Self::CODE,
            format!("{what} not cover every case: {listed} {is} missing"),
        )
        .primary(self.span, format!("`{first}` is not covered"))
        .help(add)
    }
}

fn listed(examples: &[String], more: bool) -> String {
    let quoted: Vec<String> = examples.iter().map(|e| format!("`{e}`")).collect();
    match (quoted.split_last(), more) {
        (_, true) => format!("{} and others", quoted.join(", ")),
        (Some((last, [])), false) => last.clone(),
        (Some((last, before)), false) => format!("{} and {last}", before.join(", ")),
        (None, false) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_is_missing() {
        let source = mesh_report::testing::marked("match «shape» do end");
        let facts = MissingCases {
            examples: vec!["Rect(_, 0.0)".into(), "Empty".into()],
            more: false,
            span: source.spans[0],
            place: Where::Match,
        };
        let text = source.render(facts);
        assert!(
            text.contains("`Rect(_, 0.0)` and `Empty` are missing"),
            "{text}"
        );
        assert!(text.contains("`Rect(_, 0.0)` is not covered"), "{text}");
    }
}
