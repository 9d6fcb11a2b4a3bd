//! What lies in the program itself: constants, which no copy has to copy and no collection to mark.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

static START: AtomicUsize = AtomicUsize::new(0);
static END: AtomicUsize = AtomicUsize::new(0);

/// Finds out where the program was loaded; before that nothing is static.
pub fn find_program() {
    unsafe extern "C" fn first(
        info: *mut libc::dl_phdr_info,
        _size: libc::size_t,
        _data: *mut libc::c_void,
    ) -> libc::c_int {
        // SAFETY: the loader passes its record, whose headers are of the program: the first one.
        unsafe {
            let bias = (*info).dlpi_addr as usize;
            let headers = std::slice::from_raw_parts((*info).dlpi_phdr, (*info).dlpi_phnum.into());
            let (mut start, mut end) = (usize::MAX, 0);
            for header in headers.iter().filter(|h| h.p_type == libc::PT_LOAD) {
                let at = bias + header.p_vaddr as usize;
                start = start.min(at);
                end = end.max(at + header.p_memsz as usize);
            }
            START.store(start, Relaxed);
            END.store(end, Relaxed);
        }
        1
    }
    // SAFETY: the callback is called before this returns.
    unsafe { libc::dl_iterate_phdr(Some(first), std::ptr::null_mut()) };
}

/// Whether an object is part of the program.
#[inline]
pub fn is_static(object: *const u8) -> bool {
    (START.load(Relaxed)..END.load(Relaxed)).contains(&(object as usize))
}
