//! Whether an actor has memory to give back, and whether a timer leads to it.
//!
//! One that has allocated a good deal since its last collection, or has a second segment, is watched: a timer comes to
//! its record each second. Where it has not run from one to the next it is asked to give back what it has. One that
//! has nothing to give has no timer, and is not woken.
//!
//! # Why it is right
//!
//! - *One timer at most.* The owner sets one only where its step finds none and says that there is one; only
//!   the one whose timer fired takes that back.
//! - *Nothing is forgotten.* The one whose timer fired goes without another only in a step that finds nothing to give, or
//!   asks for it afterwards. The owner says that it has something in a step of the same word: that comes before, and is
//!   found, or after, and sets a timer. It may do without the step where it has said so before, and nobody has
//!   asked for it since: who serves what is asked sees the word of the one that asked.

use crate::sync::atomic::{AcqRel, Acquire, AtomicU8, Relaxed};

/// There is something to give back.
const GIVES: u8 = 1;
/// A timer leads to the actor.
const TIMER: u8 = 2;

/// See the module's comment.
pub struct Watch(AtomicU8);

/// What comes after a timer that fired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// There is nothing to give back.
    Nothing,
    /// The timer has to be set again.
    Again,
    /// The actor has to be asked for what it has.
    Ask,
}

impl Watch {
    /// Nothing to give back.
    #[allow(clippy::new_without_default, reason = "made with its actor")]
    pub fn new() -> Watch {
        Watch(AtomicU8::new(0))
    }

    /// The record is another actor's from here on: what timers of the one before come to finds nobody.
    pub fn clear(&self) {
        self.0.store(0, Relaxed);
    }

    /// Whether the owner has said that it has something; for the owner.
    #[inline]
    pub fn gives(&self) -> bool {
        self.0.load(Relaxed) & GIVES != 0
    }

    /// The owner has something to give back. If this gives true, it has to set a timer.
    #[must_use = "a timer has to be set"]
    pub fn has(&self) -> bool {
        !self.gives() && self.0.fetch_or(GIVES | TIMER, AcqRel) & TIMER == 0
    }

    /// The owner has nothing to give back any more.
    pub fn has_not(&self) {
        if self.gives() {
            self.0.fetch_and(!GIVES, AcqRel);
        }
    }

    /// The timer fired; `rests` says whether the actor has not run since the one before.
    pub fn fired(&self, rests: impl FnOnce() -> bool) -> Next {
        let none = self.0.compare_exchange(TIMER, 0, AcqRel, Acquire);
        if none.is_ok() {
            return Next::Nothing;
        }
        if !rests() {
            return Next::Again;
        }
        self.0.fetch_and(!(GIVES | TIMER), AcqRel);
        Next::Ask
    }
}
