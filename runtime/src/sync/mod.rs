//! What the lock-free parts are built of. The crate `mesh-models` compiles the same parts against a
//! module of this name that stands on loom, and explores how their threads may interleave there.
//! So these parts take atomics, cells and threads from here, and nothing else of the crate.

pub mod atomic {
    //! Atomics and fences.
    pub use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
    pub use std::sync::atomic::{AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, fence};
}

pub use std::sync::{Arc, Mutex, MutexGuard};
pub use std::{hint, thread};

/// A cell that many threads know of and one at a time uses, which its user has to see to.
#[derive(Default)]
#[repr(transparent)]
pub struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

impl<T> UnsafeCell<T> {
    pub fn new(value: T) -> UnsafeCell<T> {
        UnsafeCell(std::cell::UnsafeCell::new(value))
    }

    /// Reads through the pointer that `f` gets.
    #[inline]
    pub fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
        f(self.0.get())
    }

    /// Reads and writes through the pointer that `f` gets.
    #[inline]
    pub fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        f(self.0.get())
    }
}

/// Keeps what different threads write apart: a pair of cache lines, which some machines fetch at once.
#[repr(align(128))]
pub struct Padded<T>(pub T);

impl<T> std::ops::Deref for Padded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// Locks, also where a thread ended while it held the lock: what our locks protect is in order
/// between any two statements.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Waits until another thread has made the step it is in: `ready` gives what it leads to. That is a
/// few instructions, unless the system has stopped that thread just there.
pub fn spin<T>(mut ready: impl FnMut() -> Option<T>) -> T {
    for turn in 0_u32.. {
        if let Some(value) = ready() {
            return value;
        }
        if turn < 64 {
            hint::spin_loop();
        } else {
            thread::yield_now();
        }
    }
    unreachable!("the count has no end")
}
