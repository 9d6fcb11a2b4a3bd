//! Messages that are sent later.

use super::actors::message_of;
use crate::message::Call;
use crate::native;
use crate::natives::words::Boxed;
use crate::sched::{clock, later};

native! {
    /// Sends a message when so many milliseconds have passed.
    fn mesh_timer_send_after as "Timer.raw_send_after"(
        cx, pid: i64, message: Boxed, milliseconds: i64
    ) -> (i64, i64, i64) {
        let message = message_of(cx, message, Call::NONE, false);
        let deadline = clock::deadline(milliseconds);
        let [key, deadline, message] = later::set(cx.worker(), pid as u64, message, deadline);
        (key as i64, deadline as i64, message as i64)
    }

    /// Takes the message back; whether it had not been sent.
    fn mesh_timer_cancel as "Timer.cancel"(cx, key: i64, deadline: i64, message: i64) -> bool {
        later::cancel(cx.worker().scheduler(), [key as u64, deadline as u64, message as u64])
    }
}
