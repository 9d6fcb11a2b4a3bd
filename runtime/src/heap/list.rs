//! Lists: a range of a buffer that may grow in place at both ends.
//!
//! A buffer's `[lo, hi)` is filled. Only a list that ends at `hi` may append in place, only one
//! that starts at `lo` may prepend in place, and neither once the buffer is frozen. A cell is
//! written before its bound moves. These operations make room; whoever asked for it writes the
//! cells and moves the bound before the next allocation.

use crate::crash::Reason;
use crate::heap::string::STRING_TYPE;
use crate::natives::Cx;
use mesh_abi::descriptor::{ObjectDesc, ObjectKind};
use mesh_abi::object::{BUFFER_ELEMENTS, BUFFER_FROZEN, DESC_MASK, LIST_OFFSET_SHIFT, ListBuffer};
use std::ptr::{NonNull, null_mut};

/// The smallest capacity of a buffer that was made to grow.
const FIRST_CAPACITY: usize = 4;

/// The descriptor of buffers of strings that the runtime makes.
static STRING_BUFFER: ObjectDesc = ObjectDesc {
    kind: ObjectKind::Buffer,
    words: 1,
    ty: &raw const STRING_TYPE,
};

/// A Mesh list: a live buffer (null for an empty list without one) and the list's range in it.
#[derive(Clone, Copy)]
pub struct List {
    buffer: *mut ListBuffer,
    offset: u32,
    len: u32,
}

/// Which end of a list something is done at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    Front,
    Back,
}

impl List {
    /// The list without elements and without a buffer.
    pub const EMPTY: List = List {
        buffer: null_mut(),
        offset: 0,
        len: 0,
    };

    /// # Safety
    /// The words are a list's: the buffer is null or live, and the range lies in what is filled.
    pub unsafe fn from_words(buffer: *mut u8, range: i64) -> List {
        List {
            buffer: buffer.cast(),
            offset: (range >> LIST_OFFSET_SHIFT) as u32,
            len: range as u32,
        }
    }

    /// The list as it stands in registers.
    pub fn to_words(self) -> (*mut u8, i64) {
        let range = u64::from(self.offset) << LIST_OFFSET_SHIFT | u64::from(self.len);
        (self.buffer.cast(), range as i64)
    }

    /// Elements in the list.
    pub fn len(self) -> usize {
        self.len as usize
    }

    /// Whether the list has no elements.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }

    /// The list's elements as words; `width` is the element type's word count.
    pub fn words(&self, width: usize) -> &[u64] {
        if self.buffer.is_null() {
            return &[];
        }
        // SAFETY: the range lies in the filled part of a live buffer, which is never rewritten.
        unsafe { std::slice::from_raw_parts(self.cell(0, width), self.len() * width) }
    }

    /// The address of the element at `index`, or of the first free cell after the last.
    fn cell(self, index: usize, width: usize) -> *mut u64 {
        let at = BUFFER_ELEMENTS as usize + (self.offset as usize + index) * width * 8;
        self.buffer.cast::<u8>().wrapping_add(at).cast()
    }

    /// Whether `extra` cells at `end` may be written in place.
    fn has_room(self, end: End, extra: usize) -> bool {
        // SAFETY: the buffer is null or live.
        let Some(buffer) = (unsafe { self.buffer.as_ref() }) else {
            return false;
        };
        let last = self.offset as usize + self.len();
        buffer.flags & BUFFER_FROZEN == 0
            && match end {
                End::Back => last == buffer.hi as usize && buffer.capacity as usize - last >= extra,
                End::Front => self.offset == buffer.lo && self.offset as usize >= extra,
            }
    }

    /// A list of the same elements with `extra` free cells at `end`, which is its buffer's bound.
    pub fn reserve(self, cx: &mut Cx, end: End, extra: usize, desc: &'static ObjectDesc) -> List {
        if self.has_room(end, extra) {
            return self;
        }
        // Doubling makes a run of single additions linear.
        let needed = self.len().saturating_add(extra);
        let capacity = needed.saturating_add(self.len()).max(FIRST_CAPACITY);
        let offset = match end {
            End::Back => 0,
            End::Front => capacity - self.len(),
        };
        let list = List::with_capacity(cx, capacity, offset, self.len(), desc);
        list.fill(0, &self, desc);
        list
    }

    /// This list followed by `other`.
    pub fn concat(self, cx: &mut Cx, other: List, desc: &'static ObjectDesc) -> List {
        if other.is_empty() {
            return self;
        }
        if self.is_empty() {
            return other;
        }
        let total = self.len() + other.len();
        if self.len() >= other.len() {
            let list = self.reserve(cx, End::Back, other.len(), desc);
            let grown = List {
                len: index(cx, total),
                ..list
            };
            grown.fill(list.len(), &other, desc);
            // SAFETY: a list that has room has a live buffer that may be written; the cells up to
            // the new bound were just filled.
            unsafe { (*grown.buffer).hi = grown.offset + grown.len };
            grown
        } else {
            let list = other.reserve(cx, End::Front, self.len(), desc);
            let grown = List {
                buffer: list.buffer,
                offset: list.offset - self.len,
                len: index(cx, total),
            };
            grown.fill(0, &self, desc);
            // SAFETY: as above.
            unsafe { (*grown.buffer).lo = grown.offset };
            grown
        }
    }

    /// A fresh copy with `removed` elements at `at` replaced by `inserted` cells, which the caller
    /// fills.
    pub fn splice(
        self,
        cx: &mut Cx,
        at: usize,
        removed: usize,
        inserted: usize,
        desc: &'static ObjectDesc,
    ) -> List {
        let after = at.saturating_add(removed);
        if after > self.len() {
            cx.crash(Reason::IndexOutOfRange(after as i64, self.len() as i64));
        }
        let len = self.len() - removed + inserted;
        let list = List::with_capacity(cx, len, 0, len, desc);
        list.fill(
            0,
            &List {
                len: at as u32,
                ..self
            },
            desc,
        );
        let rest = List {
            offset: self.offset + after as u32,
            len: self.len - after as u32,
            ..self
        };
        list.fill(at + inserted, &rest, desc);
        list
    }

    /// A list of strings, given as the addresses of their objects.
    pub(crate) fn of_strings(cx: &mut Cx, strings: &[u64]) -> List {
        if strings.is_empty() {
            return List::EMPTY;
        }
        let list = List::with_capacity(cx, strings.len(), 0, strings.len(), &STRING_BUFFER);
        // SAFETY: the buffer is fresh and has room for these cells.
        unsafe {
            list.cell(0, 1)
                .copy_from_nonoverlapping(strings.as_ptr(), strings.len())
        };
        list
    }

    /// A list in a fresh buffer, its cells not yet written.
    fn with_capacity(
        cx: &mut Cx,
        capacity: usize,
        offset: usize,
        len: usize,
        desc: &'static ObjectDesc,
    ) -> List {
        let room = index(cx, capacity);
        // One byte past the last element belongs to the buffer, so a derived pointer to the end
        // of a list still points into its object.
        let size = capacity
            .checked_mul(desc.words as usize * 8)
            .and_then(|bytes| bytes.checked_add(BUFFER_ELEMENTS as usize + 1));
        let Some(size) = size else {
            cx.crash(Reason::HeapLimit)
        };
        let buffer: NonNull<ListBuffer> = cx.allocate(size).cast();
        let (lo, hi) = (offset as u32, (offset + len) as u32);
        // SAFETY: fresh memory of the buffer's size.
        unsafe {
            buffer.write(ListBuffer {
                header: desc as *const ObjectDesc as u64 & DESC_MASK,
                capacity: room,
                flags: 0,
                lo,
                hi,
                traced_lo: lo,
                traced_hi: lo,
            });
        }
        List {
            buffer: buffer.as_ptr(),
            offset: lo,
            len: hi - lo,
        }
    }

    /// Copies the elements of `source` into cells from `at` on.
    fn fill(self, at: usize, source: &List, desc: &'static ObjectDesc) {
        let width = desc.words as usize;
        let words = source.words(width);
        if words.is_empty() {
            return;
        }
        // SAFETY: the callers made room for the cells, which no list's range covers yet, so they
        // do not overlap the source.
        unsafe {
            self.cell(at, width)
                .copy_from_nonoverlapping(words.as_ptr(), words.len())
        };
    }
}

/// A count of elements as a list stores it.
fn index(cx: &mut Cx, count: usize) -> u32 {
    match u32::try_from(count) {
        Ok(count) => count,
        Err(_) => cx.crash(Reason::HeapLimit),
    }
}
