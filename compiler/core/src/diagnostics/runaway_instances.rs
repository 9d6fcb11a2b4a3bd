//! E0601: a function would need ever larger types.

use mesh_report::{Diagnostic, Explain, Span};

/// A function that calls itself with a larger type each time.
pub struct RunawayInstances<'a> {
    pub function: &'a str,
    pub ty: &'a str,
    /// The call that went too far.
    pub span: Span,
    /// The function's name.
    pub declared: Span,
}

impl Explain for RunawayInstances<'_> {
    const CODE: &'static str = "E0601";

    fn explain(self) -> Diagnostic {
        let RunawayInstances { function, ty, .. } = self;
        Diagnostic::error(
            Self::CODE,
            format!("`{function}` would be needed for types that grow without end"),
        )
        .primary(self.span, format!("called here with `{ty}`"))
        .secondary(self.declared, "this function")
        .help("let each call pass on the types it was given, instead of wrapping them")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_function_and_the_type() {
        let source = mesh_report::testing::marked("fn «f»(x) = «f(Some(x))»");
        let text = source.render(RunawayInstances {
            function: "f",
            ty: "Option<Option<…>>",
            span: source.spans[1],
            declared: source.spans[0],
        });
        assert!(text.contains("`f` would be needed for types that grow without end"));
        assert!(text.contains("called here with `Option<Option<…>>`"));
    }
}
