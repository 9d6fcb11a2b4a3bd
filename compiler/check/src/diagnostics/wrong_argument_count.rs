//! E0303: a call has too many or too few arguments.

use mesh_report::{Diagnostic, Explain, Span};

/// A call has too many or too few arguments.
pub struct WrongArgumentCount {
    pub what: String,
    pub expected: usize,
    pub found: usize,
    pub span: Span,
    pub declared: Option<Span>,
    /// A closure has the wrong number of parameters.
    pub closure: bool,
    pub hint: Option<CountHint>,
}

/// What may have been meant.
#[derive(Clone, Copy)]
pub enum CountHint {
    /// The parameters of a closure take the tuple apart that it is given.
    OneTuple,
    /// The one parameter of a closure, a tuple, names what it is given one by one.
    NoTuple,
}

impl Explain for WrongArgumentCount {
    const CODE: &'static str = "E0303";

    fn explain(self) -> Diagnostic {
        let plural = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        let message = if self.closure {
            format!(
                "this function has {}, but {} takes {}",
                plural(self.found, "parameter"),
                self.what,
                self.expected
            )
        } else {
            format!(
                "{} takes {}, but {} given",
                self.what,
                plural(self.expected, "argument"),
                match self.found {
                    1 => "1 is".to_string(),
                    n => format!("{n} are"),
                }
            )
        };
        Diagnostic::error(Self::CODE, message)
            .primary(self.span, "")
            .when(self.declared, |d, span| d.secondary(span, "declared here"))
            .when(self.hint, |d, hint| match hint {
                CountHint::OneTuple => d.help(
                    "it is given one tuple; parentheses around the parameters take it apart: `fn((a, b)) -> …`",
                ),
                CountHint::NoTuple => {
                    d.help("it is given the values one by one, not as a tuple: `fn(a, b) -> …`")
                }
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("«add(1)»");
        let facts = WrongArgumentCount {
            what: "`add`".into(),
            expected: 2,
            found: 1,
            span: source.spans[0],
            declared: None,
            closure: false,
            hint: None,
        };
        let text = source.render(facts);
        assert!(
            text.contains("`add` takes 2 arguments, but 1 is given"),
            "{text}"
        );
    }
}
