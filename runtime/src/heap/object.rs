//! Objects as the collector sees them: how large they are, and what they refer to.
//!
//! Nothing here recurses on what objects refer to; types are walked with a stack of their own.

use super::counted::PROXY_SIZE;
use mesh_abi::descriptor::{BY_TYPE, ObjectDesc, ObjectKind, TypeDesc, TypeKind, VariantDesc};
use mesh_abi::object::{
    BUFFER_ELEMENTS, CLOSURE_CAPTURES, DESC_MASK, IMMEDIATE_LIMIT, ListBuffer, StringObject,
    TAG_SHIFT, TEXT_COUNTED,
};

/// Bytes of a header.
const HEADER: usize = 8;

/// What takes note of an object's references.
pub trait Visit {
    /// The address of an object, null, or below `IMMEDIATE_LIMIT`.
    fn object(&mut self, word: u64);
    /// A list: its buffer, or null, and its range.
    fn list(&mut self, buffer: u64, range: u64);
}

/// An object's descriptor and the tag in its header.
///
/// # Safety
/// An object starts at `address`.
#[inline]
pub unsafe fn header(address: usize) -> (&'static ObjectDesc, u64) {
    // SAFETY: the header of an object holds the address of a static descriptor.
    unsafe {
        let header = (address as *const u64).read();
        let desc = &*((header & DESC_MASK) as *const ObjectDesc);
        (desc, header >> TAG_SHIFT)
    }
}

/// Bytes of an object, a multiple of 8.
///
/// # Safety
/// An object starts at `address`.
#[inline]
pub unsafe fn size(address: usize) -> usize {
    // SAFETY: the caller's promise; an object is as its header says.
    unsafe {
        let (desc, tag) = header(address);
        let words = desc.words as usize;
        match desc.kind {
            ObjectKind::Record => HEADER + words * 8,
            ObjectKind::Closure => CLOSURE_CAPTURES as usize + words * 8,
            ObjectKind::Buffer => {
                let cells = (*(address as *const ListBuffer)).capacity as usize;
                (BUFFER_ELEMENTS as usize + cells * words * 8 + 1).next_multiple_of(8)
            }
            ObjectKind::String | ObjectKind::Bytes if tag == TEXT_COUNTED => PROXY_SIZE,
            ObjectKind::String | ObjectKind::Bytes => {
                let len = (*(address as *const StringObject)).len as usize;
                (size_of::<StringObject>() + len + 1).next_multiple_of(8)
            }
        }
    }
}

/// Whether objects of a descriptor refer to others.
#[inline]
pub fn has_references(desc: &ObjectDesc) -> bool {
    desc.pointers | desc.lists != 0
}

/// The list buffer that an object is.
///
/// # Safety
/// An object starts at `address`, and stays while the result is used.
pub unsafe fn as_buffer(address: usize) -> Option<&'static ObjectDesc> {
    // SAFETY: the caller's promise.
    let (desc, _) = unsafe { header(address) };
    (desc.kind == ObjectKind::Buffer).then_some(desc)
}

/// Visits all that an object refers to; of a list's buffer nothing, for that is not all filled.
///
/// # Safety
/// An object starts at `address`.
#[inline]
pub unsafe fn references(address: usize, visit: &mut impl Visit) {
    // SAFETY: the caller's promise; an object is as its header says.
    unsafe {
        let (desc, tag) = header(address);
        let start = match desc.kind {
            ObjectKind::Record => HEADER,
            ObjectKind::Closure => CLOSURE_CAPTURES as usize,
            ObjectKind::String | ObjectKind::Bytes | ObjectKind::Buffer => return,
        };
        let words = (address + start) as *const u64;
        if desc.lists == BY_TYPE {
            let variant = match desc.kind {
                ObjectKind::Record => (*desc.ty).variants.add(tag as usize),
                _ => (*desc.ty).variants,
            };
            let mut open = Vec::new();
            fields(words, &*variant, &mut open);
            by_type(open, visit);
        } else {
            by_masks(words, desc, visit);
        }
    }
}

/// Visits what the elements `from..to` of a buffer refer to.
///
/// # Safety
/// `buffer` is a list's buffer with this descriptor, and the elements are filled.
#[inline]
pub unsafe fn elements(
    buffer: usize,
    desc: &ObjectDesc,
    from: usize,
    to: usize,
    visit: &mut impl Visit,
) {
    let width = desc.words as usize;
    let first = (buffer + BUFFER_ELEMENTS as usize) as *const u64;
    // SAFETY: the caller's promise.
    unsafe {
        for at in from..to {
            let words = first.add(at * width);
            if desc.lists == BY_TYPE {
                by_type(vec![(words, desc.ty)], visit);
            } else {
                by_masks(words, desc, visit);
            }
        }
    }
}

/// # Safety
/// The words are of an object of the descriptor.
#[inline]
unsafe fn by_masks(words: *const u64, desc: &ObjectDesc, visit: &mut impl Visit) {
    // SAFETY: the descriptor's masks name words that there are.
    unsafe {
        let mut pointers = desc.pointers;
        while pointers != 0 {
            visit.object(*words.add(pointers.trailing_zeros() as usize));
            pointers &= pointers - 1;
        }
        let mut lists = desc.lists;
        while lists != 0 {
            let at = words.add(lists.trailing_zeros() as usize);
            visit.list(*at, *at.add(1));
            lists &= lists - 1;
        }
    }
}

/// Values of which it is still to be found out what they refer to.
type Open = Vec<(*const u64, *const TypeDesc)>;

/// # Safety
/// A payload of the variant starts at `words`.
unsafe fn fields(words: *const u64, variant: &VariantDesc, open: &mut Open) {
    for at in 0..variant.field_count as usize {
        // SAFETY: a variant has as many fields as it says, and the payload has their words.
        unsafe {
            let field = &*variant.fields.add(at);
            open.push((words.add(field.offset as usize), field.ty));
        }
    }
}

/// # Safety
/// The words are values of the types beside them.
unsafe fn by_type(mut open: Open, visit: &mut impl Visit) {
    while let Some((words, ty)) = open.pop() {
        // SAFETY: the caller's promise; a value has the words and the variant that its type says.
        unsafe {
            let ty = &*ty;
            let word = || *words;
            match ty.kind {
                TypeKind::String | TypeKind::Bytes | TypeKind::Function | TypeKind::Boxed => {
                    visit.object(word());
                }
                TypeKind::BoxedSum if word() >= IMMEDIATE_LIMIT => visit.object(word()),
                TypeKind::Nullable => visit.object(word()),
                TypeKind::List => {
                    let element = (*(*ty.variants).fields).ty;
                    if (*element).words > 0 {
                        visit.list(word(), *words.add(1));
                    }
                }
                TypeKind::Flat => fields(words, &*ty.variants, &mut open),
                TypeKind::FlatSum => {
                    let variant = ty.variants.add(word() as usize);
                    fields(words.add(1), &*variant, &mut open);
                }
                // A variant without payload, or a kind that is plain.
                _ => {}
            }
        }
    }
}
