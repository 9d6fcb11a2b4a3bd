//! Places in source text: which file, and which bytes of it.

use std::fmt;

/// A file known to the [`SourceMap`](crate::SourceMap) that handed the id out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

impl FileId {
    /// Belongs to no file; a span in it is shown without source.
    pub const DUMMY: FileId = FileId(u32::MAX);
}

impl fmt::Debug for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == FileId::DUMMY {
            f.write_str("file?")
        } else {
            write!(f, "file{}", self.0)
        }
    }
}

/// The bytes `start..end` of a file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// No place: for what the compiler made up without any source behind it.
    pub const DUMMY: Span = Span {
        file: FileId::DUMMY,
        start: 0,
        end: 0,
    };

    /// The bytes `start..end` of `file`.
    pub fn new(file: FileId, start: u32, end: u32) -> Span {
        Span {
            file,
            start,
            end: end.max(start),
        }
    }

    /// Whether this span stands in no file.
    pub fn is_dummy(self) -> bool {
        self.file == FileId::DUMMY
    }

    /// Number of bytes covered.
    pub fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether no byte is covered.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// From the start of `self` to the end of `last`; a span of another file (or none) is ignored.
    pub fn to(self, last: Span) -> Span {
        self.join(last)
    }

    /// The smallest span that covers both; `other` is ignored if it is in another file.
    pub fn join(self, other: Span) -> Span {
        if self.is_dummy() {
            return other;
        }
        if other.file != self.file {
            return self;
        }
        Span {
            file: self.file,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// The empty span at the start.
    pub fn at_start(self) -> Span {
        Span {
            end: self.start,
            ..self
        }
    }

    /// The empty span at the end.
    pub fn at_end(self) -> Span {
        Span {
            start: self.end,
            ..self
        }
    }

    /// Whether `offset` lies within, its end included (a cursor may stand there).
    pub fn touches(self, offset: u32) -> bool {
        self.start <= offset && offset <= self.end
    }

    /// Whether `other` lies within.
    pub fn contains(self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }

    /// The bytes as a range of indices.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}:{}..{}", self.file, self.start, self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn join_covers_both_and_ignores_other_files() {
        let a = Span::new(FileId(0), 4, 6);
        let b = Span::new(FileId(0), 1, 5);
        assert_eq!(a.join(b), Span::new(FileId(0), 1, 6));
        assert_eq!(a.join(Span::new(FileId(1), 0, 9)), a);
        assert_eq!(Span::DUMMY.join(a), a);
        assert_eq!(a.join(Span::DUMMY), a);
    }
}
