//! What the compiler has to say about a program, as data: no wording is decided when it is rendered.

use crate::Span;

/// Whether compilation can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is built.
    Error,
    /// The program is built all the same.
    Warning,
}

impl Severity {
    /// The word shown to people and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// A marked place with what there is to say about it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What to say there; may be empty.
    pub text: String,
    /// Whether this is where the problem is, rather than what explains it.
    pub primary: bool,
}

/// One replacement of text; an empty span inserts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// What stands there afterwards.
    pub replacement: String,
}

/// A change that an editor can apply at once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fix {
    /// What the change does, as an order: "write `(a, b)`".
    pub title: String,
    /// The replacements, which do not overlap.
    pub edits: Vec<Edit>,
}

/// An error or a warning with everything that is shown of it.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// Stable name of the kind: `E0123` or `W0123`; its page is `docs/errors/<code>.md`.
    pub code: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// One sentence without a full stop, in the user's own names.
    pub message: String,
    /// Marked places; the first primary one is where the diagnostic stands.
    pub labels: Vec<Label>,
    /// Further facts.
    pub notes: Vec<String>,
    /// What to do about it, in words.
    pub help: Vec<String>,
    /// What to do about it, as edits.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// An error without labels yet.
    pub fn error(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, Severity::Error, message.into())
    }

    /// A warning without labels yet.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, Severity::Warning, message.into())
    }

    fn new(code: &'static str, severity: Severity, message: String) -> Diagnostic {
        Diagnostic {
            code,
            severity,
            message,
            labels: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// Marks where the problem is.
    pub fn primary(self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.label(Label {
            span,
            text: text.into(),
            primary: true,
        })
    }

    /// Marks a place that explains the problem.
    pub fn secondary(self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.label(Label {
            span,
            text: text.into(),
            primary: false,
        })
    }

    /// Adds a label that was made elsewhere.
    pub fn label(mut self, label: Label) -> Diagnostic {
        self.labels.push(label);
        self
    }

    /// Adds a fact.
    pub fn note(mut self, text: impl Into<String>) -> Diagnostic {
        self.notes.push(text.into());
        self
    }

    /// Adds advice.
    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help.push(text.into());
        self
    }

    /// Adds a change that replaces `span`; `title` says what it does.
    pub fn fix(
        self,
        title: impl Into<String>,
        span: Span,
        replacement: impl Into<String>,
    ) -> Diagnostic {
        self.fix_all(title, [(span, replacement.into())])
    }

    /// Adds a change of several places that belong together.
    pub fn fix_all(
        mut self,
        title: impl Into<String>,
        edits: impl IntoIterator<Item = (Span, String)>,
    ) -> Diagnostic {
        let edits = edits
            .into_iter()
            .map(|(span, replacement)| Edit { span, replacement });
        self.fixes.push(Fix {
            title: title.into(),
            edits: edits.collect(),
        });
        self
    }

    /// Calls `add` with the diagnostic if there is a value: for labels that are only sometimes known.
    pub fn when<T>(
        self,
        value: Option<T>,
        add: impl FnOnce(Diagnostic, T) -> Diagnostic,
    ) -> Diagnostic {
        match value {
            Some(value) => add(self, value),
            None => self,
        }
    }

    /// Where the diagnostic stands: its first primary label, else its first label.
    pub fn span(&self) -> Span {
        let primary = self.labels.iter().find(|label| label.primary);
        primary
            .or(self.labels.first())
            .map_or(Span::DUMMY, |label| label.span)
    }

    /// Whether this stops compilation.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// The facts of one kind of diagnostic, which know how to say themselves. See the crate's first page for the pattern.
pub trait Explain {
    /// The stable code, `E0123` or `W0123`.
    const CODE: &'static str;

    /// The wording, labels and fixes.
    fn explain(self) -> Diagnostic;
}

impl<T: Explain> From<T> for Diagnostic {
    fn from(facts: T) -> Diagnostic {
        let diagnostic = facts.explain();
        debug_assert_eq!(
            diagnostic.code,
            T::CODE,
            "a diagnostic is built with its own code"
        );
        diagnostic
    }
}

/// Orders diagnostics by file and place, errors before warnings at the same place, and drops exact repetitions.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| (a.span(), a.severity, a.code).cmp(&(b.span(), b.severity, b.code)));
    diagnostics.dedup();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FileId;

    #[test]
    fn a_diagnostic_stands_at_its_first_primary_label() {
        let (a, b) = (Span::new(FileId(0), 1, 2), Span::new(FileId(0), 3, 4));
        assert_eq!(
            Diagnostic::error("E0000", "m")
                .secondary(a, "")
                .primary(b, "")
                .span(),
            b
        );
        assert_eq!(Diagnostic::error("E0000", "m").secondary(a, "").span(), a);
        assert_eq!(Diagnostic::error("E0000", "m").span(), Span::DUMMY);
    }

    #[test]
    fn sorting_orders_by_place_and_drops_repetitions() {
        let at = |start| Span::new(FileId(0), start, start + 1);
        let mut all = vec![
            Diagnostic::error("E0002", "late").primary(at(5), ""),
            Diagnostic::warning("W0001", "w").primary(at(1), ""),
            Diagnostic::error("E0001", "early").primary(at(1), ""),
            Diagnostic::error("E0001", "early").primary(at(1), ""),
        ];
        sort(&mut all);
        let codes: Vec<_> = all.iter().map(|d| d.code).collect();
        assert_eq!(codes, ["E0001", "W0001", "E0002"]);
    }
}
