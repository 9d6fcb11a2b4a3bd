//! E0814: a package without the folder of its modules.

use mesh_report::{Diagnostic, Explain};
use std::path::PathBuf;

/// A package without the folder of its modules.
pub struct NoSources {
    /// The package's folder.
    pub path: PathBuf,
}

impl Explain for NoSources {
    const CODE: &'static str = "E0814";

    fn explain(self) -> Diagnostic {
        let path = self.path.display();
        Diagnostic::error(
            Self::CODE,
            format!("the package in `{path}` has no folder `src`"),
        )
        .note("the modules of a package are the files in its `src`")
        .help("a package that runs needs `src/main.mesh`, with `fn main()`; one for others needs any module there")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::{Colour, SourceMap, text};

    #[test]
    fn says_what_is_missing() {
        let diagnostic = NoSources { path: "a".into() }.into();
        let text = text::render(&diagnostic, &SourceMap::new(), Colour::Never);
        assert!(
            text.starts_with("[E0814] Error: the package in `a` has no folder `src`\n"),
            "{text}"
        );
        assert!(text.contains("needs `src/main.mesh`"), "{text}");
    }
}
