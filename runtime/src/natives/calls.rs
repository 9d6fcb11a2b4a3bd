//! Calls and their answers.

use super::actors::{message_of, own_pid, value_of};
use crate::message::{Call, Message, Owned};
use crate::native;
use crate::natives::Cx;
use crate::natives::words::Boxed;
use crate::sched::post::Sent;
use crate::sched::{clock, post};
use crate::timer::NEVER;
use crate::wait::cycle;
use std::ptr::{NonNull, null_mut};
use std::sync::Arc;

/// What a call comes to, as `ExitReason.call_failed` reads it.
const ANSWERED: i64 = 0;
const NO_REPLY: i64 = 1;
const CALLEE_DOWN: i64 = 2;
const CYCLE: i64 = 3;
const OVERLOADED: i64 = 4;

/// Sends a message by a call and waits for the answer.
fn call(cx: &mut Cx, pid: u64, message: Owned, number: u64, timeout: i64) -> i64 {
    let (caller, wait) = (cx.actor(), &cx.actor().wait);
    let deadline = clock::rough_deadline(timeout);
    // The fence that `cycle` begins with is the timer's as well.
    caller.timer.want(deadline);
    wait.begin(pid, number);
    let find = |pid| cx.worker().find(pid).map(|actor| &actor.wait);
    if let Some(pids) = cycle(caller.pid(), pid, find) {
        if let Some(answer) = wait.give_up(number) {
            return keep_answer(cx, answer);
        }
        // SAFETY: the actor runs this.
        unsafe { caller.with_extra(|extra| extra.cycle = pids) };
        return CYCLE;
    }
    if post::send(cx.worker(), pid, message) == Sent::Dropped && wait.give_up(number).is_none() {
        return OVERLOADED;
    }
    let mut waited = false;
    loop {
        if let Some(answer) = wait.take() {
            return keep_answer(cx, answer);
        }
        if (waited || deadline == 0) && deadline != NEVER && clock::now() >= deadline {
            return match wait.give_up(number) {
                Some(answer) => keep_answer(cx, answer),
                None => NO_REPLY,
            };
        }
        if waited {
            cx.worker().wake_at(caller, deadline);
        } else {
            cx.worker().wake_as_wanted(caller);
        }
        waited = true;
        // SAFETY: this runs on the actor's own stack.
        if let Err(reason) = unsafe { caller.wait_on_stack() } {
            if let Some(answer) = wait.give_up(number) {
                // SAFETY: the wait's answer is the caller's.
                drop(unsafe { Owned::from_raw(answer) });
            }
            cx.crash(reason)
        }
    }
}

/// Remembers an answer for `raw_answer`, or why there is none.
fn keep_answer(cx: &mut Cx, answer: NonNull<Message>) -> i64 {
    let actor = cx.actor();
    // SAFETY: the actor runs this, and the answer to its wait is its own.
    unsafe {
        let answer = Owned::from_raw(answer);
        if answer.value().is_some() {
            actor.with_extra(|extra| extra.answer = Some(answer));
            return ANSWERED;
        }
        if let Some(reason) = answer.down() {
            actor.with_extra(|extra| extra.reason = Some(Arc::clone(reason)));
        }
        CALLEE_DOWN
    }
}

/// Answers a call with a value.
fn reply(cx: &mut Cx, call: Call, value: Boxed) {
    if call.is_none() {
        return;
    }
    // SAFETY: the actor runs this.
    unsafe { cx.actor().has_answered(call) };
    let caller = cx.worker().find(call.caller);
    let Some(caller) = caller.filter(|caller| caller.wait.awaits(call.number)) else {
        return;
    };
    let message = message_of(cx, value, Call::NONE, false);
    post::answer_to(cx.worker(), caller, call.number, message);
    cx.cross();
}

/// The call that functions answer.
fn current(cx: &Cx) -> Call {
    // SAFETY: the context is the running actor's.
    Call::from_words(unsafe { (*cx.context()).current_call })
}

/// A handle on a call.
fn handle(call: Call) -> (i64, i64) {
    (call.caller as i64, call.number as i64)
}

fn call_of(caller: i64, number: i64) -> Call {
    Call::from_words([caller as u64, number as u64])
}

native! {
    /// Calls an actor.
    fn mesh_call as "Prelude.raw_call"(cx, pid: i64, message: Boxed, timeout: i64) -> i64 {
        let number = cx.actor().wait.number();
        let own = Call { caller: own_pid(cx), number };
        let message = message_of(cx, message, own, false);
        call(cx, pid as u64, message, number, timeout)
    }

    /// The answer to the last call that was answered.
    fn mesh_call_answer as "Prelude.raw_answer"(cx) -> Boxed {
        let actor = cx.actor();
        // SAFETY: the actor runs this.
        let answer = unsafe { actor.if_extra(|extra| extra.answer.take()) };
        let Some(answer) = answer.flatten() else {
            return Boxed(null_mut());
        };
        value_of(cx, answer)
    }

    /// A fresh call, not yet sent.
    fn mesh_call_open as "Prelude.raw_open"(cx) -> (i64, i64) {
        (own_pid(cx) as i64, cx.actor().wait.open() as i64)
    }

    /// Sends a message that holds a handle on a call, and waits for the answer.
    fn mesh_ask as "Prelude.raw_ask"(
        cx, pid: i64, message: Boxed, caller: i64, number: i64, timeout: i64
    ) -> i64 {
        let own = call_of(caller, number);
        let message = message_of(cx, message, own, true);
        call(cx, pid as u64, message, own.number, timeout)
    }

    /// Answers the current call.
    fn mesh_reply as "Prelude.reply"(cx, value: Boxed) {
        let call = current(cx);
        reply(cx, call, value);
    }

    /// A handle on the current call.
    fn mesh_caller as "Prelude.caller"(cx) -> (i64, i64) {
        handle(current(cx))
    }

    /// Answers through a handle.
    fn mesh_reply_send as "Reply.send"(cx, caller: i64, number: i64, value: Boxed) {
        reply(cx, call_of(caller, number), value);
    }

    /// Answers the call of an arm.
    fn mesh_rt_reply as "rt.reply"(cx, caller: i64, number: i64, value: Boxed) {
        reply(cx, call_of(caller, number), value);
    }

    /// A handle on the call of an arm.
    fn mesh_rt_caller as "rt.caller"(cx, caller: i64, number: i64) -> (i64, i64) {
        handle(call_of(caller, number))
    }

    /// How many actors are in the cycle that the failed call would have closed.
    fn mesh_cycle_length as "ExitReason.raw_cycle_length"(cx) -> i64 {
        // SAFETY: the actor runs this.
        unsafe { cx.actor().if_extra(|extra| extra.cycle.len()) }.unwrap_or(0) as i64
    }

    /// One of them, the caller first.
    fn mesh_cycle_pid as "ExitReason.raw_cycle_pid"(cx, index: i64) -> i64 {
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        // SAFETY: the actor runs this.
        let pid = unsafe { cx.actor().if_extra(|extra| extra.cycle.get(at).copied()) };
        pid.flatten().unwrap_or(0) as i64
    }
}
