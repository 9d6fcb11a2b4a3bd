//! An actor's heap: bump allocation through chunks that grow with it.
//!
//! The owner is the one actor whose context points here; it alone allocates, and every chunk is
//! freed when the heap is dropped, at the actor's end. Compiled code bumps `ctx.alloc` up to
//! `ctx.alloc_end` by itself and calls the slow path when the region has no room. Memory is handed
//! out unzeroed: an object is written in full before the next allocation.

pub mod copy;
pub mod list;
pub mod measure;
pub mod piece;
pub mod statics;
pub mod string;

pub use piece::Piece;

use mesh_abi::context::Context;
use std::alloc::{Layout, alloc, dealloc};
use std::ptr::NonNull;

const FIRST_CHUNK: usize = 256;
const LARGEST_CHUNK: usize = 1 << 20;
const ALIGN: usize = 8;

/// The heap has reached its limit, or the system is out of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeapFull;

struct Chunk {
    start: NonNull<u8>,
    size: usize,
}

/// See the module's comment.
pub struct Heap {
    chunks: Vec<Chunk>,
    /// Bytes of all chunks.
    total: usize,
    limit: usize,
    next_chunk: usize,
}

impl Heap {
    /// An empty heap that may grow to `limit` bytes.
    pub fn new(limit: usize) -> Heap {
        Heap {
            chunks: Vec::new(),
            total: 0,
            limit,
            next_chunk: FIRST_CHUNK,
        }
    }

    /// Bytes taken from the system.
    pub fn total(&self) -> usize {
        self.total
    }

    /// The slow path of allocation: `bytes`, rounded up to a multiple of 8, from a new chunk. A
    /// large object gets a chunk of its own and leaves the bump region as it is.
    ///
    /// # Safety
    /// `ctx` is the context of the actor that owns this heap.
    pub unsafe fn grow(
        &mut self,
        ctx: *mut Context,
        bytes: usize,
    ) -> Result<NonNull<u8>, HeapFull> {
        let bytes = bytes.checked_next_multiple_of(ALIGN).ok_or(HeapFull)?;
        if bytes >= LARGEST_CHUNK / 4 {
            return self.add_chunk(bytes);
        }
        while self.next_chunk < bytes * 2 {
            self.next_chunk *= 2;
        }
        let size = self.next_chunk.min(LARGEST_CHUNK);
        // Near the limit a chunk of the usual size may not fit where the object would.
        let (start, size) = match self.add_chunk(size) {
            Ok(start) => (start, size),
            Err(HeapFull) => (self.add_chunk(bytes)?, bytes),
        };
        self.next_chunk = (size * 2).min(LARGEST_CHUNK);
        // SAFETY: `bytes <= size`, so both addresses are within the chunk or at its end; the
        // context is the owner's, so nobody else uses these two fields.
        unsafe {
            (*ctx).alloc = start.as_ptr().add(bytes);
            (*ctx).alloc_end = start.as_ptr().add(size);
        }
        Ok(start)
    }

    /// Memory for an object: bumped, or from a new chunk.
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
                None => self.grow(ctx, bytes),
            }
        }
    }

    /// Takes pieces of memory over, with the objects in them.
    ///
    /// # Errors
    /// The heap is full.
    pub fn adopt(&mut self, pieces: Vec<Piece>) -> Result<(), HeapFull> {
        let size: usize = pieces.iter().map(Piece::size).sum();
        if size > self.limit.saturating_sub(self.total) {
            return Err(HeapFull);
        }
        self.total += size;
        for piece in pieces {
            let (start, size, _used) = piece.into_raw();
            self.chunks.push(Chunk { start, size });
        }
        Ok(())
    }

    fn add_chunk(&mut self, size: usize) -> Result<NonNull<u8>, HeapFull> {
        if size > self.limit.saturating_sub(self.total) {
            return Err(HeapFull);
        }
        let layout = Layout::from_size_align(size, ALIGN).map_err(|_| HeapFull)?;
        // SAFETY: no object is empty, so the size is not zero.
        let start = NonNull::new(unsafe { alloc(layout) }).ok_or(HeapFull)?;
        self.total += size;
        self.chunks.push(Chunk { start, size });
        Ok(start)
    }
}

impl Drop for Heap {
    fn drop(&mut self) {
        for chunk in &self.chunks {
            // SAFETY: allocated in `add_chunk` with this layout, and freed once. The layout was
            // valid there.
            unsafe {
                let layout = Layout::from_size_align_unchecked(chunk.size, ALIGN);
                dealloc(chunk.start.as_ptr(), layout);
            }
        }
    }
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
