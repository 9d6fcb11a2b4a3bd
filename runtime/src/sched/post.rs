//! Delivery: from a message to the actor that is woken by it.

use super::worker::Worker;
use crate::actor::Actor;
use crate::actor::requests::SIGNALS;
use crate::crash::Reason;
use crate::message::{Call, Content, Control, LinkNumbers, Message, Owned};
use std::sync::Arc;

/// Sends a message. Where there is nobody of that pid, whoever waits for something gets to know. Whether
/// there was room: where a mailbox is full, the message is dropped.
pub fn send(worker: &Worker, pid: u64, message: Owned) -> bool {
    let Some(actor) = worker.find(pid) else {
        refuse(worker, pid, message, &Arc::new(Reason::NoProcess));
        return true;
    };
    if !actor.limits.admit(&message) {
        return false;
    }
    let is_control = matches!(message.content(), Content::Control(_));
    // SAFETY: the message is ours, and in no queue.
    match unsafe { actor.queue.push(message.into_raw().cast()) } {
        Ok(()) => {
            if is_control {
                actor.request(SIGNALS);
            }
            worker.wake(actor);
        }
        Err(back) => {
            let reason = Arc::new(Reason::NoProcess);
            for node in back {
                // SAFETY: what comes back is ours.
                refuse(worker, pid, unsafe { Owned::from_node(node) }, &reason);
            }
        }
    }
    true
}

/// Sends a message for the runtime.
pub fn send_control(worker: &Worker, pid: u64, control: Control) {
    send(worker, pid, Message::new(Content::Control(control)));
}

/// Does away with what was sent to `pid`, which has ended for `reason`.
pub fn refuse(worker: &Worker, pid: u64, message: Owned, reason: &Arc<Reason>) {
    let reason = || Arc::clone(reason);
    match *message.content() {
        Content::Value { call, .. } if !call.is_none() => {
            answer(worker, call, Message::new(Content::Down(reason())));
        }
        Content::Control(Control::Link { from, number }) => {
            let link = LinkNumbers {
                own: 0,
                peer: number,
            };
            let reason = reason();
            let from_pid = pid;
            send_control(
                worker,
                from,
                Control::Exit {
                    from: from_pid,
                    link,
                    reason,
                },
            );
        }
        Content::Control(Control::Monitor { from, number }) => {
            let reason = reason();
            send_control(
                worker,
                from,
                Control::Down {
                    from: pid,
                    number,
                    reason,
                },
            );
        }
        _ => {}
    }
}

/// Answers a call, unless it has been answered or its caller has given up.
pub fn answer(worker: &Worker, call: Call, message: Owned) {
    if let Some(caller) = worker.find(call.caller) {
        answer_to(worker, caller, call.number, message);
    }
}

/// As [`answer`], of an actor that was found in this turn.
pub fn answer_to(worker: &Worker, caller: &'static Actor, number: u64, message: Owned) {
    let answer = message.into_raw();
    if caller.wait.settle(number, answer) {
        worker.wake(caller);
    } else {
        // SAFETY: nobody has taken it.
        drop(unsafe { Owned::from_raw(answer) });
    }
}

/// Whether somebody waits for the answer to a call.
pub fn is_awaited(worker: &Worker, call: Call) -> bool {
    worker
        .find(call.caller)
        .is_some_and(|caller| caller.wait.awaits(call.number))
}

/// Somebody else than the callee may answer a call.
pub fn mark_opaque(worker: &Worker, call: Call) {
    if let Some(caller) = worker.find(call.caller) {
        caller.wait.mark_opaque(call.number);
    }
}
