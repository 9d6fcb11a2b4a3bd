//! The place for the actor that its worker runs next: the one that the running actor woke last,
//! whose message is still in the cache. Others may take it once a tick has passed, for the running
//! actor may go on for long.
//!
//! # Why it is right
//!
//! An actor leaves the word only by a read-modify-write, so each that was put there is taken by exactly one. Only the owner
//! puts one there: where it finds none, a store does, for nobody else changes null. The tick is
//! stored before the actor is published; so who sees the actor sees its tick or a later
//! one, and takes none too early. (If the owner takes the actor and puts it there again between the
//! look at the tick and the swap, it is taken early, which does no harm.)

use crate::sync::atomic::{AcqRel, Acquire, AtomicPtr, AtomicU64, Relaxed, Release};
use std::ptr::{NonNull, null_mut};

/// See the module's comment.
pub struct Slot<T> {
    task: AtomicPtr<T>,
    /// When it was put there.
    tick: AtomicU64,
}

impl<T> Slot<T> {
    #[allow(clippy::new_without_default, reason = "a slot has a worker")]
    pub fn new() -> Slot<T> {
        Slot {
            task: AtomicPtr::new(null_mut()),
            tick: AtomicU64::new(0),
        }
    }

    /// The owner puts an actor there, and gets the one that it takes the place of.
    #[inline]
    pub fn put(&self, task: NonNull<T>, tick: u64) -> Option<NonNull<T>> {
        self.tick.store(tick, Relaxed);
        if self.task.load(Relaxed).is_null() {
            self.task.store(task.as_ptr(), Release);
            return None;
        }
        NonNull::new(self.task.swap(task.as_ptr(), AcqRel))
    }

    /// The owner takes it.
    #[inline]
    pub fn take(&self) -> Option<NonNull<T>> {
        if self.task.load(Relaxed).is_null() {
            return None;
        }
        NonNull::new(self.task.swap(null_mut(), AcqRel))
    }

    /// Whether others may take what is there at `tick`.
    pub fn is_stale(&self, tick: u64) -> bool {
        !self.task.load(Acquire).is_null() && self.tick.load(Relaxed) < tick
    }

    /// Another worker takes it.
    pub fn steal(&self, tick: u64) -> Option<NonNull<T>> {
        let task = self.task.load(Acquire);
        if task.is_null() || self.tick.load(Relaxed) >= tick {
            return None;
        }
        let stolen = self
            .task
            .compare_exchange(task, null_mut(), AcqRel, Relaxed);
        stolen.ok().and_then(NonNull::new)
    }

    pub fn is_empty(&self) -> bool {
        self.task.load(Acquire).is_null()
    }
}
