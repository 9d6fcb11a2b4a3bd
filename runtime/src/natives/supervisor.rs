//! What supervisors do that links and signals do not say.

use super::actors::own_pid;
use crate::crash::Reason;
use crate::message::Control;
use crate::native;
use crate::sched::clock;
use crate::sched::post::send_control;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;

native! {
    /// The actor, which `starter` has started, is a supervisor.
    fn mesh_supervision_begin as "Supervision.raw_begin"(cx, starter: i64) {
        let starter = cx.worker().find(starter as u64);
        let is_root = !starter.is_some_and(|starter| starter.supervises.load(SeqCst));
        if !cx.actor().supervises.swap(true, SeqCst) && is_root {
            cx.worker().scheduler().roots().add(own_pid(cx));
        }
    }

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
