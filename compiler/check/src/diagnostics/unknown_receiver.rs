//! E0308: a member of a value whose type nothing determines.

use mesh_report::{Diagnostic, Explain, Span};

/// A member of a value whose type nothing determines.
pub struct UnknownReceiver {
    pub what: String,
    pub receiver: Span,
    pub span: Span,
}

impl Explain for UnknownReceiver {
    const CODE: &'static str = "E0308";

    fn explain(self) -> Diagnostic {
        let d = Diagnostic::error(
            Self::CODE,
            format!("the type of this value must be known for its {}", self.what),
        )
        .primary(self.receiver, "nothing here says what this is")
        .help("write the type where the value comes from, for instance on the parameter: `x: T`");
        if self.span == self.receiver {
            d
        } else {
            d.secondary(self.span, "used here")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("fn name(x) = «x».«name»");
        let facts = UnknownReceiver {
            what: "field `name`".into(),
            receiver: source.spans[0],
            span: source.spans[1],
        };
        let text = source.render(facts);
        assert!(
            text.contains("must be known for its field `name`"),
            "{text}"
        );
    }
}
