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
        let first = self.text.chars().next().unwrap_or(' ');
        if let Some(what) = unseen(first) {
            let message = format!("U+{:04X}, {what}, means nothing here", u32::from(first));
            return Diagnostic::error(Self::CODE, message)
                .primary(self.span, "this character cannot be seen")
                .help("remove it, or write an ordinary space");
        }
        let hint = match self.text.as_str() {
            "\u{201c}" | "\u{201d}" | "\u{201e}" | "\u{2018}" | "\u{2019}" | "«" | "»" => {
                Some("strings stand between straight double quotes: `\"`")
            }
            "\u{2013}" | "\u{2014}" | "\u{2212}" => Some("minus is written `-`"),
            "→" => Some("an arrow is written `->`"),
            "≠" | "≤" | "≥" => Some("comparisons are written `!=`, `<=` and `>=`"),
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

/// What a character is that leaves no mark on a screen.
fn unseen(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{a0}' | '\u{202f}' => "a space that does not break",
        '\u{2000}'..='\u{200a}' | '\u{205f}' | '\u{3000}' => "a space of another width",
        '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => "a mark of no width",
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            "a mark of the direction of text"
        }
        '\u{2028}' | '\u{2029}' | '\u{85}' => "an end of line other than that of files",
        c if c.is_control() => "a control character",
        _ => return None,
    })
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

    #[test]
    fn names_what_cannot_be_seen() {
        let source = marked("fn main()«\u{a0}»do");
        let text = source.render(UnknownCharacter {
            text: "\u{a0}".into(),
            span: source.spans[0],
        });
        assert!(
            text.contains("U+00A0, a space that does not break"),
            "{text}"
        );
    }
}
