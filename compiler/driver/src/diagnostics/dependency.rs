//! E0811: a dependency of a package cannot be used.

use mesh_report::Span;
use mesh_report::{Diagnostic, Explain};

/// A dependency of a package cannot be used.
pub struct BadDependency {
    /// As `mesh.toml` calls it.
    pub name: String,
    /// Why, as a sentence without a full stop.
    pub reason: String,
    /// Where it is asked for.
    pub span: Span,
}

impl Explain for BadDependency {
    const CODE: &'static str = "E0811";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!("the dependency `{}` cannot be used", self.name),
        )
        .primary(self.span, self.reason)
        .help("a dependency is the folder of another package: `name = { path = \"../name\" }`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::{Colour, SourceMap, text};

    #[test]
    fn says_what_happened_and_what_to_do() {
        let diagnostic = BadDependency {
            name: "util".into(),
            reason: "it leads back to itself".into(),
            span: Span::DUMMY,
        }
        .into();
        let text = text::render(&diagnostic, &SourceMap::new(), Colour::Never);
        assert_eq!(
            text,
            "[E0811] Error: the dependency `util` cannot be used\n  it leads back to itself\n  Help: a dependency is the folder of another package: `name = { path = \"../name\" }`\n"
        );
    }
}
