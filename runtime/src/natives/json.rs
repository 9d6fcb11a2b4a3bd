//! Natives of `Json`: the tokens of a text; and how values without parts are written. What the tokens mean,
//! and how deep they nest, is std's.

use crate::heap::string::Str;
use crate::native;
use crate::natives::float;
use std::borrow::Cow;

/// What stands at a place of a JSON text. The numbers are std's names for them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Debug)]
#[repr(i64)]
enum Kind {
    End = 0,
    OpenObject = 1,
    CloseObject = 2,
    OpenArray = 3,
    CloseArray = 4,
    Colon = 5,
    Comma = 6,
    Null = 7,
    True = 8,
    False = 9,
    Int = 10,
    Float = 11,
    Text = 12,
    // What is wrong, at the place that is given.
    Unexpected = 32,
    Unclosed = 33,
    Escape = 34,
    Surrogate = 35,
    Control = 36,
    Number = 37,
    Range = 38,
}

/// A token, and where the next one starts.
#[derive(PartialEq, Debug)]
struct Token<'a> {
    kind: Kind,
    next: usize,
    /// A whole number, or the bits of any other.
    number: i64,
    text: Cow<'a, str>,
}

impl Token<'_> {
    fn plain(kind: Kind, next: usize) -> Token<'static> {
        Token::number(kind, next, 0)
    }

    fn number(kind: Kind, next: usize, number: i64) -> Token<'static> {
        Token {
            kind,
            next,
            number,
            text: Cow::Borrowed(""),
        }
    }
}

/// The first place from `at` on without white space.
fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(at) {
        at += 1;
    }
    at
}

fn token(text: &str, at: usize) -> Token<'_> {
    let bytes = text.as_bytes();
    let at = skip_space(bytes, at);
    let Some(&first) = bytes.get(at) else {
        return Token::plain(Kind::End, at);
    };
    let kind = match first {
        b'{' => Kind::OpenObject,
        b'}' => Kind::CloseObject,
        b'[' => Kind::OpenArray,
        b']' => Kind::CloseArray,
        b':' => Kind::Colon,
        b',' => Kind::Comma,
        b'"' => return quoted(text, at + 1),
        b'-' | b'0'..=b'9' => return number(text, at),
        b'n' => return word(bytes, at, b"null", Kind::Null),
        b't' => return word(bytes, at, b"true", Kind::True),
        b'f' => return word(bytes, at, b"false", Kind::False),
        _ => return Token::plain(Kind::Unexpected, at),
    };
    Token::plain(kind, at + 1)
}

fn word(bytes: &[u8], at: usize, word: &[u8], kind: Kind) -> Token<'static> {
    if bytes[at..].starts_with(word) {
        Token::plain(kind, at + word.len())
    } else {
        Token::plain(Kind::Unexpected, at)
    }
}

/// The end of the digits from `at` on.
fn digits(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    at
}

/// A number that starts at `start`: a whole one where its text is one and an `Int` can hold it.
fn number(text: &str, start: usize) -> Token<'static> {
    let bytes = text.as_bytes();
    let negative = bytes[start] == b'-';
    let first = start + usize::from(negative);
    let mut at = digits(bytes, first);
    // A zero stands alone before the point.
    if at == first || (bytes[first] == b'0' && at > first + 1) {
        return Token::plain(Kind::Number, start);
    }
    let whole_end = at;
    if bytes.get(at) == Some(&b'.') {
        let fraction = at + 1;
        at = digits(bytes, fraction);
        if at == fraction {
            return Token::plain(Kind::Number, start);
        }
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = at + 1 + sign;
        at = digits(bytes, exponent);
        if at == exponent {
            return Token::plain(Kind::Number, start);
        }
    }
    if at == whole_end
        && let Some(whole) = whole(&bytes[first..at], negative)
    {
        return Token::number(Kind::Int, at, whole);
    }
    match text[start..at].parse::<f64>() {
        Ok(number) if number.is_finite() => Token::number(Kind::Float, at, number.to_bits() as i64),
        _ => Token::plain(Kind::Range, start),
    }
}

fn whole(digits: &[u8], negative: bool) -> Option<i64> {
    let digit = |byte: &u8| i64::from(byte - b'0');
    // 18 digits always fit.
    if digits.len() <= 18 {
        let sum = digits.iter().fold(0, |sum, byte| sum * 10 + digit(byte));
        return Some(if negative { -sum } else { sum });
    }
    digits.iter().try_fold(0i64, |sum, byte| {
        let ten = sum.checked_mul(10)?;
        if negative {
            ten.checked_sub(digit(byte))
        } else {
            ten.checked_add(digit(byte))
        }
    })
}

/// The place from `at` on of the first byte that a text in quotes does not just contain.
fn plain_end(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    // Eight bytes at a time: a byte below n is one that borrows when n is subtracted, an equal one
    // is one that borrows once the byte looked for is cancelled.
    let below = |word: u64, n: u64| word.wrapping_sub(ONES * n) & !word & HIGH;
    while let Some(eight) = bytes[at..].first_chunk() {
        let word = u64::from_le_bytes(*eight);
        let quote = below(word ^ (ONES * u64::from(b'"')), 1);
        let escape = below(word ^ (ONES * u64::from(b'\\')), 1);
        let found = quote | escape | below(word, 0x20);
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while bytes
        .get(at)
        .is_some_and(|byte| !matches!(byte, b'"' | b'\\' | ..=0x1f))
    {
        at += 1;
    }
    at
}

/// A text whose quotes were opened before `start`.
fn quoted(text: &str, start: usize) -> Token<'_> {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let mut from = start;
    loop {
        let at = plain_end(bytes, from);
        let piece = &text[from..at];
        match bytes.get(at) {
            None => return Token::plain(Kind::Unclosed, start - 1),
            Some(b'"') => {
                let text = if from == start {
                    Cow::Borrowed(piece)
                } else {
                    out.push_str(piece);
                    Cow::Owned(out)
                };
                return Token {
                    kind: Kind::Text,
                    next: at + 1,
                    number: 0,
                    text,
                };
            }
            Some(b'\\') => {
                out.push_str(piece);
                match escape(bytes, at) {
                    Ok((c, next)) => {
                        out.push(c);
                        from = next;
                    }
                    Err(kind) => return Token::plain(kind, at),
                }
            }
            Some(_) => return Token::plain(Kind::Control, at),
        }
    }
}

/// The character that the escape at `at` stands for, and where it ends.
fn escape(bytes: &[u8], at: usize) -> Result<(char, usize), Kind> {
    let c = match bytes.get(at + 1) {
        None => return Err(Kind::Unclosed),
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode(bytes, at),
        Some(_) => return Err(Kind::Escape),
    };
    Ok((c, at + 2))
}

/// The character of a `\u`, or of two that are halves of one.
fn unicode(bytes: &[u8], at: usize) -> Result<(char, usize), Kind> {
    let unit = four_digits(bytes, at + 2).ok_or(Kind::Escape)?;
    match unit {
        0xd800..=0xdbff => {
            let second = match bytes.get(at + 6..at + 8) {
                Some(b"\\u") => four_digits(bytes, at + 8).ok_or(Kind::Escape)?,
                _ => return Err(Kind::Surrogate),
            };
            if !(0xdc00..=0xdfff).contains(&second) {
                return Err(Kind::Surrogate);
            }
            let code = 0x10000 + ((unit - 0xd800) << 10 | (second - 0xdc00));
            let c = char::from_u32(code).ok_or(Kind::Surrogate)?;
            Ok((c, at + 12))
        }
        _ => match char::from_u32(unit) {
            Some(c) => Ok((c, at + 6)),
            None => Err(Kind::Surrogate),
        },
    }
}

fn four_digits(bytes: &[u8], at: usize) -> Option<u32> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let digits = bytes.get(at..at + 4)?;
    digits
        .iter()
        .try_fold(0, |sum, byte| Some(sum << 4 | digit(byte)?))
}

/// The kind of the token behind a value, where it is one that may stand there, and its end; else
/// `Kind::End` and the place.
fn follower(bytes: &[u8], at: usize) -> (Kind, usize) {
    let at = skip_space(bytes, at);
    let kind = match bytes.get(at) {
        Some(b',') => Kind::Comma,
        Some(b':') => Kind::Colon,
        Some(b'}') => Kind::CloseObject,
        Some(b']') => Kind::CloseArray,
        _ => return (Kind::End, at),
    };
    (kind, at + 1)
}

/// Puts the text in quotes at the end of `out`, with what JSON does not allow in them escaped.
pub fn put_quoted(out: &mut String, text: &str) {
    let bytes = text.as_bytes();
    out.push('"');
    let mut from = 0;
    loop {
        let at = plain_end(bytes, from);
        out.push_str(&text[from..at]);
        let Some(&byte) = bytes.get(at) else {
            break;
        };
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            8 => out.push_str("\\b"),
            12 => out.push_str("\\f"),
            _ => {
                out.push_str("\\u00");
                for digit in [byte >> 4, byte & 15] {
                    out.extend(char::from_digit(u32::from(digit), 16));
                }
            }
        }
        from = at + 1;
    }
    out.push('"');
}

/// A value without parts, as it is written.
pub enum Scalar<'a> {
    /// As it stands.
    Word(&'static str),
    Int(i64),
    Other(String),
    /// In quotes.
    Text(&'a str),
}

impl Scalar<'_> {
    /// By the kind of its token: a number or the bits of a float, or a text.
    pub fn new(kind: i64, number: i64, text: &str) -> Scalar<'_> {
        const TRUE: i64 = Kind::True as i64;
        const FALSE: i64 = Kind::False as i64;
        const INT: i64 = Kind::Int as i64;
        const FLOAT: i64 = Kind::Float as i64;
        const TEXT: i64 = Kind::Text as i64;
        match kind {
            TRUE => Scalar::Word("true"),
            FALSE => Scalar::Word("false"),
            INT => Scalar::Int(number),
            FLOAT if f64::from_bits(number as u64).is_finite() => {
                Scalar::Other(float::to_text(f64::from_bits(number as u64)))
            }
            TEXT => Scalar::Text(text),
            _ => Scalar::Word("null"),
        }
    }
}

native! {
    /// The token at a position: its kind and, behind a value, 256 times the kind of what follows it
    /// and, 65536 times, the position behind both; the number; the text.
    fn mesh_json_token as "Json.raw_token"(cx, text: Str, at: i64) -> (i64, i64, Str) {
        let whole = text.as_str();
        let token = token(whole, usize::try_from(at).unwrap_or(0));
        let (follows, next) = if (Kind::Null..=Kind::Text).contains(&token.kind) {
            follower(whole.as_bytes(), token.next)
        } else {
            (Kind::End, token.next)
        };
        // Nobody reads the text of another kind of token.
        let text = match token.kind {
            Kind::Text => cx.string(&token.text),
            _ => text,
        };
        let place = (next as i64) << 16 | (follows as i64) << 8 | token.kind as i64;
        (place, token.number, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Kind {
        token(text, 0).kind
    }

    #[test]
    fn words_and_brackets() {
        assert_eq!(token(" \n\t\r[1", 0), Token::plain(Kind::OpenArray, 5));
        assert_eq!(token("null", 0), Token::plain(Kind::Null, 4));
        assert_eq!(token("nul", 0), Token::plain(Kind::Unexpected, 0));
        assert_eq!(token(" ", 0), Token::plain(Kind::End, 1));
        assert_eq!(follower(b"1 , 2", 1), (Kind::Comma, 3));
        assert_eq!(follower(b"1 2", 1), (Kind::End, 2));
    }

    #[test]
    fn numbers() {
        let int = |text| {
            let token = token(text, 0);
            assert_eq!(token.kind, Kind::Int, "{text}");
            token.number
        };
        assert_eq!(int("0"), 0);
        assert_eq!(int("-0"), 0);
        assert_eq!(int("-9223372036854775808"), i64::MIN);
        assert_eq!(int("9223372036854775807"), i64::MAX);
        let float = |text| {
            let token = token(text, 0);
            assert_eq!(token.kind, Kind::Float, "{text}");
            f64::from_bits(token.number as u64)
        };
        assert_eq!(float("9223372036854775808"), 9223372036854775808.0);
        assert_eq!(float("-1.5e-3"), -0.0015);
        assert_eq!(float("1E+2"), 100.0);
        for text in ["-", "01", "-012", "1.", "1.e1", "1e", "1e+", "2.e3"] {
            assert_eq!(kind(text), Kind::Number, "{text}");
        }
        assert_eq!(kind("1e400"), Kind::Range);
        assert_eq!(kind(".5"), Kind::Unexpected);
    }

    #[test]
    fn texts() {
        let read = |text| {
            let token = token(text, 0);
            assert_eq!(token.kind, Kind::Text, "{text}");
            token.text.into_owned()
        };
        assert_eq!(read(r#""""#), "");
        assert_eq!(
            read(r#""plain and longer than eight""#),
            "plain and longer than eight"
        );
        assert_eq!(read(r#""\"\\\/\b\f\n\r\t""#), "\"\\/\u{8}\u{c}\n\r\t");
        assert_eq!(read(r#""é\u00e9\ud83d\ude00\u0000""#), "éé😀\0");
        assert_eq!(kind(r#""abc"#), Kind::Unclosed);
        assert_eq!(kind(r#""\"#), Kind::Unclosed);
        assert_eq!(kind(r#""\x""#), Kind::Escape);
        assert_eq!(kind(r#""\u12g4""#), Kind::Escape);
        assert_eq!(kind(r#""\u12"#), Kind::Escape);
        assert_eq!(kind(r#""\ud800""#), Kind::Surrogate);
        assert_eq!(kind(r#""\udc00""#), Kind::Surrogate);
        assert_eq!(kind(r#""\ud800\u0041""#), Kind::Surrogate);
        assert_eq!(kind("\"a\nb\""), Kind::Control);
    }

    #[test]
    fn the_end_of_plain_text_is_found_at_every_offset() {
        for special in [b'"', b'\\', 0, 0x1f] {
            for len in 0..40 {
                let mut bytes = vec![b' '; 40];
                bytes[0..len].fill(0xff);
                bytes[len] = special;
                assert_eq!(plain_end(&bytes, 0), len, "{special} at {len}");
            }
        }
        assert_eq!(plain_end("é\u{7f}ü!#[]".as_bytes(), 0), 9);
    }

    #[test]
    fn quotes_read_back() {
        let all: String = (0..0x250).filter_map(char::from_u32).collect();
        let mut quotes = String::new();
        put_quoted(&mut quotes, &all);
        assert_eq!(token(&quotes, 0).text, all);
        let mut quotes = String::new();
        put_quoted(&mut quotes, "a\u{1}\"b");
        assert_eq!(quotes, r#""a\u0001\"b""#);
    }
}
