//! Natives of `IO` that read standard input.

use super::{code, wait};
use crate::heap::string::{Bytes, Str};
use crate::io::stdout;
use crate::native;
use std::io::{BufRead, Read};

/// A line without its ending, or nothing at the end of the input. An input that cannot be read has
/// ended, and what is not UTF-8 is replaced: a line is text.
fn line(input: &mut impl BufRead) -> Option<String> {
    let mut bytes = Vec::new();
    match input.read_until(b'\n', &mut bytes) {
        Ok(0) | Err(_) => return None,
        Ok(_) => {}
    }
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

native! {
    /// The next line of standard input.
    fn mesh_io_read_line as "IO.raw_read_line"(cx) -> Option<Str> {
        let text = wait(cx, || {
            stdout::flush();
            line(&mut std::io::stdin().lock())
        });
        text.map(|text| cx.string(&text))
    }

    /// All that is left of standard input.
    fn mesh_io_read_all as "IO.raw_read_all"(cx) -> (i64, Bytes) {
        let (error, bytes) = wait(cx, || {
            stdout::flush();
            let mut bytes = Vec::new();
            match std::io::stdin().lock().read_to_end(&mut bytes) {
                Ok(_) => (0, bytes),
                Err(error) => (code(&error), bytes),
            }
        });
        (error, cx.bytes(&bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn lines_end_in_either_way() {
        let mut input: &[u8] = b"one\r\n\ntwo\xff";
        assert_eq!(line(&mut input).as_deref(), Some("one"));
        assert_eq!(line(&mut input).as_deref(), Some(""));
        assert_eq!(line(&mut input).as_deref(), Some("two\u{fffd}"));
        assert_eq!(line(&mut input), None);
    }
}
