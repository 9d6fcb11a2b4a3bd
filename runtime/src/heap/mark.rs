//! Marking: from the roots to everything they lead to, by an explicit work list.
//!
//! Marks stick: in a minor collection the survivors of earlier ones are marked already, so nothing below
//! them is looked at. That is right because an object refers only to older ones. The one exception is a
//! list's buffer that was added to in place; such buffers are remembered, and what was added is a root.
//!
//! A major collection traces of each buffer only the range that lists which it finds in other objects
//! cover, and at its end takes the rest of the cells out of the filled range: their contents may be
//! gone. A buffer that something on a stack may refer to is covered whole.

use super::chunk::Chunk;
use super::frozen::{Uses, arena};
use super::object::{self, Visit, as_buffer, has_references, header};
use super::verify::broken;
use mesh_abi::object::{BUFFER_FROZEN, BUFFER_SEEN, LIST_OFFSET_SHIFT, ListBuffer};

/// Elements of a buffer that are traced before what they lead to is.
const RUN: u32 = 64;
/// Chunks that an address may be in are remembered by some of its bits.
const RECENT: usize = 256;

/// Objects that are asked of memory before they are looked at.
const AHEAD: usize = 8;

/// Something that is still to be looked at.
#[derive(Clone, Copy)]
struct Item {
    address: usize,
    what: What,
}

#[derive(Clone, Copy)]
enum What {
    /// An object of this chunk that may be marked already.
    Object(u32),
    /// The same; if it is a buffer, all of it counts.
    Whole(u32),
    /// Elements of a marked buffer.
    Elements(u32, u32),
}

/// See the module's comment.
pub struct Marker<'h> {
    /// In the order of their addresses.
    chunks: &'h mut [Chunk],
    low: usize,
    span: usize,
    /// Where bytes of large texts stand that may be freed, and a proxy of each.
    texts: Vec<(usize, usize, usize)>,
    /// What the heap refers to outside of itself, and whether it matters whether it still does.
    frozen: &'h mut Uses,
    watch: bool,
    recent: [u32; RECENT],
    work: Vec<Item>,
    major: bool,
    /// Check that every reference is the start of an object.
    check: bool,
    /// Buffers whose covered range may be less than what is filled.
    covered: Vec<*mut ListBuffer>,
}

impl<'h> Marker<'h> {
    /// A marker of these chunks, which are in the order of their addresses.
    pub fn new(
        chunks: &'h mut [Chunk],
        mut texts: Vec<(usize, usize, usize)>,
        frozen: &'h mut Uses,
        major: bool,
        check: bool,
    ) -> Marker<'h> {
        frozen.texts(major, &mut texts);
        texts.sort_unstable();
        let watch = check || frozen.are_open(major);
        let low = chunks.first().map_or(0, |chunk| chunk.start);
        let high = chunks.last().map_or(0, |chunk| chunk.start + chunk.size);
        Marker {
            chunks,
            low,
            span: high - low,
            texts,
            frozen,
            watch,
            recent: [0; RECENT],
            work: Vec::new(),
            major,
            check,
            covered: Vec::new(),
        }
    }

    /// The chunk an address lies in.
    #[inline]
    fn find(&mut self, address: usize) -> Option<usize> {
        if address.wrapping_sub(self.low) >= self.span {
            return None;
        }
        let slot = (address >> 16) % RECENT;
        let guess = self.recent[slot] as usize;
        if self.chunks[guess].contains(address) {
            return Some(guess);
        }
        let after = self.chunks.partition_point(|chunk| chunk.start <= address);
        let found = after.checked_sub(1)?;
        if !self.chunks[found].contains(address) {
            return None;
        }
        self.recent[slot] = found as u32;
        Some(found)
    }

    /// Whether an object of the heap is marked; others live.
    pub fn is_marked(&mut self, address: usize) -> bool {
        match self.find(address) {
            None => true,
            Some(found) => {
                let chunk = &self.chunks[found];
                chunk.marks.get(chunk.bit(address))
            }
        }
    }

    /// Marks the object that starts at an address; whether it was not marked yet.
    #[inline]
    fn mark(&mut self, chunk: usize, address: usize) -> bool {
        let chunk = &mut self.chunks[chunk];
        let bit = chunk.bit(address);
        if self.check {
            let known =
                address.is_multiple_of(8) && (chunk.marks.get(bit) || chunk.starts.get(bit));
            if !known {
                broken(&format!("{address:#x} is not the start of an object"));
            }
        }
        chunk.marks.set(bit)
    }

    /// A word that may be an address in an object, or anything else.
    pub fn guess(&mut self, word: usize) {
        let Some(found) = self.find(word) else {
            if self.watch && arena::contains(word as *const u8) {
                self.frozen.mark(word);
            }
            return self.guess_text(word);
        };
        let Some(start) = self.chunks[found].object_before(word) else {
            return;
        };
        // SAFETY: the bitmaps say that an object starts there.
        unsafe {
            if word - start >= object::size(start) {
                return;
            }
        }
        self.push(start, What::Whole(found as u32));
    }

    /// A word that may be an address in the bytes of a large text.
    fn guess_text(&mut self, word: usize) {
        let after = self.texts.partition_point(|(start, ..)| *start <= word);
        if let Some(before) = after.checked_sub(1)
            && let (_, end, proxy) = self.texts[before]
            && word < end
        {
            self.object(proxy as u64);
        }
    }

    /// An object outside of the heap: one that is static, or frozen.
    #[cold]
    fn outside(&mut self, address: usize) {
        if arena::contains(address as *const u8) && !self.frozen.mark(address) {
            broken(&format!("{address:#x} is frozen, and nobody holds it"));
        }
    }

    /// Words of a stack, or of registers.
    ///
    /// # Safety
    /// The memory between the addresses may be read.
    pub unsafe fn guess_all(&mut self, from: usize, to: usize) {
        let mut at = from.next_multiple_of(8);
        while at + 8 <= to {
            // SAFETY: the caller's promise.
            self.guess(unsafe { (at as *const usize).read() });
            at += 8;
        }
    }

    #[inline]
    fn push(&mut self, address: usize, what: What) {
        self.work.push(Item { address, what });
    }

    /// What was added to an old buffer since the collector has seen it.
    ///
    /// # Safety
    /// The buffer is an old one of the heap.
    pub unsafe fn added(&mut self, buffer: *mut ListBuffer) {
        // SAFETY: the caller's promise; the cells of the filled range are written.
        unsafe {
            let seen = (*buffer).traced_lo..(*buffer).traced_hi;
            self.later(buffer, (*buffer).lo, seen.start);
            self.later(buffer, seen.end, (*buffer).hi);
            saw_all(buffer);
        }
    }

    fn later(&mut self, buffer: *mut ListBuffer, from: u32, to: u32) {
        if from < to {
            self.push(buffer as usize, What::Elements(from, to));
        }
    }

    /// Marks and traces all that is to be looked at, and what it leads to. What comes next is asked of
    /// memory some objects ahead, for most of the time goes into waiting for that.
    pub fn drain(&mut self) {
        let mut ahead: [Option<Item>; AHEAD] = [None; AHEAD];
        let mut at = 0;
        let mut idle = 0;
        while idle < AHEAD {
            let next = self.work.pop();
            idle += 1;
            if let Some(item) = &next {
                self.fetch(item);
                idle = 0;
            }
            let item = std::mem::replace(&mut ahead[at % AHEAD], next);
            at += 1;
            if let Some(item) = item {
                idle = 0;
                // SAFETY: what is on the list is an object, and the elements are filled ones.
                unsafe { self.look_at(item) };
            }
        }
    }

    /// Asks memory for an object's header and its mark.
    #[inline]
    fn fetch(&self, item: &Item) {
        if let What::Object(chunk) | What::Whole(chunk) = item.what {
            prefetch(item.address);
            let chunk = &self.chunks[chunk as usize];
            prefetch(chunk.marks.place(chunk.bit(item.address)));
        }
    }

    /// # Safety
    /// As the item says.
    #[inline]
    unsafe fn look_at(&mut self, Item { address, what }: Item) {
        // SAFETY: the caller's promise.
        unsafe {
            match what {
                What::Object(chunk) => {
                    if self.mark(chunk as usize, address) {
                        self.trace(address);
                    }
                }
                What::Whole(chunk) => {
                    if self.mark(chunk as usize, address) {
                        self.trace(address);
                    } else if self.major
                        && let Some(desc) = as_buffer(address)
                        && has_references(desc)
                    {
                        let buffer = address as *mut ListBuffer;
                        self.cover(buffer, (*buffer).lo, (*buffer).hi);
                    }
                }
                What::Elements(from, to) => {
                    let end = to.min(from + RUN);
                    self.later(address as *mut ListBuffer, end, to);
                    let (desc, _) = header(address);
                    object::elements(address, desc, from as usize, end as usize, self);
                }
            }
        }
    }

    /// Finds what a newly marked object refers to; of a buffer, all of it.
    ///
    /// # Safety
    /// An object starts at `address`.
    #[inline]
    unsafe fn trace(&mut self, address: usize) {
        // SAFETY: the caller's promise.
        unsafe {
            if let Some(desc) = as_buffer(address) {
                let buffer = address as *mut ListBuffer;
                if has_references(desc) {
                    saw_all(buffer);
                    self.later(buffer, (*buffer).lo, (*buffer).hi);
                }
            } else {
                object::references(address, self);
            }
        }
    }

    /// Adds to the range of a marked buffer that a major collection has traced.
    ///
    /// # Safety
    /// The buffer is one of the heap, and the range lies in what is filled.
    unsafe fn cover(&mut self, buffer: *mut ListBuffer, from: u32, to: u32) {
        if from == to {
            return;
        }
        // SAFETY: the caller's promise.
        unsafe {
            let (low, high) = ((*buffer).traced_lo, (*buffer).traced_hi);
            if low == high {
                (*buffer).traced_lo = from;
                (*buffer).traced_hi = to;
                self.later(buffer, from, to);
                return;
            }
            if from < low {
                (*buffer).traced_lo = from;
                self.later(buffer, from, low);
            }
            if to > high {
                (*buffer).traced_hi = to;
                self.later(buffer, high, to);
            }
        }
    }

    /// Takes what no list covers out of the filled ranges: the end of a major collection.
    pub fn shrink_lists(&mut self) {
        for buffer in self.covered.drain(..) {
            // SAFETY: marked, so it lives.
            unsafe {
                (*buffer).lo = (*buffer).traced_lo;
                (*buffer).hi = (*buffer).traced_hi;
            }
        }
    }
}

/// Asks memory for what stands at an address.
#[inline(always)]
pub fn prefetch(address: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a hint, which may be given of any address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address as *const i8) };
    }
    #[cfg(target_arch = "aarch64")]
    {
        // SAFETY: as above.
        unsafe {
            std::arch::asm!("prfm pldl1keep, [{}]", in(reg) address, options(nostack, readonly));
        }
    }
}

/// Notes that the collector has traced all of a buffer.
///
/// # Safety
/// The buffer is one of the heap.
unsafe fn saw_all(buffer: *mut ListBuffer) {
    // SAFETY: the caller's promise.
    unsafe {
        (*buffer).traced_lo = (*buffer).lo;
        (*buffer).traced_hi = (*buffer).hi;
        if (*buffer).flags & BUFFER_FROZEN == 0 {
            (*buffer).flags |= BUFFER_SEEN;
        }
    }
}

impl Visit for Marker<'_> {
    #[inline]
    fn object(&mut self, word: u64) {
        let address = word as usize;
        if let Some(found) = self.find(address) {
            self.push(address, What::Object(found as u32));
        } else if self.watch {
            self.outside(address);
        }
    }

    #[inline]
    fn list(&mut self, buffer: u64, range: u64) {
        let address = buffer as usize;
        let Some(found) = self.find(address) else {
            if self.watch {
                self.outside(address);
            }
            return;
        };
        if !self.major {
            self.push(address, What::Object(found as u32));
            return;
        }
        let new = self.mark(found, address);
        // SAFETY: a list's first word is its buffer.
        let (desc, _) = unsafe { header(address) };
        if !has_references(desc) {
            return;
        }
        let buffer = address as *mut ListBuffer;
        let (from, length) = ((range >> LIST_OFFSET_SHIFT) as u32, range as u32);
        // SAFETY: as above; a list's range lies in what is filled.
        unsafe {
            if new {
                saw_all(buffer);
                (*buffer).traced_lo = from;
                (*buffer).traced_hi = from;
                self.covered.push(buffer);
            }
            self.cover(buffer, from, from + length);
        }
    }
}
