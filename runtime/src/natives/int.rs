//! Natives of `Int`.

use crate::heap::string::Str;
use crate::native;
use std::num::IntErrorKind;

/// Bytes of the longest `Int`: a sign and 19 digits.
const LONGEST: usize = 20;

/// The digits of a number at the end of a buffer, and where they start.
pub(crate) fn decimal(value: i64) -> ([u8; LONGEST], usize) {
    let mut buffer = [0; LONGEST];
    let mut at = LONGEST;
    let mut rest = value.unsigned_abs();
    loop {
        at -= 1;
        buffer[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        at -= 1;
        buffer[at] = b'-';
    }
    (buffer, at)
}

/// The number in digits of a base from 2 to 36.
fn to_radix(value: i64, radix: u32) -> String {
    let mut digits = Vec::new();
    let mut rest = value.unsigned_abs();
    loop {
        let digit = (rest % u64::from(radix)) as u32;
        digits.extend(char::from_digit(digit, radix));
        rest /= u64::from(radix);
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        digits.push('-');
    }
    digits.iter().rev().collect()
}

/// What std's `Int.parse` tells apart.
const EMPTY: i64 = 1;
const NO_NUMBER: i64 = 2;
const OUT_OF_RANGE: i64 = 3;

fn parse(text: &str, radix: u32) -> Result<i64, i64> {
    if text.is_empty() {
        return Err(EMPTY);
    }
    i64::from_str_radix(text, radix).map_err(|error| match error.kind() {
        IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => OUT_OF_RANGE,
        _ => NO_NUMBER,
    })
}

/// A base that `char::from_digit` takes.
fn base(radix: i64) -> u32 {
    radix.clamp(2, 36) as u32
}

native! {
    /// The number in decimal.
    fn mesh_int_to_text as "Int.to_text"(cx, value: i64) -> Str {
        let (buffer, start) = decimal(value);
        cx.string(std::str::from_utf8(&buffer[start..]).unwrap_or_default())
    }

    /// The number in digits of another base.
    fn mesh_int_to_text_radix as "Int.to_text_radix"(cx, value: i64, radix: i64) -> Str {
        cx.string(&to_radix(value, base(radix)))
    }

    /// The number that a text is: 0 and the number, or why not and 0.
    fn mesh_int_parse as "Int.raw_parse"(cx, text: Str, radix: i64) -> (i64, i64) {
        match parse(text.as_str(), base(radix)) {
            Ok(value) => (0, value),
            Err(why) => (why, 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{EMPTY, NO_NUMBER, OUT_OF_RANGE, decimal, parse, to_radix};

    #[test]
    fn bases() {
        for (value, radix) in [(0, 2), (255, 16), (-255, 36), (i64::MIN, 2), (i64::MAX, 7)] {
            assert_eq!(parse(&to_radix(value, radix), radix), Ok(value));
        }
        assert_eq!(to_radix(-255, 16), "-ff");
        assert_eq!(parse("", 10), Err(EMPTY));
        assert_eq!(parse("+7", 10), Ok(7));
        for wrong in ["-", " 1", "1 ", "1_000", "0x1", "a"] {
            assert_eq!(parse(wrong, 10), Err(NO_NUMBER), "{wrong}");
        }
        assert_eq!(parse("9223372036854775808", 10), Err(OUT_OF_RANGE));
    }

    #[test]
    fn digits() {
        for value in [0, 7, -7, 10, 1_234_567_890, i64::MAX, i64::MIN] {
            let (buffer, start) = decimal(value);
            assert_eq!(buffer[start..], *value.to_string().as_bytes());
        }
    }
}
