//! E0314: a struct literal leaves fields out.

use mesh_report::{Diagnostic, Explain, Span};

/// A struct literal leaves fields out.
pub struct MissingFields {
    pub ty: String,
    pub missing: Vec<String>,
    pub span: Span,
}

impl Explain for MissingFields {
    const CODE: &'static str = "E0314";

    fn explain(self) -> Diagnostic {
        let list = super::list(&self.missing);
        Diagnostic::error(Self::CODE, format!("this `{}` lacks {list}", self.ty))
            .primary(self.span, format!("{list} must be given"))
            .help("or take them from another value: `{ ..other, x: 1 }`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("«Point { x: 1 }»");
        let facts = MissingFields {
            ty: "Point".into(),
            missing: vec!["y".into()],
            span: source.spans[0],
        };
        let text = source.render(facts);
        assert!(text.contains("this `Point` lacks `y`"), "{text}");
    }
}
