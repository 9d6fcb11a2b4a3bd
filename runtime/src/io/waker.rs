//! Wakers that stand for an actor: a pid in the place of an address, so that they own nothing.

use crate::sched::worker::Worker;
use std::cell::Cell;
use std::ptr::without_provenance;
use std::task::{RawWaker, RawWakerVTable, Waker};

thread_local! {
    /// The worker whose thread this is. Read only by functions that never suspend.
    static WORKER: Cell<Option<&'static Worker>> = const { Cell::new(None) };
}

static TABLE: RawWakerVTable = RawWakerVTable::new(raw, wake_raw, wake_raw, |_| {});

fn raw(pid: *const ()) -> RawWaker {
    RawWaker::new(pid, &TABLE)
}

fn wake_raw(pid: *const ()) {
    wake(pid.addr() as u64);
}

/// This thread is a worker's from here on.
pub fn enter_thread(worker: &'static Worker) {
    WORKER.set(Some(worker));
}

/// Wakes an actor when it is used, as long as that lives.
pub fn of(pid: u64) -> Waker {
    // SAFETY: the table's functions take any number in place of an address.
    unsafe { Waker::from_raw(raw(without_provenance(pid as usize))) }
}

/// Wakes an actor, if it lives.
#[inline(never)]
pub fn wake(pid: u64) {
    match WORKER.get() {
        Some(worker) => worker.make_ready(pid),
        None => crate::sched::wake_from_outside(pid),
    }
}

/// Ends an actor, if it lives. Called where a worker runs.
#[inline(never)]
pub fn kill(pid: u64) {
    if let Some(worker) = WORKER.get() {
        worker.kill(pid);
    }
}
