//! E0806: a file that comes with the compiler is missing.

use mesh_report::{Diagnostic, Explain};
use std::path::PathBuf;

/// A file that comes with the compiler is missing.
pub struct IncompleteInstallation {
    /// The file or folder.
    pub missing: PathBuf,
}

impl Explain for IncompleteInstallation {
    const CODE: &'static str = "E0806";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, "this installation of Mesh is not complete")
            .note(format!("missing or not readable: {}", self.missing.display()))
            .help("`bin/mesh` needs the folder `lib/mesh` beside `bin`: move or copy both, or install again with `./x install`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::{Colour, SourceMap, text};

    #[test]
    fn says_what_happened_and_what_to_do() {
        let diagnostic = IncompleteInstallation {
            missing: "lib/mesh/std".into(),
        }
        .into();
        let text = text::render(&diagnostic, &SourceMap::new(), Colour::Never);
        assert_eq!(
            text,
            "[E0806] Error: this installation of Mesh is not complete\n  Note: missing or not readable: lib/mesh/std\n  Help: `bin/mesh` needs the folder `lib/mesh` beside `bin`: move or copy both, or install again with `./x install`\n"
        );
    }
}
