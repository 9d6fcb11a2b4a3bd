//! E0310: a method that two interfaces of the type have.

use mesh_report::{Diagnostic, Explain, Span};

/// A method that two interfaces of the type have.
pub struct AmbiguousMethod {
    pub name: String,
    pub ty: String,
    pub interfaces: Vec<String>,
    pub span: Span,
}

impl Explain for AmbiguousMethod {
    const CODE: &'static str = "E0310";

    fn explain(self) -> Diagnostic {
        let list = super::list(&self.interfaces);
        let first = self.interfaces.first().cloned().unwrap_or_default();
        Diagnostic::error(
            Self::CODE,
            format!("`{}` has several methods `{}`", self.ty, self.name),
        )
        .primary(self.span, "which one is not clear")
        .note(format!("{list} have it"))
        .help(format!("name the interface: `{first}.{}(…)`", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("1.«go»()");
        let facts = AmbiguousMethod {
            name: "go".into(),
            ty: "Int".into(),
            interfaces: vec!["A".into(), "B".into()],
            span: source.spans[0],
        };
        let text = source.render(facts);
        assert!(text.contains("several methods `go`"), "{text}");
    }
}
