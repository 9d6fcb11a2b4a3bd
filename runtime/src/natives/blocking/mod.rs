//! Natives that may wait for something outside the program: files, other programs, standard input.
//!
//! Each copies its arguments, does its work in [`wait`], which sees nothing of the actor, and only
//! then makes Mesh values. So where the work is done is decided in one place.

mod file;
mod input;
mod process;

use crate::config;
use crate::io::complain;
use std::io;
use std::sync::Once;

/// Does work that may take long. It owns all it reads and gives away all it makes, and must not
/// touch an actor.
fn wait<R: Send + 'static>(job: impl FnOnce() -> R + Send + 'static) -> R {
    if config::current().seed.is_some() {
        say_that_it_may_differ();
    }
    job()
}

/// Says once that a run in deterministic mode has something that its seed does not decide.
fn say_that_it_may_differ() {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        complain(
            b"mesh: MESH_SEED does not decide what files, other programs and standard input give: \
              the run can be repeated as long as they give the same\n",
        );
    });
}

/// The system's number of an error, which std names.
fn code(error: &io::Error) -> i64 {
    error.raw_os_error().map_or_else(
        || match error.kind() {
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidFilename => i64::from(libc::EINVAL),
            io::ErrorKind::NotFound => i64::from(libc::ENOENT),
            io::ErrorKind::OutOfMemory => i64::from(libc::ENOMEM),
            _ => i64::from(libc::EIO),
        },
        i64::from,
    )
}

/// 0, or the number of the error.
fn status(result: io::Result<()>) -> i64 {
    result.map_or_else(|error| code(&error), |()| 0)
}
