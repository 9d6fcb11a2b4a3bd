//! E0813: a package without the module `Main` was to be built or run.

use mesh_report::{Diagnostic, Explain};

/// A package without the module `Main` was to be built or run.
pub struct NoMainModule<'a> {
    /// The package.
    pub name: &'a str,
}

impl Explain for NoMainModule<'_> {
    const CODE: &'static str = "E0813";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!("the package `{}` has nothing to run", self.name),
        )
        .note("a program begins with `main` in `src/main.mesh`, and there is no such file")
        .help("write one, or use `mesh check` for a package that others build on")
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
            text.starts_with("[E0813] Error: the package `util` has nothing to run\n"),
            "{text}"
        );
    }
}
