//! The texts of all files of a compilation. Files are added while reading; afterwards it is shared read-only between threads.

use crate::{FileId, Span};
use std::sync::Arc;

/// A place as people count: both from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineCol {
    /// The line, from 1.
    pub line: u32,
    /// The character in the line, from 1.
    pub column: u32,
}

/// One file: the path shown to the user, its text, and where its lines start.
#[derive(Debug)]
pub struct SourceFile {
    path: String,
    text: Arc<str>,
    lines: Vec<u32>,
}

impl SourceFile {
    fn new(path: String, text: Arc<str>) -> SourceFile {
        let after_newline = |(at, byte): (usize, u8)| (byte == b'\n').then_some(at as u32 + 1);
        let lines = std::iter::once(0)
            .chain(text.bytes().enumerate().filter_map(after_newline))
            .collect();
        SourceFile { path, text, lines }
    }

    /// The path as it is shown.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Line and column of a byte offset; an offset past the end is the end.
    pub fn line_col(&self, offset: u32) -> LineCol {
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self
            .lines
            .partition_point(|&start| start as usize <= offset);
        let start = self.lines[line - 1] as usize;
        let column = self.text[start..offset].chars().count() as u32 + 1;
        LineCol {
            line: line as u32,
            column,
        }
    }

    /// The text of a line counted from 1, without its newline.
    pub fn line(&self, line: u32) -> Option<&str> {
        let start = *self.lines.get(line.checked_sub(1)? as usize)? as usize;
        let rest = &self.text[start..];
        Some(
            rest.split('\n')
                .next()
                .unwrap_or(rest)
                .trim_end_matches('\r'),
        )
    }

    /// Number of lines.
    pub fn line_count(&self) -> usize {
        self.lines.len()
    }
}

/// All files of a compilation.
#[derive(Debug, Default, Clone)]
pub struct SourceMap {
    files: Vec<Arc<SourceFile>>,
}

impl SourceMap {
    /// No files yet.
    pub fn new() -> SourceMap {
        SourceMap::default()
    }

    /// Adds a file under the path it is to be shown with.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(self.files.len() as u32);
        self.files
            .push(Arc::new(SourceFile::new(path.into(), text.into())));
        id
    }

    /// Replaces the text of a file, as an editor does.
    pub fn replace(&mut self, file: FileId, text: impl Into<Arc<str>>) {
        if let Some(slot) = self.files.get_mut(file.0 as usize) {
            *slot = Arc::new(SourceFile::new(slot.path.clone(), text.into()));
        }
    }

    /// The file, unless the id is [`FileId::DUMMY`] or of another map.
    pub fn file(&self, file: FileId) -> Option<&SourceFile> {
        self.files.get(file.0 as usize).map(|file| &**file)
    }

    /// The file added under exactly this path.
    pub fn find(&self, path: &str) -> Option<FileId> {
        self.files
            .iter()
            .position(|file| file.path == path)
            .map(|at| FileId(at as u32))
    }

    /// All files in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files
            .iter()
            .enumerate()
            .map(|(at, file)| (FileId(at as u32), &**file))
    }

    /// The path as it is shown; `<unknown>` for no file.
    pub fn path(&self, file: FileId) -> &str {
        self.file(file).map_or("<unknown>", SourceFile::path)
    }

    /// The whole text; empty for no file.
    pub fn text(&self, file: FileId) -> &str {
        self.file(file).map_or("", |file| file.text())
    }

    /// The text a span covers; empty if it does not fit its file.
    pub fn slice(&self, span: Span) -> &str {
        self.text(span.file).get(span.range()).unwrap_or("")
    }

    /// Line and column where a span starts.
    pub fn start(&self, span: Span) -> Option<LineCol> {
        Some(self.file(span.file)?.line_col(span.start))
    }

    /// Line and column where a span ends.
    pub fn end(&self, span: Span) -> Option<LineCol> {
        Some(self.file(span.file)?.line_col(span.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters_from_one() {
        let mut map = SourceMap::new();
        let file = map.add("a.mesh", "äb\n\ncd");
        let file = map.file(file).unwrap();
        let at = |offset| {
            let LineCol { line, column } = file.line_col(offset);
            (line, column)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(1), (1, 1), "inside a character is its start");
        assert_eq!(at(2), (1, 2));
        assert_eq!(at(4), (2, 1));
        assert_eq!(at(5), (3, 1));
        assert_eq!(at(99), (3, 3));
        assert_eq!(file.line(1), Some("äb"));
        assert_eq!(file.line(3), Some("cd"));
        assert_eq!(file.line(4), None);
    }

    #[test]
    fn the_map_can_be_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<SourceMap>();
    }
}
