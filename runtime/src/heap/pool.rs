//! Memory for chunks. Small ones are [blocks], or come from the allocator; those of the usual sizes of larger heaps are
//! mappings, of which the process keeps some megabytes at hand, so that heaps can give back what is
//! empty at once and take it again at no cost.

use crate::blocks;
use std::alloc::{Layout, alloc, dealloc};
use std::ptr::{NonNull, null_mut};
use std::sync::{Mutex, PoisonError};

/// Chunks from this size on are mappings.
pub const MAPPED: usize = 64 * 1024;
/// The largest size that is kept.
const LARGEST_KEPT: usize = 1 << 20;
/// Bytes that are kept.
const KEPT: usize = 8 << 20;
const PAGE: usize = 4096;

struct Pool {
    free: Vec<(usize, usize)>,
    bytes: usize,
}

static POOL: Mutex<Pool> = Mutex::new(Pool {
    free: Vec::new(),
    bytes: 0,
});

fn layout(size: usize) -> Option<Layout> {
    Layout::from_size_align(size, super::chunk::GRAIN).ok()
}

/// `size` bytes, aligned to 8 and not zeroed, or nothing if there is no memory. The size is not 0.
pub fn take(size: usize) -> Option<usize> {
    if size <= blocks::LARGEST {
        return blocks::take(size).map(|block| block.as_ptr() as usize);
    }
    if size < MAPPED {
        // SAFETY: the size is not zero.
        let start = unsafe { alloc(layout(size)?) };
        return (!start.is_null()).then_some(start as usize);
    }
    let size = size.checked_next_multiple_of(PAGE)?;
    if size <= LARGEST_KEPT {
        let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
        let found = pool.free.iter().rposition(|(_, kept)| *kept == size);
        if let Some(found) = found {
            pool.bytes -= size;
            return Some(pool.free.swap_remove(found).0);
        }
    }
    // SAFETY: a fresh private mapping, placed by the system.
    let start = unsafe {
        libc::mmap(
            null_mut(),
            size,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
            -1,
            0,
        )
    };
    (start != libc::MAP_FAILED).then_some(start as usize)
}

/// Gives memory back.
///
/// # Safety
/// It came from [`take`] with this size, and nobody uses it any more.
pub unsafe fn give(start: usize, size: usize) {
    if size <= blocks::LARGEST {
        if let Some(block) = NonNull::new(start as *mut u8) {
            // SAFETY: the caller's promise.
            unsafe { blocks::give(block, size) };
        }
        return;
    }
    if size < MAPPED {
        if let Some(layout) = layout(size) {
            // SAFETY: the caller's promise.
            unsafe { dealloc(start as *mut u8, layout) };
        }
        return;
    }
    let size = size.next_multiple_of(PAGE);
    if size <= LARGEST_KEPT {
        let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
        if pool.bytes + size <= KEPT {
            pool.bytes += size;
            pool.free.push((start, size));
            return;
        }
    }
    // SAFETY: the caller's promise; a whole mapping.
    unsafe { libc::munmap(start as *mut libc::c_void, size) };
}

/// Gives what is kept back to the system.
pub fn give_back() {
    let free = {
        let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
        pool.bytes = 0;
        std::mem::take(&mut pool.free)
    };
    for (start, size) in free {
        // SAFETY: whole mappings that nobody uses.
        unsafe { libc::munmap(start as *mut libc::c_void, size) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_distinct_until_it_is_given_back() {
        let sizes = [256, 4096, MAPPED, LARGEST_KEPT, LARGEST_KEPT + 8];
        let taken: Vec<usize> = sizes.iter().map(|size| take(*size).unwrap()).collect();
        for (start, size) in taken.iter().zip(sizes) {
            // SAFETY: the memory is ours.
            unsafe { (*start as *mut u8).write_bytes(1, size) };
        }
        for (i, a) in taken.iter().enumerate() {
            for b in &taken[i + 1..] {
                assert!(a.abs_diff(*b) >= 256);
            }
        }
        for (start, size) in taken.iter().zip(sizes) {
            // SAFETY: taken above.
            unsafe { give(*start, size) };
        }
    }
}
