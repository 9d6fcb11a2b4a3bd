//! An item inside of a function.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct ItemInBlock {
    /// The keyword.
    pub word: String,
    /// Where.
    pub span: Span,
}

impl Explain for ItemInBlock {
    const CODE: &'static str = "E0111";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!("`{}` stands only at the top level of a file", self.word),
        )
        .primary(self.span, "inside a block")
        .help(if self.word == "const" {
            "write `let`: a name in a block stands for one value too"
        } else {
            "a block may hold functions: `fn name(…) do … end`"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("fn f() do\n  «struct» P do\n  end\nend");
        let text = source.render(ItemInBlock {
            word: "struct".into(),
            span: source.spans[0],
        });
        assert!(
            text.contains("`struct` stands only at the top level"),
            "{text}"
        );
    }
}
