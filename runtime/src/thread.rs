//! Threads of the runtime. All are started here, for the standard library has a good deal of code for it, once for each type of
//! what a thread does.

use std::io;
use std::thread::Builder;

/// What a thread does. It does not panic.
pub type Job = Box<dyn FnOnce() + Send>;

/// Starts a thread of this name.
///
/// # Errors
/// Why the system does not.
pub fn start(name: &str, job: Job) -> io::Result<()> {
    Builder::new().name(String::from(name)).spawn(job).map(drop)
}
