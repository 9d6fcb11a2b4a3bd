//! The type of the result before the body of a closure.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct ClosureResult {
    /// The arrow and the type, with a `=` behind it.
    pub result: Span,
    /// `=` follows the type rather than a block.
    pub equals: bool,
}

impl Explain for ClosureResult {
    const CODE: &'static str = "E0124";

    fn explain(self) -> Diagnostic {
        let diagnostic =
            Diagnostic::error(Self::CODE, "the result type of a closure is not written")
                .primary(self.result, "what follows `->` is the value");
        if self.equals {
            return diagnostic.help("write `fn(x) -> value end`, or `fn(x) -> (value : Type) end` where the type has to be said");
        }
        diagnostic
            .fix("leave the type out: it is inferred", self.result, "")
            .help("where it has to be said, it stands with the value: `(value : Type)`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("fn(x) «-> Int» do x end");
        let text = source.render(ClosureResult {
            result: source.spans[0],
            equals: false,
        });
        assert!(
            text.contains("the result type of a closure is not written"),
            "{text}"
        );
    }
}
