//! E0528: a `deriving` clause lists what the type cannot have.

use mesh_report::{Diagnostic, Explain, Span};

/// A `deriving` clause lists what the type cannot have.
pub struct DeriveRequirement {
    pub interface: String,
    /// An interface that must be listed too.
    pub needs: Option<&'static str>,
    /// A field whose type lacks the interface.
    pub field: Option<(String, Span)>,
    pub span: Span,
}

impl Explain for DeriveRequirement {
    const CODE: &'static str = "E0528";

    fn explain(self) -> Diagnostic {
        let message = match (self.needs, &self.field) {
            (Some(needs), _) => format!(
                "`{}` needs `{needs}`, which this clause does not list",
                self.interface
            ),
            (None, _) => format!(
                "`{}` cannot be derived: a field does not have it",
                self.interface
            ),
        };
        Diagnostic::error(Self::CODE, message)
            .primary(self.span, format!("derives `{}`", self.interface))
            .when(self.field, |d, (ty, span)| {
                d.secondary(span, format!("`{ty}` does not have it"))
            })
            .when(self.needs, |d, needs| {
                d.help(format!(
                    "list `{needs}` as well: a clause names exactly what there is"
                ))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("deriving(«Ord»)");
        let text = source.render(DeriveRequirement {
            interface: "Ord".into(),
            needs: Some("Eq"),
            field: None,
            span: source.spans[0],
        });
        assert!(text.contains("`Ord` needs `Eq`"), "{text}");
    }
}
