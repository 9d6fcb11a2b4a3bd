//! Handles on calls that leave their actor: from then on somebody else than the callee may answer, and the wait for the answer
//! closes no cycle (see [`crate::wait`]).
//!
//! A handle is two words, the caller's pid and the call's number, which follow each other wherever it stands. So whoever
//! copies something for another actor looks for such words in the copy, if it has any handle to give away: of a call that it
//! has to answer, or of one of its own that it has not made yet. Numbers that happen to be the same only hide a cycle.

use super::Actor;
use crate::message::Call;
use crate::sched::post::mark_opaque;

impl Actor {
    /// Whether what goes to others may hold a handle.
    ///
    /// # Safety
    /// The caller owns the actor.
    #[inline]
    pub unsafe fn has_handles(&self) -> bool {
        !self.unanswered.get().is_none()
            || self.wait.is_open()
            // SAFETY: the caller's promise.
            || unsafe { self.if_extra(|extra| !extra.open_calls.is_empty()) } == Some(true)
    }

    /// Two words go to another actor: `number` is that of the call that they are sent by, whose own handle the callee may
    /// have, or 0.
    ///
    /// # Safety
    /// The caller owns the actor, which runs on a worker.
    pub unsafe fn give_away(&self, words: [u64; 2], number: u64) {
        let call = Call::from_words(words);
        if call.caller == self.pid() && call.number != number && self.wait.is_open() {
            self.wait.give(call.number);
        }
        let is_open = call == self.unanswered.get()
            // SAFETY: the caller's promise.
            || unsafe { self.if_extra(|extra| extra.open_calls.contains(&call)) } == Some(true);
        if is_open && !call.is_none() {
            mark_opaque(self.on_worker(), call);
        }
    }
}
