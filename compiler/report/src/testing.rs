//! What the unit test of a diagnostic needs: render it against one small source and look at the words.

use crate::{Colour, Diagnostic, FileId, SourceMap, Span, text};

/// A source with one marked place: `«` and `»` stand around it and are taken out.
pub struct Marked {
    /// Holds the one file.
    pub sources: SourceMap,
    /// The file.
    pub file: FileId,
    /// The marked places in order of their `«`.
    pub spans: Vec<Span>,
}

/// Takes the marks out of `source` and remembers where they stood.
///
/// # Panics
/// If the marks do not pair: this is for tests.
pub fn marked(source: &str) -> Marked {
    let (mut plain, mut open, mut ranges) = (String::new(), Vec::new(), Vec::new());
    for c in source.chars() {
        match c {
            '«' => {
                open.push(ranges.len());
                ranges.push((plain.len() as u32, plain.len() as u32));
            }
            '»' => {
                let at = open.pop().expect("a » has its «");
                ranges[at].1 = plain.len() as u32;
            }
            other => plain.push(other),
        }
    }
    assert!(open.is_empty(), "a « has its »");
    let mut sources = SourceMap::new();
    let file = sources.add("test.mesh", plain);
    let spans = ranges
        .into_iter()
        .map(|(start, end)| Span::new(file, start, end))
        .collect();
    Marked {
        sources,
        file,
        spans,
    }
}

impl Marked {
    /// The rendering without colour, to compare with what is expected.
    pub fn render(&self, diagnostic: impl Into<Diagnostic>) -> String {
        text::render(&diagnostic.into(), &self.sources, Colour::Never)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_may_nest_and_are_taken_out() {
        let m = marked("a «b «c» d» e");
        assert_eq!(m.sources.text(m.file), "a b c d e");
        let texts: Vec<_> = m.spans.iter().map(|&s| m.sources.slice(s)).collect();
        assert_eq!(texts, ["b c d", "c"]);
    }
}
