//! Lists of slots, linked through the slots themselves.

use super::bare::Bare;
use crate::sync::atomic::{AtomicU32, Relaxed};

/// Slots in a row. A row of none has no first; where the last one's link leads is not said.
#[derive(Clone, Copy)]
pub struct Run {
    first: u32,
    last: u32,
}

/// No slot has this number.
const NONE: u32 = u32::MAX;

impl Run {
    pub const EMPTY: Run = Run {
        first: NONE,
        last: NONE,
    };

    pub fn is_empty(&self) -> bool {
        self.first == NONE
    }

    /// Appends a slot; `link` gives the link of a slot.
    pub fn push<'a>(&mut self, slot: u32, link: impl Fn(u32) -> &'a AtomicU32) {
        let one = Run {
            first: slot,
            last: slot,
        };
        self.append(one, link);
    }

    pub fn append<'a>(&mut self, run: Run, link: impl Fn(u32) -> &'a AtomicU32) {
        if run.is_empty() {
            return;
        }
        if self.is_empty() {
            self.first = run.first;
        } else {
            link(self.last).store(run.first, Relaxed);
        }
        self.last = run.last;
    }

    /// Takes the first slot; `next` reads the link of a slot.
    pub fn pop(&mut self, next: impl Fn(u32) -> u32) -> Option<u32> {
        let first = self.first;
        if first == NONE {
            return None;
        }
        *self = if first == self.last {
            Run::EMPTY
        } else {
            Run {
                first: next(first),
                last: self.last,
            }
        };
        Some(first)
    }
}

/// The slots that no actor has, under the table's lock.
pub struct Free {
    run: Run,
    /// Slots from here on have never been used.
    used: u32,
    /// How many there are.
    limit: u32,
    /// Former slots of threads that are gone or wait, with the epoch after which each run is free.
    pub orphans: Vec<(u64, Run)>,
    /// Slots without memory.
    pub bare: Vec<Bare>,
}

impl Free {
    pub fn new(limit: u32) -> Free {
        Free {
            run: Run::EMPTY,
            used: 0,
            limit,
            orphans: Vec::new(),
            bare: Vec::new(),
        }
    }

    /// How many slots have been used so far.
    pub fn used(&self) -> u32 {
        self.used
    }

    pub fn append<'a>(&mut self, run: Run, link: impl Fn(u32) -> &'a AtomicU32) {
        self.run.append(run, link);
    }

    /// Takes in the orphans of all epochs up to `safe`.
    pub fn adopt<'a>(&mut self, safe: u64, link: impl Fn(u32) -> &'a AtomicU32) {
        for (epoch, run) in std::mem::take(&mut self.orphans) {
            if epoch <= safe {
                self.run.append(run, &link);
            } else {
                self.orphans.push((epoch, run));
            }
        }
    }

    /// Takes all but those without memory.
    pub fn take_all(&mut self) -> Run {
        std::mem::replace(&mut self.run, Run::EMPTY)
    }

    /// A slot without memory, and its generation.
    pub fn pop_bare(&mut self) -> Option<(u32, u32)> {
        while let Some(last) = self.bare.last_mut() {
            if let Some(found) = last.pop() {
                return Some(found);
            }
            self.bare.pop();
        }
        None
    }

    /// The slot that has been free for longest.
    pub fn pop(&mut self, next: impl Fn(u32) -> u32) -> Option<u32> {
        self.run.pop(next)
    }

    /// A slot that has never been used, once `make` has made it.
    pub fn fresh(&mut self, make: impl FnOnce(u32) -> bool) -> Option<u32> {
        let slot = self.used;
        if slot == self.limit || !make(slot) {
            return None;
        }
        self.used += 1;
        Some(slot)
    }
}
