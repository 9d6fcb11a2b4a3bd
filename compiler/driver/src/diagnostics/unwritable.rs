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
    /// It is kept between runs, rather than what was asked for.
    pub kept: bool,
}

impl Explain for Unwritable {
    const CODE: &'static str = "E0810";

    fn explain(self) -> Diagnostic {
        let full = matches!(
            self.error.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
        );
        let help = match (full, self.kept) {
            (true, true) => {
                "make room on that disk, or name a folder on another one in MESH_CACHE_DIR"
            }
            (true, false) => "make room on that disk, or choose another place with `-o FILE`",
            (false, true) => {
                "what is kept between runs may lie elsewhere: name a folder in MESH_CACHE_DIR"
            }
            (false, false) => "choose another place with `-o FILE`",
        };
        let message = format!("`{}` cannot be written", self.path.display());
        Diagnostic::error(Self::CODE, message)
            .note(format!("the system says: {}", plain(&self.error)))
            .help(help)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::{Colour, SourceMap, text};

    #[test]
    fn says_what_happened_and_what_to_do() {
        let render = |kept| {
            let error = io::Error::from(io::ErrorKind::StorageFull);
            let path = "a".into();
            let diagnostic = Unwritable { path, error, kept }.into();
            text::render(&diagnostic, &SourceMap::new(), Colour::Never)
        };
        assert_eq!(
            render(true),
            "[E0810] Error: `a` cannot be written\n  Note: the system says: no storage space\n  Help: make room on that disk, or name a folder on another one in MESH_CACHE_DIR\n"
        );
        assert!(render(false).contains("`-o FILE`"));
    }
}
