//! The rules the collector rests on, checked: for the stress mode and for tests. What breaks one is a
//! fault of the compiler or the runtime, so the process ends.

use super::chunk::{Chunk, GRAIN};
use super::frozen::{Uses, arena};
use super::object::{self, Visit, has_references};
use crate::io::complain;
use mesh_abi::object::{BUFFER_SEEN, LIST_OFFSET_SHIFT, ListBuffer};

/// Sees that an old object refers to old ones only, and to what is frozen only where that is held.
struct Old<'h> {
    chunks: &'h [Chunk],
    frozen: &'h Uses,
    /// The object that is looked at.
    from: usize,
}

/// Checks that no old object refers to a young one; of a buffer that was added to in place, the part
/// that the collector has seen.
pub fn nothing_old_refers_to_young(chunks: &[Chunk], frozen: &Uses) {
    let mut old = Old {
        chunks,
        frozen,
        from: 0,
    };
    for chunk in chunks {
        let mut bit = 0;
        while let Some(found) = chunk.marks.next(bit, chunk.size / GRAIN) {
            bit = found + 1;
            let address = chunk.start + found * GRAIN;
            old.from = address;
            // SAFETY: marked, so an object starts there.
            unsafe {
                match object::as_buffer(address) {
                    None => object::references(address, &mut old),
                    Some(desc) if has_references(desc) => {
                        let buffer = &*(address as *const ListBuffer);
                        let (from, to) = if buffer.flags & BUFFER_SEEN == 0 {
                            (buffer.traced_lo, buffer.traced_hi)
                        } else {
                            (buffer.lo, buffer.hi)
                        };
                        object::elements(address, desc, from as usize, to as usize, &mut old);
                    }
                    Some(_) => {}
                }
            }
        }
    }
}

impl Visit for Old<'_> {
    fn object(&mut self, word: u64) {
        let address = word as usize;
        if arena::contains(address as *const u8) {
            if !self.frozen.contains(address) {
                self.complain(address, "is frozen, and nobody holds it");
            }
            return;
        }
        let after = self.chunks.partition_point(|chunk| chunk.start <= address);
        let Some(chunk) = self.chunks[..after].last() else {
            return;
        };
        if chunk.contains(address) && !chunk.marks.get(chunk.bit(address)) {
            self.complain(address, "is young, or no object");
        }
    }

    fn list(&mut self, buffer: u64, range: u64) {
        self.object(buffer);
        let address = buffer as usize;
        if self.chunks.iter().any(|chunk| chunk.contains(address)) {
            let buffer = address as *const ListBuffer;
            let from = range >> LIST_OFFSET_SHIFT;
            let to = from + (range & u64::from(u32::MAX));
            // SAFETY: it was just seen to be an object; a list's buffer is one.
            let (lo, hi) = unsafe { ((*buffer).lo, (*buffer).hi) };
            if from < to && (from < u64::from(lo) || to > u64::from(hi)) {
                self.complain(address, "does not have the range of the list");
            }
        }
    }
}

impl Old<'_> {
    fn complain(&self, address: usize, what: &str) -> ! {
        // SAFETY: the object that is looked at is one.
        let (desc, _) = unsafe { object::header(self.from) };
        broken(&format!(
            "the old object {:#x} ({:?}) refers to {address:#x}, which {what}",
            self.from, desc.kind
        ))
    }
}

/// Ends the process, whose memory cannot be trusted.
pub fn broken(what: &str) -> ! {
    complain(
        ["mesh: the heap is broken: ", what, "\n"]
            .concat()
            .as_bytes(),
    );
    std::process::abort()
}
