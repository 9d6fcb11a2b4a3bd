//! The state of an actor, as the scheduler sees it: one word.
//!
//! | state | who may touch the actor | leaves it |
//! | --- | --- | --- |
//! | idle | nobody | `wake` by anyone, who must then queue it: the actor is the run queue's |
//! | queued | the one that takes it from the run queue | `run` |
//! | running | the one that takes it from the run queue, then its worker | `park`, `requeue`, `exit`; `wake` makes it notified |
//! | notified | the same | the same; `run` and `park` find the wake-up, and the actor looks again |
//! | exited | nobody | |
//!
//! A `wake` that finds the actor idle makes it running at once, before it is in the queue, so that `run` has nothing to
//! change. Where another wake-up comes just before it, or the actor is a new one or was preempted, it is queued.
//!
//! # Why it is right
//!
//! - *No wake-up is lost.* Every transition is a read-modify-write of the word, so they have one
//!   order, and each sees what the one before published: whatever was done before a `wake` (a
//!   message pushed) is seen after the `run` or the failed `park` that finds it. The words are
//!   changed with AcqRel also where nothing changes: a `wake` that finds the actor queued must still
//!   publish. A plain store, or a load that decides to do nothing, would break that chain; only `run`
//!   may leave it at a load, which sees `running`: what came before the `wake` that made it so came through the run
//!   queue, and later wake-ups, which it may not see, are there for `park` to find.
//! - *An actor is in at most one run queue, once.* Only the `wake` that finds it idle and the
//!   `requeue` of its worker lead into a run queue, and whoever made the change puts it there.
//! - *Nothing touches an actor after publishing it as idle.* A successful `park` is the last
//!   access: another worker may run it to its end at once. So everything of the actor (its stack's
//!   registers, its wait) is stored before, and `park` gives all that is known after.

use crate::sync::atomic::{AcqRel, Acquire, AtomicU32, Relaxed, Release};

/// Someone woke it, and it has not begun a run since.
const WOKEN: u32 = 1;
const RUNNING: u32 = 2;
const EXITED: u32 = 4;

/// See the module's comment.
pub struct State(AtomicU32);

impl State {
    /// An actor that is in a run queue or on the way there: every new one.
    pub fn queued() -> State {
        State(AtomicU32::new(WOKEN))
    }

    /// A block that nobody owns yet: nothing wakes it.
    pub fn vacant() -> State {
        State(AtomicU32::new(EXITED))
    }

    /// A vacant block becomes a new actor's, which its maker then queues.
    pub fn revive(&self) {
        self.0.store(WOKEN, Release);
    }

    /// Something has happened that the actor must look at. If this gives true the caller has to put
    /// it into a run queue.
    #[inline]
    #[must_use = "an actor that was idle has to be queued"]
    pub fn wake(&self) -> bool {
        if self.0.load(Relaxed) == 0 && self.0.compare_exchange(0, RUNNING, AcqRel, Relaxed).is_ok()
        {
            return true;
        }
        self.0.fetch_or(WOKEN, AcqRel) == 0
    }

    /// The one that took the actor from a run queue runs it.
    #[inline]
    pub fn run(&self) {
        if self.0.load(Acquire) != RUNNING {
            let before = self.0.swap(RUNNING, AcqRel);
            debug_assert!(
                before & WOKEN != 0 && before & EXITED == 0,
                "only a queued actor is run"
            );
        }
    }

    /// The running actor has nothing to do. True: it is idle, and the caller must not touch it any
    /// more. False: it was woken meanwhile, still runs, and has to look again.
    #[inline]
    #[must_use = "an actor that was woken runs on"]
    pub fn park(&self) -> bool {
        let idle = self.0.compare_exchange(RUNNING, 0, AcqRel, Relaxed);
        if idle.is_err() {
            self.notice();
        }
        idle.is_ok()
    }

    /// The running actor is about to look at everything: it needs no wake-up for what came before.
    #[inline]
    pub fn notice(&self) {
        self.0.fetch_and(!WOKEN, AcqRel);
    }

    /// The running actor lets others run; the caller puts it into a run queue.
    #[inline]
    pub fn requeue(&self) {
        // A swap, although the word before does not matter: see the module's comment.
        self.0.swap(WOKEN, AcqRel);
    }

    /// The running actor has ended; wake-ups do nothing from here on.
    pub fn exit(&self) {
        self.0.swap(EXITED, AcqRel);
    }

    /// Whether somebody woke it while it runs.
    pub fn is_notified(&self) -> bool {
        self.0.load(Relaxed) == RUNNING | WOKEN
    }

    /// What it is at this moment, for those who watch.
    pub fn name(&self) -> &'static str {
        match self.0.load(Acquire) {
            0 => "waiting",
            WOKEN => "ready",
            // Or about to.
            word if word & EXITED != 0 => "exited",
            _ => "running",
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
        state.run();
        assert!(!state.wake());
        assert!(state.is_notified());
        assert!(!state.park(), "it was woken");
        assert!(!state.is_notified());
        assert!(state.park());
        assert!(state.wake());
        assert!(!state.wake());
        state.run();
        state.requeue();
        assert!(!state.wake());
        state.run();
        state.exit();
        assert!(!state.wake());
        state.revive();
        assert_eq!(state.name(), "ready");
    }
}
