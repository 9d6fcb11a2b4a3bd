//! E0807: the standard library is not the one the compiler was built with.

use mesh_report::{Diagnostic, Explain};
use std::path::PathBuf;

/// The standard library is not the one the compiler was built with.
pub struct StdMismatch {
    /// Where it is.
    pub folder: PathBuf,
}

impl Explain for StdMismatch {
    const CODE: &'static str = "E0807";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, "the standard library does not match this compiler")
            .note(format!("`{}` was changed, or belongs to another version of `mesh`", self.folder.display()))
            .help("install both together with `./x install`; to try a changed one, name its folder in MESH_STD")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::{Colour, SourceMap, text};

    #[test]
    fn says_what_happened_and_what_to_do() {
        let diagnostic = StdMismatch {
            folder: "lib/mesh/std".into(),
        }
        .into();
        let text = text::render(&diagnostic, &SourceMap::new(), Colour::Never);
        assert_eq!(
            text,
            "[E0807] Error: the standard library does not match this compiler\n  Note: `lib/mesh/std` was changed, or belongs to another version of `mesh`\n  Help: install both together with `./x install`; to try a changed one, name its folder in MESH_STD\n"
        );
    }
}
