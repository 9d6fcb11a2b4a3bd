//! The module `sync` of the runtime, on loom.

pub mod atomic {
    //! Atomics and fences.
    pub use loom::sync::atomic::{AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, fence};
    pub use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
}

pub use loom::cell::UnsafeCell;
pub use loom::sync::{Condvar, Mutex, MutexGuard};
pub use loom::{hint, thread};
/// Not loom's: what it orders is ordered by joins in the models.
pub use std::sync::Arc;

/// Keeps what different threads write apart: a pair of cache lines, which some machines fetch at once.
#[repr(align(128))]
pub struct Padded<T>(pub T);

impl<T> std::ops::Deref for Padded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("a model that fails ends")
}

pub fn spin<T>(mut ready: impl FnMut() -> Option<T>) -> T {
    loop {
        if let Some(value) = ready() {
            return value;
        }
        thread::yield_now();
    }
}
