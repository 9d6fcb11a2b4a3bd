//! Messages that are sent when a time has come, by timers of the workers' wheels.
//!
//! Such a timer's payload is the message's address with the top bit set, which no pid of this node has, and the message
//! keeps the pid of its receiver. Whoever takes the timer off its wheel, by cancelling it or because its time has come, owns
//! the message.

use super::worker::Worker;
use super::{Scheduler, post};
use crate::message::{Message, Owned};
use crate::timer::{Key, MESSAGE, NEVER, Timer};
use std::ptr::NonNull;

/// Whether a timer's payload is a message.
#[inline]
pub fn is_message(payload: u64) -> bool {
    payload & MESSAGE != 0
}

/// Sends a message at `deadline`: the timer's three words.
pub fn set(worker: &Worker, pid: u64, message: Owned, deadline: u64) -> [u64; 3] {
    message.node().note(pid);
    let timer = Timer {
        deadline: deadline.min(NEVER - 1),
        payload: message.into_raw().as_ptr() as u64 | MESSAGE,
    };
    let key = worker.set_timer(timer);
    [key.bits(), timer.deadline, timer.payload]
}

/// Takes the message of a timer back: false if it has been sent, or taken back before.
pub fn cancel(scheduler: &Scheduler, words: [u64; 3]) -> bool {
    let [key, deadline, payload] = words;
    let timer = Timer { deadline, payload };
    let ours = scheduler.timers.cancel(Key::from_bits(key), timer);
    if ours {
        // SAFETY: the timer was on its wheel, and this call took it off.
        drop(unsafe { taken(payload) });
    }
    ours
}

/// Sends the message of a timer whose time has come.
///
/// # Safety
/// The caller has the timer from its wheel.
pub unsafe fn fire(worker: &Worker, payload: u64) {
    // SAFETY: the caller's promise.
    if let Some(message) = unsafe { taken(payload) } {
        post::send(worker, message.node().noted(), message);
    }
}

/// # Safety
/// The caller took the timer off its wheel.
unsafe fn taken(payload: u64) -> Option<Owned> {
    let message = NonNull::new((payload & !MESSAGE) as *mut Message)?;
    // SAFETY: given away in `set`, and taken once.
    Some(unsafe { Owned::from_raw(message) })
}
