//! The actor that runs, whatever it receives.

use super::actors::own_pid;
use crate::actor::names;
use crate::heap::string::Str;
use crate::native;
use crate::sched::clock;

native! {
    /// Its address.
    fn mesh_process_own as "Process.own"(cx) -> i64 {
        own_pid(cx) as i64
    }

    /// How many actors can run at the same time.
    fn mesh_process_workers as "Process.workers"(cx) -> i64 {
        cx.actor().config.get().workers as i64
    }

    /// Waits, whatever arrives.
    fn mesh_process_sleep as "Process.raw_sleep"(cx, milliseconds: i64) {
        let actor = cx.actor();
        let deadline = clock::deadline(milliseconds);
        while deadline == u64::MAX || clock::now() < deadline {
            cx.worker().wake_at(actor, deadline);
            // SAFETY: this runs on the actor's own stack.
            if let Err(reason) = unsafe { actor.wait_on_stack() } {
                cx.crash(reason)
            }
        }
    }

    /// Whether an actor has a name.
    fn mesh_process_is_registered as "Process.is_registered"(cx, name: Str) -> bool {
        names::is_taken(name.as_str())
    }
}
