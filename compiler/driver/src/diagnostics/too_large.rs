//! E0805: a source file is larger than the compiler takes.

use mesh_report::{Diagnostic, Explain};
use std::path::PathBuf;

/// A source file is larger than the compiler takes.
pub struct TooLarge {
    /// The file.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
}

impl Explain for TooLarge {
    const CODE: &'static str = "E0805";

    fn explain(self) -> Diagnostic {
        let (path, megabytes) = (self.path.display(), self.bytes >> 20);
        Diagnostic::error(Self::CODE, format!("`{path}` is too large: {megabytes} MB"))
            .note("a source file has at most 1024 MB")
            .help("put data into a file that the program reads when it runs")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::{Colour, SourceMap, text};

    #[test]
    fn says_what_happened_and_what_to_do() {
        let diagnostic = TooLarge {
            path: "a.mesh".into(),
            bytes: 5 << 30,
        }
        .into();
        let text = text::render(&diagnostic, &SourceMap::new(), Colour::Never);
        assert_eq!(
            text,
            "[E0805] Error: `a.mesh` is too large: 5120 MB\n  Note: a source file has at most 1024 MB\n  Help: put data into a file that the program reads when it runs\n"
        );
    }
}
