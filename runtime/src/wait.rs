//! Waiting for the answer to a call: a few words in the caller's record.
//!
//! A wait has a number that no other wait of this record ever has, also of a later actor. Whoever
//! answers ends the wait by changing the number to 0, which one can do only; so a second answer, and
//! one that comes after the caller has given up, are dropped by the one that brings them. Then the
//! answer is stored, and the caller woken. A caller that gives up ends its wait in the same way, and
//! where that fails, an answer is on its way. The caller takes an answer before it begins another wait, with
//! plain loads and stores: nobody else touches the answer's place between the two, for the next one to
//! store there has ended the next wait, and so seen it begin.
//!
//! # Cycles
//!
//! A wait is an edge from the caller to the callee, until it ends. A caller publishes its wait and
//! then walks along the edges; if the walk comes back to it, it has found a cycle, which counts if a
//! second walk finds the same numbers. An edge is opaque, and closes no cycle, once somebody else
//! than the callee may answer: when a handle on the call goes to another actor. As long as the callee alone has it, a callee
//! that waits itself does not answer. No lock is needed:
//!
//! - *Of several that close a cycle at once, one finds it.* Each stores its wait, then a SeqCst fence,
//!   then reads the others'. The last in the order of the fences sees all of them.
//! - *A cycle that is found is one.* A wait of the cycle is ended by its callee, which itself waits,
//!   or by its caller, which gives up (then it is as if the walk had been a moment earlier). Say the
//!   callee ended it and then began the wait that the first walk found: the walk read that wait with
//!   Acquire, so the second walk sees that the other had ended before. Numbers are never used again,
//!   so a wait that is found twice is one wait.
//! - *An edge that is followed stays plain.* The callee makes it opaque while it runs. In a cycle it waits, under one number in
//!   both walks, and whatever it did before is seen by the second one.
//! - *A wait is read whole*: its number, the callee, and the number again. The callee is stored, with
//!   Release, when the number is 0, so one who sees the callee of a later wait sees the number change.

use crate::sync::atomic::{AcqRel, Acquire, AtomicPtr, AtomicU64, Relaxed, Release, SeqCst, fence};
use crate::sync::spin;
use std::cell::Cell;
use std::ptr::{NonNull, null_mut};

/// In the word of the number: somebody else may answer.
const OPAQUE: u64 = 1;
/// In the last number: there is a handle on the call, which does not wait yet.
const OPEN: u64 = 1 << 63;
/// In the last number: the handle has gone to another actor.
const GIVEN: u64 = 1 << 62;
const FLAGS: u64 = OPEN | GIVEN;
/// A walk of more steps is given up: such a chain of calls is no program's.
const LONGEST_WALK: usize = 10_000;

/// See the module's comment. `A` is an answer. What others use comes first.
#[repr(C)]
pub struct Wait<A> {
    /// Twice the number, and [`OPAQUE`]; 0 for no wait.
    word: AtomicU64,
    callee: AtomicU64,
    answer: AtomicPtr<A>,
    /// The owner's: the last number, with [`OPEN`] and [`GIVEN`].
    last: Cell<u64>,
}

// SAFETY: `last` is the owner's alone, which the methods that use it say; answers are handed over.
unsafe impl<A: Send> Send for Wait<A> {}
// SAFETY: as above.
unsafe impl<A: Send> Sync for Wait<A> {}

impl<A> Wait<A> {
    /// No wait.
    #[allow(clippy::new_without_default, reason = "made with its record")]
    pub fn new() -> Wait<A> {
        Wait {
            word: AtomicU64::new(0),
            callee: AtomicU64::new(0),
            answer: AtomicPtr::new(null_mut()),
            last: Cell::new(0),
        }
    }

    /// A fresh number; for the owner.
    pub fn number(&self) -> u64 {
        let number = (self.last.get() & !FLAGS) + 1;
        self.last.set(number);
        number
    }

    /// A fresh number for a handle, which the owner has before it waits.
    pub fn open(&self) -> u64 {
        let number = self.number();
        self.last.set(number | OPEN);
        number
    }

    /// Whether the owner has a handle on a call of its own that it does not wait for yet.
    #[inline]
    pub fn is_open(&self) -> bool {
        self.last.get() & OPEN != 0
    }

    /// The owner gave such a handle to another actor.
    pub fn give(&self, number: u64) {
        if self.last.get() & !GIVEN == number | OPEN {
            self.last.set(number | OPEN | GIVEN);
        }
    }

    /// The owner waits for `callee`. It must not wait already.
    pub fn begin(&self, callee: u64, number: u64) {
        debug_assert_eq!(self.word.load(Relaxed), 0);
        let last = self.last.get();
        self.last.set(last & !FLAGS);
        // Where other calls came after this one was opened, nobody has kept in mind where its handle went.
        let plain = last == number || last == number | OPEN;
        self.callee.store(callee, Release);
        let opaque = if plain { 0 } else { OPAQUE };
        self.word.store(number << 1 | opaque, Release);
    }

    /// Ends the wait of this number; `false` if it is over.
    fn end(&self, number: u64) -> bool {
        let mut word = self.word.load(Relaxed);
        while word >> 1 == number {
            match self.word.compare_exchange_weak(word, 0, AcqRel, Relaxed) {
                Ok(_) => return true,
                Err(other) => word = other,
            }
        }
        false
    }

    /// Whether the owner waits under this number.
    pub fn awaits(&self, number: u64) -> bool {
        self.word.load(Acquire) >> 1 == number
    }

    /// Somebody else than the callee may answer from here on.
    pub fn mark_opaque(&self, number: u64) {
        let plain = number << 1;
        let opaque = plain | OPAQUE;
        let _ = self.word.compare_exchange(plain, opaque, AcqRel, Relaxed);
    }

    /// Answers; the owner is to be woken then. If this gives false nobody waits for the answer, which is still the
    /// caller's.
    #[must_use = "an answer that nobody waits for has to be freed"]
    pub fn settle(&self, number: u64, answer: NonNull<A>) -> bool {
        if !self.end(number) {
            return false;
        }
        self.answer.store(answer.as_ptr(), Release);
        true
    }

    /// The answer, if it has come; for the owner, whose it is then.
    #[inline]
    pub fn take(&self) -> Option<NonNull<A>> {
        let answer = NonNull::new(self.answer.load(Acquire))?;
        // Nobody else stores anything until the owner waits again.
        self.answer.store(null_mut(), Relaxed);
        Some(answer)
    }

    /// The owner no longer waits: an answer that has come, or is just being stored, all the same.
    pub fn give_up(&self, number: u64) -> Option<NonNull<A>> {
        if self.end(number) {
            return None;
        }
        Some(spin(|| self.take()))
    }

    /// Whom the owner waits for, under which number, unless somebody else may answer.
    fn edge(&self) -> Option<(u64, u64)> {
        let word = self.word.load(Acquire);
        if word == 0 || word & OPAQUE != 0 {
            return None;
        }
        let callee = self.callee.load(Acquire);
        (self.word.load(Relaxed) == word).then_some((callee, word))
    }
}

/// The actors of the cycle that a wait of `caller` for `callee`, just begun, has closed. `find`
/// gives the wait of an actor that lives.
pub fn cycle<'a, A: 'a>(
    caller: u64,
    callee: u64,
    find: impl Fn(u64) -> Option<&'a Wait<A>>,
) -> Option<Vec<u64>> {
    fence(SeqCst);
    let first = walk(caller, callee, &find)?;
    let second = walk(caller, callee, &find)?;
    (first == second).then(|| {
        let others = first.iter().map(|(pid, _)| *pid);
        std::iter::once(caller).chain(others).collect()
    })
}

/// The waits from `callee` on that lead back to `caller`, with their numbers.
fn walk<'a, A: 'a>(
    caller: u64,
    callee: u64,
    find: impl Fn(u64) -> Option<&'a Wait<A>>,
) -> Option<Vec<(u64, u64)>> {
    let mut path = Vec::new();
    let mut at = callee;
    while at != caller {
        let (next, number) = find(at)?.edge()?;
        if path.len() == LONGEST_WALK {
            return None;
        }
        path.push((at, number));
        at = next;
    }
    Some(path)
}
