//! The table of this node's actors: pids, and the control blocks they lead to.
//!
//! A slot keeps its block for ever; what changes is whose it is. A pid carries the generation of its
//! slot, odd while an actor lives there. The actor's end makes the generation even, so that from
//! then on nobody finds the block by that pid, and the next actor in the slot gets the next odd one;
//! a slot whose generations are used up is not used again. Looking up takes no lock.
//!
//! A thread may have found a block just before the actor's end, and be about to push a message. So a
//! slot is used again only when every thread has been at a turn boundary since (see [`turns`]).
//! Free slots are used oldest first, up to the few that each thread keeps at hand.
//!
//! Blocks lie in chunks of doubling size, whose memory is touched when a slot is first used, and may go back to the system
//! while slots are free: see [`bare`].

mod bare;
mod free;
pub mod turns;

use crate::sync::atomic::{Acquire, AtomicPtr, AtomicU32, Relaxed, Release};
use crate::sync::{Arc, Mutex, lock};
use free::{Free, Run};
use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::ptr::{drop_in_place, null_mut};
use turns::{Turns, Visit};

/// An actor of this or another node: 8 bits node, 24 bits slot, 32 bits generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pid(pub u64);

impl Pid {
    /// No actor has it.
    pub const NONE: Pid = Pid(0);

    /// The pid of an actor on this node.
    pub fn new(slot: u32, generation: u32) -> Pid {
        debug_assert!(slot < SLOTS);
        Pid(u64::from(slot) << 32 | u64::from(generation))
    }

    /// 0 for this node.
    pub fn node(self) -> u8 {
        (self.0 >> 56) as u8
    }

    pub fn slot(self) -> u32 {
        (self.0 >> 32) as u32 & (SLOTS - 1)
    }

    pub fn generation(self) -> u32 {
        self.0 as u32
    }
}

impl fmt::Display for Pid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Each second generation is nobody's.
        let life = self.generation() / 2;
        write!(f, "<{}.{}.{life}>", self.node(), self.slot())
    }
}

/// Actors a node can have at once.
pub const SLOTS: u32 = 1 << 24;
/// Slots of the first chunk; each further one has twice as many as the one before.
const FIRST_CHUNK: u32 = 256;
/// Enough chunks for all slots.
const CHUNKS: usize = (SLOTS / FIRST_CHUNK).ilog2() as usize + 1;

/// A place for an actor, from the start of a line of the cache on: what a look-up reads lies with the begin of the block.
#[repr(C, align(64))]
struct Slot<T> {
    /// Odd while an actor has the slot.
    generation: AtomicU32,
    /// In a list of free or former slots: the next one.
    next: AtomicU32,
    block: T,
}

/// See the module's comment. `T` is the control block; it is made when its slot is first used, and
/// whoever gets the slot later sets it up again.
pub struct Table<T> {
    chunks: [AtomicPtr<Slot<T>>; CHUNKS],
    free: Mutex<Free>,
    turns: Arc<Turns>,
}

// SAFETY: blocks are shared between the threads that use the table.
unsafe impl<T: Send + Sync> Send for Table<T> {}
// SAFETY: as above.
unsafe impl<T: Send + Sync> Sync for Table<T> {}

/// The chunk a slot lies in, and where in it.
fn place(slot: u32) -> (usize, usize) {
    let at = slot + FIRST_CHUNK;
    let chunk = at.ilog2() - FIRST_CHUNK.ilog2();
    (chunk as usize, (at - (FIRST_CHUNK << chunk)) as usize)
}

fn layout<T>(chunk: usize) -> Layout {
    let slots = Layout::array::<Slot<T>>((FIRST_CHUNK as usize) << chunk);
    slots.expect("a chunk fits the memory")
}

/// What the allocator is asked for where `chunk` bytes are to be zero and aligned to more than it gives by itself: else
/// it would be Rust that zeroes them, and so touches all of them.
fn around(chunk: Layout) -> Layout {
    let size = chunk.size() + chunk.align() + size_of::<usize>();
    Layout::from_size_align(size, align_of::<usize>()).expect("a chunk fits the memory")
}

/// Zeroed memory, not touched so far; null where there is none.
fn take_zeroed(chunk: Layout) -> *mut u8 {
    // SAFETY: the size is not zero.
    let whole = unsafe { alloc_zeroed(around(chunk)) };
    if whole.is_null() {
        return null_mut();
    }
    let behind = whole.addr() + size_of::<usize>();
    let start = whole.with_addr(behind.next_multiple_of(chunk.align()));
    // SAFETY: there is room for the word before `start`, and for the chunk behind it.
    unsafe { start.cast::<usize>().sub(1).write(whole.addr()) };
    start
}

/// Gives it back.
///
/// # Safety
/// It came from [`take_zeroed`] with this layout, and nobody uses it any more.
unsafe fn give_zeroed(start: *mut u8, chunk: Layout) {
    // SAFETY: the caller's promise; the word before says where the allocator's memory begins.
    unsafe {
        let whole = start.cast::<usize>().sub(1).read();
        dealloc(start.with_addr(whole), around(chunk));
    }
}

/// A block that is nobody's. Not inlined, for it is a large piece of code.
#[inline(never)]
fn vacant<T: Default>() -> T {
    T::default()
}

impl<T: Default> Table<T> {
    /// A table without actors, for at most so many of them, used by at most so many threads at once.
    pub fn new(actors: u32, threads: usize) -> Arc<Table<T>> {
        Arc::new(Table {
            chunks: std::array::from_fn(|_| AtomicPtr::new(null_mut())),
            free: Mutex::new(Free::new(actors.min(SLOTS))),
            turns: Turns::new(threads),
        })
    }

    /// A thread begins to use the table, outside of any turn. `None` if there are too many.
    pub fn visitor(self: &Arc<Self>) -> Option<Visitor<T>> {
        Some(Visitor {
            visit: Turns::join(&self.turns)?,
            table: self.clone(),
            at_hand: Cell::new(Run::EMPTY),
            former: RefCell::default(),
            count: 0,
        })
    }

    /// The slot, if its chunk is there.
    fn slot(&self, slot: u32) -> Option<&Slot<T>> {
        let (chunk, at) = place(slot);
        let chunk = self.chunks[chunk].load(Acquire);
        // SAFETY: a chunk lives as long as the table, and has a slot for each place.
        (!chunk.is_null()).then(|| unsafe { &*chunk.add(at) })
    }

    /// A slot that has been handed out.
    fn known(&self, slot: u32) -> &Slot<T> {
        self.slot(slot).expect("a slot in use has its chunk")
    }

    /// Makes the block of a slot that nobody has used. False without memory.
    fn make(&self, slot: u32) -> bool {
        let (chunk, at) = place(slot);
        // Under the lock of the free slots, so nobody else makes a chunk.
        let mut start = self.chunks[chunk].load(Relaxed);
        if start.is_null() {
            start = take_zeroed(layout::<T>(chunk)).cast();
            if start.is_null() {
                return false;
            }
            self.chunks[chunk].store(start, Release);
        }
        let fresh = Slot {
            generation: AtomicU32::new(0),
            next: AtomicU32::new(0),
            block: vacant(),
        };
        // SAFETY: the place lies in the chunk and is nobody's: there is no pid of it yet.
        unsafe { start.add(at).write(fresh) };
        true
    }

    /// Slots for a thread to have at hand; empty if there are no more.
    fn take(&self) -> Run {
        const BATCH: u32 = 32;
        let mut free = lock(&self.free);
        if !free.orphans.is_empty() {
            self.turns.try_advance();
            free.adopt(self.turns.safe(), |slot| &self.known(slot).next);
        }
        let mut run = Run::EMPTY;
        for _ in 0..BATCH {
            let next = |slot| self.known(slot).next.load(Relaxed);
            let Some(slot) = free
                .pop(next)
                .or_else(|| {
                    let (slot, generation) = free.pop_bare()?;
                    self.make_again(slot, generation);
                    Some(slot)
                })
                .or_else(|| free.fresh(|slot| self.make(slot)))
            else {
                break;
            };
            run.push(slot, |slot| &self.known(slot).next);
        }
        run
    }

    /// All pids alive at this moment, more or less: some may end and others begin meanwhile.
    pub fn pids(&self) -> Vec<Pid> {
        let used = lock(&self.free).used();
        (0..used)
            .map(|slot| Pid::new(slot, self.known(slot).generation.load(Acquire)))
            .filter(|pid| pid.generation() % 2 == 1)
            .collect()
    }
}

impl<T> Drop for Table<T> {
    fn drop(&mut self) {
        let mut free = lock(&self.free);
        let (used, bare) = (free.used(), std::mem::take(&mut free.bare));
        drop(free);
        for slot in 0..used {
            if bare.iter().any(|bare| bare.has(slot)) {
                continue;
            }
            let (chunk, at) = place(slot);
            // SAFETY: a used slot has been made, and nobody uses the table any more.
            unsafe { drop_in_place(self.chunks[chunk].load(Relaxed).add(at)) };
        }
        for (chunk, start) in self.chunks.iter().enumerate() {
            let start = start.load(Relaxed);
            if !start.is_null() {
                // SAFETY: made with this layout.
                unsafe { give_zeroed(start.cast(), layout::<T>(chunk)) };
            }
        }
    }
}

/// Turns from one attempt to advance the epoch to the next.
const ADVANCE_EVERY: u32 = 8;

/// A thread's use of the table. What it looks up is borrowed from it, hence given back at the next
/// turn boundary.
pub struct Visitor<T: Default> {
    visit: Visit,
    table: Arc<Table<T>>,
    /// Free slots.
    at_hand: Cell<Run>,
    /// Slots whose actors ended, not free yet; one run for each epoch, oldest first.
    former: RefCell<Vec<(u64, Run)>>,
    /// Counts turns.
    count: u32,
}

impl<T: Default> Visitor<T> {
    /// A turn begins: from here until [`leave`](Visitor::leave) the thread may look up actors.
    pub fn enter(&mut self) {
        self.visit.enter();
    }

    /// The thread looks up nobody for a while: before it waits, and it must enter again after. Its former slots are
    /// left to others meanwhile.
    pub fn leave(&mut self) {
        self.visit.leave();
        let former = self.former.get_mut();
        if !former.is_empty() {
            lock(&self.table.free).orphans.append(former);
        }
    }

    /// A turn ends and the next one begins; costs a load most of the time.
    #[inline]
    pub fn turn(&mut self) {
        self.count = self.count.wrapping_add(1);
        self.boundary(self.count.is_multiple_of(ADVANCE_EVERY));
    }

    /// A turn boundary that does what it can to make former slots free.
    pub fn settle(&mut self) {
        self.boundary(true);
    }

    #[inline]
    fn boundary(&mut self, advance: bool) {
        let waits = !self.former.get_mut().is_empty();
        if self.visit.turn(advance && waits) {
            self.give_back();
        }
    }

    /// The actor's block while it lives.
    #[inline]
    pub fn get(&self, pid: Pid) -> Option<&T> {
        debug_assert!(self.visit.is_in());
        if pid.node() != 0 {
            return None;
        }
        let slot = self.table.slot(pid.slot())?;
        let alive = slot.generation.load(Acquire) == pid.generation() && pid.generation() % 2 == 1;
        alive.then_some(&slot.block)
    }

    /// A new actor: `set_up` gets its pid and the block, which nobody else knows yet. `None` if the
    /// node has no room for it.
    pub fn insert(&self, set_up: impl FnOnce(Pid, &T)) -> Option<Pid> {
        let mut run = self.at_hand.get();
        if run.is_empty() {
            run = self.table.take();
        }
        let taken = run.pop(|slot| self.table.known(slot).next.load(Relaxed));
        self.at_hand.set(run);
        let slot = self.table.known(taken?);
        let pid = Pid::new(taken?, slot.generation.load(Relaxed) + 1);
        set_up(pid, &slot.block);
        slot.generation.store(pid.generation(), Release);
        Some(pid)
    }

    /// The actor has ended: nobody finds it from here on, though some may have found it before.
    /// Called once, by the thread that ran it, within a turn.
    pub fn remove(&self, pid: Pid) {
        debug_assert!(self.visit.is_in());
        let slot = self.table.known(pid.slot());
        debug_assert_eq!(slot.generation.load(Relaxed), pid.generation());
        let next = pid.generation().wrapping_add(1);
        slot.generation.store(next, Release);
        if next == 0 {
            return;
        }
        let epoch = self.visit.retires_at();
        let mut former = self.former.borrow_mut();
        if former.last().is_none_or(|(last, _)| *last != epoch) {
            former.push((epoch, Run::EMPTY));
        }
        let run = &mut former.last_mut().expect("just pushed").1;
        run.push(pid.slot(), |slot| &self.table.known(slot).next);
    }

    /// Makes those former slots free that no thread can have found.
    #[cold]
    fn give_back(&self) {
        let safe = self.table.turns.safe();
        let mut former = self.former.borrow_mut();
        while former.first().is_some_and(|(epoch, _)| *epoch <= safe) {
            let (_, run) = former.remove(0);
            lock(&self.table.free).append(run, |slot| &self.table.known(slot).next);
        }
    }
}

impl<T: Default> Drop for Visitor<T> {
    fn drop(&mut self) {
        let table = &self.table;
        let mut free = lock(&table.free);
        free.append(self.at_hand.get(), |slot| &table.known(slot).next);
        free.orphans.append(self.former.get_mut());
    }
}

#[cfg(test)]
mod tests;
