//! Memory for frozen regions: pieces of one range of addresses, so that whether an object is frozen is
//! one comparison, and a table that says whose each piece is.
//!
//! The range is reserved when something is frozen for the first time, and made accessible in steps. The
//! table is written before an address of the region is known to anybody else, and cleared when nobody
//! knows one any more. Who looks up an address that it holds therefore finds its region; who looks up
//! a word that only looks like one may find any region, or none, and compares what it finds with those
//! that it holds before it uses it.

use super::Region;
use std::collections::BTreeMap;
use std::ptr::{null, null_mut};
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicPtr, AtomicUsize};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What sizes are multiples of; a multiple of every system's pages.
pub const UNIT: usize = 64 * 1024;
/// Addresses that are reserved, or fewer where the system does not give so many.
const MOST: usize = 64 << 30;
const LEAST: usize = 64 << 20;
/// Bytes made accessible at once.
const STEP: usize = 16 << 20;

static START: AtomicUsize = AtomicUsize::new(0);
static END: AtomicUsize = AtomicUsize::new(0);
/// An entry for each unit.
static OWNERS: AtomicPtr<AtomicPtr<Region>> = AtomicPtr::new(null_mut());

struct Units {
    /// Behind what was handed out so far.
    used: usize,
    /// Behind what is accessible.
    accessible: usize,
    /// Free pieces before `used`: start and size, no two of which touch.
    free: BTreeMap<usize, usize>,
}

static UNITS: Mutex<Units> = Mutex::new(Units {
    used: 0,
    accessible: 0,
    free: BTreeMap::new(),
});

fn units() -> MutexGuard<'static, Units> {
    UNITS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether an object is frozen.
#[inline]
pub fn contains(object: *const u8) -> bool {
    (START.load(Relaxed)..END.load(Relaxed)).contains(&(object as usize))
}

fn entry(address: usize) -> Option<&'static AtomicPtr<Region>> {
    let start = START.load(Acquire);
    if !contains(address as *const u8) {
        return None;
    }
    // SAFETY: the table has an entry for each unit of the range, and stays for ever.
    Some(unsafe { &*OWNERS.load(Relaxed).add((address - start) / UNIT) })
}

/// The region that an address is in, null for none: see the module's comment.
pub fn owner(address: usize) -> *const Region {
    entry(address).map_or(null(), |owner| owner.load(Acquire))
}

/// Says whose a piece is.
pub fn set_owner(start: usize, size: usize, region: *const Region) {
    for at in (start..start + size).step_by(UNIT) {
        if let Some(owner) = entry(at) {
            owner.store(region.cast_mut(), Release);
        }
    }
}

fn map(size: usize, access: libc::c_int) -> Option<usize> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    // SAFETY: a fresh private mapping, placed by the system.
    let start = unsafe { libc::mmap(null_mut(), size, access, flags, -1, 0) };
    (start != libc::MAP_FAILED).then_some(start as usize)
}

fn allow(start: usize, size: usize, access: libc::c_int) -> bool {
    // SAFETY: a part of the range, whose user is the caller.
    unsafe { libc::mprotect(start as *mut libc::c_void, size, access) == 0 }
}

const WRITABLE: libc::c_int = libc::PROT_READ | libc::PROT_WRITE;

impl Units {
    fn reserve(&mut self) -> Option<()> {
        let mut size = MOST;
        let start = loop {
            match map(size, libc::PROT_NONE) {
                Some(start) => break start,
                None if size > LEAST => size /= 2,
                None => return None,
            }
        };
        let first = start.next_multiple_of(UNIT);
        let end = first + (start + size - first) / UNIT * UNIT;
        let entries = (end - first) / UNIT;
        let owners = map(entries * size_of::<AtomicPtr<Region>>(), WRITABLE)?;
        OWNERS.store(owners as *mut AtomicPtr<Region>, Relaxed);
        END.store(end, Relaxed);
        START.store(first, Release);
        self.used = first;
        self.accessible = first;
        Some(())
    }

    fn take(&mut self, size: usize) -> Option<usize> {
        if self.used == 0 {
            self.reserve()?;
        }
        let fits = self.free.iter().find(|(_, free)| **free >= size);
        if let Some((&start, &free)) = fits {
            self.free.remove(&start);
            if free > size {
                self.free.insert(start + size, free - size);
            }
            return Some(start);
        }
        let (start, end) = (self.used, self.used.checked_add(size)?);
        if end > self.accessible {
            let wanted = (end - self.accessible).next_multiple_of(STEP);
            let step = wanted.min(END.load(Relaxed).checked_sub(self.accessible)?);
            if end > self.accessible + step || !allow(self.accessible, step, WRITABLE) {
                return None;
            }
            self.accessible += step;
        }
        self.used = end;
        Some(start)
    }

    fn give(&mut self, mut start: usize, mut size: usize) {
        if let Some((&before, &free)) = self.free.range(..start).next_back()
            && before + free == start
        {
            self.free.remove(&before);
            start = before;
            size += free;
        }
        if let Some(free) = self.free.remove(&(start + size)) {
            size += free;
        }
        if start + size == self.used {
            self.used = start;
        } else {
            self.free.insert(start, size);
        }
    }
}

/// A piece of the arena, of one owner; given back when dropped.
#[derive(Debug)]
pub struct Piece {
    start: usize,
    size: usize,
    used: usize,
    read_only: bool,
}

impl Piece {
    /// A piece of at least `bytes`, whose contents are anything.
    pub fn new(bytes: usize) -> Option<Piece> {
        let size = bytes.checked_next_multiple_of(UNIT)?;
        let start = units().take(size)?;
        Some(Piece {
            start,
            size,
            used: 0,
            read_only: false,
        })
    }

    /// The next `bytes`, a multiple of 8; `None` if there is no room.
    pub fn bump(&mut self, bytes: usize) -> Option<*mut u8> {
        if bytes > self.size - self.used {
            return None;
        }
        let at = self.start + self.used;
        self.used += bytes;
        Some(at as *mut u8)
    }

    /// Bytes that were handed out.
    pub fn used(&self) -> usize {
        self.used
    }

    /// Where the first object is.
    pub fn start(&self) -> *const u8 {
        self.start as *const u8
    }

    /// Says whose it is.
    pub fn belongs_to(&self, region: *const Region) {
        set_owner(self.start, self.size, region);
    }

    /// Makes a write to it be seen.
    pub fn protect(&mut self) {
        self.read_only = allow(self.start, self.size, libc::PROT_READ);
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        set_owner(self.start, self.size, null());
        if self.read_only && !allow(self.start, self.size, WRITABLE) {
            // It cannot be used again.
            return;
        }
        // SAFETY: nobody reads what is in it any more.
        unsafe {
            libc::madvise(
                self.start as *mut libc::c_void,
                self.used.next_multiple_of(UNIT),
                libc::MADV_DONTNEED,
            );
        }
        units().give(self.start, self.size);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_distinct_and_come_again() {
        let sizes = [UNIT, 3 * UNIT, 1, STEP + 1];
        let mut pieces: Vec<Piece> = sizes
            .iter()
            .map(|size| Piece::new(*size).unwrap())
            .collect();
        for (piece, size) in pieces.iter_mut().zip(sizes) {
            let start = piece.bump(size.next_multiple_of(8)).unwrap();
            assert!(contains(start));
            // SAFETY: the memory is ours.
            unsafe { start.write_bytes(1, size) };
            let region = (start as usize | 1) as *const Region;
            piece.belongs_to(region);
            assert_eq!(owner(start as usize + size - 1), region);
        }
        for (at, one) in pieces.iter().enumerate() {
            for other in &pieces[at + 1..] {
                assert!(
                    one.start + one.size <= other.start || other.start + other.size <= one.start
                );
            }
        }
        let starts: Vec<usize> = pieces.iter().map(|piece| piece.start).collect();
        drop(pieces);
        assert!(
            starts
                .iter()
                .all(|start| owner(*start).is_null() || *start == 0)
        );
    }

    #[test]
    fn neighbours_are_joined() {
        let mut units = Units {
            used: 10 * UNIT,
            accessible: 10 * UNIT,
            free: BTreeMap::new(),
        };
        for at in [2, 6, 4, 3] {
            units.give(at * UNIT, UNIT);
        }
        let free = [(2 * UNIT, 3 * UNIT), (6 * UNIT, UNIT)];
        assert!(units.free.iter().map(|(a, b)| (*a, *b)).eq(free));
        assert_eq!(units.take(2 * UNIT), Some(2 * UNIT));
        units.give(8 * UNIT, 2 * UNIT);
        units.give(7 * UNIT, UNIT);
        assert_eq!(units.used, 6 * UNIT);
    }
}
