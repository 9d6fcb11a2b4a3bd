//! E0802: a folder was given that is not a package.

use mesh_report::{Diagnostic, Explain};
use std::path::PathBuf;

/// A folder was given that is not a package.
pub struct NotAPackage {
    /// The folder.
    pub path: PathBuf,
}

impl Explain for NotAPackage {
    const CODE: &'static str = "E0802";

    fn explain(self) -> Diagnostic {
        let path = self.path.display();
        Diagnostic::error(
            Self::CODE,
            format!("`{path}` is a folder without a `mesh.toml`, so it is not a package"),
        )
        .help("give a `.mesh` file, or the folder of a package")
        .help("`mesh new NAME` makes a package")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::{Colour, SourceMap, text};

    #[test]
    fn says_what_happened_and_what_to_do() {
        let diagnostic = NotAPackage { path: "a".into() }.into();
        let text = text::render(&diagnostic, &SourceMap::new(), Colour::Never);
        assert_eq!(
            text,
            "[E0802] Error: `a` is a folder without a `mesh.toml`, so it is not a package\n  Help: give a `.mesh` file, or the folder of a package\n  Help: `mesh new NAME` makes a package\n"
        );
    }
}
