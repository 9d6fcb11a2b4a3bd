//! A block where an expression stands.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct MisplacedBlock {
    /// What opens it.
    pub span: Span,
}

impl Explain for MisplacedBlock {
    const CODE: &'static str = "E0114";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, "a block cannot stand here")
            .primary(self.span, "a block is no value by itself")
            .help("a block stands after `=`, `->` and `else`, after the head of `fn`, `if`, `for` …, and after a call")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("f(«{» a })");
        let text = source.render(MisplacedBlock {
            span: source.spans[0],
        });
        assert!(text.contains("a block cannot stand here"), "{text}");
    }
}
