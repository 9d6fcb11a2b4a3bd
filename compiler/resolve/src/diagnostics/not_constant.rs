//! A constant whose value is not known before the program runs.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct NotConstant<'a> {
    /// The constant.
    pub name: &'a str,
    /// What stands there, such as "a call".
    pub what: &'a str,
    /// Where.
    pub span: Span,
}

impl Explain for NotConstant<'_> {
    const CODE: &'static str = "E0230";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!("the value of the constant `{}` is not constant", self.name),
        )
        .primary(self.span, format!("{} is evaluated when the program runs", self.what))
        .note(
            "a constant is made of literals, constructors, struct literals, lists, maps, tuples, operators and other \
             constants",
        )
        .help(format!("write a function: `fn {}() = …`", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("const home = «Env.get(\"HOME\")»");
        let text = source.render(NotConstant {
            name: "home",
            what: "a call",
            span: source.spans[0],
        });
        assert!(
            text.contains("the value of the constant `home` is not constant"),
            "{text}"
        );
        assert!(
            text.contains("a call is evaluated when the program runs"),
            "{text}"
        );
    }
}
