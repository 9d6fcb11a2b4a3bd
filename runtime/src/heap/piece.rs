//! Memory that objects are bumped into one after another, before it belongs to a heap.

use super::HeapFull;
use std::alloc::{Layout, alloc, dealloc};
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

/// See the module's comment. Its objects stand without gaps from the start on.
#[derive(Debug)]
pub struct Piece {
    start: NonNull<u8>,
    size: usize,
    used: usize,
}

impl Piece {
    /// A fresh piece of `size` bytes, a multiple of 8 and not 0.
    ///
    /// # Errors
    /// The system is out of memory.
    pub fn new(size: usize) -> Result<Piece, HeapFull> {
        let layout = Piece::layout(size).ok_or(HeapFull)?;
        // SAFETY: the size is not zero.
        let start = NonNull::new(unsafe { alloc(layout) }).ok_or(HeapFull)?;
        let used = 0;
        Ok(Piece { start, size, used })
    }

    fn layout(size: usize) -> Option<Layout> {
        Layout::from_size_align(size, 8).ok()
    }

    /// The next `bytes`, a multiple of 8; `None` if there is no room.
    pub fn bump(&mut self, bytes: usize) -> Option<NonNull<u8>> {
        if bytes > self.room() {
            return None;
        }
        // SAFETY: within the piece.
        let at = unsafe { self.start.add(self.used) };
        self.used += bytes;
        Some(at)
    }

    /// Bytes that are left.
    pub fn room(&self) -> usize {
        self.size - self.used
    }

    /// Bytes of memory.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Start, size and bytes in use of the memory, which is the caller's now: allocated by Rust's
    /// allocator with an alignment of 8.
    pub fn into_raw(self) -> (NonNull<u8>, usize, usize) {
        let piece = ManuallyDrop::new(self);
        (piece.start, piece.size, piece.used)
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        if let Some(layout) = Piece::layout(self.size) {
            // SAFETY: allocated in `new` with this layout, and freed once.
            unsafe { dealloc(self.start.as_ptr(), layout) };
        }
    }
}
