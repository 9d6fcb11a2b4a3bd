//! A value name that nothing in scope has.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct UnknownName<'a> {
    /// What was written.
    pub name: &'a str,
    /// Where.
    pub span: Span,
    /// The nearest name in scope.
    pub similar: Option<String>,
    /// A module whose item of this name could be meant.
    pub module: Option<String>,
}

impl Explain for UnknownName<'_> {
    const CODE: &'static str = "E0201";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!("there is no `{}` in scope here", self.name),
        )
        .primary(self.span, "not found")
        .when(from_elsewhere(self.name), Diagnostic::help)
        .when(self.similar, |d, name| {
            d.fix(format!("write `{name}`"), self.span, name)
        })
        .when(self.module, |d, module| {
            d.help(format!(
                "the module `{module}` has it: write `{}.{}`",
                module.rsplit('.').next().unwrap_or(&module),
                self.name
            ))
        })
    }
}

impl UnknownName<'_> {
    /// Whether other languages have such a name, so that something is said about it.
    pub fn is_known_elsewhere(name: &str) -> bool {
        from_elsewhere(name).is_some()
    }
}

/// What is said instead of a name that other languages have.
fn from_elsewhere(name: &str) -> Option<&'static str> {
    match name {
        "null" | "nil" | "undefined" | "none" | "nothing" => Some(
            "there is no null: what may be missing is an `Option`, which is `Some(value)` or `None`",
        ),
        "this" => Some("in an `impl`, the value is called `self`"),
        "len" | "size" => Some("what has a length tells it itself: `value.length()`"),
        "str" | "to_string" | "sprintf" | "format" => Some(
            "a value becomes text in an interpolation, `\"${value}\"`, or by `value.to_string()`",
        ),
        "int" | "parseInt" | "atoi" => Some(
            "`Int.parse(text)` gives a `Result`, `text.to_int()` an `Option`; `Float.to_int(x)` cuts",
        ),
        "rem" | "mod" => Some(
            "the remainder is `a % b`, or `Int.modulo(a, b)`, which is never negative for a positive `b`",
        ),
        "div" => Some("`/` divides whole numbers towards zero"),
        "range" => Some("a range is written `0..n`"),
        "input" | "gets" | "readline" => Some("`IO.read_line()` reads a line"),
        "is_nil" | "is_none" => Some("an `Option` says it itself: `value.is_none()`"),
        "fmt" | "printf" | "puts" | "echo" | "console" => Some("`println(value)` prints a line"),
        "throw" | "raise" | "error" => Some("return an `Err`, or end with `panic(\"…\")`"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("«pritnln»(1)");
        let text = source.render(UnknownName {
            name: "pritnln",
            span: source.spans[0],
            similar: Some("println".into()),
            module: None,
        });
        assert!(
            text.contains("there is no `pritnln` in scope here"),
            "{text}"
        );
        assert!(text.contains("write `println`"), "{text}");
    }
}
