//! An actor's heap: bump allocation through gaps of chunks that grow with it, and a collector.
//!
//! The owner is the one actor whose context points here; it alone allocates and collects, and every
//! chunk goes back when the heap is dropped, at the actor's end. Compiled code bumps `ctx.alloc` up to
//! `ctx.alloc_end` by itself and calls the slow path when the region has no room. Memory is handed out
//! unzeroed: an object is written in full before the next allocation.
//!
//! # Where objects are
//!
//! Old objects, which survived a collection, have a mark in their chunk's bitmap. Young ones lie in the
//! regions that were bumped through since, one after another, so a walk over their headers finds their
//! starts. A region's list entry says how far it was used: so what remains of it needs no header, and
//! gaps need to be nothing but free memory. An object that does not fit the region at hand, of which
//! much is left, goes to a spare one. Large objects have chunks of their own.
//!
//! # When it is collected
//!
//! See [`Heap::due`]. The parts: [`space`] is the memory, [`mark`] finds what lives, [`sweep`] makes the rest the gaps of the
//! chunks, [`collect`] does one after the other and decides what comes next, [`verify`] checks the
//! rules that this rests on, where `MESH_GC=stress` asks for it.

pub mod chunk;
pub mod collect;
pub mod copy;
pub mod counted;
mod few;
#[cfg(test)]
mod footprint;
pub mod frozen;
mod kept;
pub mod list;
pub mod loose;
pub mod mark;
pub mod measure;
#[cfg(test)]
mod model;
pub mod object;
pub mod piece;
pub mod pool;
pub mod space;
pub mod statics;
pub mod string;
pub mod sweep;
pub mod verify;

pub use piece::Piece;
pub use space::Counts;

use crate::config::Config;
use collect::Roots;
use counted::Proxy;
use frozen::{Frozen, Region};
use loose::Loose;
use mesh_abi::context::Context;
use mesh_abi::object::ListBuffer;
use space::Space;
use std::ptr::NonNull;
use std::sync::Arc;

const ALIGN: usize = 8;

/// The heap has reached its limit, or the system is out of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeapFull;

/// See the module's comment. One word and its limits until something is allocated.
pub struct Heap {
    space: Option<Box<Space>>,
    limit: usize,
    stress: bool,
    /// Whether it began with more than a first chunk, or would have.
    grown: bool,
}

impl Heap {
    /// An empty heap.
    pub fn new(config: &Config) -> Heap {
        Heap {
            space: None,
            limit: config.max_heap,
            stress: config.stress_heap,
            grown: false,
        }
    }

    /// For an actor that is going to live for a short time and to need some memory at once: it gets the chunks of one before
    /// it. Before anything is allocated.
    pub fn begin_grown(&mut self) {
        if self.space.is_none() && !self.stress {
            self.grown = true;
            self.space = Space::take_grown(self.limit);
        }
    }

    /// Frees everything: an empty heap again.
    pub fn reset(&mut self, config: &Config) {
        self.limit = config.max_heap;
        self.stress = config.stress_heap;
        let grown = std::mem::take(&mut self.grown);
        if let Some(space) = self.space.take() {
            space.recycle(grown);
        }
    }

    fn space(&mut self) -> &mut Space {
        let (limit, stress) = (self.limit, self.stress);
        let space = &mut self.space;
        space.get_or_insert_with(|| Space::take(limit, stress))
    }

    /// Makes the limit smaller than that of all.
    pub fn set_limit(&mut self, bytes: usize) {
        self.limit = self.limit.min(bytes);
        if let Some(space) = &mut self.space {
            space.limit = self.limit;
        }
    }

    /// Notes how many bytes wait in the owner's mailbox, where these count; gives the heap's own.
    pub fn note_mailbox(&mut self, bytes: usize) -> usize {
        self.space.as_mut().map_or(0, |space| {
            space.mailbox = bytes;
            space.in_use() - bytes
        })
    }

    /// Bytes taken from the system: chunks, and large texts.
    pub fn total(&self) -> usize {
        self.space.as_ref().map_or(0, |space| space.in_use())
    }

    /// Bytes of objects that the last collection left.
    pub fn old(&self) -> usize {
        self.space.as_ref().map_or(0, |space| space.old())
    }

    /// What the heap has been through.
    pub fn counts(&self) -> Counts {
        self.space
            .as_ref()
            .map_or_else(Counts::default, |space| space.counts())
    }

    /// Whether a collection should come before the slow path gives `bytes`: the budget is used up.
    pub fn due(&mut self, bytes: usize) -> bool {
        self.space.as_mut().is_some_and(|space| space.due(bytes))
    }

    /// Whether a major collection may be worth its time where there is nothing else to do. `context` is the owner's, who
    /// calls this.
    pub fn may_give(&self, context: *const Context) -> bool {
        self.space
            .as_ref()
            .is_some_and(|space| space.may_give(context))
    }

    /// Gives the pages of free pieces of the chunks back to the system.
    pub fn give_pages_back(&self) {
        if let Some(space) = &self.space {
            space.give_pages_back();
        }
    }

    /// Whether `bytes` more would be over the limit.
    pub fn is_full(&self, bytes: usize) -> bool {
        bytes > self.limit.saturating_sub(self.total())
    }

    /// Notes that a buffer of this heap is about to be added to in place.
    ///
    /// # Safety
    /// The buffer is a live one of this heap, or frozen.
    pub unsafe fn remember(&mut self, buffer: *mut ListBuffer) {
        // SAFETY: the caller's promise.
        unsafe { self.space().remember(buffer) };
    }

    /// Makes words outside of stacks roots until [`Heap::unprotect`].
    pub fn protect(&mut self, words: &[u64]) {
        self.space().protect(words);
    }

    /// Ends the last [`Heap::protect`].
    pub fn unprotect(&mut self) {
        self.space().unprotect();
    }

    /// Memory for an object, without a collection.
    ///
    /// # Errors
    /// The heap is full.
    ///
    /// # Safety
    /// `ctx` is the context of the actor that owns this heap.
    pub unsafe fn allocate(
        &mut self,
        ctx: *mut Context,
        bytes: usize,
    ) -> Result<NonNull<u8>, HeapFull> {
        // SAFETY: the caller's promise.
        unsafe {
            match bump(ctx, bytes) {
                Some(memory) => Ok(memory),
                None => self.space().grow(ctx, bytes),
            }
        }
    }

    /// A proxy of a large text has come into the heap, which answers for it from now on.
    pub fn add_proxy(&mut self, proxy: *mut Proxy) {
        self.space().add_proxies(vec![proxy]);
    }

    /// The copy of a value has come into the heap, which answers for what it counts from now on.
    pub fn take_over(&mut self, loose: Loose) {
        let share = |region: &Arc<Region>| region.bytes() / Arc::strong_count(region);
        self.settle(loose, share);
    }

    /// As [`Heap::take_over`], of what an actor starts with: a collection would find that it is held.
    pub fn begin_with(&mut self, loose: Loose) {
        self.settle(loose, |_| 0);
    }

    fn settle(&mut self, loose: Loose, share: impl Fn(&Arc<Region>) -> usize) {
        let Some((proxies, regions)) = loose.take() else {
            return;
        };
        let space = self.space();
        for region in regions {
            space.use_frozen(&region, false, share(&region));
        }
        space.add_proxies(proxies);
    }

    /// Lets the owner refer to a frozen value; `made` by itself, if it is to be charged for it.
    pub fn use_frozen(&mut self, value: &Frozen, made: bool) {
        if let Some(region) = value.region() {
            self.space().use_frozen(region, made, 0);
        }
    }

    /// Takes pieces of memory over, with the objects in them, which are young; none where that is an
    /// error.
    ///
    /// # Errors
    /// The heap is full.
    pub fn adopt(&mut self, pieces: &mut Vec<Piece>) -> Result<(), HeapFull> {
        self.space().adopt(pieces)
    }

    /// Frees what the roots do not lead to: of all objects, or of the young ones where that is enough.
    ///
    /// # Safety
    /// `ctx` is the context of the actor that owns this heap; the roots are all that it refers to.
    pub unsafe fn collect(&mut self, ctx: *mut Context, roots: &Roots, major: bool) {
        if let Some(space) = &mut self.space {
            // SAFETY: the caller's promise.
            unsafe { space.collect(ctx, roots, major) };
        }
    }
}

/// Gives what is kept for later heaps back to the system, or to the allocator.
pub fn give_back() {
    kept::give_back();
    pool::give_back();
}

/// Bumps `ctx.alloc`, as compiled code does; `None` when the region has no room.
///
/// # Safety
/// `ctx` is the running actor's context.
#[inline]
pub unsafe fn bump(ctx: *mut Context, bytes: usize) -> Option<NonNull<u8>> {
    // SAFETY: the two fields belong to the running actor.
    unsafe {
        let start = (*ctx).alloc;
        let room = (*ctx).alloc_end as usize - start as usize;
        let bytes = bytes.checked_next_multiple_of(ALIGN)?;
        if bytes > room || start.is_null() {
            return None;
        }
        (*ctx).alloc = start.add(bytes);
        NonNull::new(start)
    }
}
