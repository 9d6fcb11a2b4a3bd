//! Memory for stacks: an actor's slot, and the segment it continues on past that.
//!
//! Slots are pieces of one arena, whose addresses are reserved at the start and made accessible in
//! steps, so that a million stacks are one mapping. A slot is bound to an actor while that runs or
//! waits in the middle of something; free ones are reused, the last one first. The highest bytes of a
//! slot hold its [`Head`]. The tops are coloured: were they all at the same place in a page, they would
//! share the same few sets of the processor's caches.
//!
//! Compiled code keeps above a reserve by itself. The lowest page of a slot is a guard where the system
//! gives guards that cost no mapping, and else for the first slots, against native code that needs more
//! than the reserve.

use super::Actor;
use crate::io::complain;
use corosensei::stack::{Stack, StackPointer};
use mesh_abi::context::{TAIL_RING, TailRecord};
use std::cell::RefCell;
use std::ptr::null_mut;
use std::sync::atomic::AtomicPtr;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// Bytes of the stack an actor starts on.
pub const SLOT_SIZE: usize = 64 * 1024;
/// Slots that a program may use at once.
const MOST_SLOTS: usize = 1 << 20;
/// The smallest arena worth having.
const LEAST_SLOTS: usize = 1 << 10;
/// Slots made accessible at once: 64 MiB.
const STEP: usize = 1024;
/// Distance of two colours.
const COLOUR: usize = 128;
const COLOURS: usize = 16;
/// Slots whose guard is a mapping of its own, where the system has no others.
const GUARDED: usize = 4096;
/// Free slots a thread keeps for itself, and how many it takes or gives at once.
const KEPT: usize = 64;
const TAKEN: usize = 32;
/// Beyond so many free slots, the memory of one that is given back goes to the system.
const FREE_WITH_MEMORY: usize = 4096;

/// Bytes of a page.
fn page() -> usize {
    // SAFETY: only asks for a number.
    usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096)
}

/// Gives the memory of the pages from `low` up to `high` back to the system; they are zero then.
///
/// # Safety
/// Nothing in there is in use.
pub unsafe fn give_back(low: usize, high: usize) {
    let page = page();
    let (low, high) = (low.next_multiple_of(page), high / page * page);
    if low < high {
        // SAFETY: the caller's promise; whole pages of one mapping.
        unsafe { libc::madvise(low as *mut libc::c_void, high - low, libc::MADV_DONTNEED) };
    }
}

fn map(size: usize, access: libc::c_int) -> Option<usize> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    // SAFETY: a fresh private mapping, placed by the system.
    let start = unsafe { libc::mmap(null_mut(), size, access, flags, -1, 0) };
    (start != libc::MAP_FAILED).then_some(start as usize)
}

/// What stands at the top of a slot.
#[repr(C, align(16))]
pub struct Head {
    /// Whom the slot is bound to.
    pub owner: AtomicPtr<Actor>,
    /// The tail calls that were made on this stack.
    pub ring: [TailRecord; TAIL_RING],
}

struct Arena {
    start: usize,
    slots: usize,
    page: usize,
    free: Mutex<Free>,
}

struct Free {
    /// Numbers of slots that were used before.
    numbers: Vec<u32>,
    /// Slots handed out for the first time so far.
    used: usize,
    /// Slots made accessible so far.
    accessible: usize,
}

/// The arena, or `None` where the system gives no addresses at all.
fn arena() -> Option<&'static Arena> {
    static ARENA: OnceLock<Option<Arena>> = OnceLock::new();
    ARENA.get_or_init(Arena::reserve).as_ref()
}

impl Arena {
    fn reserve() -> Option<Arena> {
        let mut slots = MOST_SLOTS;
        let start = loop {
            match map(slots * SLOT_SIZE, libc::PROT_NONE) {
                Some(start) => break start,
                None if slots > LEAST_SLOTS => slots /= 2,
                None => return None,
            }
        };
        if slots < MOST_SLOTS {
            let count = crate::crash::number(slots as i64);
            let text = "mesh: the system gives few addresses: at most ";
            complain(
                [text, &count, " actors can be in the middle of something\n"]
                    .concat()
                    .as_bytes(),
            );
        }
        #[cfg(target_os = "linux")]
        // SAFETY: the mapping just made. Without this the system may commit 2 MiB for a small stack.
        unsafe {
            libc::madvise(
                start as *mut libc::c_void,
                slots * SLOT_SIZE,
                libc::MADV_NOHUGEPAGE,
            );
        }
        Some(Arena {
            start,
            slots,
            page: page(),
            free: Mutex::new(Free {
                numbers: Vec::new(),
                used: 0,
                accessible: 0,
            }),
        })
    }

    fn free(&self) -> MutexGuard<'_, Free> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves up to `count` free slots, or a fresh one, to `to`.
    fn take(&self, count: usize, to: &mut Vec<u32>) {
        let mut free = self.free();
        if free.numbers.is_empty() {
            to.extend(self.fresh(&mut free));
            return;
        }
        let rest = free.numbers.len().saturating_sub(count);
        to.extend(free.numbers.drain(rest..));
    }

    /// A slot that nobody has had yet.
    fn fresh(&self, free: &mut Free) -> Option<u32> {
        if free.used == free.accessible {
            let step = STEP.min(self.slots - free.used);
            let access = libc::PROT_READ | libc::PROT_WRITE;
            let start = (self.start + free.used * SLOT_SIZE) as *mut libc::c_void;
            // SAFETY: within the arena, in a part that nobody uses yet.
            if step == 0 || unsafe { libc::mprotect(start, step * SLOT_SIZE, access) } != 0 {
                return None;
            }
            free.accessible += step;
        }
        let number = free.used;
        free.used += 1;
        self.guard(number);
        u32::try_from(number).ok()
    }

    fn guard(&self, number: usize) {
        /// Linux's `MADV_GUARD_INSTALL`.
        const GUARD_INSTALL: libc::c_int = 102;
        let start = (self.start + number * SLOT_SIZE) as *mut libc::c_void;
        // SAFETY: the lowest page of a slot that nobody uses yet. Where neither call works there is no
        // guard, which only helps to find faults.
        unsafe {
            if libc::madvise(start, self.page, GUARD_INSTALL) != 0 && number < GUARDED {
                libc::mprotect(start, self.page, libc::PROT_NONE);
            }
        }
    }

    /// Takes slots back; beyond a number of free ones without their memory.
    fn give(&self, numbers: impl Iterator<Item = u32>) {
        let mut free = self.free();
        for number in numbers {
            if free.numbers.len() >= FREE_WITH_MEMORY {
                let start = self.start + number as usize * SLOT_SIZE;
                // SAFETY: the slot is free, and nothing in it is read before it is written again.
                unsafe { give_back(start + self.page, start + SLOT_SIZE) };
            }
            free.numbers.push(number);
        }
    }
}

/// Gives the memory of the free slots back that still have it.
pub fn give_free_back() {
    let Some(arena) = arena() else { return };
    let mut at = 0;
    loop {
        // Some at a time, so that nobody waits long; those that move meanwhile are of no importance.
        let free = arena.free();
        let some: Vec<u32> = free.numbers[..free.numbers.len().min(FREE_WITH_MEMORY)]
            .iter()
            .skip(at)
            .take(TAKEN)
            .copied()
            .collect();
        for number in &some {
            let start = arena.start + *number as usize * SLOT_SIZE;
            // SAFETY: as in `give`; nobody takes the slot meanwhile.
            unsafe { give_back(start + arena.page, start + SLOT_SIZE) };
        }
        if some.is_empty() {
            return;
        }
        at += TAKEN;
    }
}

thread_local! {
    /// Free slots of this thread. Never touched on both sides of a suspension: only the code that
    /// starts and ends runs of actors gets and gives slots, on the worker's own stack.
    static OWN: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

/// The stack an actor starts on; given back when dropped.
#[derive(Debug)]
pub struct Slot {
    number: u32,
    /// Lowest usable address.
    low: usize,
    /// Where the head begins.
    top: usize,
}

impl Slot {
    /// A free slot, or `None` when there is no room for one more.
    pub fn new() -> Option<Slot> {
        let arena = arena()?;
        let number = OWN.with_borrow_mut(|own| {
            if own.is_empty() {
                arena.take(TAKEN, own);
            }
            own.pop()
        })?;
        let start = arena.start + number as usize * SLOT_SIZE;
        Some(Slot {
            number,
            low: start + arena.page,
            top: head_of(start, number),
        })
    }

    /// Lowest usable and highest address.
    pub fn bounds(&self) -> (usize, usize) {
        (self.low, self.top)
    }

    /// What stands at the top of the slot, which is bound to nobody.
    pub fn head(&self) -> *mut Head {
        let head = self.top as *mut Head;
        // SAFETY: the head lies within the slot, which is ours.
        unsafe { (&raw mut (*head).owner).write(AtomicPtr::new(null_mut())) };
        head
    }
}

/// Where the head of a slot stands.
fn head_of(start: usize, number: u32) -> usize {
    start + SLOT_SIZE - size_of::<Head>() - number as usize % COLOURS * COLOUR
}

impl Drop for Slot {
    fn drop(&mut self) {
        let Some(arena) = arena() else { return };
        OWN.with_borrow_mut(|own| {
            own.push(self.number);
            if own.len() > KEPT {
                arena.give(own.drain(..TAKEN));
            }
        });
    }
}

/// Whom the slot is bound to in whose guard an address lies.
pub fn guarded_owner(address: usize) -> Option<*mut Actor> {
    let arena = arena()?;
    let offset = address.checked_sub(arena.start)?;
    let number = offset / SLOT_SIZE;
    if number >= arena.slots || offset % SLOT_SIZE >= arena.page {
        return None;
    }
    let head = head_of(
        arena.start + number * SLOT_SIZE,
        u32::try_from(number).ok()?,
    );
    // SAFETY: something ran into the slot's guard, so the slot is in use and has its head.
    Some(
        unsafe { &*(head as *const Head) }
            .owner
            .load(std::sync::atomic::Ordering::Acquire),
    )
}

// SAFETY: a slot is well over the least size. It may have no guard page: software limits keep compiled
// code above a reserve, and natives that need more than that run on the worker's stack.
unsafe impl Stack for Slot {
    fn base(&self) -> StackPointer {
        StackPointer::MIN.saturating_add(self.top - 1)
    }

    fn limit(&self) -> StackPointer {
        StackPointer::MIN.saturating_add(self.low - 1)
    }
}

/// The stack an actor continues on when its slot is used up: a mapping of its own, whose pages the
/// system commits when they are touched, above an inaccessible one.
pub struct Segment {
    /// Lowest address, where the guard is.
    start: usize,
    size: usize,
    guard: usize,
}

impl Segment {
    /// A fresh segment of `size` bytes, or `None` when the system has no room for it.
    pub fn new(size: usize) -> Option<Segment> {
        let guard = page();
        let size = size.next_multiple_of(guard) + guard;
        let start = map(size, libc::PROT_READ | libc::PROT_WRITE)?;
        // SAFETY: within the mapping just made, which nobody uses yet. Where either call fails the
        // stack still works: the first only helps to find faults, the second only saves memory.
        unsafe {
            let start = start as *mut libc::c_void;
            libc::mprotect(start, guard, libc::PROT_NONE);
            #[cfg(target_os = "linux")]
            libc::madvise(start, size, libc::MADV_NOHUGEPAGE);
        }
        Some(Segment { start, size, guard })
    }

    /// Lowest usable and highest address.
    pub fn bounds(&self) -> (usize, usize) {
        (self.start + self.guard, self.start + self.size)
    }

    /// The guard page's lowest and highest address.
    pub fn guard(&self) -> (usize, usize) {
        (self.start, self.start + self.guard)
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        // SAFETY: mapped in `new` with this size, and unmapped once; no code runs on it any more.
        unsafe { libc::munmap(self.start as *mut libc::c_void, self.size) };
    }
}
