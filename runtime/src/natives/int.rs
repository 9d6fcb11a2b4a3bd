//! Natives of `Int`.

use crate::heap::string::Str;
use crate::native;

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

native! {
    /// The number in decimal.
    fn mesh_int_to_text as "Int.to_text"(cx, value: i64) -> Str {
        let (buffer, start) = decimal(value);
        cx.string(std::str::from_utf8(&buffer[start..]).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn digits() {
        for value in [0, 7, -7, 10, 1_234_567_890, i64::MAX, i64::MIN] {
            let (buffer, start) = decimal(value);
            assert_eq!(buffer[start..], *value.to_string().as_bytes());
        }
    }
}
