//! Memory for stacks: an actor's slot, and the segment it continues on past that.
//!
//! Both are private mappings whose pages the system commits when they are touched, with an
//! inaccessible page at the low end. Software limits keep compiled code above a reserve; the page
//! stops native code that needs more than the reserve.

use corosensei::stack::{Stack, StackPointer};
use std::ptr::null_mut;

/// Bytes of the stack an actor starts on.
pub const SLOT_SIZE: usize = 64 * 1024;

struct Mapping {
    /// Lowest address, where the guard is.
    start: usize,
    size: usize,
    guard: usize,
}

impl Mapping {
    /// Maps `size` usable bytes and a guard page below them.
    fn new(size: usize) -> Result<Mapping, i32> {
        // SAFETY: only asks for a number.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        let guard = usize::try_from(page).unwrap_or(4096);
        let size = size.next_multiple_of(guard) + guard;
        // SAFETY: a fresh private mapping, placed by the system.
        let start = unsafe {
            libc::mmap(
                null_mut(),
                size,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE | libc::MAP_STACK,
                -1,
                0,
            )
        };
        if start == libc::MAP_FAILED {
            return Err(std::io::Error::last_os_error().raw_os_error().unwrap_or(0));
        }
        let mapping = Mapping {
            start: start as usize,
            size,
            guard,
        };
        // SAFETY: within the mapping just made, which nobody uses yet. Where either call fails the
        // stack still works: the first only helps to find faults, the second only saves memory.
        unsafe {
            libc::mprotect(start, guard, libc::PROT_NONE);
            #[cfg(target_os = "linux")]
            libc::madvise(start, size, libc::MADV_NOHUGEPAGE);
        }
        Ok(mapping)
    }

    fn bounds(&self) -> (usize, usize) {
        (self.start + self.guard, self.start + self.size)
    }

    fn guard(&self) -> (usize, usize) {
        (self.start, self.start + self.guard)
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: mapped in `new` with this size, and unmapped once; no code runs on it any more.
        unsafe { libc::munmap(self.start as *mut libc::c_void, self.size) };
    }
}

/// The stack an actor starts on.
pub struct Slot(Mapping);

impl Slot {
    /// A fresh slot.
    ///
    /// # Errors
    /// The system's error number.
    pub fn new() -> Result<Slot, i32> {
        Mapping::new(SLOT_SIZE).map(Slot)
    }

    /// Lowest usable and highest address.
    pub fn bounds(&self) -> (usize, usize) {
        self.0.bounds()
    }

    /// The guard page's lowest and highest address.
    pub fn guard(&self) -> (usize, usize) {
        self.0.guard()
    }
}

// SAFETY: a slot has a guard page and well over the least size.
unsafe impl Stack for Slot {
    fn base(&self) -> StackPointer {
        StackPointer::MIN.saturating_add(self.bounds().1 - 1)
    }

    fn limit(&self) -> StackPointer {
        StackPointer::MIN.saturating_add(self.0.start - 1)
    }
}

/// The stack an actor continues on when its slot is used up.
pub struct Segment(Mapping);

impl Segment {
    /// A fresh segment of `size` bytes.
    ///
    /// # Errors
    /// The system's error number.
    pub fn new(size: usize) -> Result<Segment, i32> {
        Mapping::new(size).map(Segment)
    }

    /// Lowest usable and highest address.
    pub fn bounds(&self) -> (usize, usize) {
        self.0.bounds()
    }

    /// The guard page's lowest and highest address.
    pub fn guard(&self) -> (usize, usize) {
        self.0.guard()
    }
}
