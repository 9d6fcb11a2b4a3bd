//! A tuple and more parameters behind a bare `fn`.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct TupleParameter {
    /// The tuple.
    pub tuple: Span,
    /// The comma and the parameters behind it.
    pub rest: Span,
}

impl Explain for TupleParameter {
    const CODE: &'static str = "E0123";

    fn explain(self) -> Diagnostic {
        let before = Span::new(self.tuple.file, self.tuple.start, self.tuple.start);
        let after = Span::new(self.rest.file, self.rest.end, self.rest.end);
        Diagnostic::error(Self::CODE, "parentheses behind `fn` hold all parameters")
            .primary(self.tuple, "this is the whole list, not a tuple")
            .secondary(self.rest, "more parameters follow")
            .fix_all(
                "put all parameters into parentheses",
                [(before, "(".to_string()), (after, ")".to_string())],
            )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("fn «(a, b)»«, c» -> a end");
        let text = source.render(TupleParameter {
            tuple: source.spans[0],
            rest: source.spans[1],
        });
        assert!(
            text.contains("parentheses behind `fn` hold all parameters"),
            "{text}"
        );
    }
}
