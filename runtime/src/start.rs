//! The process: from C `main` to the exit code.

use crate::actor::guard;
use crate::actor::turn::ENTER;
use crate::config::{Config, set_current};
use crate::crash::quiet_panics;
use crate::heap::statics::find_program;
use crate::io::complain;
use crate::sched::{self, clock};
use mesh_abi::ABI_VERSION;
use mesh_abi::program::Program;

/// Exit code of a program whose `main` crashed, or that could not start.
const FAILED: i32 = 1;

/// Runs a compiled program: C `main` of its object file calls this and returns what it gives.
///
/// # Safety
/// `program` is the program's record, `argc` and `argv` are what C `main` got.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mesh_rt_start(
    program: *const Program,
    _argc: i32,
    _argv: *const *const core::ffi::c_char,
) -> i32 {
    // SAFETY: the caller's promise. Only the version is read before it is known to be ours.
    let version = unsafe { (*program).abi_version };
    if version != ABI_VERSION {
        let message = "mesh: this program was compiled for another version of the Mesh runtime; \
                       build it again\n";
        complain(message.as_bytes());
        return FAILED;
    }
    // SAFETY: of our version, so laid out as we know it.
    run(unsafe { &*program })
}

fn run(program: &'static Program) -> i32 {
    // A reader that went away is an error of a write (to a socket, to another program), not the silent end of the process.
    // SAFETY: sets a disposition; no handler is involved.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
    quiet_panics();
    let config = match Config::from_env() {
        Ok(config) => config,
        Err(message) => return fail(&message),
    };
    find_program();
    guard::install();
    // SAFETY: `enter` is the program's trampoline.
    let _ = ENTER.set(program.enter);
    let workers = config.workers;
    if config.seed.is_some() {
        clock::make_virtual();
    }
    set_current(config);
    match sched::run(program.main, workers) {
        Ok(()) => 0,
        Err(message) => fail(&message),
    }
}

fn fail(message: &str) -> i32 {
    complain(["mesh: ", message, "\n"].concat().as_bytes());
    FAILED
}
