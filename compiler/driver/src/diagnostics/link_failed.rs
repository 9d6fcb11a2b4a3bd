//! E0809: the linker gave up.

use mesh_report::{Diagnostic, Explain};
use std::path::PathBuf;

/// The linker gave up.
pub struct LinkFailed {
    /// The linker.
    pub linker: PathBuf,
    /// What it said.
    pub output: String,
}

impl Explain for LinkFailed {
    const CODE: &'static str = "E0809";

    fn explain(self) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(Self::CODE, "the program could not be linked")
            .note(format!("`{}` said:", self.linker.display()));
        // A linker may repeat itself for every use of a symbol.
        for line in self
            .output
            .lines()
            .filter(|line| !line.trim().is_empty())
            .take(12)
        {
            diagnostic = diagnostic.note(line);
        }
        diagnostic.help("unless the disk is full or a file is missing, this is a fault of the compiler: please report it")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::{Colour, SourceMap, text};

    #[test]
    fn says_what_happened_and_what_to_do() {
        let diagnostic = LinkFailed {
            linker: "ld.lld".into(),
            output: "no room\n".into(),
        }
        .into();
        let text = text::render(&diagnostic, &SourceMap::new(), Colour::Never);
        assert_eq!(
            text,
            "[E0809] Error: the program could not be linked\n  Note: `ld.lld` said:\n  Note: no room\n  Help: unless the disk is full or a file is missing, this is a fault of the compiler: please report it\n"
        );
    }
}
