//! An import or a path that names no module.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct UnknownModule<'a> {
    /// What was written.
    pub name: &'a str,
    /// Where.
    pub span: Span,
    /// The nearest module.
    pub similar: Option<String>,
    /// The module exists, and an import of it is all that is missing.
    pub import: bool,
}

impl Explain for UnknownModule<'_> {
    const CODE: &'static str = "E0203";

    fn explain(self) -> Diagnostic {
        let d = Diagnostic::error(
            Self::CODE,
            if self.import {
                format!("the module `{}` is not imported here", self.name)
            } else {
                format!("there is no module `{}`", self.name)
            },
        );
        let name = self.name;
        let d = if self.import {
            d.primary(self.span, "not imported")
                .help(format!("add `import {name}` at the top of the file"))
        } else {
            d.primary(self.span, "not found")
        };
        match self.similar {
            Some(similar) => d.fix(format!("write `{similar}`"), self.span, similar),
            None => d.when(from_elsewhere(self.name), Diagnostic::help),
        }
    }
}

/// What is said instead of a module that other languages have.
fn from_elsewhere(name: &str) -> Option<&'static str> {
    match name {
        "Enum" => Some(
            "each kind of collection has a module of its own, such as `List`, `Map` and `Set`; what is lazy is `Iter`",
        ),
        "Stream" | "Seq" => Some("what is lazy is in `Iter`"),
        "Integer" => Some("whole numbers are `Int`"),
        "Array" | "Vec" | "Vector" | "Slice" => Some("a sequence is a `List`"),
        "Dict" | "HashMap" | "Hash" | "Keyword" | "Object" => Some("keys and values are a `Map`"),
        "MapSet" | "HashSet" => Some("a set is a `Set`"),
        "GenServer" | "Agent" => Some("an actor with functions for its callers is a `service`"),
        "Os" | "OS" | "Sys" => Some("see `System`, `Env` and `File`"),
        "Kernel" | "Console" | "Fmt" => {
            Some("`println` and other functions of the prelude need no module")
        }
        "Time" | "Date" => Some("see `DateTime`, `Duration` and `Timer`"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("import «Types.Usr»");
        let text = source.render(UnknownModule {
            name: "Types.Usr",
            span: source.spans[0],
            similar: Some("Types.User".into()),
            import: false,
        });
        assert!(text.contains("there is no module `Types.Usr`"), "{text}");
        assert!(text.contains("write `Types.User`"), "{text}");
    }
}
