//! Waiting for the answer to a call: a few words in the caller's record.
//!
//! A wait has a number that no other wait of this record ever has, also of a later actor. Whoever
//! answers ends the wait by changing the number to 0, which one can do only; so a second answer, and
//! one that comes after the caller has given up, are dropped by the one that brings them. Then the
//! answer is stored, and the caller woken. A caller that gives up ends its wait in the same way, and
//! where that fails, an answer is on its way.
//!
//! # Cycles
//!
//! A wait is an edge from the caller to the callee. A caller publishes its wait and then walks along
//! the edges; if the walk comes back to it, it has found a cycle, which counts if a second walk finds
//! the same numbers: then all of these waits lasted from the end of the first walk to the start of the
//! second, at one time together. All of it is sequentially consistent, so of several that close a cycle
//! at once the last one to publish finds it. An edge is opaque, and closes no cycle, once somebody else
//! than the callee may answer.

use crate::message::{Message, Owned};
use crate::sched::worker::Worker;
use crate::sync::spin;
use std::cell::Cell;
use std::ptr::null_mut;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicPtr, AtomicU64};

/// In the word of the number: somebody else may answer.
const OPAQUE: u64 = 1;
/// A walk of more steps is given up: such a chain of calls is no program's.
const LONGEST_WALK: usize = 10_000;

/// See the module's comment.
#[derive(Default)]
pub struct Wait {
    /// Twice the number, and [`OPAQUE`]; 0 for no wait.
    word: AtomicU64,
    callee: AtomicU64,
    answer: AtomicPtr<Message>,
    /// The owner's: the last number.
    last: Cell<u64>,
}

impl Wait {
    /// A fresh number; for the owner.
    pub fn number(&self) -> u64 {
        self.last.set(self.last.get() + 1);
        self.last.get()
    }

    /// The owner waits for `callee`.
    pub fn begin(&self, callee: u64, number: u64) {
        self.callee.store(callee, SeqCst);
        self.word.store(number << 1, SeqCst);
    }

    /// Ends the wait of this number; `false` if it is over.
    fn end(&self, number: u64) -> bool {
        let mut word = self.word.load(SeqCst);
        while word >> 1 == number {
            match self.word.compare_exchange(word, 0, SeqCst, SeqCst) {
                Ok(_) => return true,
                Err(other) => word = other,
            }
        }
        false
    }

    /// Whether the owner waits under this number.
    pub fn awaits(&self, number: u64) -> bool {
        self.word.load(SeqCst) >> 1 == number
    }

    /// Somebody else than the callee may answer from here on.
    pub fn mark_opaque(&self, number: u64) {
        let plain = number << 1;
        let _ = self
            .word
            .compare_exchange(plain, plain | OPAQUE, SeqCst, SeqCst);
    }

    /// Answers; the owner is to be woken then. Gives the answer back if nobody waits for it.
    ///
    /// # Errors
    /// The answer.
    pub fn settle(&self, number: u64, answer: Owned) -> Result<(), Owned> {
        if !self.end(number) {
            return Err(answer);
        }
        self.answer.store(Box::into_raw(answer), Release);
        Ok(())
    }

    /// The answer, if it has come; for the owner.
    pub fn take(&self) -> Option<Owned> {
        if self.answer.load(Relaxed).is_null() {
            return None;
        }
        let answer = self.answer.swap(null_mut(), Acquire);
        // SAFETY: made from a box in `settle`, and taken once.
        (!answer.is_null()).then(|| unsafe { Box::from_raw(answer) })
    }

    /// The owner no longer waits: an answer that has come, or is just being stored, all the same.
    pub fn give_up(&self, number: u64) -> Option<Owned> {
        if self.end(number) {
            return None;
        }
        Some(spin(|| self.take()))
    }

    /// Whom the owner waits for, under which number, unless somebody else may answer.
    fn edge(&self) -> Option<(u64, u64)> {
        let word = self.word.load(SeqCst);
        if word == 0 || word & OPAQUE != 0 {
            return None;
        }
        let callee = self.callee.load(SeqCst);
        (self.word.load(SeqCst) == word).then_some((callee, word))
    }
}

/// The actors of the cycle that a wait of `caller` for `callee`, just published, has closed.
pub fn cycle(worker: &Worker, caller: u64, callee: u64) -> Option<Vec<u64>> {
    let first = walk(worker, caller, callee)?;
    let second = walk(worker, caller, callee)?;
    (first == second).then(|| {
        let others = first.iter().map(|(pid, _)| *pid);
        std::iter::once(caller).chain(others).collect()
    })
}

/// The waits from `callee` on that lead back to `caller`, with their numbers.
fn walk(worker: &Worker, caller: u64, callee: u64) -> Option<Vec<(u64, u64)>> {
    let mut path = Vec::new();
    let mut at = callee;
    while at != caller {
        let (next, number) = worker.find(at)?.wait.edge()?;
        if path.len() == LONGEST_WALK {
            return None;
        }
        path.push((at, number));
        at = next;
    }
    Some(path)
}
