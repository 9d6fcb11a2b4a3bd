//! A value on its way: a deep copy outside of all heaps.
//!
//! A small one is one piece of memory, which is measured first, is copied once more when it is taken,
//! and goes back at once. A large one is built in pieces of their own, which then join the heap of
//! whoever takes it.

use crate::heap::copy::copy;
use crate::heap::counted::Loose;
use crate::heap::measure::measure;
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
    memory: Memory,
}

enum Memory {
    None,
    Small(NonNull<u8>, Layout),
    /// The proxies go before the memory they are in.
    Large(Loose, Vec<Piece>),
}

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
            Some(0) => Ok(Fragment {
                root,
                memory: Memory::None,
            }),
            // SAFETY: as above.
            Some(bytes) => unsafe { small(root, bytes) },
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
        let (root, proxies) = copied?;
        heap.add_proxies(proxies.take());
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
            Memory::None => Ok(self.root),
            // SAFETY: the caller's promise.
            Memory::Small(..) => unsafe { self.copy_to(heap, context) },
            Memory::Large(proxies, pieces) => {
                heap.adopt(std::mem::take(pieces))?;
                heap.add_proxies(std::mem::take(proxies).take());
                Ok(self.root)
            }
        }
    }

    /// Bytes of memory outside of all heaps.
    pub fn bytes(&self) -> usize {
        match &self.memory {
            Memory::None => 0,
            Memory::Small(_, layout) => layout.size(),
            Memory::Large(_, pieces) => pieces.iter().map(Piece::size).sum(),
        }
    }
}

impl Drop for Fragment {
    fn drop(&mut self) {
        if let Memory::Small(start, layout) = &self.memory {
            // SAFETY: allocated with this layout in `small`, and freed once.
            unsafe { dealloc(start.as_ptr(), *layout) };
        }
    }
}

unsafe fn small(root: *mut u8, bytes: usize) -> Result<Fragment, HeapFull> {
    let layout = Layout::from_size_align(bytes, 8).map_err(|_| HeapFull)?;
    // SAFETY: the size is not zero.
    let start = NonNull::new(unsafe { alloc(layout) }).ok_or(HeapFull)?;
    let memory = Memory::Small(start, layout);
    let mut fragment = Fragment { root, memory };
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
    (fragment.root, _) = unsafe { copy(root, next) }?;
    Ok(fragment)
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
    let (root, proxies) = unsafe { copy(root, next) }?;
    Ok(Fragment {
        root,
        memory: Memory::Large(proxies, pieces),
    })
}
