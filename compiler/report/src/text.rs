//! Diagnostics for people: the source lines with what is wrong underlined.

use crate::{Diagnostic, FileId, Label, Severity, SourceMap, Span};
use ariadne::{Cache, Color, Config, IndexType, LabelAttach, Report, ReportKind, Source};
use std::collections::HashMap;
use std::ops::Range;

/// Whether the output may carry terminal colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Plain text.
    Never,
    /// ANSI escapes.
    Always,
}

/// The diagnostic as lines of text, with a newline at the end.
pub fn render(diagnostic: &Diagnostic, sources: &SourceMap, colour: Colour) -> String {
    let place = diagnostic.span();
    if sources.file(place.file).is_none() {
        return without_source(diagnostic, |_| String::new());
    }
    if diagnostic
        .labels
        .iter()
        .any(|label| is_wide(label.span, sources))
    {
        return without_source(diagnostic, |span| excerpt(span, sources));
    }
    let mut report = Report::build(kind(diagnostic), located(place, sources))
        .with_config(
            Config::new()
                .with_index_type(IndexType::Char)
                .with_label_attach(LabelAttach::Start)
                .with_color(colour == Colour::Always),
        )
        .with_code(diagnostic.code)
        .with_message(&diagnostic.message)
        .with_labels(labels(diagnostic, sources));
    report.with_notes(&diagnostic.notes);
    for help in advice(diagnostic) {
        report.add_help(help);
    }
    let mut out = Vec::new();
    match report.finish().write(Files::new(sources), &mut out) {
        Ok(()) => trimmed(&String::from_utf8_lossy(&out)),
        Err(_) => without_source(diagnostic, |_| String::new()),
    }
}

/// All of them, one after another, with an empty line between.
pub fn render_all(diagnostics: &[Diagnostic], sources: &SourceMap, colour: Colour) -> String {
    let all: Vec<_> = diagnostics
        .iter()
        .map(|d| render(d, sources, colour))
        .collect();
    all.join("\n")
}

fn kind(diagnostic: &Diagnostic) -> ReportKind<'static> {
    match diagnostic.severity {
        Severity::Error => ReportKind::Error,
        Severity::Warning => ReportKind::Warning,
    }
}

fn labels(
    diagnostic: &Diagnostic,
    sources: &SourceMap,
) -> Vec<ariadne::Label<(FileId, Range<usize>)>> {
    let known = |label: &&Label| sources.file(label.span.file).is_some();
    let mut shown: Vec<_> = diagnostic.labels.iter().filter(known).collect();
    // The renderer shows labels that are not in the order of their lines as separate excerpts. The primary label's
    // file comes first.
    let main = diagnostic.span().file;
    shown.sort_by_key(|label| (label.span.file != main, label.span.file, label.span.end));
    shown
        .into_iter()
        .map(|label| one_label(label, diagnostic.severity, sources))
        .collect()
}

fn one_label(
    label: &Label,
    severity: Severity,
    sources: &SourceMap,
) -> ariadne::Label<(FileId, Range<usize>)> {
    let colour = match (label.primary, severity) {
        (true, Severity::Error) => Color::Red,
        (true, Severity::Warning) => Color::Yellow,
        (false, _) => Color::Blue,
    };
    // A label without a message would not be underlined.
    let text = if label.text.is_empty() {
        "here"
    } else {
        &label.text
    };
    ariadne::Label::new(located(label.span, sources))
        .with_color(colour)
        .with_message(text)
}

/// The span in characters, clipped to its file and without line ends after it: what the renderer can take.
fn located(span: Span, sources: &SourceMap) -> (FileId, Range<usize>) {
    let text = sources.text(span.file);
    let clip = |at: u32| {
        let mut at = (at as usize).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (clip(span.start), clip(span.end));
    let end = start + text[start..end].trim_end().len();
    let before = text[..start].chars().count();
    (span.file, before..before + text[start..end].chars().count())
}

fn advice(diagnostic: &Diagnostic) -> Vec<String> {
    let fixes = diagnostic.fixes.iter().map(|fix| fix.title.clone());
    diagnostic.help.iter().cloned().chain(fixes).collect()
}

/// Lines that are longer are not shown as a whole.
const WIDEST: usize = 1000;

/// Whether a line that the span is on is too long to be shown.
fn is_wide(span: Span, sources: &SourceMap) -> bool {
    let Some(file) = sources.file(span.file) else {
        return false;
    };
    let lines = file.line_col(span.start).line..=file.line_col(span.end).line;
    lines
        .filter_map(|line| file.line(line))
        .any(|line| line.len() > WIDEST)
}

/// Where a span is, for the line that says what is wrong with it.
fn excerpt(span: Span, sources: &SourceMap) -> String {
    let Some(file) = sources.file(span.file) else {
        return String::new();
    };
    let at = file.line_col(span.start);
    let first = sources.slice(span).lines().next().unwrap_or("");
    let text: String = first.chars().take(40).collect();
    let cut = if text.len() < span.len() as usize {
        "…"
    } else {
        ""
    };
    format!("{}:{}:{}: `{text}{cut}`: ", file.path(), at.line, at.column)
}

/// The words alone, each label's behind what `place` says of its span.
fn without_source(diagnostic: &Diagnostic, place: impl Fn(Span) -> String) -> String {
    let mut out = format!(
        "[{}] {}: {}\n",
        diagnostic.code,
        kind(diagnostic),
        diagnostic.message
    );
    for label in diagnostic
        .labels
        .iter()
        .filter(|label| !label.text.is_empty())
    {
        out.push_str(&format!("  {}{}\n", place(label.span), label.text));
    }
    for note in &diagnostic.notes {
        out.push_str(&format!("  Note: {note}\n"));
    }
    for help in advice(diagnostic) {
        out.push_str(&format!("  Help: {help}\n"));
    }
    out
}

/// Without the blanks that the renderer leaves at the ends of lines.
fn trimmed(text: &str) -> String {
    text.lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}

/// The source map as the renderer wants it.
struct Files<'a> {
    map: &'a SourceMap,
    sources: HashMap<FileId, Source<&'a str>>,
}

impl<'a> Files<'a> {
    fn new(map: &'a SourceMap) -> Files<'a> {
        Files {
            map,
            sources: HashMap::new(),
        }
    }
}

impl<'a> Cache<FileId> for Files<'a> {
    type Storage = &'a str;

    fn fetch(&mut self, id: &FileId) -> Result<&Source<&'a str>, impl std::fmt::Debug> {
        let map = self.map;
        let source = self
            .sources
            .entry(*id)
            .or_insert_with(|| Source::from(map.text(*id)));
        Ok::<_, String>(&*source)
    }

    fn display<'b>(&self, id: &'b FileId) -> Option<impl std::fmt::Display + 'b> {
        Some(self.map.path(*id).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> (SourceMap, Diagnostic) {
        let mut sources = SourceMap::new();
        let file = sources.add("src/main.mesh", "let a = 1\nlet b = a +\n  \"x\"\n");
        let diagnostic = Diagnostic::error("E0300", "`+` needs two values of one type")
            .primary(Span::new(file, 24, 27), "this is a `String`")
            .secondary(Span::new(file, 18, 19), "this is an `Int`")
            .note("numbers are not converted")
            .help("write `String.from(a)`");
        (sources, diagnostic)
    }

    #[test]
    fn shows_the_lines_the_labels_and_the_advice() {
        let (sources, diagnostic) = sample();
        let text = render(&diagnostic, &sources, Colour::Never);
        assert!(
            text.starts_with("[E0300] Error: `+` needs two values of one type\n"),
            "{text}"
        );
        for part in [
            "src/main.mesh:3:3",
            "let b = a +",
            "this is a `String`",
            "Help: write",
            "Note: numb",
        ] {
            assert!(text.contains(part), "no {part:?} in\n{text}");
        }
        assert!(!text.contains('\u{1b}'));
        assert!(render(&diagnostic, &sources, Colour::Always).contains('\u{1b}'));
    }

    #[test]
    fn a_span_past_the_end_or_inside_a_character_is_clipped() {
        let mut sources = SourceMap::new();
        let file = sources.add("a.mesh", "ä");
        for span in [
            Span::new(file, 1, 1),
            Span::new(file, 9, 12),
            Span::new(file, 0, 1),
        ] {
            let diagnostic = Diagnostic::error("E0000", "m").primary(span, "here");
            assert!(render(&diagnostic, &sources, Colour::Never).contains("here"));
        }
        let empty = sources.add("b.mesh", "");
        let diagnostic = Diagnostic::error("E0000", "m").primary(Span::new(empty, 0, 0), "here");
        assert!(render(&diagnostic, &sources, Colour::Never).contains("[E0000] Error: m"));
    }

    #[test]
    fn of_a_line_that_is_too_long_only_the_part_is_shown() {
        let mut sources = SourceMap::new();
        let text = format!("let a = \"{}\" + 1\n", "x".repeat(100_000));
        let end = text.len() as u32 - 1;
        let file = sources.add("src/main.mesh", text);
        let diagnostic = Diagnostic::error("E0301", "expected `String`, found `Int`")
            .primary(Span::new(file, end - 1, end), "this is `Int`")
            .secondary(Span::new(file, 8, end - 4), "and this is a `String`");
        let text = render(&diagnostic, &sources, Colour::Never);
        assert!(text.len() < 400, "{text}");
        assert!(
            text.contains("src/main.mesh:1:100014: `1`: this is `Int`"),
            "{text}"
        );
        assert!(text.contains("xxx…`: and this is a `String`"), "{text}");
    }

    #[test]
    fn without_a_file_the_words_remain() {
        let diagnostic = Diagnostic::warning("W0800", "slow disk")
            .note("n")
            .help("h");
        let text = render(&diagnostic, &SourceMap::new(), Colour::Never);
        assert_eq!(text, "[W0800] Warning: slow disk\n  Note: n\n  Help: h\n");
    }
}
