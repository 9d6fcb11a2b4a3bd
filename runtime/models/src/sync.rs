//! The module `sync` of the runtime, on loom.

pub mod atomic {
    //! Atomics and fences.
    pub use loom::sync::atomic::{AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, fence};
    pub use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
}

pub use loom::cell::UnsafeCell;
pub use loom::sync::{Arc, Condvar, Mutex, MutexGuard};
pub use loom::{hint, thread};

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
