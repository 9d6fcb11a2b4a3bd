//! Two statements on one line.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub(crate) struct SameLine {
    /// What begins the second.
    pub span: Span,
    /// The word before it.
    pub before: String,
    /// Whether it is the `:=` that binds a name in other languages.
    pub binds: bool,
    /// Whether it is the `|` of `{ value | field: new }`, which changes a field in other languages.
    pub updates: bool,
}

impl Explain for SameLine {
    const CODE: &'static str = "E0112";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, "expected a new line or `;` here")
            .primary(
                self.span,
                "something before this is missing, or a new statement begins",
            )
            .when(self.of_another_language(), Diagnostic::help)
    }
}

impl SameLine {
    /// What is said instead of a word that other languages have there.
    fn of_another_language(&self) -> Option<&'static str> {
        match self.before.as_str() {
            _ if self.updates => Some(
                "a struct with another value in a field is written `Name { ..old, field: value }`",
            ),
            _ if self.binds => Some("a name is bound by `let name = value`"),
            "var" | "val" | "auto" | "mut" | "my" | "local" => {
                Some("a name is bound by `let name = value`")
            }
            "new" => Some("a value of a struct is written `Name { field: value }`"),
            "def" | "func" | "function" | "fun" => {
                Some("a function is written `fn name(…) do … end`")
            }
            "elif" | "elsif" | "elseif" => Some("write `else if`"),
            "throw" | "raise" => Some("return an `Err`, or end with `panic(\"…\")`"),
            "assert" | "echo" | "inspect" | "print" | "printf" | "println" | "puts" => {
                Some("the arguments of a call stand in parentheses")
            }
            "try" | "with" => Some(
                "what may fail gives a `Result`: take it apart with `match`, or leave the function with `?`",
            ),
            "unless" => Some("write `if not …`"),
            "until" => Some("write `while not …`"),
            "loop" => Some("write `while true do … end`, or a function that calls itself"),
            "switch" | "cond" => Some("write `match`, or `if … else if …`"),
            "foreach" => Some("write `for x in xs do … end`"),
            "go" => Some("an actor is started by `spawn(f, arguments…)`"),
            "?" => Some("there is no `a ? b : c`: write `if a do b else c end`"),
            "await" | "yield" => Some("calls need no such word: actors do not block each other"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("foo() «bar»()");
        let text = source.render(SameLine {
            span: source.spans[0],
            before: "foo".into(),
            binds: false,
            updates: false,
        });
        assert!(text.contains("expected a new line or `;`"), "{text}");
    }
}
