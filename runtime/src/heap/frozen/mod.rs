//! Frozen values: copies outside of all heaps that nobody changes, counted, at which further copies stop.
//!
//! A region holds one value with all that it refers to: texts, objects, buffers that carry
//! `BUFFER_FROZEN`. It refers to itself, to static data, and to other regions, which it holds. A heap,
//! a message or a value of the runtime's own that refers to objects of a region holds a count of it.
//!
//! A heap finds out in its collections whether it still does, as with large texts: marking stops at an
//! object of a region and marks the heap's use of that. What refers to a region that came into the heap
//! since the last collection is young, so a minor collection looks through the young uses, a
//! major one through all, and what was not marked is given back. The end of the heap gives back the rest.
//! Because a heap may come by an inner region through an outer one, it uses both from the start.
//!
//! Whoever froze the value is charged for its bytes, as for those of an object; for who comes to refer
//! to it only the time until the next collection becomes shorter, by a share of them.

pub mod arena;
#[cfg(test)]
mod tests;

use super::copy::freeze as copy;
use super::loose::Loose;
use super::measure::{adds_nothing, pairs};
use super::{HeapFull, counted};
use arena::{Piece, UNIT};
use std::collections::BTreeMap;
use std::ptr::NonNull;
use std::sync::Arc;

const LARGEST_PIECE: usize = 1 << 20;

/// See the module's comment.
#[derive(Debug)]
pub struct Region {
    /// First, for the proxies are in the memory.
    held: Loose,
    pieces: Vec<Piece>,
}

// SAFETY: what is in a region is only read.
unsafe impl Send for Region {}
// SAFETY: as above.
unsafe impl Sync for Region {}

impl Region {
    /// Bytes of the objects in it, and of the large texts that only it may hold.
    pub fn bytes(&self) -> usize {
        let own: usize = self.pieces.iter().map(Piece::used).sum();
        let proxies = self.held.proxies().iter();
        // SAFETY: the proxies live as long as the region.
        let texts = proxies.map(|proxy| unsafe { counted::charge(*proxy) });
        own + texts.sum::<usize>()
    }

    /// Calls `visit` with every two words that follow each other in its objects.
    pub fn pairs(&self, mut visit: impl FnMut(u64, u64)) {
        for piece in &self.pieces {
            // SAFETY: so many bytes of a piece are in use.
            unsafe { pairs(piece.start(), piece.used(), &mut visit) };
        }
    }

    /// One count more of the region that [`arena::owner`] gives for an object.
    ///
    /// # Safety
    /// The region is held meanwhile.
    pub unsafe fn counted(region: *const Region) -> Arc<Region> {
        // SAFETY: the pointer came from an `Arc`, see `Frozen::of`, of which there is a count.
        unsafe {
            Arc::increment_strong_count(region);
            Arc::from_raw(region)
        }
    }
}

/// A frozen value: its box, and what keeps it. It may be kept anywhere, and given to any heap.
#[derive(Clone, Debug)]
pub struct Frozen {
    root: *mut u8,
    /// None for what is static.
    region: Option<Arc<Region>>,
}

// SAFETY: what is frozen is only read.
unsafe impl Send for Frozen {}
// SAFETY: as above.
unsafe impl Sync for Frozen {}

impl Frozen {
    /// A frozen copy of a box, or of a closure, and of all that it refers to.
    ///
    /// # Errors
    /// The system is out of memory.
    ///
    /// # Safety
    /// `root` is null or a live box or closure.
    pub unsafe fn of(root: *mut u8) -> Result<Frozen, HeapFull> {
        let mut pieces: Vec<Piece> = Vec::new();
        let next = |bytes: usize| bump(&mut pieces, bytes.next_multiple_of(8)).ok_or(HeapFull);
        // SAFETY: the caller's promise.
        let (root, held) = unsafe { copy(root, next) }?;
        if pieces.is_empty() {
            // It is frozen, or static, itself.
            let region = held.regions().first().cloned();
            return Ok(Frozen { root, region });
        }
        if crate::config::current().stress_heap {
            pieces.iter_mut().for_each(Piece::protect);
        }
        let region = Arc::new(Region { held, pieces });
        let address = Arc::as_ptr(&region);
        region
            .pieces
            .iter()
            .for_each(|piece| piece.belongs_to(address));
        let region = Some(region);
        Ok(Frozen { root, region })
    }

    /// Whether freezing a box would only copy the box: there is nothing else to share.
    ///
    /// # Safety
    /// `root` is null or a live box.
    pub unsafe fn is_needless(root: *mut u8) -> bool {
        // SAFETY: the caller's promise.
        unsafe { adds_nothing(root) }
    }

    /// The box or the closure.
    pub fn root(&self) -> *mut u8 {
        self.root
    }

    /// What keeps it; none for what is static.
    pub fn region(&self) -> Option<&Arc<Region>> {
        self.region.as_ref()
    }
}

fn bump(pieces: &mut Vec<Piece>, bytes: usize) -> Option<NonNull<u8>> {
    if let Some(last) = pieces.last_mut()
        && let Some(start) = last.bump(bytes)
    {
        return NonNull::new(start);
    }
    let size = (UNIT << pieces.len().min(8)).min(LARGEST_PIECE);
    let mut piece = Piece::new(size.max(bytes))?;
    let start = piece.bump(bytes)?;
    // A full one, as of a large object, does not end the use of the last.
    let at = pieces.len() - usize::from(bytes >= size && !pieces.is_empty());
    pieces.insert(at, piece);
    NonNull::new(start)
}

/// The regions that a heap refers to.
#[derive(Default)]
pub struct Uses {
    /// By the regions' addresses.
    uses: BTreeMap<usize, Use>,
    young: usize,
    charged: usize,
}

struct Use {
    region: Arc<Region>,
    /// Bytes that the heap is charged for.
    charge: usize,
    young: bool,
    marked: bool,
}

impl Uses {
    /// Whether the heap refers to the region already.
    pub fn has(&self, region: *const Region) -> bool {
        self.uses.contains_key(&(region as usize))
    }

    /// A region, of which the heap did not know, and those that it refers to; the heap is charged for
    /// `charge` bytes.
    pub fn add(&mut self, region: Arc<Region>, charge: usize) {
        for inner in region.held.regions() {
            if !self.has(Arc::as_ptr(inner)) {
                self.add(inner.clone(), 0);
            }
        }
        self.charged += charge;
        self.young += 1;
        let one = Use {
            region,
            charge,
            young: true,
            marked: false,
        };
        self.uses.insert(Arc::as_ptr(&one.region) as usize, one);
    }

    /// Bytes that the heap is charged for.
    pub fn charged(&self) -> usize {
        self.charged
    }

    /// Whether a collection may give back any.
    pub fn are_open(&self, major: bool) -> bool {
        self.young > 0 || major && !self.uses.is_empty()
    }

    /// Adds the large texts that regions hold which a collection may give back: see [`counted::range`].
    pub fn texts(&self, major: bool, ranges: &mut Vec<(usize, usize, usize)>) {
        for one in self.uses.values().filter(|one| major || one.young) {
            let proxies = one.region.held.proxies().iter();
            // SAFETY: the proxies live as long as the region.
            ranges.extend(proxies.map(|proxy| unsafe { counted::range(*proxy) }));
        }
    }

    /// Notes that the heap refers to what is at an address, if that is in one of the regions.
    pub fn mark(&mut self, address: usize) -> bool {
        let region = arena::owner(address) as usize;
        self.uses
            .get_mut(&region)
            .map(|one| one.marked = true)
            .is_some()
    }

    /// Whether an address is in one of the regions.
    pub fn contains(&self, address: usize) -> bool {
        self.has(arena::owner(address))
    }

    /// Gives back those that were not marked; the others are old.
    pub fn sweep(&mut self, major: bool) {
        if !self.are_open(major) {
            return;
        }
        let charged = &mut self.charged;
        self.uses.retain(|_, one| {
            let kept = one.marked || !major && !one.young;
            if !kept {
                *charged -= one.charge;
            }
            one.marked = false;
            one.young = false;
            kept
        });
        self.young = 0;
    }
}
