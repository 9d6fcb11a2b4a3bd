//! The one timer of an actor, which is lazy: most waits end before their time, so a new deadline
//! only sets a timer if none is set that comes before it. When the timer fires, it is compared with
//! the deadline of that moment, and set again if that is later.
//!
//! The owner is the actor; whoever fires timers may do so at the same time.
//!
//! # Why it is right
//!
//! `wanted` is the deadline, `armed` the deadline of a timer that is set.
//!
//! - *No deadline is missed.* The owner stores `wanted`, then a SeqCst fence, then reads `armed`. The
//!   one that fires clears `armed`, then a SeqCst fence, then reads `wanted`. One of the two sees
//!   what the other stored: either the owner finds nothing armed, or something later, and arms; or
//!   the one that fires finds the new deadline, and wakes the actor or arms. Where both try,
//!   `armed` lets one of them.
//! - *The one that fires arms only where nothing is armed.* Otherwise the owner has armed since, and
//!   read `armed` again for each deadline after; it takes care of the deadline itself.
//! - *A timer that is not the armed one does nothing.* It says a deadline that `armed` does not,
//!   because an earlier one took its place, which fires first and then arms what is wanted.
//! - *Only the owner takes timers back*, the one that it replaced. The key may be another's, where
//!   both armed at once; so the deadline is compared too. The timer that is armed cannot have the
//!   deadline that the owner replaced: it would have been armed again since, by one that found that
//!   deadline wanted, while the owner wants an earlier one. A timer that should have been taken back
//!   and was not fires for nothing; that of an actor that has ended finds nobody.
//! - *A wake-up too many is harmless*: the actor looks at the time itself.

use super::{Key, NEVER, Timer, Timers};
use crate::sync::atomic::{AtomicU64, Relaxed, SeqCst, fence};

/// See the module's comment.
pub struct Deadline {
    wanted: AtomicU64,
    armed: AtomicU64,
    key: AtomicU64,
}

/// Where timers are set, and what for.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    pub timers: &'a Timers,
    /// The worker whose wheel is used.
    pub worker: usize,
    /// The payload: what leads to the actor.
    pub payload: u64,
}

impl Place<'_> {
    fn set(self, deadline: u64) -> Key {
        let payload = self.payload;
        self.timers.set(self.worker, Timer { deadline, payload })
    }

    fn cancel(self, key: Key, deadline: u64) {
        let payload = self.payload;
        self.timers.cancel(key, Timer { deadline, payload });
    }
}

/// What a timer that fires comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fired {
    /// The actor's time is up, and it has to be woken.
    Wake,
    /// Nothing is to be done.
    Nothing,
}

impl Deadline {
    /// No deadline.
    #[allow(clippy::new_without_default, reason = "made with its actor")]
    pub fn new() -> Deadline {
        Deadline {
            wanted: AtomicU64::new(NEVER),
            armed: AtomicU64::new(NEVER),
            key: AtomicU64::new(Key::NONE.0),
        }
    }

    /// The owner waits until `at`, or [`NEVER`]. If this gives true, the timer was set on the
    /// place's wheel, and whoever sleeps for it must know.
    #[inline]
    pub fn set(&self, at: u64, place: Place<'_>) -> bool {
        self.want(at);
        if at == NEVER {
            return false;
        }
        fence(SeqCst);
        self.arm_wanted(place)
    }

    /// The first half of [`Deadline::set`], for an owner that has a fence for something else.
    #[inline]
    pub fn want(&self, at: u64) {
        self.wanted.store(at, Relaxed);
    }

    /// The second half, after a SeqCst fence; the owner has wanted nothing else since.
    #[inline]
    pub fn arm_wanted(&self, place: Place<'_>) -> bool {
        let at = self.wanted.load(Relaxed);
        self.armed.load(Relaxed) > at && self.arm(at, place)
    }

    /// The owner does not wait any more. What is armed stays so, for the next wait.
    #[inline]
    pub fn clear(&self) {
        self.wanted.store(NEVER, Relaxed);
    }

    /// The deadline, for its owner.
    pub fn get(&self) -> u64 {
        self.wanted.load(Relaxed)
    }

    /// The owner's: sets a timer for `at`, in the place of a later one, unless an earlier one is set.
    fn arm(&self, at: u64, place: Place<'_>) -> bool {
        let mut armed = self.armed.load(Relaxed);
        loop {
            if armed <= at {
                return false;
            }
            match self
                .armed
                .compare_exchange_weak(armed, at, Relaxed, Relaxed)
            {
                Ok(_) => break,
                Err(other) => armed = other,
            }
        }
        let before = Key(self.key.load(Relaxed));
        self.key.store(place.set(at).0, Relaxed);
        if armed != NEVER {
            place.cancel(before, armed);
        }
        true
    }

    /// A timer set for this actor with this deadline fires, at `now`.
    pub fn fire(&self, deadline: u64, now: u64, place: Place<'_>) -> Fired {
        if self
            .armed
            .compare_exchange(deadline, NEVER, Relaxed, Relaxed)
            .is_err()
        {
            return Fired::Nothing;
        }
        fence(SeqCst);
        let wanted = self.wanted.load(Relaxed);
        if wanted <= now {
            return Fired::Wake;
        }
        if wanted != NEVER
            && self
                .armed
                .compare_exchange(NEVER, wanted, Relaxed, Relaxed)
                .is_ok()
        {
            self.key.store(place.set(wanted).0, Relaxed);
        }
        Fired::Nothing
    }

    /// The record is another actor's from here on. One that fired a timer of the actor before may have armed what that
    /// one had wanted just before its end: that timer finds nobody.
    pub fn renew(&self) {
        self.wanted.store(NEVER, Relaxed);
        self.armed.store(NEVER, Relaxed);
    }

    /// The owner ends.
    pub fn end(&self, place: Place<'_>) {
        self.wanted.store(NEVER, Relaxed);
        if self.armed.load(Relaxed) == NEVER {
            // Or it is about to be armed, as it might be just after a swap.
            return;
        }
        let armed = self.armed.swap(NEVER, Relaxed);
        if armed != NEVER {
            place.cancel(Key(self.key.load(Relaxed)), armed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fires what is due, and says whether the actor is woken.
    fn fire(timers: &Timers, deadline: &Deadline, now: u64) -> bool {
        let mut due = Vec::new();
        timers.expire(0, now, &mut due);
        let fired = due
            .iter()
            .map(|timer| deadline.fire(timer.deadline, now, place(timers)));
        fired.filter(|fired| *fired == Fired::Wake).count() > 0
    }

    fn place(timers: &Timers) -> Place<'_> {
        Place {
            timers,
            worker: 0,
            payload: 7,
        }
    }

    #[test]
    fn one_timer_is_set_at_most() {
        let timers = Timers::new(1);
        let deadline = Deadline::new();
        assert!(deadline.set(100, place(&timers)));
        assert!(
            !deadline.set(200, place(&timers)),
            "the one that is set comes first"
        );
        assert!(deadline.set(50, place(&timers)));
        assert_eq!((timers.count(), timers.next(0)), (1, 50));
        deadline.set(300, place(&timers));
        assert!(!fire(&timers, &deadline, 60));
        assert_eq!(timers.count(), 1, "set again for what is wanted");
        deadline.clear();
        assert!(!fire(&timers, &deadline, 299));
        deadline.set(300, place(&timers));
        assert!(fire(&timers, &deadline, 300));
        assert_eq!(timers.count(), 0);
        deadline.set(400, place(&timers));
        deadline.end(place(&timers));
        assert_eq!(timers.count(), 0);
    }
}
