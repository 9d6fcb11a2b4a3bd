//! Lists: a range of a buffer that may grow in place at both ends.
//!
//! A buffer's `[lo, hi)` is filled. Only a list that ends at `hi` may append in place, only one
//! that starts at `lo` may prepend in place, and neither once the buffer is frozen. A cell is
//! written before its bound moves. These operations make room; whoever asked for it writes the
//! cells and moves the bound before the next allocation.
//!
//! A list that is known to be the only one of its buffer takes the bounds back to its own ends first ([`List::claim`]), so
//! that what takes and adds at one end by turns copies nothing.

use crate::crash::Reason;
use crate::heap::string::{STRING_TYPE, contents};
use crate::natives::Cx;
use mesh_abi::descriptor::{
    FieldDesc, ObjectDesc, ObjectKind, Text, TypeDesc, TypeKind, VariantDesc,
};
use mesh_abi::object::{
    BUFFER_ELEMENTS, BUFFER_FROZEN, DESC_MASK, LIST_LENGTH, LIST_OFFSET_SHIFT, ListBuffer,
    StringObject,
};
use std::ptr::{NonNull, null, null_mut};

/// The smallest capacity of a buffer that was made to grow.
const FIRST_CAPACITY: usize = 4;

/// The most elements a list can have, and a buffer room for.
const MOST: usize = LIST_LENGTH as usize;

/// The descriptor of buffers of strings that the runtime makes.
pub(crate) static STRING_BUFFER: ObjectDesc = ObjectDesc {
    kind: ObjectKind::Buffer,
    words: 1,
    ty: &raw const STRING_TYPE,
    pointers: 1,
    lists: 0,
};

const NO_NAME: Text = Text {
    bytes: null(),
    len: 0,
};

static PAIR_FIELDS: [FieldDesc; 2] = [
    FieldDesc {
        name: NO_NAME,
        offset: 0,
        ty: &raw const STRING_TYPE,
    },
    FieldDesc {
        name: NO_NAME,
        offset: 1,
        ty: &raw const STRING_TYPE,
    },
];

static PAIR: VariantDesc = VariantDesc {
    name: NO_NAME,
    field_count: 2,
    fields: PAIR_FIELDS.as_ptr(),
};

static PAIR_TYPE: TypeDesc = TypeDesc {
    kind: TypeKind::Flat,
    words: 2,
    name: NO_NAME,
    variant_count: 1,
    variants: &raw const PAIR,
};

/// The descriptor of buffers of pairs of strings that the runtime makes.
pub(crate) static PAIR_BUFFER: ObjectDesc = ObjectDesc {
    kind: ObjectKind::Buffer,
    words: 2,
    ty: &raw const PAIR_TYPE,
    pointers: 0b11,
    lists: 0,
};

static INT_TYPE: TypeDesc = TypeDesc {
    kind: TypeKind::Int,
    words: 1,
    name: Text {
        bytes: "Int".as_ptr(),
        len: 3,
    },
    variant_count: 0,
    variants: null(),
};

/// The descriptor of buffers of integers that the runtime makes.
static INT_BUFFER: ObjectDesc = ObjectDesc {
    kind: ObjectKind::Buffer,
    words: 1,
    ty: &raw const INT_TYPE,
    pointers: 0,
    lists: 0,
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
            offset: (range as u64 >> LIST_OFFSET_SHIFT) as u32,
            len: (range as u64 & LIST_LENGTH) as u32,
        }
    }

    /// The list as it stands in registers.
    pub fn to_words(self) -> (*mut u8, i64) {
        let range = u64::from(self.offset) << LIST_OFFSET_SHIFT | u64::from(self.len);
        (self.buffer.cast(), range as i64)
    }

    /// Whether both are lists of one buffer.
    pub fn is_beside(self, other: List) -> bool {
        self.buffer == other.buffer
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

    /// The texts of a list of strings.
    pub fn strings(&self) -> Vec<&str> {
        let texts = self.texts().into_iter();
        // SAFETY: strings are UTF-8.
        texts
            .map(|bytes| unsafe { std::str::from_utf8_unchecked(bytes) })
            .collect()
    }

    /// The contents of a list of strings or of bytes.
    pub fn texts(&self) -> Vec<&[u8]> {
        let text = |word: &u64| {
            // SAFETY: the elements of such a list are live objects of this shape, which live as
            // long as the list.
            NonNull::new(*word as *mut StringObject).map(|object| unsafe { contents(object) })
        };
        self.words(1).iter().filter_map(text).collect()
    }

    /// The address of the element at `index`, or of the first free cell after the last.
    fn cell(self, index: usize, width: usize) -> *mut u64 {
        let at = BUFFER_ELEMENTS as usize + (self.offset as usize + index) * width * 8;
        self.buffer.cast::<u8>().wrapping_add(at).cast()
    }

    /// How many cells at `end` may be written in place.
    fn room(self, end: End) -> usize {
        // SAFETY: the buffer is null or live.
        let Some(buffer) = (unsafe { self.buffer.as_ref() }) else {
            return 0;
        };
        let last = self.offset + self.len;
        let room = match end {
            End::Back if last == buffer.hi => buffer.capacity - last,
            End::Front if self.offset == buffer.lo => self.offset,
            _ => 0,
        };
        if buffer.flags & BUFFER_FROZEN != 0 {
            return 0;
        }
        room as usize
    }

    /// Takes the bounds of the buffer back to the ends of the list, which may grow over what was beyond them. What is
    /// written there will be new to the collector.
    ///
    /// # Safety
    /// No other list of the buffer is looked at any more.
    #[inline]
    pub unsafe fn claim(self) {
        // SAFETY: the buffer is null or live.
        let buffer = unsafe { self.buffer.as_mut() };
        if let Some(buffer) = buffer
            && (buffer.lo, buffer.hi) != (self.offset, self.offset + self.len)
        {
            self.take_back(buffer);
        }
    }

    #[inline(never)]
    fn take_back(self, buffer: &mut ListBuffer) {
        if buffer.flags & BUFFER_FROZEN == 0 {
            let (lo, hi) = (self.offset, self.offset + self.len);
            (buffer.lo, buffer.hi) = (lo, hi);
            buffer.traced_lo = buffer.traced_lo.max(lo).min(hi);
            buffer.traced_hi = buffer.traced_hi.max(buffer.traced_lo).min(hi);
        }
    }

    /// A list of the same elements with `extra` free cells at `end`, which is its buffer's bound.
    pub fn reserve(self, cx: &mut Cx, end: End, extra: usize, desc: &'static ObjectDesc) -> List {
        if !self.buffer.is_null() && self.room(end) >= extra {
            // SAFETY: the list's buffer is live, and has room, so it is this heap's.
            unsafe { cx.actor().heap.borrow_mut().remember(self.buffer) };
            return self;
        }
        // Doubling makes a run of single additions linear; so does keeping the room at the other
        // end, where additions take turns.
        let other = self.room(match end {
            End::Front => End::Back,
            End::Back => End::Front,
        });
        let mut here = extra.saturating_add(self.len()).max(FIRST_CAPACITY);
        let mut other = other;
        let mut capacity = here.saturating_add(self.len()).saturating_add(other);
        if capacity > MOST {
            // The last doubling is a smaller one.
            (here, other) = (extra.max(MOST.saturating_sub(self.len())), 0);
            capacity = here.saturating_add(self.len());
        }
        let offset = match end {
            End::Back => other,
            End::Front => here,
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

    /// A list of integers.
    pub(crate) fn of_ints(cx: &mut Cx, ints: &[u64]) -> List {
        if ints.is_empty() {
            return List::EMPTY;
        }
        let list = List::with_capacity(cx, ints.len(), 0, ints.len(), &INT_BUFFER);
        // SAFETY: the buffer is fresh and has room for these cells.
        unsafe {
            list.cell(0, 1)
                .copy_from_nonoverlapping(ints.as_ptr(), ints.len())
        };
        list
    }

    /// An empty list with room for so many elements at its end.
    pub fn with_room(cx: &mut Cx, room: usize, desc: &'static ObjectDesc) -> List {
        List::with_capacity(cx, room, 0, 0, desc)
    }

    /// This list with one element more, given as its words: in place where there is room.
    pub fn push(self, cx: &mut Cx, element: &[u64], desc: &'static ObjectDesc) -> List {
        let list = self.reserve(cx, End::Back, 1, desc);
        let grown = List {
            len: index(cx, list.len() + 1),
            ..list
        };
        // SAFETY: a list that has room has a live buffer that may be written, and a cell behind its
        // last.
        unsafe {
            grown
                .cell(list.len(), element.len())
                .copy_from_nonoverlapping(element.as_ptr(), element.len());
            (*grown.buffer).hi = grown.offset + grown.len;
        }
        grown
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
    if count > MOST {
        cx.crash(Reason::HeapLimit);
    }
    count as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::natives::testing::{crash_of, with_actor};
    use mesh_abi::descriptor::{Text, TypeDesc, TypeKind};
    use std::ptr::null;

    const fn desc(words: u32) -> ObjectDesc {
        static INT: TypeDesc = TypeDesc {
            kind: TypeKind::Int,
            words: 1,
            name: Text {
                bytes: null(),
                len: 0,
            },
            variant_count: 0,
            variants: null(),
        };
        ObjectDesc {
            kind: ObjectKind::Buffer,
            words,
            ty: &raw const INT,
            pointers: 0,
            lists: 0,
        }
    }
    static ONE: ObjectDesc = desc(1);
    static TWO: ObjectDesc = desc(2);

    /// Adds an element at one end, as compiled code does.
    fn add(cx: &mut Cx, list: List, end: End, element: &[u64], desc: &'static ObjectDesc) -> List {
        let width = element.len();
        let list = list.reserve(cx, end, 1, desc);
        let grown = match end {
            End::Back => List {
                len: list.len + 1,
                ..list
            },
            End::Front => List {
                offset: list.offset - 1,
                len: list.len + 1,
                ..list
            },
        };
        let at = if end == End::Back { list.len() } else { 0 };
        // SAFETY: `reserve` made room.
        unsafe {
            grown
                .cell(at, width)
                .copy_from_nonoverlapping(element.as_ptr(), width);
            (*grown.buffer).lo = (*grown.buffer).lo.min(grown.offset);
            (*grown.buffer).hi = (*grown.buffer).hi.max(grown.offset + grown.len);
        }
        grown
    }

    fn list_of(cx: &mut Cx, elements: &[u64]) -> List {
        let add = |list, x: &u64| add(cx, list, End::Back, &[*x], &ONE);
        elements.iter().fold(List::EMPTY, add)
    }

    #[test]
    fn grows_at_both_ends() {
        with_actor(|cx| {
            let mut list = List::EMPTY;
            for i in 0..1000 {
                list = add(cx, list, End::Back, &[i, i + 1], &TWO);
                list = add(cx, list, End::Front, &[i + 5000, i], &TWO);
            }
            assert_eq!(list.len(), 2000);
            let words = list.words(2);
            assert_eq!(words[..4], [5999, 999, 5998, 998]);
            assert_eq!(words[3996..], [998, 999, 999, 1000]);
            // Doubling: all buffers together are a multiple of the last one.
            assert!(cx.actor().heap.borrow().total() < 20 * 2000 * 16);
        });
    }

    #[test]
    fn additions_do_not_change_other_lists() {
        with_actor(|cx| {
            let base = list_of(cx, &[1, 2, 3]);
            let one = add(cx, base, End::Back, &[4], &ONE);
            let other = add(cx, base, End::Back, &[5], &ONE);
            let front = add(cx, base, End::Front, &[0], &ONE);
            let joined = base.concat(cx, other, &ONE);
            assert_eq!(base.words(1), [1, 2, 3]);
            assert_eq!(one.words(1), [1, 2, 3, 4]);
            assert_eq!(other.words(1), [1, 2, 3, 5]);
            assert_eq!(front.words(1), [0, 1, 2, 3]);
            assert_eq!(joined.words(1), [1, 2, 3, 1, 2, 3, 5]);
        });
    }

    #[test]
    fn a_frozen_buffer_is_copied() {
        with_actor(|cx| {
            let base = list_of(cx, &[1]).reserve(cx, End::Back, 10, &ONE);
            // SAFETY: the buffer is live.
            unsafe { (*base.buffer).flags = BUFFER_FROZEN };
            let more = add(cx, base, End::Back, &[2], &ONE);
            assert_ne!(more.buffer, base.buffer);
            assert_eq!(more.words(1), [1, 2]);
        });
    }

    #[test]
    fn the_only_list_of_a_buffer_grows_over_what_was_taken() {
        with_actor(|cx| {
            let slice = |list: List, from: u32, len: u32| List {
                offset: list.offset + from,
                len,
                ..list
            };
            let all = list_of(cx, &[1, 2, 3, 4, 5, 6]);
            let rest = slice(all, 2, 3);
            // SAFETY: `all` is not looked at again.
            unsafe { rest.claim() };
            let front = add(cx, rest, End::Front, &[7], &ONE);
            assert_eq!(front.words(1), [7, 3, 4, 5]);
            let both = add(cx, front, End::Back, &[8], &ONE);
            assert_eq!(both.words(1), [7, 3, 4, 5, 8]);
            assert_eq!(both.buffer, all.buffer);
            let none = slice(both, 5, 0);
            // SAFETY: `both` is not looked at again.
            unsafe { none.claim() };
            let one = add(cx, none, End::Front, &[9], &ONE);
            assert_eq!((one.words(1), one.buffer), (&[9][..], all.buffer));
        });
    }

    #[test]
    fn a_list_as_long_as_can_be_has_room_for_no_more() {
        with_actor(|cx| {
            static NONE: ObjectDesc = desc(0);
            let list = List::with_capacity(cx, MOST - 1, 0, MOST - 1, &NONE);
            let last = list.reserve(cx, End::Back, 1, &NONE);
            assert_eq!((last.len(), last.room(End::Back)), (MOST - 1, 1));
        });
        let reason = crash_of(|cx| {
            static NONE: ObjectDesc = desc(0);
            List::with_capacity(cx, MOST, 0, MOST, &NONE).reserve(cx, End::Front, 1, &NONE)
        });
        assert_eq!(reason, Some(Reason::HeapLimit));
    }

    #[test]
    fn concatenation_grows_the_longer_list_in_place() {
        with_actor(|cx| {
            let long = list_of(cx, &[1, 2, 3, 4, 5]);
            let short = list_of(cx, &[8, 9]);
            let back = long.concat(cx, short, &ONE);
            assert_eq!(back.words(1), [1, 2, 3, 4, 5, 8, 9]);
            assert_eq!(back.buffer, long.buffer);
            let front = short.concat(cx, back, &ONE);
            assert_eq!(front.words(1), [8, 9, 1, 2, 3, 4, 5, 8, 9]);
            let again = short.concat(cx, front, &ONE);
            assert_eq!(again.buffer, front.buffer);
            assert_eq!(again.words(1)[..4], [8, 9, 8, 9]);
            assert_eq!(long.concat(cx, List::EMPTY, &ONE).buffer, long.buffer);
            assert!(List::EMPTY.concat(cx, List::EMPTY, &ONE).is_empty());
            let twice = long.concat(cx, long, &ONE);
            assert_eq!(twice.words(1), [1, 2, 3, 4, 5, 1, 2, 3, 4, 5]);
        });
    }

    #[test]
    fn splices() {
        with_actor(|cx| {
            let list = list_of(cx, &[1, 2, 3, 4]);
            let fill = |list: List, at: usize, with: &[u64]| {
                // SAFETY: fresh cells.
                unsafe {
                    list.cell(at, 1)
                        .copy_from_nonoverlapping(with.as_ptr(), with.len())
                };
            };
            let spliced = list.splice(cx, 1, 2, 3, &ONE);
            fill(spliced, 1, &[7, 8, 9]);
            assert_eq!(spliced.words(1), [1, 7, 8, 9, 4]);
            assert_eq!(list.splice(cx, 0, 4, 0, &ONE).len(), 0);
            let end = list.splice(cx, 4, 0, 1, &ONE);
            fill(end, 4, &[5]);
            assert_eq!(end.words(1), [1, 2, 3, 4, 5]);
            assert_eq!(list.words(1), [1, 2, 3, 4]);
        });
        let beyond = crash_of(|cx| list_of(cx, &[1, 2]).splice(cx, 1, 2, 0, &ONE));
        assert_eq!(beyond, Some(Reason::IndexOutOfRange(3, 2)));
    }

    #[test]
    fn sizes_that_do_not_fit_are_a_heap_limit() {
        for extra in [1 << 33, usize::MAX, (1 << 32) - 2] {
            let reason = crash_of(|cx| list_of(cx, &[1]).reserve(cx, End::Back, extra, &ONE));
            assert_eq!(reason, Some(Reason::HeapLimit), "{extra}");
        }
    }

    #[test]
    fn lists_of_integers() {
        with_actor(|cx| {
            assert_eq!(List::of_ints(cx, &[3, u64::MAX]).words(1), [3, u64::MAX]);
            assert!(List::of_ints(cx, &[]).is_empty());
        });
    }

    #[test]
    fn lists_of_strings() {
        with_actor(|cx| {
            let list = cx.list_of_strings(["a", "", "ccc"].into_iter());
            assert_eq!(list.strings(), ["a", "", "ccc"]);
            assert!(cx.list_of_strings([].into_iter()).is_empty());
        });
    }
}
