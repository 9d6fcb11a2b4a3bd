//! Standard output: one buffer for the process.
//!
//! It is written out when it is full, when the program ends, before a crash report, before
//! standard input is read, and at each newline if standard output is a terminal.

use super::{complain, error_text, write_all};
use std::sync::{Mutex, PoisonError};

/// Bytes gathered before a write.
const CAPACITY: usize = 16 * 1024;

struct Buffer {
    bytes: Vec<u8>,
    terminal: Option<bool>,
}

static STDOUT: Mutex<Buffer> = Mutex::new(Buffer {
    bytes: Vec::new(),
    terminal: None,
});

/// Appends to standard output.
pub fn write(text: &[u8]) {
    let mut buffer = STDOUT.lock().unwrap_or_else(PoisonError::into_inner);
    let terminal = *buffer.terminal.get_or_insert_with(is_terminal);
    if buffer.bytes.len() + text.len() > CAPACITY {
        drain(&mut buffer);
        if text.len() >= CAPACITY {
            put(text);
            return;
        }
    }
    buffer.bytes.extend_from_slice(text);
    if terminal && text.contains(&b'\n') {
        drain(&mut buffer);
    }
}

/// Writes out what is buffered.
pub fn flush() {
    drain(&mut STDOUT.lock().unwrap_or_else(PoisonError::into_inner));
}

/// Writes out what is buffered, unless somebody is just writing.
pub fn flush_if_free() {
    if let Ok(mut buffer) = STDOUT.try_lock() {
        drain(&mut buffer);
    }
}

fn drain(buffer: &mut Buffer) {
    let bytes = core::mem::take(&mut buffer.bytes);
    put(&bytes);
    buffer.bytes = bytes;
    buffer.bytes.clear();
}

/// A program whose output nobody takes cannot do its work: it ends, and says why. Where the reader has what it wanted
/// (`mesh run a.mesh | head`) there is nothing to say, and it ends as others in a pipe do, by the signal.
fn put(bytes: &[u8]) {
    if let Err(error) = write_all(libc::STDOUT_FILENO, bytes) {
        if error == libc::EPIPE {
            // SAFETY: both take only a number.
            unsafe {
                libc::signal(libc::SIGPIPE, libc::SIG_DFL);
                libc::raise(libc::SIGPIPE);
            }
        }
        let text = error_text(error);
        complain(
            ["mesh: cannot write to standard output: ", &text, "\n"]
                .concat()
                .as_bytes(),
        );
        // SAFETY: `_exit` runs no handlers, so nothing tries to write the same output again.
        unsafe { libc::_exit(1) }
    }
}

fn is_terminal() -> bool {
    // SAFETY: only asks about a descriptor.
    unsafe { libc::isatty(libc::STDOUT_FILENO) == 1 }
}
