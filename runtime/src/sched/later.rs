//! Messages that are sent when a time has come, by timers of the workers' wheels.
//!
//! Such a timer's payload is the message's address with the top bit set, which no pid of this node has. Whoever takes
//! the timer off its wheel, by cancelling it or because its time has come, owns the message.

use super::worker::Worker;
use super::{Scheduler, post};
use crate::message::Owned;
use crate::timer::{Key, NEVER, Timer};
use std::sync::atomic::Ordering::SeqCst;

const TAG: u64 = 1 << 63;

/// A message and whom it is for.
struct Later {
    pid: u64,
    message: Owned,
}

/// Whether a timer's payload is a message.
#[inline]
pub fn is_message(payload: u64) -> bool {
    payload & TAG != 0
}

/// Sends a message at `deadline`: the timer's three words.
pub fn set(worker: &Worker, pid: u64, message: Owned, deadline: u64) -> [u64; 3] {
    let address = Box::into_raw(Box::new(Later { pid, message })) as u64;
    let timer = Timer {
        deadline: deadline.min(NEVER - 1),
        payload: address | TAG,
    };
    worker.scheduler().messages_later.fetch_add(1, SeqCst);
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
        drop(unsafe { taken(scheduler, payload) });
    }
    ours
}

/// Sends the message of a timer whose time has come.
///
/// # Safety
/// The caller has the timer from its wheel.
pub unsafe fn fire(worker: &Worker, payload: u64) {
    // SAFETY: the caller's promise.
    let Later { pid, message } = *unsafe { taken(worker.scheduler(), payload) };
    post::send(worker, pid, message);
}

/// # Safety
/// The caller took the timer off its wheel.
unsafe fn taken(scheduler: &Scheduler, payload: u64) -> Box<Later> {
    scheduler.messages_later.fetch_sub(1, SeqCst);
    // SAFETY: made in `set`, and taken once.
    unsafe { Box::from_raw((payload & !TAG) as *mut Later) }
}
