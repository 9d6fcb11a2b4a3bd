//! Heap objects: the header word and the objects whose shape the runtime knows by itself.
//!
//! Header: the address of an [`ObjectDesc`](crate::descriptor::ObjectDesc) in the low 48 bits, the
//! variant's tag in the high 16. Objects are 8-byte aligned, written in full before the next
//! safepoint, and own at least one byte past their last element.

/// Bits the tag is shifted by in a header.
pub const TAG_SHIFT: u32 = 48;
/// Mask of the descriptor address in a header.
pub const DESC_MASK: u64 = (1 << TAG_SHIFT) - 1;
/// A word below this in a boxed sum is a variant without payload, not a pointer.
pub const IMMEDIATE_LIMIT: u64 = 4096;

/// A string's object: the bytes follow, UTF-8, then one NUL that is not part of the text.
/// `Bytes` has the same shape under a descriptor of its own. Only the runtime reads the bytes: an
/// object whose header carries another tag than [`TEXT_INLINE`] has them elsewhere.
#[repr(C)]
pub struct StringObject {
    pub header: u64,
    /// Length in bytes.
    pub len: u64,
}

/// Tag in a [`StringObject`]'s header: the bytes follow.
pub const TEXT_INLINE: u64 = 0;
/// Tag in a [`StringObject`]'s header: the bytes lie outside of the heap, see the runtime.
pub const TEXT_COUNTED: u64 = 1;

/// Offset of the first byte in a [`StringObject`].
pub const STRING_BYTES: u64 = 16;

/// A list's buffer: `capacity` elements follow, each of the descriptor's word count.
///
/// `[lo, hi)` is filled. A list that ends at `hi` may append in place, one that starts at `lo` may
/// prepend in place; the cell is written before the bound moves.
#[repr(C)]
pub struct ListBuffer {
    pub header: u64,
    /// Elements the buffer has room for.
    pub capacity: u32,
    pub flags: u32,
    pub lo: u32,
    pub hi: u32,
    /// Range the collector has traced.
    pub traced_lo: u32,
    pub traced_hi: u32,
}

/// Offset of element 0 in a [`ListBuffer`].
pub const BUFFER_ELEMENTS: u64 = 32;
/// [`ListBuffer::flags`]: shared between actors, never written again.
pub const BUFFER_FROZEN: u32 = 1;
/// [`ListBuffer::flags`]: the collector has seen the buffer since something was added in place. Before
/// the next addition it must be told, which clears the flag.
pub const BUFFER_SEEN: u32 = 2;

/// A list value is two words: the buffer's address (0 for an empty list without a buffer), and
/// `offset << 32 | length`, both in elements, with [`LIST_UNIQUE`] in between.
pub const LIST_OFFSET_SHIFT: u32 = 32;
/// The bit of a list's second word that says: no other value that is ever looked at again refers to the
/// buffer, so the list may grow over cells that it does not cover. Compiled code has it in what stands in
/// registers and is passed between functions, `rt.list_*` take and give it, and it is nowhere else: neither in
/// objects and cells, nor in what other natives take and give.
pub const LIST_UNIQUE: u64 = 1 << 31;
/// The bits of a list's second word that are its length, and the most elements that a list can have.
pub const LIST_LENGTH: u64 = LIST_UNIQUE - 1;

/// A closure's object: the code, then the captured values flat.
/// The code is a Mesh function whose first parameter after the context is the closure itself.
#[repr(C)]
pub struct ClosureObject {
    pub header: u64,
    pub code: *const core::ffi::c_void,
}

/// Offset of the first capture in a [`ClosureObject`].
pub const CLOSURE_CAPTURES: u64 = 16;

const _: () = {
    assert!(core::mem::size_of::<StringObject>() as u64 == STRING_BYTES);
    assert!(core::mem::size_of::<ListBuffer>() as u64 == BUFFER_ELEMENTS);
    assert!(core::mem::size_of::<ClosureObject>() as u64 == CLOSURE_CAPTURES);
};
