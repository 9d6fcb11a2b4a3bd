//! E0526: a method takes another number of parameters, or of type parameters, than its interface says.

use mesh_report::{Diagnostic, Explain, Span};

/// A method takes another number of parameters, or of type parameters, than its interface says.
pub struct MethodShape {
    pub interface: String,
    pub method: String,
    /// Parameters, and whether the first is `self`.
    pub expected: (usize, bool),
    pub found: (usize, bool),
    /// Type parameters of its own that the interface says and that it has, where they differ.
    pub generics: Option<(usize, usize)>,
    pub span: Span,
    pub declared: Span,
}

impl Explain for MethodShape {
    const CODE: &'static str = "E0526";

    fn explain(self) -> Diagnostic {
        let say = |(count, has_self): (usize, bool)| match (count - usize::from(has_self), has_self)
        {
            (n, true) => format!("`self` and {n} more"),
            (n, false) => format!("{n}, without `self`"),
        };
        let generics = |count: Option<usize>| match count {
            None => String::new(),
            Some(1) => ", with 1 type parameter of its own".to_owned(),
            Some(n) => format!(", with {n} type parameters of its own"),
        };
        let wanted = generics(self.generics.map(|(wanted, _)| wanted));
        let given = generics(self.generics.map(|(_, given)| given));
        let message = format!(
            "`{}` does not take the parameters that `{}` says",
            self.method, self.interface
        );
        Diagnostic::error(Self::CODE, message)
            .primary(self.span, format!("takes {}{given}", say(self.found)))
            .secondary(
                self.declared,
                format!("the interface says {}{wanted}", say(self.expected)),
            )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("fn «scale»(self, by)\nfn «scale»(self)");
        let facts = MethodShape {
            interface: "Area".into(),
            method: "scale".into(),
            expected: (2, true),
            found: (1, true),
            generics: None,
            span: source.spans[1],
            declared: source.spans[0],
        };
        let text = source.render(facts);
        assert!(
            text.contains("the interface says `self` and 1 more"),
            "{text}"
        );
    }
}
