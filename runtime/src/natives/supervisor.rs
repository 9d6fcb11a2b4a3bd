//! What supervisors do that links and signals do not say.

use super::actors::own_pid;
use crate::crash::Reason;
use crate::message::Control;
use crate::native;
use crate::sched::clock;
use crate::sched::post::send_control;
use std::sync::Arc;

native! {
    /// Asks an actor to end with `Shutdown`.
    fn mesh_supervision_shutdown as "Supervision.raw_shutdown"(cx, pid: i64) {
        let stop = Control::Stop { from: own_pid(cx), reason: Arc::new(Reason::Shutdown) };
        send_control(cx.worker(), pid as u64, stop);
    }

    /// Ends an actor, whatever it does.
    fn mesh_supervision_kill as "Supervision.raw_kill"(cx, pid: i64) {
        cx.worker().kill(pid as u64);
        cx.serve();
    }

    /// Milliseconds of the scheduler's clock.
    fn mesh_supervision_now as "Supervision.raw_now"(cx) -> i64 {
        clock::now() as i64
    }
}
