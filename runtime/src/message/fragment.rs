//! A value on its way: a deep copy outside of all heaps.
//!
//! A box that refers to nothing is no fragment: the message has room for it. Of the others a small one, which is measured first,
//! stands in its message's own block, is copied once more when it is taken, and goes
//! back at once. A large one is built in pieces of its own, which then join the heap of whoever takes it.

use crate::heap::copy::copy;
use crate::heap::counted::charge;
use crate::heap::loose::Loose;
use crate::heap::measure::pairs;
use crate::heap::{Heap, HeapFull, Piece};
use mesh_abi::context::Context;
use std::ptr::NonNull;

/// Bytes up to which a value is copied into the heap's free space.
pub const SMALL: usize = 512;
/// The first piece of a large value, and the largest.
const FIRST_PIECE: usize = 4096;
const LARGEST_PIECE: usize = 1 << 20;

/// See the module's comment.
pub struct Fragment {
    /// The box that holds the value; null or static where there is nothing to free.
    root: *mut u8,
    /// What it counts; before the memory, which has the proxies.
    loose: Loose,
    memory: Memory,
}

enum Memory {
    None,
    /// So many bytes behind the message.
    Behind(usize),
    #[allow(
        clippy::box_collection,
        reason = "most messages are small, and have room for it all the same"
    )]
    Large(Box<Vec<Piece>>),
}

// SAFETY: a fragment's memory is its own, and is used by its holder alone.
unsafe impl Send for Fragment {}
// SAFETY: shared, it is only read.
unsafe impl Sync for Fragment {}

impl Fragment {
    /// A value that has no memory of its own.
    pub(super) fn bare(root: *mut u8) -> Fragment {
        Fragment {
            root,
            loose: Loose::NONE,
            memory: Memory::None,
        }
    }

    /// A copy of a small value at `start`, behind its message.
    ///
    /// # Errors
    /// It takes more than `bytes`.
    ///
    /// # Safety
    /// `root` is a live box; `start` has `bytes`, aligned to 8, which the message then keeps.
    pub(super) unsafe fn behind(
        root: *mut u8,
        start: NonNull<u8>,
        bytes: usize,
    ) -> Result<Fragment, HeapFull> {
        let mut used = 0;
        let next = |size: usize| {
            let at = used;
            used += size.next_multiple_of(8);
            // What is measured is at least what is copied.
            if used > bytes {
                return Err(HeapFull);
            }
            // SAFETY: within the memory.
            Ok(unsafe { start.add(at) })
        };
        // SAFETY: the caller's promise.
        let (root, loose) = unsafe { copy(root, next) }?;
        let memory = Memory::Behind(bytes);
        Ok(Fragment {
            root,
            loose,
            memory,
        })
    }

    /// A copy of a value of any size, in pieces.
    ///
    /// # Errors
    /// The system is out of memory.
    ///
    /// # Safety
    /// `root` is a live box.
    pub(super) unsafe fn large(root: *mut u8) -> Result<Fragment, HeapFull> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut size = FIRST_PIECE;
        let next = |bytes: usize| {
            let bytes = bytes.next_multiple_of(8);
            if let Some(last) = pieces.last_mut()
                && let Some(start) = last.bump(bytes)
            {
                return Ok(start);
            }
            let mut piece = Piece::new(size.max(bytes))?;
            size = (size * 2).min(LARGEST_PIECE);
            let start = piece.bump(bytes).ok_or(HeapFull)?;
            // A full one, as of a large object, does not end the use of the last.
            let at = pieces.len() - usize::from(piece.room() == 0 && !pieces.is_empty());
            pieces.insert(at, piece);
            Ok(start)
        };
        // SAFETY: the caller's promise.
        let (root, loose) = unsafe { copy(root, next) }?;
        let memory = Memory::Large(Box::new(pieces));
        Ok(Fragment {
            root,
            loose,
            memory,
        })
    }

    /// The box, where it lies.
    #[inline]
    pub fn root(&self) -> *mut u8 {
        self.root
    }

    /// A copy of the value in a heap; the fragment stays.
    ///
    /// # Errors
    /// The heap is full.
    ///
    /// # Safety
    /// `heap` and `context` are the running actor's.
    pub unsafe fn copy_to(
        &self,
        heap: &mut Heap,
        context: *mut Context,
    ) -> Result<*mut u8, HeapFull> {
        // SAFETY: the root is a live box; the heap's memory is as asked for.
        let copied = unsafe { copy(self.root, |bytes| heap.allocate(context, bytes)) };
        let (root, loose) = copied?;
        heap.take_over(loose);
        Ok(root)
    }

    /// Moves the value into a heap. The fragment is not used for anything then.
    ///
    /// # Errors
    /// The heap is full.
    ///
    /// # Safety
    /// `heap` and `context` are the running actor's.
    pub(super) unsafe fn take_to(
        &mut self,
        heap: &mut Heap,
        context: *mut Context,
    ) -> Result<*mut u8, HeapFull> {
        match &mut self.memory {
            // SAFETY: the caller's promise.
            Memory::Behind(_) => return unsafe { self.copy_to(heap, context) },
            Memory::Large(pieces) => heap.adopt(pieces)?,
            Memory::None => {}
        }
        heap.take_over(std::mem::take(&mut self.loose));
        Ok(self.root)
    }

    /// Calls `visit` with every two words that follow each other in the memory.
    pub(super) fn pairs(&self, mut visit: impl FnMut(u64, u64)) {
        match &self.memory {
            Memory::None => {}
            // SAFETY: copies of small values begin with the box.
            Memory::Behind(bytes) => unsafe {
                pairs(self.root, *bytes, &mut visit);
            },
            Memory::Large(pieces) => {
                for piece in pieces.iter() {
                    let (start, used) = piece.used();
                    // SAFETY: so many bytes of a piece are in use.
                    unsafe { pairs(start, used, &mut visit) };
                }
            }
        }
    }

    /// Whether it has memory besides the message's.
    #[inline]
    pub fn is_large(&self) -> bool {
        matches!(self.memory, Memory::Large(_)) || !self.loose.proxies().is_empty()
    }

    /// Bytes of the large texts that it refers to.
    pub fn text_bytes(&self) -> usize {
        let proxies = self.loose.proxies().iter();
        // SAFETY: the proxies are in the fragment's memory.
        proxies.map(|proxy| unsafe { charge(*proxy) }).sum()
    }

    /// Bytes of memory outside of all heaps.
    #[inline]
    pub fn bytes(&self) -> usize {
        match &self.memory {
            Memory::None => 0,
            Memory::Behind(bytes) => *bytes,
            Memory::Large(pieces) => pieces.iter().map(Piece::size).sum(),
        }
    }
}
