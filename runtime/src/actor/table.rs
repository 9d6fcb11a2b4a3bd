//! Pids and the records behind them.
//!
//! A pid is a node (8 bits, 0 for this one), a slot (24 bits) and the slot's generation (32 bits). A
//! slot whose actor has ended is used again, the one that has been free for the longest first, with the
//! next generation; after the last generation it is given up.

use super::Actor;
use crate::config::Config;
use std::collections::VecDeque;
use std::ptr::null_mut;
use std::sync::atomic::AtomicPtr;
use std::sync::atomic::Ordering::{Acquire, Release, SeqCst};
use std::sync::{Mutex, PoisonError};

/// Records in one piece of the table.
const PIECE: usize = 1024;
const SLOT_BITS: u32 = 24;
const PIECES: usize = (1 << SLOT_BITS) / PIECE;

/// What stands in a record that is nobody's.
const NOBODY: u64 = u64::MAX;

static RECORDS: [AtomicPtr<Actor>; PIECES] = [const { AtomicPtr::new(null_mut()) }; PIECES];

struct Free {
    /// The next pids of slots that were used before.
    pids: VecDeque<u64>,
    /// Slots that were never used begin here.
    fresh: usize,
}

static FREE: Mutex<Free> = Mutex::new(Free {
    pids: VecDeque::new(),
    fresh: 0,
});

fn slot_of(pid: u64) -> usize {
    (pid >> 32) as usize & ((1 << SLOT_BITS) - 1)
}

/// The record of a slot that was used before.
fn record(slot: usize) -> Option<&'static Actor> {
    let piece = RECORDS[slot / PIECE].load(Acquire);
    // SAFETY: a piece has `PIECE` records and lives for ever.
    (!piece.is_null()).then(|| unsafe { &*piece.add(slot % PIECE) })
}

/// The living actor of a pid.
pub fn find(pid: u64) -> Option<&'static Actor> {
    if pid >> (32 + SLOT_BITS) != 0 {
        return None;
    }
    record(slot_of(pid)).filter(|actor| actor.pid() == pid)
}

/// A record for a new actor, and its pid; `None` when there are too many actors, or no memory.
///
/// The record is the caller's, who begins the actor.
pub fn take(config: &'static Config) -> Option<(&'static Actor, u64)> {
    let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(pid) = free.pids.pop_front() {
        return record(slot_of(pid)).map(|actor| (actor, pid));
    }
    let slot = free.fresh;
    let piece = RECORDS.get(slot / PIECE)?;
    if slot.is_multiple_of(PIECE) {
        let records: Vec<Actor> = (0..PIECE).map(|_| Actor::vacant(config)).collect();
        let records = Box::leak(records.into_boxed_slice());
        for record in records.iter() {
            record.set_pid(NOBODY);
        }
        piece.store(records.as_mut_ptr(), Release);
    }
    free.fresh += 1;
    record(slot).map(|actor| (actor, (slot as u64) << 32))
}

/// The actor of a pid is found no longer.
pub fn hide(actor: &Actor) {
    actor.set_pid(NOBODY);
    std::sync::atomic::fence(SeqCst);
}

/// The record of an actor that had this pid, and of which nothing is left, may be used again.
pub fn give(pid: u64) {
    if pid as u32 == u32::MAX {
        return;
    }
    let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
    free.pids.push_back(pid + 1);
}
