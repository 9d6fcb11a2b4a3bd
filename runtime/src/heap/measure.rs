//! How much memory a copy of a value takes, for small values: what is shared counts each time.

use super::counted::{PROXY_SIZE, is_counted};
use super::frozen::arena;
use super::object;
use super::statics::is_static;
use super::string::object_size;
use mesh_abi::descriptor::{ObjectDesc, ObjectKind, TypeDesc, TypeKind, VariantDesc};
use mesh_abi::object::{
    BUFFER_ELEMENTS, CLOSURE_CAPTURES, DESC_MASK, IMMEDIATE_LIMIT, LIST_OFFSET_SHIFT, StringObject,
    TAG_SHIFT,
};
use std::mem::MaybeUninit;

/// Places that may be open at once; a value that needs more counts as a large one.
const OPEN: usize = 48;

/// Values one after another that are still to be looked at; without a type the words of an object of which those that
/// `count` has a bit for are addresses, as [`ObjectDesc::pointers`] says.
#[derive(Clone, Copy)]
struct Place {
    words: *const u64,
    count: usize,
    ty: *const TypeDesc,
}

struct Measure {
    bytes: usize,
    limit: usize,
    open: [MaybeUninit<Place>; OPEN],
    used: usize,
    /// There is something frozen.
    frozen: bool,
}

/// What a copy of a small value takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub bytes: usize,
    /// Whether the copy refers to something frozen.
    pub frozen: bool,
}

/// The bytes of a box whose value refers to nothing, if they are at most `limit`: to copy these is to copy the value.
///
/// # Safety
/// `root` is null or a live box.
#[inline]
pub unsafe fn plain(root: *const u8, limit: usize) -> Option<usize> {
    if root.is_null() || is_static(root) {
        return None;
    }
    // SAFETY: a live box has a header, which tells of the rest.
    let desc = unsafe { &*((root.cast::<u64>().read() & DESC_MASK) as *const ObjectDesc) };
    let bytes = size_of::<u64>() + desc.words as usize * size_of::<u64>();
    let plain = desc.kind == ObjectKind::Record && desc.pointers | desc.lists == 0;
    (plain && bytes <= limit).then_some(bytes)
}

/// The one object that a box of one word refers to, if it refers to nothing itself and is not shared, and the bytes of both, if
/// they are at most `limit`; no object where the word needs no copy of anything. A message of a sum whose variants have many
/// fields is such a box.
///
/// # Safety
/// `root` is null or a live box.
#[inline]
pub unsafe fn link(root: *const u8, limit: usize) -> Option<(Option<*const u8>, usize)> {
    if root.is_null() || is_static(root) {
        return None;
    }
    // SAFETY: a live box has a header, which tells of the rest; the word of its value is an address, as the mask says.
    unsafe {
        let desc = &*((root.cast::<u64>().read() & DESC_MASK) as *const ObjectDesc);
        let links = desc.kind == ObjectKind::Record && desc.words == 1 && desc.pointers == 1;
        if !links || desc.lists != 0 {
            return None;
        }
        let word = root.cast::<u64>().add(1).read();
        let object = word as *const u8;
        if word < IMMEDIATE_LIMIT || is_static(object) {
            return Some((None, LINK));
        }
        if arena::contains(object) {
            return None;
        }
        let bytes = LINK + plain(object, limit)?;
        (bytes <= limit).then_some((Some(object), bytes))
    }
}

/// Bytes of a box of one word.
pub const LINK: usize = 2 * size_of::<u64>();

/// Makes the box at `start` refer to the object behind it.
///
/// # Safety
/// A copy of a box of one word stands there, and an object behind it.
#[inline]
pub unsafe fn relink(start: *mut u8) {
    // SAFETY: the caller's promise.
    unsafe { start.cast::<u64>().add(1).write(start.add(LINK) as u64) };
}

/// Copies words: of a box that [`plain`] knows.
///
/// # Safety
/// Both are aligned to 8 and have so many bytes, a multiple of 8 and not 0, and do not overlap.
#[inline]
pub unsafe fn copy_words(from: *const u8, to: *mut u8, bytes: usize) {
    let (from, to) = (from.cast::<u64>(), to.cast::<u64>());
    let mut at = 0;
    while at < bytes / size_of::<u64>() {
        // SAFETY: the caller's promise. A volatile read keeps this from becoming a call, which costs more for the few
        // words that such values mostly have.
        unsafe { to.add(at).write(from.add(at).read_volatile()) };
        at += 1;
    }
}

/// Calls `visit` with every two words that follow each other in memory that has just been copied to.
///
/// # Safety
/// There are so many bytes at `start`, which is aligned to 8.
pub unsafe fn pairs(start: *const u8, bytes: usize, visit: &mut impl FnMut(u64, u64)) {
    let words = start.cast::<u64>();
    for at in 1..bytes / size_of::<u64>() {
        // SAFETY: the caller's promise. The bytes behind the end of a text were not written: volatile reads of them give
        // something, whatever that is.
        unsafe {
            visit(
                words.add(at - 1).read_volatile(),
                words.add(at).read_volatile(),
            )
        };
    }
}

/// Bytes that [`copy`](super::copy::copy) will ask for at most, each object rounded up to 8; `None`
/// where it may be more than `limit`. 0 for what is not copied at all.
///
/// # Safety
/// `root` is null or a live box.
pub unsafe fn measure(root: *const u8, limit: usize) -> Option<Size> {
    let mut measure = Measure {
        bytes: 0,
        limit,
        open: [const { MaybeUninit::uninit() }; OPEN],
        used: 0,
        frozen: false,
    };
    // SAFETY: the caller's promise; what is reachable from a live object is live, and is as its
    // descriptor says. The first `used` places were written.
    unsafe {
        measure.object(root)?;
        while measure.used > 0 {
            measure.used -= 1;
            let Place { words, count, ty } = measure.open[measure.used].assume_init();
            if ty.is_null() {
                let mut mask = count;
                while mask != 0 {
                    let word = words.add(mask.trailing_zeros() as usize).read();
                    if word >= IMMEDIATE_LIMIT {
                        measure.object(word as *const u8)?;
                    }
                    mask &= mask - 1;
                }
                continue;
            }
            if count > 1 {
                measure.later(words.add((*ty).words as usize), count - 1, ty)?;
            }
            measure.value(words, &*ty)?;
        }
    }
    let Measure { bytes, frozen, .. } = measure;
    Some(Size { bytes, frozen })
}

/// Whether a copy of a box would have nothing but the box, or not even that.
///
/// # Safety
/// As for [`measure`].
pub unsafe fn adds_nothing(root: *const u8) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        if root.is_null() || is_static(root) || arena::contains(root) {
            return true;
        }
        let own = object::size(root as usize);
        measure(root, own).is_some_and(|size| size.bytes == own)
    }
}

impl Measure {
    /// Whether copies stop at an object.
    fn is_shared(&mut self, object: *const u8) -> bool {
        let frozen = arena::contains(object);
        self.frozen |= frozen;
        frozen || is_static(object)
    }

    fn add(&mut self, bytes: usize) -> Option<()> {
        self.bytes += bytes.checked_next_multiple_of(8)?;
        (self.bytes <= self.limit).then_some(())
    }

    fn later(&mut self, words: *const u64, count: usize, ty: *const TypeDesc) -> Option<()> {
        self.open
            .get_mut(self.used)?
            .write(Place { words, count, ty });
        self.used += 1;
        Some(())
    }

    /// The payload of an object, which `desc` describes.
    unsafe fn payload(&mut self, words: *const u64, desc: &ObjectDesc, tag: usize) -> Option<()> {
        if desc.lists != 0 {
            // SAFETY: a descriptor has the variant of each of its objects.
            return unsafe { self.fields(words, &*(*desc.ty).variants.add(tag)) };
        }
        if desc.pointers != 0 {
            self.open.get_mut(self.used)?.write(Place {
                words,
                count: desc.pointers as usize,
                ty: std::ptr::null(),
            });
            self.used += 1;
        }
        Some(())
    }

    unsafe fn fields(&mut self, words: *const u64, variant: &VariantDesc) -> Option<()> {
        for at in 0..variant.field_count as usize {
            // SAFETY: a descriptor has as many fields as it says, and the payload has their words.
            unsafe {
                let field = &*variant.fields.add(at);
                if !field.ty.is_null() && super::copy::holds_pointers(&*field.ty) {
                    self.later(words.add(field.offset as usize), 1, field.ty)?;
                }
            }
        }
        Some(())
    }

    unsafe fn object(&mut self, from: *const u8) -> Option<()> {
        if from.is_null() || self.is_shared(from) {
            return Some(());
        }
        // SAFETY: a live object has a header, which tells of the rest.
        unsafe {
            let header = from.cast::<u64>().read();
            let desc = &*((header & DESC_MASK) as *const ObjectDesc);
            let payload = desc.words as usize * 8;
            match desc.kind {
                ObjectKind::String | ObjectKind::Bytes if is_counted(header) => {
                    self.add(PROXY_SIZE)
                }
                ObjectKind::String | ObjectKind::Bytes => {
                    let length = (*from.cast::<StringObject>()).len as usize;
                    self.add(object_size(length)?)
                }
                ObjectKind::Record => {
                    self.add(8 + payload)?;
                    let tag = (header >> TAG_SHIFT) as usize;
                    self.payload(from.cast::<u64>().add(1), desc, tag)
                }
                ObjectKind::Closure if payload == 0 => Some(()),
                ObjectKind::Closure => {
                    let start = CLOSURE_CAPTURES as usize;
                    self.add(start + payload)?;
                    self.payload(from.add(start).cast(), desc, 0)
                }
                ObjectKind::Buffer => Some(()),
            }
        }
    }

    unsafe fn value(&mut self, words: *const u64, ty: &TypeDesc) -> Option<()> {
        // SAFETY: the words are a value of the type; a descriptor has the variants that its values are
        // of.
        unsafe {
            match ty.kind {
                TypeKind::String | TypeKind::Bytes | TypeKind::Function | TypeKind::Boxed => {
                    self.object(words.read() as *const u8)
                }
                TypeKind::List => {
                    let (buffer, range) = (words.read() as *const u8, words.add(1).read());
                    let length = (range & ((1 << LIST_OFFSET_SHIFT) - 1)) as usize;
                    if buffer.is_null() || length == 0 || self.is_shared(buffer) {
                        return Some(());
                    }
                    let element = (*(*ty.variants).fields).ty;
                    let width = (*element).words as usize * 8;
                    let start = BUFFER_ELEMENTS as usize;
                    self.add(start + length * width + 1)?;
                    if super::copy::holds_pointers(&*element) {
                        let first = start + (range >> LIST_OFFSET_SHIFT) as usize * width;
                        self.later(buffer.add(first).cast(), length, element)?;
                    }
                    Some(())
                }
                TypeKind::Flat => self.fields(words, &*ty.variants),
                TypeKind::Nullable if words.read() != 0 => {
                    self.fields(words, &*ty.variants)?;
                    self.fields(words, &*ty.variants.add(1))
                }
                TypeKind::FlatSum => {
                    let variant = ty.variants.add(words.read() as usize);
                    self.fields(words.add(1), &*variant)
                }
                TypeKind::BoxedSum if words.read() >= IMMEDIATE_LIMIT => {
                    self.object(words.read() as *const u8)
                }
                _ => Some(()),
            }
        }
    }
}
