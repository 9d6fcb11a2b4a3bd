//! Just enough of Rust's and Mesh's tokens to tell code from comments and strings.

/// The text with comments and the insides of strings and characters blanked out, line by line as before.
pub fn code_only(text: &str) -> String {
    split(text).0
}

/// The text with everything but comments blanked out, line by line as before.
pub fn comments_only(text: &str) -> String {
    split(text).1
}

/// What a byte belongs to.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Code,
    Text,
    Comment,
}

fn split(text: &str) -> (String, String) {
    let chars: Vec<char> = text.chars().collect();
    let (mut code, mut comments) = (String::new(), String::new());
    let mut at = 0;
    while at < chars.len() {
        let (part, end) = piece(&chars, at);
        for &c in &chars[at..end] {
            let keep = |wanted: Part| if c == '\n' || part == wanted { c } else { ' ' };
            code.push(keep(Part::Code));
            comments.push(keep(Part::Comment));
        }
        at = end;
    }
    (code, comments)
}

/// The piece that starts at `at`, and where it ends.
fn piece(chars: &[char], at: usize) -> (Part, usize) {
    let next = chars.get(at + 1).copied();
    let word_before = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    match chars[at] {
        '/' if next == Some('/') => (Part::Comment, line_end(chars, at)),
        '/' if next == Some('*') => (Part::Comment, block_end(chars, at)),
        'r' if !word_before && matches!(next, Some('"' | '#')) => match raw_end(chars, at + 1) {
            Some(end) => (Part::Text, end),
            None => (Part::Code, at + 1),
        },
        '"' => (Part::Text, quoted_end(chars, at)),
        // A lifetime has no closing quote; a character does, at once or after an escape.
        '\'' if next == Some('\\') => (Part::Text, escaped_char_end(chars, at)),
        '\'' if chars.get(at + 2) == Some(&'\'') => (Part::Text, at + 3),
        _ => (Part::Code, at + 1),
    }
}

fn line_end(chars: &[char], at: usize) -> usize {
    let rest = chars[at..].iter().position(|&c| c == '\n');
    rest.map_or(chars.len(), |length| at + length)
}

fn block_end(chars: &[char], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0);
    while at + 1 < chars.len() {
        match (chars[at], chars[at + 1]) {
            ('/', '*') => (depth, at) = (depth + 1, at + 2),
            ('*', '/') => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    chars.len()
}

fn raw_end(chars: &[char], at: usize) -> Option<usize> {
    let hashes = chars[at..].iter().take_while(|&&c| c == '#').count();
    let open = at + hashes;
    if chars.get(open) != Some(&'"') {
        return None;
    }
    let closes = |end: usize| {
        let after = &chars[(end + 1).min(chars.len())..];
        after.len() >= hashes && after[..hashes].iter().all(|&c| c == '#')
    };
    let quote = (open + 1..chars.len()).find(|&end| chars[end] == '"' && closes(end));
    Some(quote.map_or(chars.len(), |end| end + 1 + hashes))
}

fn quoted_end(chars: &[char], start: usize) -> usize {
    let mut at = start + 1;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

fn escaped_char_end(chars: &[char], start: usize) -> usize {
    let rest = &chars[(start + 3).min(chars.len())..];
    let close = rest.iter().position(|&c| c == '\'');
    close.map_or(chars.len(), |length| start + 3 + length + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_characters_and_comments_are_told_from_code() {
        let text =
            "let a = \"{ // no\"; // {yes\nlet b = '{'; let c: &'a str = r#\"}\"}\"#; '\\''\n";
        let code = code_only(text);
        assert!(!code.contains('{') && !code.contains('}'), "{code}");
        assert!(code.contains("&'a str"));
        assert_eq!(comments_only(text).trim(), "// {yes");
        assert_eq!(code.lines().count(), 2);
        assert_eq!(
            code_only("a /* x /* y */ z */ b")
                .split_whitespace()
                .collect::<String>(),
            "ab"
        );
    }
}
