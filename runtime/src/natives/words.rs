//! How a native's Rust parameters and results are the machine words of its row.

use crate::heap::list::List;
use crate::heap::string::{Bytes, Str};
use mesh_abi::context::Context;
use mesh_abi::object::StringObject;
use std::ptr::{NonNull, null_mut};

/// Any pointer word: the address of an object, or 0.
pub type Pointer = *mut u8;

/// A value of any type: the address of its box, or 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Boxed(pub Pointer);

/// A parameter of a native: one word.
pub trait Argument {
    /// The class letter in the row.
    const CLASS: &'static str;
    /// The machine type.
    type Raw;
    /// # Safety
    /// `raw` is what compiled code passes for this type.
    unsafe fn from_raw(raw: Self::Raw) -> Self;
}

/// A result of a native: one word in the register, any other number in the return block.
pub trait Answer {
    /// The class letters in the row.
    const CLASS: &'static str;
    /// The machine type: `()` unless the result is one word.
    type Raw;
    /// # Safety
    /// `context` is the running actor's.
    unsafe fn give(self, context: *mut Context) -> Self::Raw;
}

/// A part of a result: its words, stored one after another.
pub trait Words {
    /// The class letters in the row.
    const CLASS: &'static str;
    /// Calls `put` with each word in order.
    fn words(&self, put: &mut impl FnMut(u64));
}

macro_rules! plain_word {
    ($($ty:ty, $class:literal, $word:expr;)*) => {$(
        impl Argument for $ty {
            const CLASS: &'static str = $class;
            type Raw = $ty;
            #[inline]
            unsafe fn from_raw(raw: $ty) -> $ty {
                raw
            }
        }
        impl Answer for $ty {
            const CLASS: &'static str = $class;
            type Raw = $ty;
            #[inline]
            unsafe fn give(self, _: *mut Context) -> $ty {
                self
            }
        }
        impl Words for $ty {
            const CLASS: &'static str = $class;
            fn words(&self, put: &mut impl FnMut(u64)) {
                let word: fn($ty) -> u64 = $word;
                put(word(*self));
            }
        }
    )*};
}

plain_word! {
    i64, "i", |word| word as u64;
    u64, "i", |word| word;
    f64, "f", f64::to_bits;
    Pointer, "p", |word| word as u64;
}

impl Argument for Boxed {
    const CLASS: &'static str = "b";
    type Raw = Pointer;
    unsafe fn from_raw(raw: Pointer) -> Boxed {
        Boxed(raw)
    }
}

impl Answer for Boxed {
    const CLASS: &'static str = "b";
    type Raw = Pointer;
    unsafe fn give(self, _: *mut Context) -> Pointer {
        self.0
    }
}

impl Words for Boxed {
    const CLASS: &'static str = "b";
    fn words(&self, put: &mut impl FnMut(u64)) {
        put(self.0 as u64);
    }
}

impl Argument for bool {
    const CLASS: &'static str = "i";
    type Raw = u64;
    unsafe fn from_raw(raw: u64) -> bool {
        raw != 0
    }
}

impl Answer for bool {
    const CLASS: &'static str = "i";
    type Raw = u64;
    unsafe fn give(self, _: *mut Context) -> u64 {
        u64::from(self)
    }
}

impl Words for bool {
    const CLASS: &'static str = "i";
    fn words(&self, put: &mut impl FnMut(u64)) {
        put(u64::from(*self));
    }
}

macro_rules! object_word {
    ($($ty:ident;)*) => {$(
        impl Argument for $ty {
            const CLASS: &'static str = "p";
            type Raw = NonNull<StringObject>;
            #[inline]
            unsafe fn from_raw(raw: NonNull<StringObject>) -> $ty {
                // SAFETY: compiled code passes a live object of the declared type.
                unsafe { $ty::from_raw(raw) }
            }
        }
        impl Answer for $ty {
            const CLASS: &'static str = "p";
            type Raw = NonNull<StringObject>;
            #[inline]
            unsafe fn give(self, _: *mut Context) -> NonNull<StringObject> {
                self.as_raw()
            }
        }
        impl Words for $ty {
            const CLASS: &'static str = "p";
            fn words(&self, put: &mut impl FnMut(u64)) {
                put(self.as_raw().as_ptr() as u64);
            }
        }
        /// An `Option` of a pointer is a nullable pointer.
        impl Answer for Option<$ty> {
            const CLASS: &'static str = "p";
            type Raw = *mut StringObject;
            unsafe fn give(self, _: *mut Context) -> *mut StringObject {
                self.map_or(null_mut(), |object| object.as_raw().as_ptr())
            }
        }
        impl Words for Option<$ty> {
            const CLASS: &'static str = "p";
            fn words(&self, put: &mut impl FnMut(u64)) {
                put(self.map_or(0, |object| object.as_raw().as_ptr() as u64));
            }
        }
    )*};
}

object_word! {
    Str;
    Bytes;
}

impl Answer for () {
    const CLASS: &'static str = "";
    type Raw = ();
    #[inline]
    unsafe fn give(self, _: *mut Context) {}
}

impl Words for List {
    const CLASS: &'static str = "pi";
    fn words(&self, put: &mut impl FnMut(u64)) {
        let (buffer, range) = self.to_words();
        put(buffer as u64);
        put(range as u64);
    }
}

/// Stores a wide result in the return block.
///
/// # Safety
/// `context` is the running actor's.
unsafe fn store(parts: &impl Words, context: *mut Context) {
    let mut at = 0;
    parts.words(&mut |word| {
        // SAFETY: the return block belongs to the running actor; the index is checked.
        unsafe { (&mut (*(*context).blocks).ret)[at] = word };
        at += 1;
    });
}

impl Answer for List {
    const CLASS: &'static str = <List as Words>::CLASS;
    type Raw = ();
    unsafe fn give(self, context: *mut Context) {
        // SAFETY: the caller's promise.
        unsafe { store(&self, context) }
    }
}

/// Class letters of several parts, joined at compile time.
struct Joined<T>(T);

const fn joined_len(parts: &[&str]) -> usize {
    let (mut i, mut len) = (0, 0);
    while i < parts.len() {
        len += parts[i].len();
        i += 1;
    }
    len
}

const fn join<const N: usize>(parts: &[&str]) -> [u8; N] {
    let mut out = [0; N];
    let (mut i, mut at) = (0, 0);
    while i < parts.len() {
        let part = parts[i].as_bytes();
        let mut j = 0;
        while j < part.len() {
            out[at] = part[j];
            at += 1;
            j += 1;
        }
        i += 1;
    }
    out
}

const fn as_text(bytes: &'static [u8]) -> &'static str {
    match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => panic!("class letters are ASCII"),
    }
}

macro_rules! tuple_words {
    ($($part:ident . $index:tt),*) => {
        impl<$($part: Words),*> Joined<($($part,)*)> {
            const PARTS: &'static [&'static str] = &[$($part::CLASS),*];
            /// Room for the widest row; the letters stand at the front.
            const LETTERS: [u8; 64] = join::<64>(Self::PARTS);
            const TEXT: &'static str =
                as_text(Self::LETTERS.split_at(joined_len(Self::PARTS)).0);
        }
        impl<$($part: Words),*> Words for ($($part,)*) {
            const CLASS: &'static str = Joined::<($($part,)*)>::TEXT;
            fn words(&self, put: &mut impl FnMut(u64)) {
                $(self.$index.words(put);)*
            }
        }
        impl<$($part: Words),*> Answer for ($($part,)*) {
            const CLASS: &'static str = <($($part,)*) as Words>::CLASS;
            type Raw = ();
            unsafe fn give(self, context: *mut Context) {
                // SAFETY: the caller's promise.
                unsafe { store(&self, context) }
            }
        }
    };
}

tuple_words!(A.0, B.1);
tuple_words!(A.0, B.1, C.2);
tuple_words!(A.0, B.1, C.2, D.3);
tuple_words!(A.0, B.1, C.2, D.3, E.4);
tuple_words!(A.0, B.1, C.2, D.3, E.4, F.5);
