//! An `impl` that names no interface.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct ImplWithoutInterface {
    /// The type.
    pub span: Span,
}

impl Explain for ImplWithoutInterface {
    const CODE: &'static str = "E0226";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, "an `impl` names the interface it implements")
            .primary(self.span, "a type alone has no methods to implement")
            .help("write `impl Interface for Type`; a function of this module whose first parameter is the type can be called as a method without any `impl`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("impl «Point» do\nend");
        let text = source.render(ImplWithoutInterface {
            span: source.spans[0],
        });
        assert!(text.contains("names the interface it implements"), "{text}");
        assert!(text.contains("can be called as a method"), "{text}");
    }
}
