//! E0527: an impl of an interface whose super-interface the type lacks.

use mesh_report::{Diagnostic, Explain, Span};

/// An impl of an interface whose super-interface the type lacks.
pub struct MissingSuper {
    pub interface: String,
    pub required: String,
    pub ty: String,
    pub span: Span,
    pub declared: Span,
}

impl Explain for MissingSuper {
    const CODE: &'static str = "E0527";

    fn explain(self) -> Diagnostic {
        let message = format!(
            "`{}` cannot have `{}` without `{}`",
            self.ty, self.interface, self.required
        );
        Diagnostic::error(Self::CODE, message)
            .primary(
                self.span,
                format!("there is no `impl {} for {}`", self.required, self.ty),
            )
            .secondary(self.declared, format!("`{}` requires it", self.interface))
            .help(format!(
                "write `impl {} for {}` too",
                self.required, self.ty
            ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source =
            mesh_report::testing::marked("interface Tagged: «Named»\n«impl Tagged for Cat»");
        let facts = MissingSuper {
            interface: "Tagged".into(),
            required: "Named".into(),
            ty: "Cat".into(),
            span: source.spans[1],
            declared: source.spans[0],
        };
        let text = source.render(facts);
        assert!(
            text.contains("`Cat` cannot have `Tagged` without `Named`"),
            "{text}"
        );
    }
}
