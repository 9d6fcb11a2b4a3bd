//! What the process keeps for later goes back to the system when it is not needed for a while: free chunks, blocks and stacks,
//! the records of actors that ended, and what the allocator has in between.
//!
//! The monitor decides when; in deterministic mode never, for records would be used again in another order. Giving takes some milliseconds, on a thread of its own, in which nobody waits for it.

use super::Scheduler;
use crate::actor::stack;
use crate::{blocks, heap, thread};
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::time::{Duration, Instant};

/// Between two looks at what has been going on.
const LOOK: Duration = Duration::from_secs(1);
/// So long it is to the next time.
const REST: Duration = Duration::from_secs(5);
/// With fewer turns from one look to the next little is going on.
const TURNS: u64 = 1000;
/// So many actors have to be gone, and more than are left, to do it while much is going on.
const GONE: u64 = 1000;

/// Free records side by side whose memory is worth giving back.
const TOGETHER: u32 = 64;

/// Bytes that were given back at rest, of which the allocator has most, that are much once little is going on, and at any time.
const GIVEN: usize = 4 << 20;
const GIVEN_AT_ANY_TIME: usize = 16 << 20;

/// Bytes that were given back at rest since the last time.
static GIVEN_BACK: AtomicUsize = AtomicUsize::new(0);

/// One that rests has given back so many bytes of its heap, or of buffers.
pub fn note_given(bytes: usize) {
    GIVEN_BACK.fetch_add(bytes, Relaxed);
}

/// Knows when it is time, for the monitor: once little is going on, after much was.
pub struct Trim {
    looked: Instant,
    /// The turns at that time.
    turns: u64,
    /// Whether much has been going on since the last time.
    much: bool,
    /// The most actors that were seen since.
    most: u64,
    last: Instant,
}

impl Trim {
    /// Nothing has happened so far.
    pub fn begin() -> Trim {
        let now = Instant::now();
        Trim {
            looked: now,
            turns: 0,
            much: false,
            most: 0,
            last: now,
        }
    }

    /// All workers sleep: after how long they have to be looked at even so.
    pub fn after(&self, scheduler: &Scheduler) -> Option<Duration> {
        let much = self.is_much() || scheduler.turns() - self.turns >= TURNS;
        much.then(|| REST.saturating_sub(self.last.elapsed()).max(LOOK))
    }

    fn is_much(&self) -> bool {
        self.much || GIVEN_BACK.load(Relaxed) >= GIVEN
    }

    /// Looks, if it has not for a while, and begins to give back if it is time.
    pub fn look(&mut self, scheduler: &'static Scheduler) {
        if self.looked.elapsed() < LOOK {
            return;
        }
        let (turns, alive) = (scheduler.turns(), scheduler.alive());
        let little = turns - self.turns < TURNS;
        self.looked = Instant::now();
        self.turns = turns;
        self.much |= !little;
        self.most = self.most.max(alive);
        let gone = self.most - alive;
        let given = GIVEN_BACK.load(Relaxed);
        let time = little || gone >= GONE.max(alive) || given >= GIVEN_AT_ANY_TIME;
        if self.is_much() && time && self.last.elapsed() >= REST {
            self.last = self.looked;
            self.much = false;
            GIVEN_BACK.store(0, Relaxed);
            self.most = alive;
            start(scheduler);
        }
    }
}

/// Gives back what the process does not use at the moment, on a thread of its own.
pub fn start(scheduler: &'static Scheduler) {
    static RUNS: AtomicBool = AtomicBool::new(false);
    if RUNS.swap(true, Acquire) {
        return;
    }
    let work = move || {
        give_back(scheduler);
        RUNS.store(false, Release);
    };
    if thread::start("trim", Box::new(work)).is_err() {
        RUNS.store(false, Relaxed);
    }
}

fn give_back(scheduler: &Scheduler) {
    heap::give_back();
    blocks::give_back();
    stack::give_free_back();
    // SAFETY: the table gives only what nobody uses.
    let give_pages = |from, to| unsafe { stack::give_back(from, to) };
    scheduler.table.shrink(TOGETHER, give_pages);
    #[cfg(target_env = "gnu")]
    // SAFETY: a call without conditions.
    unsafe {
        libc::malloc_trim(0)
    };
}
