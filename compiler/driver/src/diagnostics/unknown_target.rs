//! E0812: code was asked for a machine that there is no code generator for.

use mesh_report::{Diagnostic, Explain};

/// Code was asked for a machine that there is no code generator for.
pub struct UnknownTarget {
    /// As it was given.
    pub name: String,
    /// Those there are.
    pub known: [&'static str; 2],
}

impl Explain for UnknownTarget {
    const CODE: &'static str = "E0812";

    fn explain(self) -> Diagnostic {
        Diagnostic::error(
            Self::CODE,
            format!("Mesh makes no code for `{}`", self.name),
        )
        .note(format!("it does for {}", self.known.join(" and ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesh_report::{Colour, SourceMap, text};

    #[test]
    fn says_which_there_are() {
        let diagnostic = UnknownTarget {
            name: "vax".into(),
            known: ["a", "b"],
        }
        .into();
        let text = text::render(&diagnostic, &SourceMap::new(), Colour::Never);
        assert_eq!(
            text,
            "[E0812] Error: Mesh makes no code for `vax`\n  Note: it does for a and b\n"
        );
    }
}
