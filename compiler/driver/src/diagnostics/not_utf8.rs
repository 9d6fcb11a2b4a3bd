//! E0803: a source file is not UTF-8.

use mesh_report::{Diagnostic, Explain};
use std::path::PathBuf;

/// A source file is not UTF-8.
pub struct NotUtf8 {
    /// The file.
    pub path: PathBuf,
    /// The line of the first byte that does not fit, from 1.
    pub line: usize,
    /// Its offset, from 0.
    pub offset: usize,
    /// The byte.
    pub byte: u8,
}

impl Explain for NotUtf8 {
    const CODE: &'static str = "E0803";

    fn explain(self) -> Diagnostic {
        let NotUtf8 {
            path,
            line,
            offset,
            byte,
        } = self;
        Diagnostic::error(
            Self::CODE,
            format!("`{}` is not UTF-8 text", path.display()),
        )
        .note(format!(
            "the byte 0x{byte:02x} at offset {offset}, in line {line}, belongs to no character"
        ))
        .help("save the file as UTF-8; Mesh reads no other encoding")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::{Colour, SourceMap, text};

    #[test]
    fn says_what_happened_and_what_to_do() {
        let diagnostic = NotUtf8 {
            path: "a.mesh".into(),
            line: 2,
            offset: 9,
            byte: 0xff,
        }
        .into();
        let text = text::render(&diagnostic, &SourceMap::new(), Colour::Never);
        assert_eq!(
            text,
            "[E0803] Error: `a.mesh` is not UTF-8 text\n  Note: the byte 0xff at offset 9, in line 2, belongs to no character\n  Help: save the file as UTF-8; Mesh reads no other encoding\n"
        );
    }
}
