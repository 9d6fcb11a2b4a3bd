//! Links, watches, ends, and what signals tell.

use super::actors::own_pid;
use crate::crash::{Reason, end};
use crate::heap::collect::make_room;
use crate::heap::string::Str;
use crate::message::{Call, Control, Message};
use crate::native;
use crate::natives::words::{Boxed, Pointer};
use crate::natives::{Cx, row};
use crate::sched::post::send_control;
use mesh_abi::context::Context;
use mesh_abi::native::Native;
use mesh_abi::object::StringObject;
use std::ptr::{NonNull, null_mut};
use std::sync::Arc;

/// Nothing reads the other side of a signal's reason.
fn reason(cx: &Cx) -> Option<Arc<Reason>> {
    // SAFETY: the actor runs this.
    unsafe { cx.actor().if_extra(|extra| extra.reason.clone()) }.flatten()
}

fn signal(cx: &Cx) -> crate::actor::extra::Signal {
    // SAFETY: the actor runs this.
    unsafe { cx.actor().if_extra(|extra| extra.signal) }.unwrap_or_default()
}

native! {
    fn mesh_link as "Prelude.link"(cx, pid: i64) {
        let (from, pid) = (own_pid(cx), pid as u64);
        if from == pid {
            return;
        }
        // SAFETY: the actor runs this.
        if let Some(number) = unsafe { cx.actor().with_extra(|extra| extra.links.link(pid)) } {
            send_control(cx.worker(), pid, Control::Link { from, number });
        }
    }

    fn mesh_unlink as "Prelude.unlink"(cx, pid: i64) {
        let (from, pid) = (own_pid(cx), pid as u64);
        // SAFETY: the actor runs this.
        if let Some(Some(link)) = unsafe { cx.actor().if_extra(|extra| extra.links.unlink(pid)) } {
            send_control(cx.worker(), pid, Control::Unlink { from, link });
        }
    }

    fn mesh_monitor as "Prelude.monitor"(cx, pid: i64) -> i64 {
        let (from, pid) = (own_pid(cx), pid as u64);
        // SAFETY: the actor runs this.
        let number = unsafe { cx.actor().with_extra(|extra| extra.links.watch(pid)) };
        send_control(cx.worker(), pid, Control::Monitor { from, number });
        number as i64
    }

    fn mesh_demonitor as "Prelude.demonitor"(cx, monitor: i64) {
        let (from, number) = (own_pid(cx), monitor as u64);
        // SAFETY: the actor runs this.
        let pid = unsafe { cx.actor().if_extra(|extra| extra.links.unwatch(number)) };
        if let Some(Some(pid)) = pid {
            send_control(cx.worker(), pid, Control::Demonitor { from, number });
        }
    }

    fn mesh_trap_exits as "Prelude.trap_exits"(cx, on: bool) {
        cx.actor().traps.set(on);
    }

    fn mesh_kill as "Prelude.kill"(cx, pid: i64) {
        cx.worker().kill(pid as u64);
        cx.serve();
    }

    fn mesh_on_terminate as "Supervisor.on_terminate"(cx, run: Pointer) {
        // SAFETY: the actor runs this.
        unsafe { cx.actor().with_extra(|extra| extra.terminate.push(run)) };
    }

    /// Which constructor the reason at hand is.
    fn mesh_reason_kind as "ExitReason.raw_kind"(cx) -> i64 {
        reason(cx).map_or(3, |reason| reason.kind())
    }

    fn mesh_reason_first as "ExitReason.raw_first"(cx) -> i64 {
        match reason(cx).as_deref() {
            Some(Reason::IndexOutOfRange(index, _)) => *index,
            _ => 0,
        }
    }

    fn mesh_reason_second as "ExitReason.raw_second"(cx) -> i64 {
        match reason(cx).as_deref() {
            Some(Reason::IndexOutOfRange(_, length)) => *length,
            _ => 0,
        }
    }

    fn mesh_reason_text as "ExitReason.raw_text"(cx) -> Str {
        let reason = reason(cx);
        cx.string(reason.as_deref().map_or("", Reason::text))
    }

    fn mesh_reason_value as "ExitReason.raw_value"(cx) -> Boxed {
        let reason = reason(cx);
        let Some(Reason::Exit { value, .. }) = reason.as_deref() else {
            return Boxed(null_mut());
        };
        let actor = cx.actor();
        // SAFETY: the actor runs this.
        unsafe { make_room(cx.context(), value.bytes()) };
        // SAFETY: as above.
        let copied = unsafe { value.copy_to(&mut actor.heap.borrow_mut(), cx.context()) };
        match copied {
            Ok(value) => Boxed(value),
            Err(_) => cx.crash(Reason::HeapLimit),
        }
    }

    fn mesh_signal_kind as "Signal.raw_kind"(cx) -> i64 {
        signal(cx).kind
    }

    fn mesh_signal_monitor as "Signal.raw_monitor"(cx) -> i64 {
        signal(cx).monitor as i64
    }

    fn mesh_signal_pid as "Signal.raw_pid"(cx) -> i64 {
        signal(cx).pid as i64
    }

    /// No node is known but this one.
    fn mesh_signal_node as "Signal.raw_node"(cx) -> Str {
        cx.string("")
    }
}

/// Ends the actor with an `ExitReason`.
///
/// # Safety
/// Called by compiled code with its own context, the value in a box, and its text.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn mesh_exit(
    context: *mut Context,
    reason: Pointer,
    text: NonNull<StringObject>,
) -> ! {
    const ROW: &Native = row("Prelude.raw_exit", "mesh_exit", &["b", "p"], "", true);
    #[cfg(test)]
    #[used]
    #[unsafe(link_section = "mesh_natives")]
    static ENTRY: &Native = ROW;
    let _ = ROW;
    // SAFETY: the caller's promise; compiled code's frames have no destructors.
    unsafe {
        let text = Str::from_raw(text);
        let reason = match Message::of(reason, Call::NONE, false) {
            Ok(value) => Reason::of_value(text.as_str(), value),
            Err(_) => Reason::HeapLimit,
        };
        end(context, reason)
    }
}
