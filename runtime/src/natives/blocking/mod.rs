//! Natives that may wait for something outside the program: files, other programs, standard input.
//!
//! Each copies its arguments, has its work done by [`wait`], which sees nothing of the actor, and only
//! then makes Mesh values. It runs on the actor's stack, so that it can wait there.

mod file;
mod input;
mod process;

use crate::config;
use crate::io::complain;
use crate::natives::Cx;
use crate::pool::{self, Job};
use crate::sched::wake_from_outside;
use crate::sync::lock;
use crate::timer::NEVER;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, Once};

/// Has a thread of the pool do work that may take long, while the actor waits and others run. The work
/// owns all that it uses. If the actor has to end meanwhile it does, and the work goes on without it.
///
/// In deterministic mode the work is done here and now.
pub(super) fn wait<R: Send + 'static>(cx: &mut Cx, job: impl FnOnce() -> R + Send + 'static) -> R {
    let job = || catch_unwind(AssertUnwindSafe(job));
    let actor = cx.actor();
    let seeded = config::current().seed.is_some();
    if seeded {
        say_that_it_may_differ();
    }
    let done = if seeded || !actor.is_on_worker() {
        actor.on_worker_stack(job)
    } else {
        let (pid, result) = (actor.pid(), Arc::new(Mutex::new(None)));
        let to_fill = Arc::clone(&result);
        let job: Job = Box::new(move || {
            *lock(&to_fill) = Some(job());
            drop(to_fill);
            wake_from_outside(pid);
        });
        // A thread may have to be started, which takes more of the stack than actors have.
        actor.on_worker_stack(|| pool::run(job));
        loop {
            if let Some(done) = lock(&result).take() {
                break done;
            }
            cx.wait(NEVER);
        }
    };
    done.unwrap_or_else(|payload| resume_unwind(payload))
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
