//! `break` or `continue` where there is no loop.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct LoopControlOutside<'a> {
    /// `break` or `continue`.
    pub word: &'a str,
    /// Where.
    pub span: Span,
    /// The closure or trailing block that stands between it and a loop.
    pub closure: Option<Span>,
    /// It is a trailing block.
    pub trailing: bool,
}

impl Explain for LoopControlOutside<'_> {
    const CODE: &'static str = "E0212";

    fn explain(self) -> Diagnostic {
        let d = Diagnostic::error(Self::CODE, format!("`{}` stands in no loop", self.word))
            .primary(self.span, "no `for` or `while` to act on");
        let trailing = self.trailing;
        d.when(self.closure, |d, span| {
            if trailing {
                d.secondary(span, "this trailing block is a closure, not a loop")
                    .help("`return` leaves the block early")
            } else {
                d.secondary(span, "a closure cannot act on a loop around it")
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("each(xs) «do «break» end»");
        let text = source.render(LoopControlOutside {
            word: "break",
            span: source.spans[1],
            closure: Some(source.spans[0]),
            trailing: true,
        });
        assert!(text.contains("`break` stands in no loop"), "{text}");
        assert!(text.contains("this trailing block is a closure"), "{text}");
    }
}
