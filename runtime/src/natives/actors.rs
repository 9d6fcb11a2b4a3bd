//! Actors, as far as a program of one actor needs them: its own mailbox, and calls that can reach
//! nobody. What takes another actor cannot be reached: the compiler makes no executable of it.

use crate::actor::mailbox::Wait;
use crate::crash::{Reason, end};
use crate::heap::HeapFull;
use crate::heap::copy::copy;
use crate::heap::string::Str;
use crate::io::stdout;
use crate::native;
use crate::natives::words::{Boxed, Pointer};
use crate::natives::{Cx, row};
use mesh_abi::context::Context;
use mesh_abi::native::Native;
use mesh_abi::object::StringObject;
use std::ptr::{NonNull, null_mut};

/// What `rt.receive_next` gives.
const TIME_IS_UP: i64 = 0;
const MESSAGE: i64 = 1;
const NOTHING_YET: i64 = 3;

/// What a call may come to, as `ExitReason.call_failed` reads it.
const CALLEE_DOWN: i64 = 2;
const CYCLE: i64 = 3;

/// `NoProcess` among the reasons of an exit, as `ExitReason.at_hand` reads it.
const NO_PROCESS: i64 = 3;

/// A name of the actor.
pub struct Name {
    name: String,
    /// Message and reply type; 0 where a type is not compared.
    keys: (i64, i64),
    /// The same for the eye.
    types: String,
}

fn own_pid(cx: &Cx) -> i64 {
    cx.actor().pid as i64
}

fn send(cx: &mut Cx, pid: i64, message: Boxed) {
    if pid != own_pid(cx) {
        return;
    }
    // SAFETY: compiled code passes a live box; the heap's memory is as asked for.
    match unsafe { copy(message.0, |bytes| cx.try_allocate(bytes)) } {
        Ok(message) => cx.actor().mailbox.borrow_mut().push(message),
        Err(HeapFull) => cx.crash(Reason::HeapLimit),
    }
}

/// A call in a program of one actor reaches that actor itself, or nobody.
fn call(cx: &Cx, pid: i64) -> i64 {
    if pid == own_pid(cx) {
        CYCLE
    } else {
        CALLEE_DOWN
    }
}

/// What is only called in programs of several actors.
fn several(cx: &mut Cx) -> ! {
    let text = "this version of Mesh runs programs of one actor only";
    cx.crash(Reason::Other(String::from(text)))
}

native! {
    fn mesh_rt_spawn as "rt.spawn"(cx, _closure: Pointer, _link: i64) -> i64 {
        several(cx)
    }

    /// The actor's own pid.
    fn mesh_rt_self_pid as "rt.self_pid"(cx) -> i64 {
        own_pid(cx)
    }

    /// A `receive` begins.
    fn mesh_rt_receive_begin as "rt.receive_begin"(cx, timeout: i64) {
        cx.actor().mailbox.borrow_mut().begin(timeout);
    }

    /// The next message that this `receive` has not looked at.
    fn mesh_rt_receive_next as "rt.receive_next"(cx) -> (i64, Boxed) {
        let mailbox = cx.actor().mailbox.borrow();
        match mailbox.next() {
            Some(message) => (MESSAGE, Boxed(message)),
            None if mailbox.wait() == Wait::Over => (TIME_IS_UP, Boxed(null_mut())),
            None => (NOTHING_YET, Boxed(null_mut())),
        }
    }

    /// Waits for the time of the `receive` to be up: nothing else can happen.
    fn mesh_rt_receive_wait as "rt.receive_wait"(cx) {
        let wait = cx.actor().mailbox.borrow().wait();
        match wait {
            Wait::Over => {}
            Wait::For(time) => {
                stdout::flush();
                std::thread::sleep(time);
            }
            Wait::Forever => {
                let text = "it waits for a message that nobody can send: it is the only actor, \
                            and the `receive` has no `after`";
                cx.crash(Reason::Other(String::from(text)))
            }
        }
    }

    fn mesh_rt_park as "rt.park"(cx, _closure: Pointer) {
        several(cx)
    }

    /// The `receive` leaves the message where it is.
    fn mesh_rt_receive_skip as "rt.receive_skip"(cx) {
        cx.actor().mailbox.borrow_mut().skip();
    }

    /// The `receive` takes the message; no call of the actor to itself comes this far.
    fn mesh_rt_receive_take as "rt.receive_take"(cx) -> (Boxed, i64, i64) {
        let taken = cx.actor().mailbox.borrow_mut().take();
        set_current(cx, 0, 0);
        (Boxed(taken.unwrap_or(null_mut())), 0, 0)
    }

    /// Makes a call the current one; compiled code does it without this.
    fn mesh_rt_set_current as "rt.set_current"(cx, caller: i64, number: i64) {
        set_current(cx, caller, number);
    }

    fn mesh_rt_reply as "rt.reply"(cx, _caller: i64, _number: i64, _value: Boxed) {}

    fn mesh_rt_caller as "rt.caller"(cx, caller: i64, number: i64) -> (i64, i64) {
        (caller, number)
    }

    /// Sends a message; only the actor itself is there to get it.
    fn mesh_send as "Prelude.send"(cx, pid: i64, message: Boxed) {
        send(cx, pid, message);
    }

    fn mesh_call as "Prelude.raw_call"(cx, pid: i64, _message: Boxed, _timeout: i64) -> i64 {
        call(cx, pid)
    }

    fn mesh_call_answer as "Prelude.raw_answer"(cx) -> Boxed {
        several(cx)
    }

    fn mesh_call_open as "Prelude.raw_open"(cx) -> (i64, i64) {
        (own_pid(cx), 0)
    }

    fn mesh_ask as "Prelude.raw_ask"(
        cx, pid: i64, _message: Boxed, _caller: i64, _number: i64, _timeout: i64
    ) -> i64 {
        call(cx, pid)
    }

    fn mesh_reply as "Prelude.reply"(cx, _value: Boxed) {}

    fn mesh_caller as "Prelude.caller"(cx) -> (i64, i64) {
        (0, 0)
    }

    fn mesh_reply_send as "Reply.send"(cx, _caller: i64, _number: i64, _value: Boxed) {}

    /// Gives the actor a name, with the types of what it receives and replies.
    fn mesh_register as "Prelude.raw_register"(
        cx, name: Str, pid: i64, message: i64, reply: i64, message_name: Str, reply_name: Str
    ) -> bool {
        let mut names = cx.actor().names.borrow_mut();
        if pid != own_pid(cx) || names.iter().any(|known| known.name == name.as_str()) {
            return false;
        }
        names.push(Name {
            name: name.as_str().to_owned(),
            keys: (message, reply),
            types: [message_name.as_str(), ", ", reply_name.as_str()].concat(),
        });
        true
    }

    /// The actor of a name.
    fn mesh_whereis as "Prelude.raw_whereis"(
        cx, name: Str, message: i64, reply: i64, message_name: Str, reply_name: Str
    ) -> (i64, i64) {
        let names = cx.actor().names.borrow();
        let Some(known) = names.iter().find(|known| known.name == name.as_str()) else {
            return (0, 0);
        };
        let differ = |a: i64, b: i64| a != 0 && b != 0 && a != b;
        if differ(known.keys.0, message) || differ(known.keys.1, reply) {
            let asked = [message_name.as_str(), ", ", reply_name.as_str()].concat();
            let parts = [
                "\"", &known.name, "\" is the name of a Pid<", &known.types, ">, not of a Pid<",
                &asked, ">",
            ];
            let text = parts.concat();
            drop(names);
            cx.crash(Reason::Other(text))
        }
        (1, own_pid(cx))
    }

    fn mesh_link as "Prelude.link"(cx, _pid: i64) {
        several(cx)
    }

    fn mesh_unlink as "Prelude.unlink"(cx, _pid: i64) {
        several(cx)
    }

    fn mesh_monitor as "Prelude.monitor"(cx, _pid: i64) -> i64 {
        several(cx)
    }

    fn mesh_demonitor as "Prelude.demonitor"(cx, _monitor: i64) {
        several(cx)
    }

    fn mesh_trap_exits as "Prelude.trap_exits"(cx, _on: bool) {
        several(cx)
    }

    fn mesh_kill as "Prelude.kill"(cx, _pid: i64) {
        several(cx)
    }

    fn mesh_on_terminate as "Supervisor.on_terminate"(cx, _run: Pointer) {
        several(cx)
    }

    fn mesh_supervisor_start as "Supervisor.start"(
        cx, _strategy: i64, _restarts: i64, _seconds: i64, _children: Pointer, _range: i64
    ) -> i64 {
        several(cx)
    }

    fn mesh_supervisor_child as "Supervisor.current"(
        cx, _sup: i64, _name: Pointer, _witness: Pointer
    ) -> (i64, i64) {
        several(cx)
    }

    /// Why a call failed that did not close a cycle: there is nobody of that pid.
    fn mesh_reason_kind as "ExitReason.raw_kind"(cx) -> i64 {
        NO_PROCESS
    }

    fn mesh_reason_first as "ExitReason.raw_first"(cx) -> i64 {
        0
    }

    fn mesh_reason_second as "ExitReason.raw_second"(cx) -> i64 {
        0
    }

    fn mesh_reason_text as "ExitReason.raw_text"(cx) -> Str {
        cx.string("")
    }

    fn mesh_reason_value as "ExitReason.raw_value"(cx) -> Boxed {
        several(cx)
    }

    /// The cycle that a call of the actor to itself closes has one member.
    fn mesh_cycle_length as "ExitReason.raw_cycle_length"(cx) -> i64 {
        1
    }

    fn mesh_cycle_pid as "ExitReason.raw_cycle_pid"(cx, _index: i64) -> i64 {
        own_pid(cx)
    }

    fn mesh_signal_kind as "Signal.raw_kind"(cx) -> i64 {
        several(cx)
    }

    fn mesh_signal_monitor as "Signal.raw_monitor"(cx) -> i64 {
        several(cx)
    }

    fn mesh_signal_pid as "Signal.raw_pid"(cx) -> i64 {
        several(cx)
    }

    fn mesh_signal_node as "Signal.raw_node"(cx) -> Str {
        several(cx)
    }
}

fn set_current(cx: &Cx, caller: i64, number: i64) {
    // SAFETY: the context is the running actor's, which alone uses the field.
    unsafe { (*cx.context()).current_call = [caller as u64, number as u64] };
}

/// Ends the actor with an `ExitReason`.
///
/// # Safety
/// Called by compiled code with its own context, the value in a box, and its text.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn mesh_exit(
    context: *mut Context,
    _reason: Pointer,
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
        let text = Str::from_raw(text).as_str().to_owned();
        end(context, Reason::Exit(text))
    }
}
