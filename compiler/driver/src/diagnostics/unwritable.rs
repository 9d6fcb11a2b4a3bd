//! E0810: a file that the compiler makes cannot be written.

use super::plain;
use mesh_report::{Diagnostic, Explain};
use std::io;
use std::path::PathBuf;

/// A file that the compiler makes cannot be written.
pub struct Unwritable {
    /// The file.
    pub path: PathBuf,
    /// What the system says.
    pub error: io::Error,
}

impl Explain for Unwritable {
    const CODE: &'static str = "E0810";

    fn explain(self) -> Diagnostic {
        let full = matches!(
            self.error.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
        );
        let message = format!("`{}` cannot be written", self.path.display());
        let diagnostic = Diagnostic::error(Self::CODE, message)
            .note(format!("the system says: {}", plain(&self.error)));
        if full {
            diagnostic
                .help("make room on that disk, or name a folder on another one in MESH_CACHE_DIR")
        } else {
            diagnostic.help("choose another place: `-o FILE` for the program, MESH_CACHE_DIR for what is kept between runs")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::{Colour, SourceMap, text};

    #[test]
    fn says_what_happened_and_what_to_do() {
        let diagnostic = Unwritable {
            path: "a".into(),
            error: io::Error::from(io::ErrorKind::StorageFull),
        }
        .into();
        let text = text::render(&diagnostic, &SourceMap::new(), Colour::Never);
        assert_eq!(
            text,
            "[E0810] Error: `a` cannot be written\n  Note: the system says: no storage space\n  Help: make room on that disk, or name a folder on another one in MESH_CACHE_DIR\n"
        );
    }
}
