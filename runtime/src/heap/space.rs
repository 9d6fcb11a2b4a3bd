//! The memory of a heap: chunks, the regions that are bumped through, and the budget.

use super::chunk::{Chunk, Gap, MIN_GAP};
use super::counted::{Proxies, Proxy};
use super::frozen::{Region as Frozen, Uses};
use super::{ALIGN, HeapFull, Piece, kept, object};
use crate::actor::stack::give_back;
use mesh_abi::context::Context;
use mesh_abi::object::{BUFFER_SEEN, ListBuffer};
use std::ptr::{NonNull, null_mut};
use std::sync::Arc;

/// The size of the first chunk.
const FIRST_CHUNK: usize = 256;
/// Bytes of chunks that a grown space is kept with.
const MOST_GROWN: usize = 8 * 1024;
/// Up to so many bytes a heap doubles when it grows.
const DOUBLING: usize = 64 * 1024;
const LARGEST_CHUNK: usize = 1 << 20;
/// Objects from this size on have a chunk each.
const LARGE: usize = 16 * 1024;
/// Bytes that may be allocated between two collections of a heap of any size. A collection of a heap that has next to nothing
/// costs a microsecond, and thousands of actors that handle a message now and then stay within the processor's caches.
pub const LEAST_BUDGET: usize = 32 * 1024;
/// That of a heap of some size, whose collections look at more.
pub const USUAL_BUDGET: usize = 256 * 1024;
/// A heap that is smaller has no major collection but before it is full.
pub const LEAST_MAJOR: usize = 1 << 20;
/// More bytes than these, allocated since a collection, are worth one when the actor rests.
const WORTH: usize = 64 * 1024;
/// The least free memory in one piece whose pages are worth giving back.
const PAGES: usize = 16 * 1024;

/// Gaps from this size on are kept for what does not fit others.
const ROOMY: usize = 256;
/// So many of them are tried.
const SEARCHED: usize = 32;
/// So many of those are tried that something did not fit.
const SMALL_SEARCHED: usize = 8;

/// Memory that was bumped through since the last collection.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Region {
    pub start: usize,
    /// Where its objects end.
    pub used: usize,
    pub end: usize,
}

/// What a heap has been through.
#[derive(Clone, Copy, Default, Debug)]
pub struct Counts {
    pub minor: u64,
    pub major: u64,
    /// The most bytes that chunks and large texts had.
    pub peak: usize,
}

/// See the module's comment.
pub struct Space {
    /// First, for it goes before the memory that the proxies are in.
    pub(super) proxies: Proxies,
    /// Frozen regions that the heap refers to.
    pub(super) frozen: Uses,
    pub(super) chunks: Vec<Chunk>,
    /// The chunk whose gaps come next.
    pub(super) cursor: usize,
    /// The chunk the region at hand is in, and where it started; its bounds are in the context.
    pub(super) region: (usize, usize),
    /// Where what does not fit the region at hand goes.
    pub(super) spare: Region,
    /// Gaps with room for what does not fit most: where they start, their size, and their chunk.
    roomy: Vec<(usize, usize, usize)>,
    /// The chunk whose gaps are looked through for such ones next.
    roomy_cursor: usize,
    /// Gaps that something did not fit, for what is smaller: where they start, their size, and their chunk.
    small: Vec<(usize, usize, usize)>,
    /// What was bumped through before those two.
    pub(super) regions: Vec<Region>,
    /// Bytes of all chunks.
    pub(super) total: usize,
    pub(super) limit: usize,
    /// Bytes in the owner's mailbox that count towards the limit.
    pub(super) mailbox: usize,
    /// Bytes that may be handed out before the next collection.
    pub(super) budget: isize,
    /// What that was after the last one.
    pub(super) planned: isize,
    /// Bytes of old objects.
    pub(super) old: usize,
    /// Bytes of old objects that make the next collection a major one.
    pub(super) major_at: usize,
    /// Bytes that lived after the last one.
    pub(super) major_left: usize,
    /// Old buffers that were added to in place.
    pub(super) remembered: Vec<*mut ListBuffer>,
    /// Memory outside of stacks in which natives hold addresses of objects just now.
    pub(super) protected: Vec<(usize, usize)>,
    pub(super) stress: Option<Stress>,
    pub(super) counts: Counts,
}

/// What `MESH_GC=stress` keeps in mind: how often it does what, so that a program with a large heap, a
/// deep stack or millions of allocations ends some day.
#[derive(Clone, Copy, Default)]
pub struct Stress {
    pub collections: usize,
    /// Allocations that go by before the next collection.
    pub pass: usize,
    /// Collections since the last major one.
    pub since_major: usize,
    /// Bytes of old objects that might have been verified since the last verification.
    pub since_check: usize,
}

/// So many collections come one at every allocation; then they become rarer.
const AT_EVERY_ALLOCATION: usize = 8192;

impl Stress {
    /// Whether this allocation collects.
    pub fn collects(&mut self) -> bool {
        if self.pass > 0 {
            self.pass -= 1;
            return false;
        }
        self.collections += 1;
        self.pass = (self.collections / AT_EVERY_ALLOCATION).pow(2);
        true
    }
}

impl Space {
    /// An empty space that may grow to `limit` bytes; `stress` collects at every allocation.
    pub fn new(limit: usize, stress: bool) -> Space {
        Space {
            chunks: Vec::new(),
            cursor: 0,
            region: (0, 0),
            spare: Region {
                start: 0,
                used: 0,
                end: 0,
            },
            roomy: Vec::new(),
            small: Vec::new(),
            roomy_cursor: 0,
            regions: Vec::new(),
            total: 0,
            limit,
            mailbox: 0,
            budget: LEAST_BUDGET as isize,
            planned: LEAST_BUDGET as isize,
            old: 0,
            major_at: LEAST_MAJOR,
            major_left: 0,
            remembered: Vec::new(),
            protected: Vec::new(),
            proxies: Proxies::default(),
            frozen: Uses::default(),
            stress: stress.then(Stress::default),
            counts: Counts::default(),
        }
    }

    /// An empty space, of those that are kept if there is one.
    pub fn take(limit: usize, stress: bool) -> Box<Space> {
        let Some(mut space) = kept::take().filter(|_| !stress) else {
            return Box::new(Space::new(limit, stress));
        };
        space.limit = limit;
        space
    }

    /// An empty space with more than its first chunk, if one is kept that `limit` allows.
    pub fn take_grown(limit: usize) -> Option<Box<Space>> {
        if limit < 2 * MOST_GROWN {
            return None;
        }
        let mut space = kept::take_grown()?;
        space.limit = limit;
        Some(space)
    }

    /// The end of a space. Most actors end without having had more than their first chunk: then a later one gets it as it
    /// is. One that is `grown` keeps some more, for those that ask for it.
    pub fn recycle(mut self: Box<Self>, grown: bool) {
        let small = self.chunks.len() == 1 && self.total == FIRST_CHUNK;
        let wanted = small || (grown && self.total <= MOST_GROWN);
        let plain = self.counts.minor + self.counts.major == 0 && self.stress.is_none();
        if !(wanted && plain && self.remembered.is_empty()) {
            return;
        }
        // These lie in the chunks.
        self.proxies = Proxies::default();
        self.frozen = Uses::default();
        for chunk in &mut self.chunks {
            chunk.gap = 0;
            chunk.give_gap(chunk.start, chunk.size);
        }
        self.spare = Region {
            start: 0,
            used: 0,
            end: 0,
        };
        self.regions.clear();
        self.roomy.clear();
        self.small.clear();
        self.protected.clear();
        (self.cursor, self.roomy_cursor) = (0, 0);
        self.region = (0, 0);
        self.mailbox = 0;
        self.budget = LEAST_BUDGET as isize;
        self.planned = self.budget;
        self.counts = Counts::default();
        if small && !grown {
            kept::give(self);
        } else {
            kept::give_grown(self);
        }
    }

    /// Bytes of chunks, of what else the heap is charged for, and of the mailbox.
    pub fn in_use(&self) -> usize {
        self.total + self.outside() + self.mailbox
    }

    /// Bytes that live, as far as is known: old objects, and what else the heap is charged for.
    pub fn live(&self) -> usize {
        self.old + self.outside()
    }

    /// Bytes outside of the heap that it is charged for: large texts, and what was frozen here.
    fn outside(&self) -> usize {
        self.proxies.charged() + self.frozen.charged()
    }

    /// The heap refers to a frozen region from now on: `made` by its actor, which is charged for it, or
    /// by another, in which case `share` of its bytes come off the budget.
    pub fn use_frozen(&mut self, region: &Arc<Frozen>, made: bool, share: usize) {
        if self.frozen.has(Arc::as_ptr(region)) {
            return;
        }
        let charge = if made { region.bytes() } else { 0 };
        self.frozen.add(region.clone(), charge);
        let cost = isize::try_from(charge + share).unwrap_or(isize::MAX);
        self.budget = self.budget.saturating_sub(cost);
        self.counts.peak = self.counts.peak.max(self.in_use());
    }

    /// Proxies have come into the heap.
    pub fn add_proxies(&mut self, proxies: Vec<*mut Proxy>) {
        for proxy in proxies {
            // SAFETY: who gives proxies away has made them, in this heap or what it took over.
            let charge = unsafe { self.proxies.add(proxy) };
            self.budget -= isize::try_from(charge).unwrap_or(isize::MAX);
        }
        self.counts.peak = self.counts.peak.max(self.in_use());
    }

    /// Bytes of objects that the last collection left.
    pub fn old(&self) -> usize {
        self.old
    }

    /// What the heap has been through.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Whether a collection should come before the slow path gives `bytes`: the budget is used up.
    pub fn due(&mut self, bytes: usize) -> bool {
        let least = if bytes >= LARGE { bytes as isize } else { 1 };
        let stress = self.stress.as_mut().is_some_and(Stress::collects);
        stress || self.budget < least
    }

    /// Bytes handed out since the last collection, up to the end of the region at hand.
    fn handed_out(&self) -> usize {
        usize::try_from(self.planned.saturating_sub(self.budget)).unwrap_or(0)
    }

    /// Whether a major collection may be worth its time where there is nothing else to do.
    pub(super) fn may_give(&self, ctx: *const Context) -> bool {
        // SAFETY: the context is the owner's, who calls this.
        let left = unsafe { (*ctx).alloc_end as usize - (*ctx).alloc as usize };
        let young = self.handed_out().saturating_sub(left);
        young > WORTH || self.live() > self.major_left + WORTH
    }

    /// Gives the pages of free pieces back to the system.
    pub fn give_pages_back(&self) {
        for chunk in self.chunks.iter().filter(|chunk| chunk.is_mapped()) {
            for (start, end) in chunk.gaps().filter(|(start, end)| end - start >= PAGES) {
                // SAFETY: free memory, but for the two words at its start.
                unsafe { give_back(start + size_of::<Gap>(), end) };
            }
        }
    }

    /// Notes that a buffer is about to be added to in place.
    ///
    /// # Safety
    /// The buffer is a live one of this heap, or frozen.
    pub unsafe fn remember(&mut self, buffer: *mut ListBuffer) {
        // SAFETY: the caller's promise.
        unsafe {
            if (*buffer).flags & BUFFER_SEEN != 0 {
                (*buffer).flags &= !BUFFER_SEEN;
                self.remembered.push(buffer);
            }
        }
    }

    /// Makes words outside of stacks roots until [`Heap::unprotect`].
    pub fn protect(&mut self, words: &[u64]) {
        let start = words.as_ptr() as usize;
        self.protected.push((start, start + size_of_val(words)));
    }

    /// Ends the last [`Heap::protect`].
    pub fn unprotect(&mut self) {
        self.protected.pop();
    }

    /// The slow path of allocation, without a collection: `bytes`, rounded up to a multiple of 8.
    ///
    /// # Safety
    /// `ctx` is the context of the actor that owns this heap.
    pub unsafe fn grow(
        &mut self,
        ctx: *mut Context,
        bytes: usize,
    ) -> Result<NonNull<u8>, HeapFull> {
        let bytes = bytes.checked_next_multiple_of(ALIGN).ok_or(HeapFull)?;
        if bytes >= LARGE {
            return self.large(bytes);
        }
        // SAFETY: the context is the owner's, so nobody else uses these two fields.
        let (at, end) = unsafe { ((*ctx).alloc as usize, (*ctx).alloc_end as usize) };
        if end - at >= bytes {
            // SAFETY: as above; the region has the room.
            unsafe { (*ctx).alloc = (at + bytes) as *mut u8 };
            return NonNull::new(at as *mut u8).ok_or(HeapFull);
        }
        if end - at >= ROOMY {
            return self.beside(bytes);
        }
        // SAFETY: the caller's promise.
        unsafe { self.retire(ctx) };
        if let Some((start, size, chunk)) = self.small_gap(bytes) {
            // SAFETY: as above.
            return unsafe { self.bump_through(ctx, chunk, start, start + size, bytes) };
        }
        while let Some(chunk) = self.chunks.get_mut(self.cursor) {
            let Some((start, size)) = chunk.take_gap() else {
                self.cursor += 1;
                continue;
            };
            let end = start + size;
            if size >= bytes {
                // SAFETY: as above.
                return unsafe { self.bump_through(ctx, self.cursor, start, end, bytes) };
            }
            if bytes > ROOMY {
                chunk.give_gap(start, size);
                return self.beside(bytes);
            }
            // Else all objects of this size would take this path.
            self.small.push((start, size, self.cursor));
        }
        if let Some((start, size, chunk)) = self.roomy_gap(bytes) {
            // SAFETY: as above.
            return unsafe { self.bump_through(ctx, chunk, start, start + size, bytes) };
        }
        let rest = Region {
            start: self.spare.used,
            ..self.spare
        };
        if rest.end - rest.start >= bytes.max(FIRST_CHUNK) {
            self.retire_spare(false);
            let chunk = self.chunks.iter().position(|c| c.contains(rest.start));
            let chunk = chunk.ok_or(HeapFull)?;
            // SAFETY: as above.
            return unsafe { self.bump_through(ctx, chunk, rest.start, rest.end, bytes) };
        }
        let (start, end) = self.add_chunk(bytes)?;
        // SAFETY: as above.
        unsafe { self.bump_through(ctx, self.chunks.len() - 1, start, end, bytes) }
    }

    /// Takes pieces of memory over, with the objects in them, which are young; none where that is an
    /// error.
    ///
    /// # Errors
    /// The heap is full.
    pub fn adopt(&mut self, pieces: &mut Vec<Piece>) -> Result<(), HeapFull> {
        self.room_for(pieces.iter().map(Piece::size).sum())?;
        for piece in pieces.drain(..) {
            let (start, size, used) = piece.into_raw();
            // SAFETY: a piece begins with an object.
            let large = used >= LARGE && unsafe { object::size(start) } == used;
            self.budget -= isize::try_from(used).unwrap_or(isize::MAX);
            self.own(Chunk::of(start, size, large));
            let (used, end) = (start + used, start + size);
            if !large {
                self.regions.push(Region { start, used, end });
            }
        }
        Ok(())
    }

    /// Makes free memory of a chunk the region at hand, or as much of it as the budget allows, and gives
    /// the first `bytes` of it, which there are.
    unsafe fn bump_through(
        &mut self,
        ctx: *mut Context,
        chunk: usize,
        start: usize,
        end: usize,
        bytes: usize,
    ) -> Result<NonNull<u8>, HeapFull> {
        // Where much has been allocated, the owner is to know.
        let most = match WORTH.checked_sub(self.handed_out()) {
            None | Some(0) => self.budget.max(0) as usize,
            Some(left) => left.min(self.budget.max(0) as usize),
        };
        let wanted = match self.stress {
            Some(_) => bytes,
            None => bytes.max(most & !(ALIGN - 1)),
        };
        let mut stop = end;
        if end - start >= wanted + MIN_GAP {
            stop = start + wanted;
            self.chunks[chunk].give_gap(stop, end - stop);
            self.cursor = self.cursor.min(chunk);
        }
        self.budget -= (stop - start) as isize;
        self.region = (chunk, start);
        // SAFETY: the memory is free, and the context the owner's.
        unsafe {
            (*ctx).alloc = (start + bytes) as *mut u8;
            (*ctx).alloc_end = stop as *mut u8;
        }
        NonNull::new(start as *mut u8).ok_or(HeapFull)
    }

    /// Memory for what does not fit the region at hand.
    fn beside(&mut self, bytes: usize) -> Result<NonNull<u8>, HeapFull> {
        if self.spare.end - self.spare.used < bytes {
            let (start, end) = match self.roomy_gap(bytes) {
                Some((start, size, _)) => (start, start + size),
                None => self.add_chunk(bytes)?,
            };
            self.retire_spare(true);
            self.spare = Region {
                start,
                used: start,
                end,
            };
        }
        let start = self.spare.used;
        self.spare.used += bytes;
        self.budget -= bytes as isize;
        NonNull::new(start as *mut u8).ok_or(HeapFull)
    }

    /// Takes one of the gaps left out last that has `bytes`.
    fn small_gap(&mut self, bytes: usize) -> Option<(usize, usize, usize)> {
        let newest = self.small.iter().enumerate().rev().take(SMALL_SEARCHED);
        let (at, _) = newest.into_iter().find(|(_, gap)| gap.1 >= bytes)?;
        Some(self.small.swap_remove(at))
    }

    /// Takes a gap that has `bytes`: one of the larger ones, for which each chunk's gaps are looked
    /// through once between two collections.
    fn roomy_gap(&mut self, bytes: usize) -> Option<(usize, usize, usize)> {
        loop {
            let fits = |gap: &&(usize, usize, usize)| gap.1 >= bytes;
            let newest = self.roomy.iter().enumerate().rev().take(SEARCHED);
            let mut newest = newest;
            if let Some((at, _)) = newest.find(|(_, gap)| fits(gap)) {
                return Some(self.roomy.swap_remove(at));
            }
            let chunk = self.chunks.get_mut(self.roomy_cursor)?;
            let gaps: Vec<(usize, usize)> = chunk.take_gaps().collect();
            let (roomy, rest): (Vec<_>, Vec<_>) = gaps
                .into_iter()
                .partition(|(start, end)| end - start >= ROOMY);
            chunk.set_gaps(&rest);
            let at = self.roomy_cursor;
            let roomy = roomy
                .into_iter()
                .map(|(start, end)| (start, end - start, at));
            self.roomy.extend(roomy);
            self.roomy_cursor += 1;
        }
    }

    fn large(&mut self, bytes: usize) -> Result<NonNull<u8>, HeapFull> {
        self.room_for(bytes)?;
        let chunk = Chunk::new(bytes, true).ok_or(HeapFull)?;
        let start = chunk.start;
        self.own(chunk);
        self.budget -= isize::try_from(bytes).unwrap_or(isize::MAX);
        NonNull::new(start as *mut u8).ok_or(HeapFull)
    }

    /// A new chunk with room for `bytes`: near the limit, where one of the usual size does not fit, a
    /// small one.
    fn add_chunk(&mut self, bytes: usize) -> Result<(usize, usize), HeapFull> {
        let grown = (self.total / 4).max(self.total.min(DOUBLING));
        let usual = grown.max(bytes * 2).next_power_of_two();
        let usual = usual.clamp(FIRST_CHUNK, LARGEST_CHUNK);
        let size = match self.room_for(usual) {
            Ok(()) => usual,
            Err(HeapFull) => {
                self.room_for(bytes)?;
                bytes
            }
        };
        let chunk = Chunk::new(size, false).ok_or(HeapFull)?;
        let bounds = (chunk.start, chunk.start + chunk.size);
        self.own(chunk);
        Ok(bounds)
    }

    fn room_for(&self, bytes: usize) -> Result<(), HeapFull> {
        if bytes > self.limit.saturating_sub(self.in_use()) {
            return Err(HeapFull);
        }
        Ok(())
    }

    fn own(&mut self, chunk: Chunk) {
        self.total += chunk.size;
        self.counts.peak = self.counts.peak.max(self.in_use());
        if self.chunks.is_empty() {
            // Most heaps stay at one.
            self.chunks.reserve_exact(1);
        }
        self.chunks.push(chunk);
    }

    /// Ends the region at hand; what is left of it is a gap again, if it is worth it.
    ///
    /// # Safety
    /// `ctx` is the context of the actor that owns this heap.
    pub(super) unsafe fn retire(&mut self, ctx: *mut Context) {
        // SAFETY: the caller's promise.
        let (used, end) = unsafe { ((*ctx).alloc as usize, (*ctx).alloc_end as usize) };
        if end == 0 {
            return;
        }
        let (chunk, start) = self.region;
        self.regions.push(Region { start, used, end });
        if end - used >= ROOMY {
            self.chunks[chunk].give_gap(used, end - used);
            if let Some(region) = self.regions.last_mut() {
                region.end = used;
            }
        }
        // SAFETY: as above.
        unsafe {
            (*ctx).alloc = null_mut();
            (*ctx).alloc_end = null_mut();
        }
    }

    /// Gives the gaps that are kept apart back to their chunks, or to the sweep.
    pub(super) fn retire_roomy(&mut self) {
        for (start, size, _) in self.small.drain(..) {
            let (used, end) = (start, start + size);
            self.regions.push(Region { start, used, end });
        }
        for (start, size, chunk) in std::mem::take(&mut self.roomy) {
            self.chunks[chunk].give_gap(start, size);
        }
        self.roomy_cursor = 0;
    }

    /// Ends the spare region; what is left of it becomes a gap, unless it is used otherwise.
    pub(super) fn retire_spare(&mut self, give: bool) {
        let Region { start, used, end } = self.spare;
        self.spare = Region {
            start: 0,
            used: 0,
            end: 0,
        };
        if used > start {
            self.regions.push(Region {
                start,
                used,
                end: used,
            });
        }
        if give && let Some(at) = self.chunks.iter().position(|c| c.contains(start)) {
            self.chunks[at].give_gap(used, end - used);
            self.cursor = self.cursor.min(at);
        }
    }
}
