//! A value on its way: a deep copy outside of all heaps.
//!
//! A small one is one piece of memory, which is measured first, is copied once more when it is taken,
//! and goes back at once. A large one is built in pieces of their own, which then join the heap of
//! whoever takes it.

use crate::heap::copy::copy;
use crate::heap::loose::Loose;
use crate::heap::measure::{Size, measure};
use crate::heap::{Heap, HeapFull, Piece};
use mesh_abi::context::Context;
use std::alloc::{Layout, alloc, dealloc};
use std::fmt;
use std::ptr::{NonNull, null_mut};

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
    Small(Small),
    Large(Vec<Piece>),
}

/// Memory of one small value.
struct Small(NonNull<u8>, Layout);

impl fmt::Debug for Fragment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fragment")
    }
}

// SAFETY: a fragment's memory is its own, and is used by its holder alone.
unsafe impl Send for Fragment {}
// SAFETY: shared, it is only read.
unsafe impl Sync for Fragment {}

impl Fragment {
    /// No value.
    pub const EMPTY: Fragment = Fragment {
        root: null_mut(),
        loose: Loose::NONE,
        memory: Memory::None,
    };

    /// A copy of a box and of all that it refers to.
    ///
    /// # Errors
    /// The system is out of memory.
    ///
    /// # Safety
    /// `root` is null or a live box.
    pub unsafe fn of(root: *mut u8) -> Result<Fragment, HeapFull> {
        // SAFETY: the caller's promise.
        match unsafe { measure(root, SMALL) } {
            Some(Size {
                bytes: 0,
                frozen: false,
            }) => Ok(Fragment {
                root,
                ..Fragment::EMPTY
            }),
            // SAFETY: as above.
            Some(size) => unsafe { small(root, size.bytes) },
            // SAFETY: as above.
            None => unsafe { large(root) },
        }
    }

    /// The box, where it lies.
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

    /// Moves the value into a heap.
    ///
    /// # Errors
    /// The heap is full.
    ///
    /// # Safety
    /// `heap` and `context` are the running actor's.
    pub unsafe fn take_to(
        mut self,
        heap: &mut Heap,
        context: *mut Context,
    ) -> Result<*mut u8, HeapFull> {
        match &mut self.memory {
            // SAFETY: the caller's promise.
            Memory::Small(_) => return unsafe { self.copy_to(heap, context) },
            Memory::Large(pieces) => heap.adopt(pieces)?,
            Memory::None => {}
        }
        heap.take_over(std::mem::take(&mut self.loose));
        Ok(self.root)
    }

    /// Bytes of memory outside of all heaps.
    pub fn bytes(&self) -> usize {
        match &self.memory {
            Memory::None => 0,
            Memory::Small(Small(_, layout)) => layout.size(),
            Memory::Large(pieces) => pieces.iter().map(Piece::size).sum(),
        }
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout in `small`, and freed once.
        unsafe { dealloc(self.0.as_ptr(), self.1) };
    }
}

unsafe fn small(root: *mut u8, bytes: usize) -> Result<Fragment, HeapFull> {
    // A value that is all frozen takes none.
    let layout = Layout::from_size_align(bytes.max(8), 8).map_err(|_| HeapFull)?;
    // SAFETY: the size is not zero.
    let start = NonNull::new(unsafe { alloc(layout) }).ok_or(HeapFull)?;
    let memory = Memory::Small(Small(start, layout));
    let mut used = 0;
    let next = |size: usize| {
        let at = used;
        used += size.next_multiple_of(8);
        // What is measured is at least what is copied.
        if used > bytes {
            return Err(HeapFull);
        }
        // SAFETY: within the memory just allocated.
        Ok(unsafe { start.add(at) })
    };
    // SAFETY: the caller's promise.
    let (root, loose) = unsafe { copy(root, next) }?;
    Ok(Fragment {
        root,
        loose,
        memory,
    })
}

unsafe fn large(root: *mut u8) -> Result<Fragment, HeapFull> {
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
    let memory = Memory::Large(pieces);
    Ok(Fragment {
        root,
        loose,
        memory,
    })
}
