//! Deep copies of values by their descriptors, as a message needs one.
//!
//! What is shared in the value is shared in the copy; of a list only its own range is copied. Copies
//! stop at what is static or frozen. Nothing here recurses: what is still to be copied stands in an
//! explicit work list, so a chain of any length needs no stack. A place on the list is one that has the
//! words of the original already and whose pointers are to be replaced.

use super::HeapFull;
use super::counted::{self, PROXY_SIZE};
use super::few::Few;
use super::frozen::arena;
use super::loose::Loose;
use super::measure::copy_words;
use super::statics::is_static;
use super::string::object_size;
use mesh_abi::descriptor::{ObjectDesc, ObjectKind, TypeDesc, TypeKind, VariantDesc};
use mesh_abi::object::{
    BUFFER_ELEMENTS, BUFFER_FROZEN, CLOSURE_CAPTURES, DESC_MASK, IMMEDIATE_LIMIT,
    LIST_OFFSET_SHIFT, ListBuffer, StringObject, TAG_SHIFT,
};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::mem::size_of;
use std::ptr::NonNull;

/// Up to so many objects what was copied is looked for one after another.
const FEW: usize = 32;
/// Up to so many bytes are copied in a loop, without a call.
const FEW_BYTES: usize = 64;
/// So many open places need no memory of their own.
const FEW_OPEN: usize = 24;

/// Values one after another whose pointers are still the original's; without a type the words of an object of which
/// those that `count` has a bit for are addresses, as [`ObjectDesc::pointers`] says.
#[derive(Clone, Copy)]
struct Place {
    words: *mut u64,
    count: usize,
    ty: *const TypeDesc,
}

/// An original: its address, and for a list's buffer the range.
type Original = (usize, u64);

/// The copies made so far: most messages have few objects, and then there is nothing to set up.
struct Copies {
    few: Few<(Original, *mut u8), FEW>,
    many: Option<HashMap<Original, *mut u8, BuildHasherDefault<Mixer>>>,
}

impl Copies {
    #[inline]
    fn get(&self, original: Original) -> Option<*mut u8> {
        if let Some(many) = &self.many {
            return many.get(&original).copied();
        }
        self.few
            .iter()
            .find(|((address, range), _)| *address == original.0 && *range == original.1)
            .map(|(_, copy)| *copy)
    }

    #[inline]
    fn insert(&mut self, original: Original, copy: *mut u8) {
        match &mut self.many {
            Some(many) => {
                many.insert(original, copy);
            }
            None => {
                if let Err(one_more) = self.few.push((original, copy)) {
                    self.many = Some(self.few.iter().copied().chain([one_more]).collect());
                }
            }
        }
    }
}

/// Hashes addresses and ranges: multiplies, and folds the halves of the product (as wyhash does).
#[derive(Default)]
struct Mixer(u64);

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, word: u64) {
        const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
        let product = u128::from(self.0 ^ word) * u128::from(FACTOR);
        self.0 = product as u64 ^ (product >> 64) as u64;
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// What is still to be done, the last one first.
struct Open {
    few: Few<Place, FEW_OPEN>,
    /// Those that came when there were a few already.
    many: Vec<Place>,
}

impl Open {
    #[inline]
    fn push(&mut self, place: Place) {
        if let Err(place) = self.few.push(place) {
            self.many.push(place);
        }
    }

    #[inline]
    fn pop(&mut self) -> Option<Place> {
        self.many.pop().or_else(|| self.few.pop())
    }
}

struct Copier<A> {
    allocate: A,
    copies: Copies,
    open: Open,
    loose: Loose,
    /// Flags of buffers.
    flags: u32,
}

/// Copies a box, with all that it refers to, to memory from `allocate`; gives too what the copies
/// count.
///
/// # Safety
/// `root` is null or a live box; `allocate` gives memory of at least as many bytes as it is asked for,
/// aligned to 8.
pub unsafe fn copy(
    root: *mut u8,
    allocate: impl FnMut(usize) -> Result<NonNull<u8>, HeapFull>,
) -> Result<(*mut u8, Loose), HeapFull> {
    // SAFETY: the caller's promise.
    unsafe { copy_with(root, 0, allocate) }
}

/// As [`copy()`], of what nobody adds to in place afterwards.
///
/// # Safety
/// As there.
pub unsafe fn freeze(
    root: *mut u8,
    allocate: impl FnMut(usize) -> Result<NonNull<u8>, HeapFull>,
) -> Result<(*mut u8, Loose), HeapFull> {
    // SAFETY: the caller's promise.
    unsafe { copy_with(root, BUFFER_FROZEN, allocate) }
}

unsafe fn copy_with(
    root: *mut u8,
    flags: u32,
    allocate: impl FnMut(usize) -> Result<NonNull<u8>, HeapFull>,
) -> Result<(*mut u8, Loose), HeapFull> {
    let mut copier = Copier {
        allocate,
        copies: Copies {
            few: Few::new(),
            many: None,
        },
        open: Open {
            few: Few::new(),
            many: Vec::new(),
        },
        loose: Loose::default(),
        flags,
    };
    // SAFETY: the caller's promise; all that is reachable from a live object is live, and is as its
    // descriptor says.
    unsafe {
        let copied = copier.object(root)?;
        while let Some(place) = copier.open.pop() {
            let Place { words, count, ty } = place;
            if ty.is_null() {
                copier.addresses(words, count)?;
                continue;
            }
            if count > 1 {
                copier.open.push(Place {
                    words: words.add((*ty).words as usize),
                    count: count - 1,
                    ty,
                });
            }
            copier.value(words, &*ty)?;
        }
        Ok((copied, copier.loose))
    }
}

impl<A: FnMut(usize) -> Result<NonNull<u8>, HeapFull>> Copier<A> {
    /// Whether copies stop at an object, which is counted if it needs to be.
    fn is_shared(&mut self, object: *const u8) -> bool {
        if arena::contains(object) {
            // SAFETY: what is copied is live, so whoever has it holds its region.
            unsafe { self.loose.hold(object) };
            return true;
        }
        is_static(object)
    }

    /// An object of `bytes`, the first of them as in the original.
    unsafe fn raw(&mut self, from: *const u8, bytes: usize) -> Result<*mut u8, HeapFull> {
        let to = (self.allocate)(bytes)?.as_ptr();
        // SAFETY: the original has so many bytes, and the copy's memory is fresh.
        unsafe {
            if bytes <= FEW_BYTES && bytes.is_multiple_of(8) {
                copy_words(from, to, bytes);
            } else {
                to.copy_from_nonoverlapping(from, bytes);
            }
        }
        self.copies.insert((from as usize, 0), to);
        Ok(to)
    }

    /// Notes the payload of an object, which `desc` describes, if there is something to replace in it.
    #[inline]
    unsafe fn payload(&mut self, words: *mut u64, desc: &ObjectDesc, tag: usize) {
        if desc.lists != 0 {
            // SAFETY: a descriptor has the variant of each of its objects.
            unsafe { self.fields(words, &*(*desc.ty).variants.add(tag)) };
        } else if desc.pointers != 0 {
            self.open.push(Place {
                words,
                count: desc.pointers as usize,
                ty: std::ptr::null(),
            });
        }
    }

    /// Replaces the addresses among words, which a mask tells.
    #[inline]
    unsafe fn addresses(&mut self, words: *mut u64, mut mask: usize) -> Result<(), HeapFull> {
        while mask != 0 {
            // SAFETY: the words are those of an object with such a mask.
            unsafe {
                let word = words.add(mask.trailing_zeros() as usize);
                if word.read() >= IMMEDIATE_LIMIT {
                    word.write(self.object(word.read() as *mut u8)? as u64);
                }
            }
            mask &= mask - 1;
        }
        Ok(())
    }

    /// Notes values whose pointers are to be replaced.
    fn later(&mut self, words: *mut u64, count: usize, ty: *const TypeDesc) {
        if count > 0 && !ty.is_null() {
            self.open.push(Place { words, count, ty });
        }
    }

    /// The fields of a variant, the payload beginning at `words`.
    unsafe fn fields(&mut self, words: *mut u64, variant: &VariantDesc) {
        for at in 0..variant.field_count as usize {
            // SAFETY: a descriptor has as many fields as it says.
            let field = unsafe { &*variant.fields.add(at) };
            // SAFETY: the payload has the words of its fields.
            self.later(unsafe { words.add(field.offset as usize) }, 1, field.ty);
        }
    }

    /// The copy of an object that is no list's buffer.
    unsafe fn object(&mut self, from: *mut u8) -> Result<*mut u8, HeapFull> {
        if from.is_null() || self.is_shared(from) {
            return Ok(from);
        }
        if let Some(known) = self.copies.get((from as usize, 0)) {
            return Ok(known);
        }
        // SAFETY: a live object has a header, which tells of the rest.
        unsafe {
            let header = from.cast::<u64>().read();
            let desc = &*((header & DESC_MASK) as *const ObjectDesc);
            let payload = desc.words as usize * 8;
            match desc.kind {
                ObjectKind::String | ObjectKind::Bytes if counted::is_counted(header) => {
                    let to = self.raw(from, PROXY_SIZE)?;
                    self.loose.share(to.cast());
                    Ok(to)
                }
                ObjectKind::String | ObjectKind::Bytes => {
                    let length = (*from.cast::<StringObject>()).len as usize;
                    self.raw(from, object_size(length).ok_or(HeapFull)?)
                }
                ObjectKind::Record => {
                    let to = self.raw(from, size_of::<u64>() + payload)?;
                    let tag = (header >> TAG_SHIFT) as usize;
                    self.payload(to.cast::<u64>().add(1), desc, tag);
                    Ok(to)
                }
                ObjectKind::Closure if payload == 0 => Ok(from),
                ObjectKind::Closure => {
                    let start = CLOSURE_CAPTURES as usize;
                    let to = self.raw(from, start + payload)?;
                    self.payload(to.add(start).cast(), desc, 0);
                    Ok(to)
                }
                ObjectKind::Buffer => Ok(from),
            }
        }
    }

    /// The range of a list, in a buffer of its own.
    unsafe fn list(&mut self, words: *mut u64, element: *const TypeDesc) -> Result<(), HeapFull> {
        // SAFETY: a list's two words; its buffer, if there is one, has the range.
        unsafe {
            let (buffer, range) = (words.read() as *mut u8, words.add(1).read());
            if self.is_shared(buffer) {
                return Ok(());
            }
            let length = range & ((1 << LIST_OFFSET_SHIFT) - 1);
            words.add(1).write(length);
            if buffer.is_null() || length == 0 {
                words.write(0);
                return Ok(());
            }
            let known = self.copies.get((buffer as usize, range));
            if let Some(known) = known {
                words.write(known as u64);
                return Ok(());
            }
            let width = (*element).words as usize * 8;
            let (start, bytes) = (BUFFER_ELEMENTS as usize, length as usize * width);
            // One byte past the last element belongs to the buffer.
            let to = (self.allocate)(start + bytes + 1)?.as_ptr();
            let first = start + (range >> LIST_OFFSET_SHIFT) as usize * width;
            to.add(start)
                .copy_from_nonoverlapping(buffer.add(first), bytes);
            to.cast::<ListBuffer>().write(ListBuffer {
                header: buffer.cast::<u64>().read(),
                capacity: length as u32,
                flags: self.flags,
                lo: 0,
                hi: length as u32,
                traced_lo: 0,
                traced_hi: 0,
            });
            self.copies.insert((buffer as usize, range), to);
            words.write(to as u64);
            if holds_pointers(&*element) {
                self.later(to.add(start).cast(), length as usize, element);
            }
            Ok(())
        }
    }

    /// Replaces the pointers of one value.
    unsafe fn value(&mut self, words: *mut u64, ty: &TypeDesc) -> Result<(), HeapFull> {
        // SAFETY: the words are a value of the type; a descriptor has the variants that its values are
        // of.
        unsafe {
            match ty.kind {
                TypeKind::String | TypeKind::Bytes | TypeKind::Function | TypeKind::Boxed => {
                    let copy = self.object(words.read() as *mut u8)?;
                    words.write(copy as u64);
                }
                TypeKind::List => self.list(words, (*(*ty.variants).fields).ty)?,
                TypeKind::Flat => self.fields(words, &*ty.variants),
                TypeKind::Nullable if words.read() != 0 => {
                    // The variant without a payload has nothing to replace.
                    self.fields(words, &*ty.variants);
                    self.fields(words, &*ty.variants.add(1));
                }
                TypeKind::FlatSum => {
                    let variant = ty.variants.add(words.read() as usize);
                    self.fields(words.add(1), &*variant);
                }
                TypeKind::BoxedSum if words.read() >= IMMEDIATE_LIMIT => {
                    let copy = self.object(words.read() as *mut u8)?;
                    words.write(copy as u64);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Whether values of a type may refer to objects.
pub fn holds_pointers(ty: &TypeDesc) -> bool {
    !ty.kind.is_plain()
}
