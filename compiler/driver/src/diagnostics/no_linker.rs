//! E0808: there is nothing to link a program with.

use mesh_report::{Diagnostic, Explain};

/// There is nothing to link a program with.
pub struct NoLinker {
    /// What was looked for.
    pub looked_for: Vec<String>,
}

impl Explain for NoLinker {
    const CODE: &'static str = "E0808";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(Self::CODE, "no linker was found")
            .note(format!("looked for {} in PATH", self.looked_for.join(", ")))
            .help("on Debian and Ubuntu: apt-get install lld-19 gcc libc6-dev")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::{Colour, SourceMap, text};

    #[test]
    fn says_what_happened_and_what_to_do() {
        let diagnostic = NoLinker {
            looked_for: vec!["ld.lld-19".into(), "cc".into()],
        }
        .into();
        let text = text::render(&diagnostic, &SourceMap::new(), Colour::Never);
        assert_eq!(
            text,
            "[E0808] Error: no linker was found\n  Note: looked for ld.lld-19, cc in PATH\n  Help: on Debian and Ubuntu: apt-get install lld-19 gcc libc6-dev\n"
        );
    }
}
