//! E0808: there is nothing to link a program with.

use mesh_report::{Diagnostic, Explain};
use std::path::PathBuf;

/// There is nothing to link a program with.
pub struct NoLinker {
    /// What was looked for.
    pub looked_for: Vec<String>,
    /// A linker that is there, but that misses the C library's start files.
    pub alone: Option<PathBuf>,
}

impl Explain for NoLinker {
    const CODE: &'static str = "E0808";

    fn explain(self) -> Diagnostic {
        let looked_for = format!("looked for {} in PATH", self.looked_for.join(", "));
        let diagnostic = match self.alone {
            None => Diagnostic::error(Self::CODE, "no linker was found").note(looked_for),
            Some(linker) => {
                let message = "the C library's files for linking were not found";
                Diagnostic::error(Self::CODE, message).note(format!(
                    "`{}` is there; a program also needs `Scrt1.o` and `crtbeginS.o`, which come with a C compiler",
                    linker.display()
                ))
            }
        };
        diagnostic
            .help("on Debian and Ubuntu: apt-get install lld gcc libc6-dev")
            .help("elsewhere, install lld or a C compiler with the headers of the C library")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::{Colour, SourceMap, text};

    fn render(alone: Option<PathBuf>) -> String {
        let looked_for = vec!["ld.lld-19".into(), "cc".into()];
        let diagnostic = NoLinker { looked_for, alone }.into();
        text::render(&diagnostic, &SourceMap::new(), Colour::Never)
    }

    #[test]
    fn says_what_happened_and_what_to_do() {
        let text = render(None);
        assert!(
            text.starts_with(
                "[E0808] Error: no linker was found\n  Note: looked for ld.lld-19, cc in PATH\n"
            ) && text.contains("apt-get install lld gcc libc6-dev\n"),
            "{text}"
        );
    }

    #[test]
    fn a_linker_without_a_c_library_is_told_apart() {
        let text = render(Some("/bin/ld.lld".into()));
        assert!(
            text.contains("`/bin/ld.lld` is there; a program also needs `Scrt1.o`"),
            "{text}"
        );
    }
}
