//! E0815: a result is to be written where a source is.

use mesh_report::{Diagnostic, Explain};
use std::path::PathBuf;

/// A result is to be written where a source is.
pub struct TakesSource {
    /// The file.
    pub path: PathBuf,
}

impl Explain for TakesSource {
    const CODE: &'static str = "E0815";

    fn explain(self) -> Diagnostic {
        let message = format!(
            "`{}` is a source, which is not overwritten",
            self.path.display()
        );
        Diagnostic::error(Self::CODE, message).help("choose another name with `-o FILE`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::{Colour, SourceMap, text};

    #[test]
    fn says_what_is_wrong() {
        let path = "a.mesh".into();
        let text = text::render(
            &TakesSource { path }.into(),
            &SourceMap::new(),
            Colour::Never,
        );
        assert!(
            text.starts_with("[E0815] Error: `a.mesh` is a source, which is not overwritten\n"),
            "{text}"
        );
    }
}
