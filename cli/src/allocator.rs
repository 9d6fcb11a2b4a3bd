//! The compiler's allocator: mimalloc, since a compiler makes many small objects, on all threads.

use libmimalloc_sys as mi;
use std::alloc::{GlobalAlloc, Layout};

/// Every block of mimalloc's is aligned to this much, whatever its size. Nearly all objects ask for no more, and the
/// functions that take no alignment have less to do and let a block grow in its place.
const ALWAYS: usize = 8;

/// See the module's comment.
pub struct Allocator;

// SAFETY: each function is mimalloc's own, called with what its caller promised; a block that one of them gave is good for
// all others, and is aligned as asked for: by `ALWAYS`, or by the functions that take an alignment.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        // SAFETY: above.
        let block = unsafe {
            match align {
                ..=ALWAYS => mi::mi_malloc(size),
                _ => mi::mi_malloc_aligned(size, align),
            }
        };
        block.cast()
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let (size, align) = (layout.size(), layout.align());
        // SAFETY: above.
        let block = unsafe {
            match align {
                ..=ALWAYS => mi::mi_zalloc(size),
                _ => mi::mi_zalloc_aligned(size, align),
            }
        };
        block.cast()
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, _layout: Layout) {
        // SAFETY: above.
        unsafe { mi::mi_free(block.cast()) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let align = layout.align();
        // SAFETY: above.
        let block = unsafe {
            match align {
                ..=ALWAYS => mi::mi_realloc(block.cast(), size),
                _ => mi::mi_realloc_aligned(block.cast(), size, align),
            }
        };
        block.cast()
    }
}
