//! A statement outside of any function.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct TopLevelStatement {
    /// What it begins with.
    pub word: String,
    /// Where.
    pub span: Span,
    /// A closer that stands further right than what it closed.
    pub early: Option<Span>,
}

impl Explain for TopLevelStatement {
    const CODE: &'static str = "E0109";

    fn explain(self) -> Diagnostic {
        let hint = match self.word.as_str() {
            "def" | "func" | "function" | "fun" | "defp" => {
                Some("a function is written `fn name(…) do … end`")
            }
            "enum" | "union" => Some("a sum type is written `type Name = | A | B`"),
            "class" | "record" | "data" => Some("a product type is written `struct Name do … end`"),
            "use" | "require" | "include" | "using" => {
                Some("another module is brought in by `import Name`")
            }
            "module" | "defmodule" | "namespace" | "package" => {
                Some("a file is a module, named after its path")
            }
            "let" | "var" | "val" => Some("a constant is written `const name = …`"),
            word if word.starts_with(char::is_lowercase) => {
                Some("statements stand in a function: `fn main() do … end`")
            }
            _ => None,
        };
        Diagnostic::error(Self::CODE, "only items stand at the top level of a file")
            .primary(self.span, "not the beginning of an item")
            .when(self.early, |d, early| {
                d.secondary(
                    early,
                    "this closed the function before it; is it one too many?",
                )
            })
            .when(hint.filter(|_| self.early.is_none()), |d, hint| {
                d.help(hint)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("«let» x = 1");
        let text = source.render(TopLevelStatement {
            word: "let".into(),
            span: source.spans[0],
            early: None,
        });
        assert!(text.contains("only items stand at the top level"), "{text}");
        assert!(text.contains("const name"), "{text}");
    }
}
