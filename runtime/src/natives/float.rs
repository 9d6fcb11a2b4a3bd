//! Natives of `Float`.

use crate::heap::string::Str;
use crate::native;

/// The shortest text that reads back as the same number, with a point or an exponent.
pub fn to_text(value: f64) -> String {
    if value.is_nan() {
        return String::from("NaN");
    }
    if value.is_infinite() {
        return String::from(if value > 0.0 { "Infinity" } else { "-Infinity" });
    }
    // Rust's `Debug` is shortest, and chooses an exponent for the very large and very small.
    format!("{value:?}")
}

native! {
    /// The number in decimal: see [`to_text`].
    fn mesh_float_to_text as "Float.to_text"(cx, value: f64) -> Str {
        cx.string(&to_text(value))
    }
}

#[cfg(test)]
mod tests {
    use super::to_text;

    #[test]
    fn shortest_with_a_point_or_an_exponent() {
        for (value, text) in [
            (4.0, "4.0"),
            (-0.0, "-0.0"),
            (0.1, "0.1"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e20, "1e20"),
            (1.5e300, "1.5e300"),
            (1e-9, "1e-9"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e308"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(to_text(value), text);
        }
    }
}
