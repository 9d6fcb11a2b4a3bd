//! Delivery: from a message to the actor that is woken by it.

use super::worker::Worker;
use crate::actor::Actor;
use crate::actor::limits::Place;
use crate::actor::requests::{FULL, SIGNALS};
use crate::crash::Reason;
use crate::message::{Call, Content, Control, LinkNumbers, Message, Owned};
use std::sync::Arc;

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It is in the mailbox, or nobody is there.
    Delivered,
    /// As before, and the mailbox is long: its owner needs time.
    Flooded,
    /// The mailbox is full: the message is dropped.
    Dropped,
}

/// A longer mailbox floods its owner.
const LONG: u32 = 4096;
/// Of the messages that come to a long mailbox, every so many one is told.
const TOLD: u32 = 64;

/// Sends a message. Where there is nobody of that pid, whoever waits for something gets to know.
pub fn send(worker: &Worker, pid: u64, mut message: Owned) -> Sent {
    let Some(actor) = worker.find(pid) else {
        refuse(worker, pid, message, &Arc::new(Reason::NoProcess));
        return Sent::Delivered;
    };
    let place = actor.limits.admit(&mut message);
    if place == Place::None {
        return Sent::Dropped;
    }
    let is_control = message.control().is_some();
    // SAFETY: the message is ours, and in no queue.
    match unsafe { actor.queue.push(message.into_raw().cast()) } {
        Ok(pushed) => {
            if is_control {
                // The actor looks at it also while it waits for something else.
                actor.request(SIGNALS);
            }
            if place == Place::TooMuch {
                actor.request(FULL);
                worker.wake(actor);
                return Sent::Flooded;
            }
            if pushed.wakes || is_control {
                worker.wake(actor);
            }
            if pushed.count >= LONG
                && pushed.count.is_multiple_of(TOLD)
                && actor.mailbox_of(pushed.count) >= LONG
            {
                actor.limits.begin_to_count();
                return Sent::Flooded;
            }
        }
        Err(back) => {
            let reason = Arc::new(Reason::NoProcess);
            for node in back {
                // SAFETY: what comes back is ours.
                refuse(worker, pid, unsafe { Owned::from_node(node) }, &reason);
            }
        }
    }
    Sent::Delivered
}

/// Sends a message for the runtime.
pub fn send_control(worker: &Worker, pid: u64, control: Control) {
    send(worker, pid, Message::new(Content::Control(control)));
}

/// Does away with what was sent to `pid`, which has ended for `reason`.
pub fn refuse(worker: &Worker, pid: u64, message: Owned, reason: &Arc<Reason>) {
    let reason = || Arc::clone(reason);
    if !message.call().is_none() {
        return answer(
            worker,
            message.call(),
            Message::new(Content::Down(reason())),
        );
    }
    match message.control() {
        Some(Control::Link { from, number }) => {
            let link = LinkNumbers {
                own: 0,
                peer: *number,
            };
            let exit = Control::Exit {
                from: pid,
                link,
                reason: reason(),
            };
            send_control(worker, *from, exit);
        }
        Some(Control::Monitor { from, number }) => {
            let down = Control::Down {
                from: pid,
                number: *number,
                reason: reason(),
            };
            send_control(worker, *from, down);
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
