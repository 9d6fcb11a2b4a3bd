//! E0307: a method that the type does not have.

use mesh_report::{Diagnostic, Explain, Span};

/// A method that the type does not have.
pub struct UnknownMethod {
    pub ty: String,
    pub name: String,
    pub span: Span,
    /// Functions of the type's module.
    pub known: Vec<String>,
    /// There is a field of that name, which holds no function.
    pub field: bool,
    /// An interface that has it but is not in scope.
    pub hidden: Option<String>,
}

impl Explain for UnknownMethod {
    const CODE: &'static str = "E0307";

    fn explain(self) -> Diagnostic {
        let d = Diagnostic::error(
            Self::CODE,
            format!("`{}` has no method `{}`", self.ty, self.name),
        )
        .primary(self.span, "not found")
        .when(self.hidden, |d, interface| {
            d.help(format!(
                "`{interface}` has it: import the interface to call its methods"
            ))
        });
        if self.field {
            return d.note(format!(
                "its field `{}` does not hold a function",
                self.name
            ));
        }
        let known = self.known.iter().map(String::as_str);
        let other = || mesh_resolve::suggest::other_word(&self.name, known);
        match super::similar(&self.name, &self.known).or_else(other) {
            Some(near) => d.fix(format!("write `{near}`"), self.span, near),
            None => d,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("\"abc\".«shout»()");
        let facts = UnknownMethod {
            ty: "String".into(),
            name: "shout".into(),
            span: source.spans[0],
            known: Vec::new(),
            field: false,
            hidden: None,
        };
        let text = source.render(facts);
        assert!(text.contains("`String` has no method `shout`"), "{text}");
    }
}
