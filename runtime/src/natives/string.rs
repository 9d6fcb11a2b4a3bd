//! Natives of `String`. Positions are in bytes and lie on characters' borders: std sees to that.
//! A position of -1 stands for none.

use crate::heap::list::List;
use crate::heap::string::Str;
use crate::native;
use crate::natives::hash;
use crate::natives::words::Pointer;
use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

/// A position in a text, moved into it where it lies outside.
fn place(text: &str, at: i64) -> usize {
    let mut at = usize::try_from(at).unwrap_or(0).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn found(at: Option<usize>) -> i64 {
    at.map_or(-1, |at| at as i64)
}

/// Whether two neighbouring bytes are two characters for sure: plain ASCII but CR LF.
fn plain(first: u8, second: u8) -> bool {
    first < 0x80 && second < 0x80 && first != b'\r'
}

/// Where the character at `at` ends.
pub fn next(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    match (bytes.get(at), bytes.get(at + 1)) {
        (None, _) => return text.len(),
        (Some(_), None) => return at + 1,
        (Some(a), Some(b)) if plain(*a, *b) => return at + 1,
        _ => {}
    }
    let mut cursor = GraphemeCursor::new(at, text.len(), true);
    match cursor.next_boundary(text, 0) {
        Ok(Some(end)) => end,
        _ => text.len(),
    }
}

/// Where the character before `at` starts.
pub fn back(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    match at {
        0 => return 0,
        1 => return 0,
        _ if plain(bytes[at - 2], bytes[at - 1]) => return at - 1,
        _ => {}
    }
    let mut cursor = GraphemeCursor::new(at, text.len(), true);
    match cursor.prev_boundary(text, 0) {
        Ok(Some(start)) => start,
        _ => 0,
    }
}

/// The characters as a user counts them.
pub fn count(text: &str) -> usize {
    if text.is_ascii() {
        let pairs = text.as_bytes().windows(2).filter(|two| *two == b"\r\n");
        return text.len() - pairs.count();
    }
    text.graphemes(true).count()
}

/// Where the `n`-th character starts, or the end of the text.
pub fn offset(text: &str, n: usize) -> usize {
    let mut at = 0;
    for _ in 0..n {
        if at >= text.len() {
            break;
        }
        at = next(text, at);
    }
    at
}

/// The text in quotes, as it would be written in a program.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '#' if rest.peek() == Some(&'{') => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => {
                out.push_str("\\u{");
                push_hex(&mut out, u32::from(c));
                out.push('}');
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn push_hex(out: &mut String, number: u32) {
    let digits = (u32::BITS - number.leading_zeros()).div_ceil(4).max(1);
    for digit in (0..digits).rev() {
        out.extend(char::from_digit((number >> (digit * 4)) & 15, 16));
    }
}

/// Whether the text has characters, all of a class that std names by number.
fn all_are(text: &str, class: i64) -> bool {
    let is = match class {
        0 => char::is_whitespace,
        1 => char::is_alphabetic,
        2 => |c: char| c.is_ascii_digit(),
        3 => char::is_alphanumeric,
        4 => char::is_uppercase,
        5 => char::is_lowercase,
        7 => |c: char| c.is_ascii(),
        _ => |c: char| c.is_ascii_punctuation(),
    };
    !text.is_empty() && text.chars().all(is)
}

native! {
    /// The length in bytes.
    fn mesh_string_byte_size as "String.byte_size"(cx, text: Str) -> i64 {
        text.as_bytes().len() as i64
    }

    /// A byte, or -1 outside the text.
    fn mesh_string_byte as "String.raw_byte"(cx, text: Str, at: i64) -> i64 {
        let byte = usize::try_from(at).ok().and_then(|at| text.as_bytes().get(at).copied());
        byte.map_or(-1, i64::from)
    }

    /// The hash in this run.
    fn mesh_string_hash as "String.raw_hash"(cx, text: Str) -> i64 {
        hash::hash_bytes(hash::seed(), text.as_bytes()) as i64
    }

    /// The part between two positions.
    fn mesh_string_cut as "String.raw_cut"(cx, text: Str, from: i64, to: i64) -> Str {
        let whole = text.as_str();
        let (from, to) = (place(whole, from), place(whole, to));
        if from == 0 && to == whole.len() {
            return text;
        }
        cx.part(text, whole.get(from..to).unwrap_or(""))
    }

    /// Where a part starts, from a position on.
    fn mesh_string_find as "String.raw_find"(cx, text: Str, part: Str, from: i64) -> i64 {
        let whole = text.as_str();
        let from = place(whole, from);
        found(whole[from..].find(part.as_str()).map(|at| from + at))
    }

    /// Where a part starts the last time.
    fn mesh_string_find_last as "String.raw_find_last"(cx, text: Str, part: Str) -> i64 {
        found(text.as_str().rfind(part.as_str()))
    }

    /// Where the character at a position ends.
    fn mesh_string_next as "String.raw_next"(cx, text: Str, at: i64) -> i64 {
        let text = text.as_str();
        next(text, place(text, at)) as i64
    }

    /// Where the character before a position starts.
    fn mesh_string_back as "String.raw_back"(cx, text: Str, at: i64) -> i64 {
        let text = text.as_str();
        back(text, place(text, at)) as i64
    }

    /// Where a character starts, by its number.
    fn mesh_string_offset as "String.raw_offset"(cx, text: Str, n: i64) -> i64 {
        offset(text.as_str(), usize::try_from(n).unwrap_or(0)) as i64
    }

    /// The characters before a position.
    fn mesh_string_count as "String.raw_count"(cx, text: Str, at: i64) -> i64 {
        let text = text.as_str();
        count(&text[..place(text, at)]) as i64
    }

    /// The code point at a position, or -1 at the end.
    fn mesh_string_code as "String.raw_code"(cx, text: Str, at: i64) -> i64 {
        let text = text.as_str();
        text[place(text, at)..].chars().next().map_or(-1, |c| i64::from(u32::from(c)))
    }

    /// The text of a code point.
    fn mesh_string_from_code as "String.from_code"(cx, code: i64) -> Option<Str> {
        let c = u32::try_from(code).ok().and_then(char::from_u32)?;
        Some(cx.string(c.encode_utf8(&mut [0; 4])))
    }

    /// Whether a text starts with another.
    fn mesh_string_starts_with as "String.starts_with"(cx, text: Str, part: Str) -> bool {
        text.as_bytes().starts_with(part.as_bytes())
    }

    /// Whether a text ends with another.
    fn mesh_string_ends_with as "String.ends_with"(cx, text: Str, part: Str) -> bool {
        text.as_bytes().ends_with(part.as_bytes())
    }

    /// What follows a text that it starts with.
    fn mesh_string_strip_prefix as "String.strip_prefix"(cx, text: Str, part: Str) -> Option<Str> {
        text.as_str().strip_prefix(part.as_str()).map(|rest| cx.part(text, rest))
    }

    /// What stands before a text that it ends with.
    fn mesh_string_strip_suffix as "String.strip_suffix"(cx, text: Str, part: Str) -> Option<Str> {
        text.as_str().strip_suffix(part.as_str()).map(|rest| cx.part(text, rest))
    }

    /// Whether a text stands in another.
    fn mesh_string_contains as "String.contains"(cx, text: Str, part: Str) -> bool {
        text.as_str().contains(part.as_str())
    }

    /// Every occurrence of a part replaced.
    fn mesh_string_replace as "String.replace"(cx, text: Str, part: Str, with: Str) -> Str {
        if part.as_bytes().is_empty() || !text.as_str().contains(part.as_str()) {
            return text;
        }
        cx.string(&text.as_str().replace(part.as_str(), with.as_str()))
    }

    /// The text several times.
    fn mesh_string_repeat as "String.raw_repeat"(cx, text: Str, times: i64) -> Str {
        let times = usize::try_from(times).unwrap_or(0);
        if text.as_bytes().len().checked_mul(times).is_none_or(|size| size > cx.actor().config.get().max_heap) {
            cx.crash(crate::crash::Reason::HeapLimit);
        }
        cx.string(&text.as_str().repeat(times))
    }

    /// The texts of a list, with another between them.
    fn mesh_string_join as "String.raw_join"(cx, parts: Pointer, range: i64, with: Str) -> Str {
        // SAFETY: compiled code passes the words of a live list.
        let list = unsafe { List::from_words(parts, range) };
        // SAFETY: the elements of a list of strings.
        let part = |word: &u64| unsafe { Str::from_word(*word) };
        match list.words(1) {
            [only] => part(only),
            words => cx.joined(words.iter().enumerate().flat_map(|(i, word)| {
                [(i > 0).then_some(with), Some(part(word))].into_iter().flatten()
            })),
        }
    }

    /// The text in capitals.
    fn mesh_string_to_upper as "String.to_upper"(cx, text: Str) -> Str {
        cx.string(&text.as_str().to_uppercase())
    }

    /// The text in small letters.
    fn mesh_string_to_lower as "String.to_lower"(cx, text: Str) -> Str {
        let is_small = |byte: &u8| byte.is_ascii() && !byte.is_ascii_uppercase();
        if text.as_bytes().iter().all(is_small) {
            return text;
        }
        cx.string(&text.as_str().to_lowercase())
    }

    /// The text without white space around it.
    fn mesh_string_trim as "String.trim"(cx, text: Str) -> Str {
        cx.part(text, text.as_str().trim())
    }

    /// The text without white space before it.
    fn mesh_string_trim_start as "String.trim_start"(cx, text: Str) -> Str {
        cx.part(text, text.as_str().trim_start())
    }

    /// The text without white space behind it.
    fn mesh_string_trim_end as "String.trim_end"(cx, text: Str) -> Str {
        cx.part(text, text.as_str().trim_end())
    }

    /// The characters from the last to the first.
    fn mesh_string_reverse as "String.reverse"(cx, text: Str) -> Str {
        cx.string(&text.as_str().graphemes(true).rev().collect::<String>())
    }

    /// The text in quotes.
    fn mesh_string_quoted as "String.raw_quoted"(cx, text: Str) -> Str {
        cx.string(&quoted(text.as_str()))
    }

    /// Whether all characters are of a class.
    fn mesh_string_all as "String.raw_all"(cx, text: Str, class: i64) -> bool {
        all_are(text.as_str(), class)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIXED: &str = "a\r\nb\u{301}c🇩🇪👨‍👩‍👧é";

    #[test]
    fn characters_are_clusters() {
        assert_eq!(count(MIXED), 7);
        let mut starts = vec![0];
        while starts[starts.len() - 1] < MIXED.len() {
            starts.push(next(MIXED, starts[starts.len() - 1]));
        }
        let expected: Vec<usize> = MIXED
            .grapheme_indices(true)
            .map(|(at, _)| at)
            .chain([MIXED.len()])
            .collect();
        assert_eq!(starts, expected);
        for (n, at) in expected.iter().enumerate() {
            assert_eq!(offset(MIXED, n), *at);
        }
        for pair in expected.windows(2) {
            assert_eq!(back(MIXED, pair[1]), pair[0]);
        }
        assert_eq!(count("a\r\nb"), 3);
        assert_eq!(offset("abc", 9), 3);
    }

    #[test]
    fn quotes_read_back() {
        assert_eq!(quoted("a\"b\\\n\t\r"), r#""a\"b\\\n\t\r""#);
        assert_eq!(quoted("${x} #{y} $z"), r#""\${x} \#{y} $z""#);
        assert_eq!(quoted("\0\u{1b}é"), r#""\u{0}\u{1b}é""#);
    }

    #[test]
    fn classes() {
        assert!(all_are(" \t", 0) && !all_are("", 0));
        assert!(all_are("äB", 1) && !all_are("a1", 1));
        assert!(all_are("019", 2) && !all_are("٣", 2));
    }
}
