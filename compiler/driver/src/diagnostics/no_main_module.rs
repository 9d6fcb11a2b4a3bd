//! E0813: a program without `main` was to be built or run.

use mesh_report::{Diagnostic, Explain};

/// A program without `main` was to be built or run: a package without that module, or tests alone.
pub struct NoMainModule<'a> {
    /// The package, or the file without its ending.
    pub name: &'a str,
}

impl Explain for NoMainModule<'_> {
    const CODE: &'static str = "E0813";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!("`{}` has nothing to run", self.name),
        )
        .note("a program begins with `main`, in a package the one in `src/main.mesh`, and there is none")
        .help("write one, or use `mesh check` and `mesh test`, which need none")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::{Colour, SourceMap, text};

    #[test]
    fn says_what_is_missing() {
        let text = text::render(
            &NoMainModule { name: "util" }.into(),
            &SourceMap::new(),
            Colour::Never,
        );
        assert!(
            text.starts_with("[E0813] Error: `util` has nothing to run\n"),
            "{text}"
        );
    }
}
