//! The state of an actor, as the scheduler sees it: one word, which counts its wake-ups.
//!
//! | word | state | who may touch the actor | leaves it |
//! | --- | --- | --- | --- |
//! | 0 | idle | nobody | `wake` by anyone, who must then queue it |
//! | more | owned | the run queue it is in, then the one that took it from there | `park`, `exit` |
//! | [`EXITED`] and more | exited | nobody | |
//!
//! Each wake-up adds one. A run begins with a look at the word; the actor is idle again only if the word is still the
//! same when it has nothing more to do. An actor that lets others run stays owned, and goes back into a run queue.
//!
//! # Why it is right
//!
//! - *No wake-up is lost.* Every `wake` is a read-modify-write of the word, so they have one order, and each sees what
//!   the one before published. Whatever was done before a `wake` (a message pushed) is seen by the run that finds
//!   its count, at its begin or after a `park` that failed; and a `park` that succeeds has found every wake-up counted.
//!   So a `wake` adds also where the actor is owned anyway: a load that decides to do nothing would break that.
//! - *An actor is in at most one run queue, once.* Only the `wake` that finds 0 leads into a run queue, and the worker that
//!   runs the actor puts it back there.
//! - *Nothing touches an actor after publishing it as idle.* A successful `park` is the last
//!   access: another worker may run it to its end at once. So everything of the actor (its stack's
//!   registers, its wait) is stored before, and `park` gives all that is known after.

use crate::sync::atomic::{AcqRel, Acquire, AtomicU64, Release};

const EXITED: u64 = 1 << 63;

/// See the module's comment.
pub struct State(AtomicU64);

/// The wake-ups that a run knows of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known(u64);

impl Known {
    /// None: no run has begun.
    pub const NOTHING: Known = Known(0);
}

impl State {
    /// An actor that is in a run queue or on the way there: every new one.
    pub fn queued() -> State {
        State(AtomicU64::new(1))
    }

    /// A block that nobody owns yet: nothing wakes it.
    pub fn vacant() -> State {
        State(AtomicU64::new(EXITED))
    }

    /// A vacant block becomes a new actor's, which its maker then queues.
    pub fn revive(&self) {
        self.0.store(1, Release);
    }

    /// Something has happened that the actor must look at. If this gives true the caller has to put
    /// it into a run queue.
    #[inline]
    #[must_use = "an actor that was idle has to be queued"]
    pub fn wake(&self) -> bool {
        self.0.fetch_add(1, AcqRel) == 0
    }

    /// The one that took the actor from a run queue runs it, and the actor looks at everything.
    #[inline]
    pub fn run(&self) -> Known {
        Known(self.0.load(Acquire))
    }

    /// The running actor has nothing to do. Nothing: it is idle, and the caller must not touch it any
    /// more. Otherwise it was woken meanwhile, still runs, and has to look again.
    #[inline]
    #[must_use = "an actor that was woken runs on"]
    pub fn park(&self, known: Known) -> Option<Known> {
        let idle = self.0.compare_exchange(known.0, 0, AcqRel, Acquire);
        idle.err().map(Known)
    }

    /// The running actor has ended; wake-ups do nothing from here on.
    pub fn exit(&self) {
        self.0.swap(EXITED, AcqRel);
    }

    /// What it is at this moment, for those who watch.
    pub fn name(&self) -> &'static str {
        match self.0.load(Acquire) {
            0 => "waiting",
            word if word & EXITED != 0 => "exited",
            _ => "ready",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_queued_once_and_runs_again_when_woken() {
        let state = State::queued();
        assert!(!state.wake(), "it is queued already");
        let known = state.run();
        assert!(!state.wake());
        let known = state.park(known).expect("it was woken");
        assert_eq!(state.park(known), None);
        assert_eq!(state.name(), "waiting");
        assert!(state.wake());
        assert!(!state.wake());
        state.run();
        state.exit();
        assert!(!state.wake());
        assert_eq!(state.name(), "exited");
        state.revive();
        assert_eq!(state.name(), "ready");
    }
}
