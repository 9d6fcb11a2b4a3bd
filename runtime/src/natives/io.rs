//! Natives of `IO` and `System` that do not block: standard output, the process, clocks.

use crate::heap::string::{Bytes, Str};
use crate::io::{error_text, stdout};
use crate::native;
use crate::natives::row;
use crate::sched::clock;
use mesh_abi::context::Context;
use mesh_abi::native::Native;

native! {
    /// Writes out what is buffered.
    fn mesh_io_flush as "IO.flush"(cx) {
        stdout::flush();
    }

    /// Writes bytes to standard output.
    fn mesh_io_write_bytes as "IO.write_bytes"(cx, bytes: Bytes) {
        stdout::write(bytes.as_bytes());
    }

    /// Whether a descriptor is a terminal.
    fn mesh_io_is_terminal as "IO.raw_is_terminal"(cx, descriptor: i64) -> bool {
        // SAFETY: only asks about a descriptor.
        unsafe { libc::isatty(descriptor as i32) == 1 }
    }

    /// The system's words for an error.
    fn mesh_file_error_text as "FileError.raw_text"(cx, code: i64) -> Str {
        cx.string(&error_text(code as i32))
    }

    /// The operating system's name.
    fn mesh_system_os as "System.os"(cx) -> Str {
        cx.string(std::env::consts::OS)
    }

    /// The processor's architecture.
    fn mesh_system_arch as "System.arch"(cx) -> Str {
        cx.string(std::env::consts::ARCH)
    }

    /// How many actors can run at the same time at most.
    fn mesh_system_cpu_count as "System.cpu_count"(cx) -> i64 {
        std::thread::available_parallelism().map_or(1, |count| count.get() as i64)
    }

    /// The system's number of this process.
    fn mesh_system_process_id as "System.process_id"(cx) -> i64 {
        i64::from(std::process::id())
    }

    /// Nanoseconds since some moment of the program's run.
    fn mesh_system_monotonic_time as "System.monotonic_time"(cx) -> i64 {
        clock::elapsed().as_nanos() as i64
    }
}

/// Ends the process with an exit code, of which the system keeps the lowest 8 bits.
///
/// # Safety
/// Called by compiled code.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn mesh_system_exit(_: *mut Context, code: i64) -> ! {
    const ROW: &Native = row("System.exit", "mesh_system_exit", &["i"], "", true);
    #[cfg(test)]
    #[used]
    #[unsafe(link_section = "mesh_natives")]
    static ENTRY: &Native = ROW;
    let _ = ROW;
    stdout::flush();
    // SAFETY: ends the process without running handlers, which nothing here needs.
    unsafe { libc::_exit((code & 0xff) as i32) }
}
