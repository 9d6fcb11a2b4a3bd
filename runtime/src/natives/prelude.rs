//! Natives of the prelude: output.

use crate::heap::string::Str;
use crate::io::{complain, stdout};
use crate::native;

native! {
    /// Writes a text to standard output.
    fn mesh_write_out as "Prelude.write_out"(cx, text: Str) {
        stdout::write(text.as_bytes());
        cx.cross();
    }

    /// Writes a text to standard error.
    fn mesh_write_err as "Prelude.write_err"(cx, text: Str) {
        complain(text.as_bytes());
        cx.cross();
    }
}
