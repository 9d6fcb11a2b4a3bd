//! What a run of the compiler has to say.

use crate::input::Unusable;
use mesh_report::{Bug, Colour, Diagnostic, SourceMap, text};

/// Diagnostics with the sources they stand in; or that the compiler itself is at fault.
#[derive(Default)]
pub struct Report {
    pub sources: SourceMap,
    /// Sorted.
    pub diagnostics: Vec<Diagnostic>,
    pub bug: Option<Bug>,
    /// The text of an earlier run's warnings, plain and coloured.
    replay: Option<Box<(String, String)>>,
}

impl Report {
    /// Whether there is an error.
    pub fn failed(&self) -> bool {
        self.bug.is_some() || self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// All of it as people read it.
    pub fn render(&self, colour: Colour) -> String {
        let mut out = text::render_all(&self.diagnostics, &self.sources, colour);
        if let Some(replay) = &self.replay {
            let (plain, coloured) = &**replay;
            out.push_str(if colour == Colour::Always {
                coloured
            } else {
                plain
            });
        }
        if let Some(bug) = &self.bug {
            out.push_str(&bug.render(&self.sources));
        }
        out
    }

    pub(crate) fn new(
        sources: SourceMap,
        mut diagnostics: Vec<Diagnostic>,
        bug: Option<Bug>,
    ) -> Report {
        mesh_report::sort(&mut diagnostics);
        Report {
            sources,
            diagnostics,
            bug,
            replay: None,
        }
    }

    /// What to keep so that a later run can say the same; nothing if there is nothing to say.
    pub(crate) fn to_replay(&self) -> Option<String> {
        let render = |colour| text::render_all(&self.diagnostics, &self.sources, colour);
        (!self.diagnostics.is_empty())
            .then(|| format!("{}\0{}", render(Colour::Never), render(Colour::Always)))
    }

    pub(crate) fn from_replay(said: &str) -> Report {
        let (plain, coloured) = said.split_once('\0').unwrap_or((said, said));
        Report {
            replay: Some(Box::new((plain.to_string(), coloured.to_string()))),
            ..Report::default()
        }
    }
}

impl From<Unusable> for Report {
    fn from(unusable: Unusable) -> Report {
        Report::new(unusable.sources, unusable.diagnostics, None)
    }
}

/// A diagnostic that stands in no source.
impl<T: Into<Diagnostic>> From<T> for Report {
    fn from(diagnostic: T) -> Report {
        Report::new(SourceMap::new(), vec![diagnostic.into()], None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_can_be_said_again() {
        let report = Report::from(Diagnostic::warning("W0000", "slow"));
        let again = Report::from_replay(&report.to_replay().unwrap());
        assert_eq!(again.render(Colour::Never), report.render(Colour::Never));
        assert!(!again.failed());
        assert!(Report::default().to_replay().is_none());
    }
}
