//! Documents: text with places where lines may break, and the printer that decides which do.

/// A piece of a program with its possible layouts.
#[derive(Clone, Debug)]
pub enum Doc {
    Nil,
    Text(String),
    /// Text of several lines that stays as it is: a string.
    Verbatim(String),
    /// A blank that is no place to break.
    Space,
    /// A blank, or a line end where its group is broken.
    Line,
    /// Nothing, or a line end where its group is broken.
    Soft,
    /// A line end.
    Hard,
    /// A line end and an empty line.
    Blank,
    /// A comment with a line of its own.
    Own(String),
    /// A comment at the end of its line.
    Trailing(String),
    Concat(Vec<Doc>),
    /// Indented by one step more.
    Indent(Box<Doc>),
    /// On one line if it fits, else broken; `forced` if something in it needs several lines.
    Group {
        doc: Box<Doc>,
        forced: bool,
    },
    /// What follows `=` or `->`: in the same line if it fits there, on the next one if it fits there; else it begins in the same line
    /// if it hugs.
    After {
        value: Box<Doc>,
        hug: bool,
    },
    /// The same group three ways: the first whose first line fits, else the last.
    Best(Vec<Doc>),
    /// Items that stand in as few lines as they fit in: their separators break one by one.
    Fill(Vec<Doc>),
}

const STEP: usize = 2;
/// Blanks before a comment at the end of a line.
const BEFORE_COMMENT: usize = 2;
/// Comments on lines that follow each other begin in the same column, unless that is so much further right.
const FAR: usize = 40;

impl Doc {
    pub fn text(text: &str) -> Doc {
        Doc::Text(text.to_string())
    }

    pub fn indent(doc: Doc) -> Doc {
        Doc::Indent(Box::new(doc))
    }

    pub fn group(doc: Doc) -> Doc {
        let forced = doc.is_forced();
        Doc::Group {
            doc: Box::new(doc),
            forced,
        }
    }

    /// A group that is broken whether it fits or not.
    pub fn broken(doc: Doc) -> Doc {
        Doc::Group {
            doc: Box::new(doc),
            forced: true,
        }
    }

    /// Whether it cannot stand on one line. A comment at its very end is no reason.
    pub fn is_forced(&self) -> bool {
        self.scan(&mut false)
    }

    /// `open`: a comment stands before, so anything that follows needs another line.
    fn scan(&self, open: &mut bool) -> bool {
        match self {
            Doc::Nil | Doc::Space => false,
            Doc::Soft | Doc::Line => false,
            Doc::Text(text) => *open && !text.is_empty(),
            Doc::Verbatim(text) => *open || text.contains('\n'),
            Doc::Hard | Doc::Blank | Doc::Own(_) => true,
            Doc::Trailing(_) => std::mem::replace(open, true),
            Doc::Concat(docs) | Doc::Fill(docs) => docs.iter().any(|doc| doc.scan(open)),
            Doc::Indent(doc) => doc.scan(open),
            Doc::Group { doc, forced } => {
                let inner = doc.scan(open);
                *forced || inner
            }
            Doc::Best(ways) => ways.first().is_some_and(|doc| doc.scan(open)),
            Doc::After { value, .. } => value.scan(open),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Flat,
    Broken,
}

#[derive(Clone, Copy)]
struct Command<'a> {
    indent: usize,
    mode: Mode,
    doc: &'a Doc,
}

fn way<'a>(command: Command<'a>, doc: &'a Doc) -> Command<'a> {
    Command { doc, ..command }
}

struct Printer {
    width: usize,
    out: String,
    column: usize,
    /// Nothing stands on the line yet.
    fresh: bool,
    /// A blank goes before what follows on this line.
    space: bool,
    /// After a comment: what follows goes on another line.
    ended: bool,
    /// The comments at the ends of lines: the line's number, and where its code ends in `out`.
    trailing: Vec<(usize, usize)>,
    line: usize,
}

/// The text of a document; it ends in a line end unless it is empty.
pub fn print(doc: &Doc, width: usize) -> String {
    let mut printer = Printer {
        width,
        out: String::new(),
        column: 0,
        fresh: true,
        space: false,
        ended: false,
        trailing: Vec::new(),
        line: 0,
    };
    printer.run(doc);
    if !printer.fresh {
        printer.newline();
    }
    align(printer.out, &printer.trailing, width)
}

impl Printer {
    fn run(&mut self, doc: &Doc) {
        let mut stack = vec![Command {
            indent: 0,
            mode: Mode::Broken,
            doc,
        }];
        while let Some(command) = stack.pop() {
            let Command { indent, mode, doc } = command;
            match doc {
                Doc::Nil => {}
                Doc::Text(text) => self.put(text, indent),
                Doc::Verbatim(text) => self.verbatim(text, indent),
                Doc::Space => self.space = true,
                Doc::Line | Doc::Soft if mode == Mode::Broken => self.newline(),
                Doc::Line => self.space = true,
                Doc::Soft => {}
                Doc::Hard => self.newline(),
                Doc::Blank => self.blank(),
                Doc::Own(text) => self.own(text, indent),
                Doc::Trailing(text) => self.comment(text, indent),
                Doc::Concat(docs) => {
                    let docs = docs.iter().rev();
                    stack.extend(docs.map(|doc| Command { doc, ..command }));
                }
                Doc::Indent(doc) => stack.push(Command {
                    indent: indent + STEP,
                    mode,
                    doc,
                }),
                Doc::Group { doc, forced } => {
                    let flat = Command {
                        indent,
                        mode: Mode::Flat,
                        doc,
                    };
                    let fits = !forced && self.fits(flat, &stack);
                    let mode = if fits { Mode::Flat } else { Mode::Broken };
                    stack.push(Command { mode, ..flat });
                }
                Doc::Best(ways) => {
                    let flat = |doc| Command {
                        mode: Mode::Flat,
                        ..way(command, doc)
                    };
                    let fitting = ways.iter().find(|doc| self.fits(flat(doc), &stack));
                    if let Some(doc) = fitting.or(ways.last()) {
                        stack.push(way(command, doc));
                    }
                }
                Doc::Fill(docs) => self.fill(docs, command, &mut stack),
                Doc::After { value, hug } => {
                    let here = Command {
                        doc: value,
                        ..command
                    };
                    let next = Command {
                        indent: indent + STEP,
                        ..here
                    };
                    let in_line = mode == Mode::Flat
                        || self.fits_behind_blank(here, &stack)
                        || (*hug && (value.is_forced() || !self.fits_alone(next)));
                    if in_line {
                        self.space = true;
                        stack.push(here);
                    } else {
                        self.newline();
                        stack.push(next);
                    }
                }
            }
        }
    }

    /// The first item, and the rest with its first separator broken if the item behind it does not fit.
    fn fill<'a>(&mut self, docs: &'a [Doc], command: Command<'a>, stack: &mut Vec<Command<'a>>) {
        for (at, doc) in docs.iter().enumerate() {
            let flat = Command {
                mode: Mode::Flat,
                doc,
                ..command
            };
            if at > 0 && !self.fresh {
                self.space = true;
                if !self.fits(flat, &[]) || self.ended {
                    self.newline();
                }
            }
            let mut inner = vec![flat];
            std::mem::swap(stack, &mut inner);
            // An item is small: it is printed at once.
            while let Some(next) = stack.pop() {
                match next.doc {
                    Doc::Text(text) => self.put(text, next.indent),
                    Doc::Trailing(text) => self.comment(text, next.indent),
                    Doc::Own(text) => self.own(text, next.indent),
                    Doc::Concat(docs) => {
                        let docs = docs.iter().rev();
                        stack.extend(docs.map(|doc| Command { doc, ..next }));
                    }
                    Doc::Indent(doc) | Doc::Group { doc, .. } => {
                        stack.push(Command { doc, ..next });
                    }
                    Doc::Verbatim(text) => self.verbatim(text, next.indent),
                    Doc::Line | Doc::Space => self.space = true,
                    Doc::Hard | Doc::Blank => self.newline(),
                    Doc::Best(ways) => {
                        stack.extend(ways.first().map(|doc| Command { doc, ..next }))
                    }
                    Doc::Fill(docs) => {
                        let docs = docs.iter().rev();
                        stack.extend(docs.map(|doc| Command { doc, ..next }));
                    }
                    Doc::After { value, .. } => {
                        self.space = true;
                        stack.push(Command { doc: value, ..next });
                    }
                    Doc::Nil | Doc::Soft => {}
                }
            }
            std::mem::swap(stack, &mut inner);
        }
    }

    fn fits_behind_blank(&self, first: Command<'_>, rest: &[Command<'_>]) -> bool {
        let left = self.width as isize - self.column as isize - 1;
        let flat = Command {
            mode: Mode::Flat,
            ..first
        };
        Self::fits_in(left, flat, rest)
    }

    /// Whether it fits on a line of its own.
    fn fits_alone(&self, first: Command<'_>) -> bool {
        let flat = Command {
            mode: Mode::Flat,
            ..first
        };
        Self::fits_in(self.width as isize - first.indent as isize, flat, &[])
    }

    /// Whether the text up to the first line end that comes fits, with `rest` behind it.
    fn fits(&self, first: Command<'_>, rest: &[Command<'_>]) -> bool {
        let mut left = self.width as isize - self.column as isize - isize::from(self.space);
        if self.fresh {
            left = self.width as isize - first.indent as isize;
        }
        Self::fits_in(left, first, rest)
    }

    fn fits_in(mut left: isize, first: Command<'_>, rest: &[Command<'_>]) -> bool {
        let mut stack = vec![first];
        let mut rest = rest.iter().rev();
        let mut behind = false;
        while left >= 0 {
            let next = stack.pop().or_else(|| {
                behind = true;
                rest.next().copied()
            });
            let Some(command) = next else {
                return true;
            };
            let Command { mode, doc, .. } = command;
            match doc {
                Doc::Nil | Doc::Own(_) => {}
                Doc::Trailing(_) => return true,
                Doc::Text(text) => left -= text.chars().count() as isize,
                Doc::Verbatim(text) => {
                    let end = text.find('\n');
                    left -= text[..end.unwrap_or(text.len())].chars().count() as isize;
                    if end.is_some() {
                        return left >= 0;
                    }
                }
                Doc::Space => left -= 1,
                Doc::Line | Doc::Soft if mode == Mode::Broken => return true,
                Doc::Line => left -= 1,
                Doc::Soft => {}
                Doc::Hard | Doc::Blank => return true,
                Doc::Concat(docs) => {
                    let docs = docs.iter().rev();
                    stack.extend(docs.map(|doc| Command { doc, ..command }));
                }
                Doc::Fill(docs) => {
                    for (at, doc) in docs.iter().enumerate().rev() {
                        stack.push(Command { doc, ..command });
                        if at > 0 {
                            stack.push(Command {
                                doc: &Doc::Line,
                                ..command
                            });
                        }
                    }
                }
                Doc::Indent(doc) => stack.push(Command { doc, ..command }),
                Doc::Group { doc, forced } => {
                    // Behind what is looked at, a group may break where this one need not.
                    let mode = match (forced, behind) {
                        (true, _) => Mode::Broken,
                        (_, true) => mode,
                        _ => Mode::Flat,
                    };
                    stack.push(Command {
                        doc,
                        mode,
                        ..command
                    });
                }
                Doc::Best(ways) => stack.extend(ways.first().map(|doc| Command { doc, ..command })),
                Doc::After { .. } if mode == Mode::Broken => return true,
                Doc::After { value, .. } => {
                    left -= 1;
                    stack.push(Command {
                        doc: value,
                        ..command
                    });
                }
            }
        }
        false
    }

    fn put(&mut self, text: &str, indent: usize) {
        if text.is_empty() {
            return;
        }
        self.begin(indent);
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    /// Makes the line ready for text.
    fn begin(&mut self, indent: usize) {
        if self.ended {
            self.newline();
        }
        if self.fresh {
            self.out.extend(std::iter::repeat_n(' ', indent));
            self.column = indent;
            self.fresh = false;
        } else if self.space {
            self.out.push(' ');
            self.column += 1;
        }
        self.space = false;
    }

    fn verbatim(&mut self, text: &str, indent: usize) {
        self.begin(indent);
        self.out.push_str(text);
        self.line += text.matches('\n').count();
        match text.rfind('\n') {
            Some(at) => self.column = text[at + 1..].chars().count(),
            None => self.column += text.chars().count(),
        }
    }

    fn newline(&mut self) {
        if self.fresh {
            self.ended = false;
            return;
        }
        self.out.push('\n');
        self.line += 1;
        (self.fresh, self.space, self.ended, self.column) = (true, false, false, 0);
    }

    fn blank(&mut self) {
        self.newline();
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
            self.line += 1;
        }
    }

    fn own(&mut self, text: &str, indent: usize) {
        self.newline();
        self.put(text, indent);
        self.ended = true;
    }

    fn comment(&mut self, text: &str, indent: usize) {
        if self.fresh {
            return self.own(text, indent);
        }
        self.trailing.push((self.line, self.out.len()));
        self.out.extend(std::iter::repeat_n(' ', BEFORE_COMMENT));
        self.out.push_str(text);
        self.ended = true;
    }
}

/// Moves the comments of neighbouring lines to one column.
fn align(out: String, trailing: &[(usize, usize)], width: usize) -> String {
    let column = |end: usize| {
        let start = out[..end].rfind('\n').map_or(0, |at| at + 1);
        out[start..end].chars().count()
    };
    let mut widened = vec![0; trailing.len()];
    let mut at = 0;
    while at < trailing.len() {
        let mut end = at + 1;
        while end < trailing.len() && trailing[end].0 == trailing[end - 1].0 + 1 {
            end += 1;
        }
        let columns: Vec<usize> = trailing[at..end]
            .iter()
            .map(|&(_, end)| column(end))
            .collect();
        let widest = columns.iter().copied().max().unwrap_or(0);
        let narrowest = columns.iter().copied().min().unwrap_or(0);
        let of_comment = |end: usize| {
            out[end..]
                .lines()
                .next()
                .map_or(0, |text| text.chars().count())
        };
        let longest = trailing[at..end].iter().map(|&(_, end)| of_comment(end));
        // No comment goes past the last column on account of the others.
        let has_room = longest
            .max()
            .is_some_and(|longest| widest + longest <= width);
        if widest - narrowest <= FAR && has_room {
            for (offset, column) in columns.iter().enumerate() {
                widened[at + offset] = widest - column;
            }
        }
        at = end;
    }
    let mut result = String::with_capacity(out.len() + 64);
    let mut done = 0;
    for (&(_, end), blanks) in trailing.iter().zip(widened) {
        result.push_str(&out[done..end]);
        result.extend(std::iter::repeat_n(' ', blanks));
        done = end;
    }
    result.push_str(&out[done..]);
    result
}
