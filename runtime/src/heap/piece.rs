//! Memory that objects are bumped into one after another, before it belongs to a heap.

use super::{HeapFull, pool};
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

/// See the module's comment. Its objects stand without gaps from the start on.
#[derive(Debug)]
pub struct Piece {
    start: usize,
    size: usize,
    used: usize,
}

impl Piece {
    /// A fresh piece of `size` bytes, a multiple of 8 and not 0.
    ///
    /// # Errors
    /// The system is out of memory.
    pub fn new(size: usize) -> Result<Piece, HeapFull> {
        let start = pool::take(size).ok_or(HeapFull)?;
        let used = 0;
        Ok(Piece { start, size, used })
    }

    /// The next `bytes`, a multiple of 8; `None` if there is no room.
    pub fn bump(&mut self, bytes: usize) -> Option<NonNull<u8>> {
        if bytes > self.room() {
            return None;
        }
        let at = self.start + self.used;
        self.used += bytes;
        NonNull::new(at as *mut u8)
    }

    /// Bytes that are left.
    pub fn room(&self) -> usize {
        self.size - self.used
    }

    /// The start, and bytes in use.
    pub fn used(&self) -> (*const u8, usize) {
        (self.start as *const u8, self.used)
    }

    /// Bytes of memory.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Start, size and bytes in use of the memory, which came from the pool and is the caller's now.
    pub fn into_raw(self) -> (usize, usize, usize) {
        let piece = ManuallyDrop::new(self);
        (piece.start, piece.size, piece.used)
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        // SAFETY: taken in `new` with this size, and given back once.
        unsafe { pool::give(self.start, self.size) };
    }
}
