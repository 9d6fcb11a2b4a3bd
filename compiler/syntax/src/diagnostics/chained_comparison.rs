//! A comparison of a comparison.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct ChainedComparison {
    /// The first operator.
    pub first: Span,
    /// The second one.
    pub second: Span,
}

impl Explain for ChainedComparison {
    const CODE: &'static str = "E0102";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, "comparisons do not chain")
            .primary(self.second, "this compares the result of a comparison")
            .secondary(self.first, "the first comparison")
            .help("write both and join them: `a < b and b < c`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("1 «<» x «<» 10");
        let text = source.render(ChainedComparison {
            first: source.spans[0],
            second: source.spans[1],
        });
        assert!(text.contains("comparisons do not chain"), "{text}");
    }
}
