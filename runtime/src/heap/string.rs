//! Strings and bytes as objects: a header, a length, the bytes, and one NUL after them; the bytes of
//! large ones are [`counted`].

use super::counted;
use mesh_abi::descriptor::{ObjectDesc, ObjectKind, Text, TypeDesc, TypeKind};
use mesh_abi::object::{STRING_BYTES, StringObject};
use std::ptr::{NonNull, null};

const fn text(words: &'static str) -> Text {
    Text {
        bytes: words.as_ptr(),
        len: words.len() as u64,
    }
}

pub(crate) static STRING_TYPE: TypeDesc = TypeDesc {
    kind: TypeKind::String,
    words: 1,
    name: text("String"),
    variant_count: 0,
    variants: null(),
};

static BYTES_TYPE: TypeDesc = TypeDesc {
    kind: TypeKind::Bytes,
    words: 1,
    name: text("Bytes"),
    variant_count: 0,
    variants: null(),
};

/// The descriptor of strings the runtime makes.
#[unsafe(no_mangle)]
pub static mesh_rt_string_desc: ObjectDesc = ObjectDesc {
    kind: ObjectKind::String,
    words: 0,
    ty: &raw const STRING_TYPE,
    pointers: 0,
    lists: 0,
};

/// The descriptor of byte strings the runtime makes.
#[unsafe(no_mangle)]
pub static mesh_rt_bytes_desc: ObjectDesc = ObjectDesc {
    kind: ObjectKind::Bytes,
    words: 0,
    ty: &raw const BYTES_TYPE,
    pointers: 0,
    lists: 0,
};

/// A Mesh `String`: a live string object, on a heap or in static memory.
#[derive(Clone, Copy)]
pub struct Str(NonNull<StringObject>);

/// A Mesh `Bytes`.
#[derive(Clone, Copy)]
pub struct Bytes(NonNull<StringObject>);

/// The bytes of a string or byte string.
///
/// # Safety
/// `object` is live and unchanged for as long as the result is used.
pub(super) unsafe fn contents<'a>(object: NonNull<StringObject>) -> &'a [u8] {
    // SAFETY: the object's length says how many initialised bytes follow its two words, or stand
    // where it says.
    unsafe {
        let len = (*object.as_ptr()).len as usize;
        let start = if counted::is_counted((*object.as_ptr()).header) {
            counted::bytes(object)
        } else {
            object.as_ptr().cast::<u8>().add(STRING_BYTES as usize)
        };
        std::slice::from_raw_parts(start, len)
    }
}

impl Str {
    /// # Safety
    /// `object` is a string object that stays live while the handle is used.
    pub const unsafe fn from_raw(object: NonNull<StringObject>) -> Str {
        Str(object)
    }

    /// A string from its word in a list or an object.
    ///
    /// # Safety
    /// The word is the address of a live string.
    pub unsafe fn from_word(word: u64) -> Str {
        // SAFETY: the caller's promise.
        Str(unsafe { NonNull::new_unchecked(word as *mut StringObject) })
    }

    /// The object's address.
    pub fn as_raw(self) -> NonNull<StringObject> {
        self.0
    }

    /// The UTF-8 bytes.
    pub fn as_bytes(&self) -> &[u8] {
        // SAFETY: the handle's owner keeps the object live, and strings are immutable.
        unsafe { contents(self.0) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        // SAFETY: whatever makes a string checks or preserves that it is UTF-8.
        unsafe { std::str::from_utf8_unchecked(self.as_bytes()) }
    }
}

impl Bytes {
    /// # Safety
    /// `object` is a bytes object that stays live while the handle is used.
    pub const unsafe fn from_raw(object: NonNull<StringObject>) -> Bytes {
        Bytes(object)
    }

    /// The object's address.
    pub fn as_raw(self) -> NonNull<StringObject> {
        self.0
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        // SAFETY: as for strings.
        unsafe { contents(self.0) }
    }

    /// The bytes for others than the actor, which may outlive it: those of large ones are shared.
    pub fn to_shared(self) -> bytes::Bytes {
        // SAFETY: the handle's owner keeps the object live.
        unsafe {
            if counted::is_counted((*self.0.as_ptr()).header) {
                return bytes::Bytes::from_owner(counted::Shared::of(self.0));
            }
        }
        bytes::Bytes::copy_from_slice(self.as_bytes())
    }
}

/// Size in bytes of the object for a text of `len` bytes, its NUL included.
pub fn object_size(len: usize) -> Option<usize> {
    len.checked_add(STRING_BYTES as usize + 1)
}

/// Writes the object's two words and the NUL, and gives the place of its bytes, which the caller
/// fills before the next allocation.
///
/// # Safety
/// `memory` is fresh memory of at least `object_size(len)` bytes, 8-byte aligned, that nobody else
/// refers to while the result is used.
pub unsafe fn initialise<'a>(
    memory: NonNull<u8>,
    desc: &'static ObjectDesc,
    len: usize,
) -> (NonNull<StringObject>, &'a mut [u8]) {
    let object = memory.cast::<StringObject>();
    // SAFETY: the memory is ours and large enough. It is zeroed before a slice is made of it, for
    // a slice of unwritten bytes must not exist.
    unsafe {
        object.write(StringObject {
            header: desc as *const ObjectDesc as u64,
            len: len as u64,
        });
        let start = memory.as_ptr().add(STRING_BYTES as usize);
        start.write_bytes(0, len + 1);
        (object, std::slice::from_raw_parts_mut(start, len))
    }
}

#[cfg(test)]
mod tests {
    use crate::natives::testing::with_actor;

    #[test]
    fn large_ones_are_shared_between_texts_and_bytes_and_with_others() {
        let big = "größe ".repeat(10_000);
        let owned = with_actor(|cx| {
            let text = cx.string(&big);
            let bytes = cx.bytes_of(text);
            assert_eq!(bytes.as_bytes().as_ptr(), text.as_bytes().as_ptr());
            let again = cx.text_of(bytes).unwrap();
            assert_eq!(again.as_bytes().as_ptr(), text.as_bytes().as_ptr());
            let part = cx.bytes_part(bytes, &bytes.as_bytes()[3..5000]);
            assert!(cx.text_of(part).is_none(), "it begins within a character");
            let small = cx.bytes(b"small");
            assert_eq!(small.to_shared(), "small");
            let owned = bytes.to_shared();
            assert_eq!(owned.as_ptr(), text.as_bytes().as_ptr());
            (owned, part.to_shared())
        });
        // The heap is gone.
        assert_eq!(owned.0, big);
        assert_eq!(owned.1, big.as_bytes()[3..5000]);
    }

    #[test]
    fn texts_and_their_objects() {
        with_actor(|cx| {
            let (empty, word) = (cx.string(""), cx.string("größe"));
            assert_eq!(empty.as_str(), "");
            assert_eq!(word.as_str(), "größe");
            assert_eq!(
                cx.joined([word, empty, word].into_iter()).as_str(),
                "größegröße"
            );
            assert_eq!(cx.string_of(&["a", "", "bc"]).as_str(), "abc");
            assert_eq!(cx.bytes(&[0, 255]).as_bytes(), [0, 255]);
            let big = "x".repeat(3 << 20);
            assert_eq!(cx.string(&big).as_str(), big);
            assert_eq!(word.as_str(), "größe");
            let end = word.as_bytes().as_ptr_range().end;
            // SAFETY: a NUL follows the bytes.
            let after = unsafe { *end };
            assert_eq!(after, 0);
        });
    }
}
