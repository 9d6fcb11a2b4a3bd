//! A character that is no part of the language.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct UnknownCharacter {
    /// The characters.
    pub text: String,
    /// Where.
    pub span: Span,
}

impl Explain for UnknownCharacter {
    const CODE: &'static str = "E0001";

    fn explain(self) -> Diagnostic {
        let hint = match self.text.as_str() {
            "'" => Some("strings stand between double quotes"),
            "&" => Some(
                "the boolean operator is `and` or `&&`; operations on bits are functions of `Int`",
            ),
            "^" | "~" => Some("operations on bits are functions of `Int`"),
            "$" => Some("`${…}` puts a value into a string, and stands only there"),
            "\\" => Some("a line goes on after an operator or a comma, without a mark"),
            _ => None,
        };
        Diagnostic::error(Self::CODE, format!("`{}` means nothing here", self.text))
            .primary(self.span, "not part of the language")
            .when(hint, |d, hint| d.help(hint))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("let a = 3 «&» 4");
        let text = source.render(UnknownCharacter {
            text: "&".into(),
            span: source.spans[0],
        });
        assert!(text.contains("`&` means nothing here"), "{text}");
        assert!(text.contains("operations on bits"), "{text}");
    }
}
