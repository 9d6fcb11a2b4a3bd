//! A `main` that takes something.

use mesh_report::{Diagnostic, Explain, Span};

/// The facts.
pub struct MainShape {
    /// Its first parameter.
    pub span: Span,
}

impl Explain for MainShape {
    const CODE: &'static str = "E0228";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, "`main` takes no parameters")
            .primary(self.span, "nothing is passed here")
            .help("the arguments of the program are `Env.args()`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::testing::marked;

    #[test]
    fn says_what_is_wrong() {
        let source = marked("fn main(«args») = 1");
        let text = source.render(MainShape {
            span: source.spans[0],
        });
        assert!(text.contains("`main` takes no parameters"), "{text}");
    }
}
