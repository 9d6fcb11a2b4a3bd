//! E0804: `mesh.toml` does not say what it must.

use mesh_report::Span;
use mesh_report::{Diagnostic, Explain};

/// `mesh.toml` does not say what it must.
pub struct BadManifest {
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What belongs there.
    pub help: &'static str,
}

impl Explain for BadManifest {
    const CODE: &'static str = "E0804";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, self.message)
            .primary(self.span, "here")
            .help(self.help)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::{Colour, SourceMap, text};

    #[test]
    fn says_what_happened_and_what_to_do() {
        let diagnostic = BadManifest {
            message: "`name` is missing".into(),
            span: Span::DUMMY,
            help: "write `name = \"app\"`",
        }
        .into();
        let text = text::render(&diagnostic, &SourceMap::new(), Colour::Never);
        assert_eq!(
            text,
            "[E0804] Error: `name` is missing\n  here\n  Help: write `name = \"app\"`\n"
        );
    }
}
