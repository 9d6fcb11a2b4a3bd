//! The items of a module of std by their lines: std is formatted, so an item begins at the start of a line, and what belongs to it
//! is indented or closes it.

/// An item with the attributes before it.
#[derive(Debug)]
pub struct Item<'t> {
    /// Where it begins in the text.
    pub start: usize,
    pub text: &'t str,
    /// What it names stands behind this place in it: behind a function's own name.
    pub names_from: usize,
    pub when: When<'t>,
}

/// When a module that is taken needs an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When<'t> {
    Always,
    /// A function that is there for nothing but its name: when something has this name.
    Named(&'t str),
    /// An impl, by the first line of its head: when what is named there is taken.
    With(&'t str),
}

/// The items of a text, in order.
pub fn items(text: &str) -> Vec<Item<'_>> {
    let mut found: Vec<Item<'_>> = Vec::new();
    let mut open: Option<Open<'_>> = None;
    let (mut at, mut in_heredoc) = (0, false);
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let continues = in_heredoc
            || matches!(
                line.as_bytes()[0],
                b' ' | b'\t' | b'\n' | b')' | b']' | b'}' | b'|'
            )
            || line.trim_end() == "end";
        if !continues && line.starts_with('#') {
            // What follows is another item's.
            found.extend(open.take().map(|open| open.item(text, start)));
            continue;
        }
        if line.contains("\"\"\"") {
            in_heredoc ^= line.matches("\"\"\"").count() % 2 == 1;
        }
        if continues {
            continue;
        }
        match &mut open {
            Some(open) if open.head == Head::Attributes => open.add(line, start),
            _ => {
                found.extend(open.take().map(|open| open.item(text, start)));
                let mut new = Open {
                    start,
                    names_from: 0,
                    is_lang: false,
                    head: Head::Attributes,
                };
                new.add(line, start);
                open = Some(new);
            }
        }
    }
    found.extend(open.map(|open| open.item(text, text.len())));
    found
}

/// The text with blanks in place of all but the items that are taken.
pub fn without(text: &str, items: &[Item<'_>], taken: &[bool]) -> String {
    let mut out = String::with_capacity(text.len());
    for (item, taken) in items.iter().zip(taken) {
        if *taken {
            blank(&text[out.len()..item.start], &mut out);
            out.push_str(item.text);
        }
    }
    blank(&text[out.len()..], &mut out);
    out
}

/// As many bytes of blanks, in as many lines.
fn blank(text: &str, out: &mut String) {
    let blanks = text
        .bytes()
        .map(|byte| if byte == b'\n' { '\n' } else { ' ' });
    out.extend(blanks);
}

/// An item that has begun.
struct Open<'t> {
    start: usize,
    /// Bytes up to behind a function's own name.
    names_from: usize,
    /// Whether syntax knows it by an attribute.
    is_lang: bool,
    head: Head<'t>,
}

/// What the lines of an item say it is.
#[derive(PartialEq)]
enum Head<'t> {
    /// Only attributes came yet.
    Attributes,
    Function(&'t str),
    Impl(&'t str),
    Other,
}

impl<'t> Open<'t> {
    /// Another line of the head, which begins at `at`.
    fn add(&mut self, line: &'t str, at: usize) {
        if line.starts_with('@') {
            self.is_lang |= line.contains("@lang");
            return;
        }
        let rest = line.strip_prefix("pub ").unwrap_or(line);
        let rest = rest.strip_prefix("extern ").unwrap_or(rest);
        let name = rest.strip_prefix("fn ").and_then(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
            self.names_from = at + (line.len() - rest.len()) + end - self.start;
            Some(&rest[..end])
        });
        self.head = match name {
            Some(name) => Head::Function(name),
            None if line.starts_with("impl") => Head::Impl(line),
            None => Head::Other,
        };
    }

    fn item(self, text: &'t str, end: usize) -> Item<'t> {
        Item {
            start: self.start,
            text: &text[self.start..end],
            names_from: self.names_from,
            when: match self.head {
                Head::Function(name) if !self.is_lang => When::Named(name),
                Head::Impl(head) => When::With(head),
                _ => When::Always,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "##! A module.

## One.
@lang(\"one\")
pub fn one(x) do
  x
end

## Two, é.
@intrinsic
extern fn two<T>(x: T) -> T

fn three(0) = \"\"\"
# no comment
fn four() = 1
\"\"\"
fn three(n) = n

impl Eq for A do
  fn eq(self, other) = true
end
const five = 5
";

    #[test]
    fn items_are_told_apart_by_their_lines() {
        let items = items(TEXT);
        let found: Vec<_> = items.iter().map(|item| item.when).collect();
        let (two, three) = (When::Named("two"), When::Named("three"));
        let with = When::With("impl Eq for A do\n");
        assert_eq!(found, [When::Always, two, three, three, with, When::Always]);
        assert!(
            items
                .iter()
                .all(|item| TEXT[item.start..].starts_with(item.text))
        );
        assert!(items[0].text.starts_with("@lang") && items[0].text.trim_end().ends_with("end"));
        assert!(items[1].text.starts_with("@intrinsic\nextern"));
        assert!(items[1].text[items[1].names_from..].starts_with("<T>(x: T)"));
    }

    #[test]
    fn what_is_left_stands_where_it_stood() {
        let items = items(TEXT);
        let left = without(TEXT, &items, &[true, false, false, true, false, true]);
        assert_eq!(left.len(), TEXT.len());
        assert_eq!(left.lines().count(), TEXT.lines().count());
        for kept in ["pub fn one(x) do", "fn three(n) = n", "const five"] {
            assert_eq!(left.find(kept), TEXT.find(kept), "{kept}");
        }
        assert!(!left.contains("two") && !left.contains('#') && !left.contains("impl"));
    }
}
