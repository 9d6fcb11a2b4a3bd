//! E0306: a field that the type does not have.

use mesh_report::{Diagnostic, Explain, Span};

/// A field that the type does not have.
pub struct UnknownField {
    pub ty: String,
    pub name: String,
    pub span: Span,
    /// The fields there are.
    pub known: Vec<String>,
    /// There is a method of that name.
    pub method: bool,
    /// The type in the option or result, if that has the field.
    pub wrapped: Option<String>,
}

impl Explain for UnknownField {
    const CODE: &'static str = "E0306";

    fn explain(self) -> Diagnostic {
        let d = Diagnostic::error(
            Self::CODE,
            format!("`{}` has no field `{}`", self.ty, self.name),
        )
        .primary(self.span, "not a field");
        let d = match super::similar(&self.name, &self.known) {
            Some(near) => d.fix(format!("write `{near}`"), self.span, near),
            None if self.known.is_empty() => d,
            None => d.note(format!("its fields are {}", super::list(&self.known))),
        };
        if let Some(inner) = self.wrapped {
            let help = "take the value out first: with `match`, `?` or `expect`";
            d.note(format!("`{inner}` has it")).help(help)
        } else if self.method {
            d.help(format!("call the method: `.{}()`", self.name))
        } else {
            d
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("p.«z»");
        let facts = UnknownField {
            ty: "Point".into(),
            name: "z".into(),
            span: source.spans[0],
            known: vec!["x".into(), "y".into()],
            method: false,
            wrapped: None,
        };
        let text = source.render(facts);
        assert!(text.contains("`Point` has no field `z`"), "{text}");
    }
}
