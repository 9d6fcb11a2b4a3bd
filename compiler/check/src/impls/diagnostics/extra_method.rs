//! E0523: an impl has a method its interface does not.

use mesh_report::{Diagnostic, Explain, Span};

/// An impl has a method its interface does not.
pub struct ExtraMethod {
    pub interface: String,
    pub method: String,
    /// The methods the interface has.
    pub known: Vec<String>,
    pub span: Span,
}

impl Explain for ExtraMethod {
    const CODE: &'static str = "E0523";

    fn explain(self) -> Diagnostic {
        let known: Vec<String> = self.known.iter().map(|m| format!("`{m}`")).collect();
        Diagnostic::error(
            Self::CODE,
            format!("`{}` has no method `{}`", self.interface, self.method),
        )
        .primary(self.span, "not part of the interface")
        .note(format!("its methods: {}", known.join(", ")))
        .help("make it a function of the module: `value.name(…)` finds those too")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let source = mesh_report::testing::marked("fn «perimeter»(self)");
        let text = source.render(ExtraMethod {
            interface: "Area".into(),
            method: "perimeter".into(),
            known: vec!["area".into()],
            span: source.spans[0],
        });
        assert!(text.contains("`Area` has no method `perimeter`"), "{text}");
    }
}
