//! E0304: something is called that is no function.

use mesh_report::{Diagnostic, Explain, Span};

/// Something is called that is no function.
pub struct NotAFunction {
    pub ty: String,
    pub span: Span,
    pub decided: Option<Span>,
    /// A call stands where `spawn` takes a function.
    pub spawned: bool,
}

impl Explain for NotAFunction {
    const CODE: &'static str = "E0304";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, format!("`{}` is not a function", self.ty))
            .primary(self.span, "called here")
            .when(self.decided, |d, span| {
                d.secondary(span, format!("this made it `{}`", self.ty))
            })
            .when(self.spawned.then_some(()), |d, ()| {
                d.help("`spawn` calls the function itself: write `spawn(f, arguments…)`")
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("«x»(1)");
        let facts = NotAFunction {
            ty: "Int".into(),
            span: source.spans[0],
            decided: None,
            spawned: false,
        };
        let text = source.render(facts);
        assert!(text.contains("`Int` is not a function"), "{text}");
    }
}
