//! Natives of `Float`.

use crate::heap::string::Str;
use crate::native;

/// The shortest literal that reads back as the same number: it has a point, and an exponent where the
/// number is very large or very small.
pub fn to_text(value: f64) -> String {
    if value.is_nan() {
        return String::from("NaN");
    }
    if value.is_infinite() {
        return String::from(if value > 0.0 { "Infinity" } else { "-Infinity" });
    }
    // Rust's `Debug` is shortest too, but leaves the point out in front of an exponent.
    let text = format!("{value:?}");
    match text.split_once('e') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0e{exponent}"),
        _ => text,
    }
}

/// The digits that a double can have behind its point.
const MOST_DIGITS: usize = 1074;

/// The number rounded to so many digits behind the point; further digits than any double has are
/// zeros, and a zero result has no sign.
fn to_fixed(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return to_text(value);
    }
    let mut text = format!("{value:.*}", digits.min(MOST_DIGITS));
    text.extend(std::iter::repeat_n('0', digits.saturating_sub(MOST_DIGITS)));
    if text.starts_with('-') && text.bytes().all(|b| matches!(b, b'-' | b'0' | b'.')) {
        text.remove(0);
    }
    text
}

/// The number that a text in Mesh's form is. Other words for infinity, which Rust takes, are none.
fn parse(text: &str) -> Option<f64> {
    match text {
        "NaN" => return Some(f64::NAN),
        "Infinity" | "+Infinity" => return Some(f64::INFINITY),
        "-Infinity" => return Some(f64::NEG_INFINITY),
        _ => {}
    }
    let plain = |b: u8| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E');
    if text.bytes().all(plain) {
        text.parse().ok()
    } else {
        None
    }
}

native! {
    /// The number in decimal: see [`to_text`].
    fn mesh_float_to_text as "Float.to_text"(cx, value: f64) -> Str {
        cx.string(&to_text(value))
    }

    /// The number with a fixed count of digits behind the point.
    fn mesh_float_to_fixed as "Float.raw_to_fixed"(cx, value: f64, digits: i64) -> Str {
        cx.string(&to_fixed(value, usize::try_from(digits).unwrap_or(0)))
    }

    /// Whether a text is a number, and the number.
    fn mesh_float_parse as "Float.raw_parse"(cx, text: Str) -> (bool, f64) {
        match parse(text.as_str()) {
            Some(value) => (true, value),
            None => (false, 0.0),
        }
    }

    /// A power.
    fn mesh_float_pow as "Float.pow"(cx, base: f64, exponent: f64) -> f64 {
        base.powf(exponent)
    }
}

#[cfg(test)]
mod tests {
    use super::{parse, to_fixed, to_text};

    #[test]
    fn fixed_digits() {
        assert_eq!(to_fixed(1.2345, 2), "1.23");
        assert_eq!(to_fixed(2.0, 0), "2");
        assert_eq!(to_fixed(-0.001, 2), "0.00");
        assert_eq!(to_fixed(f64::INFINITY, 2), "Infinity");
        assert_eq!(to_fixed(1.0, 2000).len(), 2002);
    }

    #[test]
    fn parses_what_it_writes() {
        for value in [0.0, -1.5, 1e300, 5e-324, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(parse(&to_text(value)), Some(value));
        }
        assert_eq!(parse("42"), Some(42.0));
        for wrong in ["", "inf", "nan", "1_0", " 1", "1e", "."] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn shortest_with_a_point_or_an_exponent() {
        for (value, text) in [
            (4.0, "4.0"),
            (-0.0, "-0.0"),
            (0.1, "0.1"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e20, "1.0e20"),
            (1.5e300, "1.5e300"),
            (1e-9, "1.0e-9"),
            (5e-324, "5.0e-324"),
            (f64::MAX, "1.7976931348623157e308"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(to_text(value), text);
        }
    }
}
