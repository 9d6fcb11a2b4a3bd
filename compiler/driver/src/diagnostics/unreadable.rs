//! E0801: a source file or a manifest cannot be read.

use super::plain;
use mesh_report::{Diagnostic, Explain};
use std::io;
use std::path::PathBuf;

/// A source file or a manifest cannot be read.
pub struct Unreadable {
    /// The file.
    pub path: PathBuf,
    /// What the system says.
    pub error: io::Error,
}

impl Explain for Unreadable {
    const CODE: &'static str = "E0801";

    fn explain(self) -> Diagnostic {
        let path = self.path.display();
        if self.error.kind() == io::ErrorKind::NotFound {
            let there = Diagnostic::error(Self::CODE, format!("there is no file `{path}`"));
            return if self.path.extension().is_none() && self.path.with_extension("mesh").is_file()
            {
                there.help(format!("there is one named `{path}.mesh`"))
            } else {
                there.help("a path is looked up from the current folder")
            };
        }
        Diagnostic::error(Self::CODE, format!("`{path}` cannot be read"))
            .note(format!("the system says: {}", plain(&self.error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::{Colour, SourceMap, text};

    #[test]
    fn says_what_happened_and_what_to_do() {
        let diagnostic = Unreadable {
            path: "a.mesh".into(),
            error: io::Error::from(io::ErrorKind::NotFound),
        }
        .into();
        let text = text::render(&diagnostic, &SourceMap::new(), Colour::Never);
        assert_eq!(
            text,
            "[E0801] Error: there is no file `a.mesh`\n  Help: a path is looked up from the current folder\n"
        );
    }
}
