//! What compiled code calls by itself: allocation, strings and lists.

use crate::heap::list::{End, List};
use crate::heap::string::Str;
use crate::native;
use crate::natives::Cx;
use crate::natives::words::Pointer;
use mesh_abi::context::{ARG_WORDS, Context};
use mesh_abi::descriptor::ObjectDesc;
use mesh_abi::object::LIST_UNIQUE;
use std::cmp::Ordering;
use std::ptr::NonNull;

/// The descriptor whose address compiled code passes.
fn descriptor(address: i64) -> &'static ObjectDesc {
    // SAFETY: compiled code passes the address of a static descriptor.
    unsafe { &*(address as *const ObjectDesc) }
}

/// A count or position, which compiled code has checked; the largest one stands for a wrong one,
/// and no operation has room for that.
fn count(word: i64) -> usize {
    usize::try_from(word).unwrap_or(usize::MAX)
}

/// A list from its words. One that is the only one of its buffer has all of that.
fn list(buffer: Pointer, range: i64) -> List {
    // SAFETY: compiled code passes the words of a live list, and the bit as it is meant.
    unsafe {
        let list = List::from_words(buffer, range);
        if range & UNIQUE != 0 {
            list.claim();
        }
        list
    }
}

/// [`LIST_UNIQUE`] in a list's second word.
const UNIQUE: i64 = LIST_UNIQUE as i64;

/// The words of a list that was made of another one, which it may be in the same buffer as: in a new one it is the only one.
fn made_of(buffer: Pointer, range: i64, list: List) -> (Pointer, i64) {
    let (made, words) = list.to_words();
    let bit = if made == buffer { range } else { UNIQUE };
    (made, words | bit & UNIQUE)
}

/// The strings in the argument block.
fn arguments<'a>(cx: &Cx, count: usize) -> &'a [Str] {
    let count = count.min(ARG_WORDS);
    let context: *const Context = cx.context();
    // SAFETY: compiled code stored `count` live strings there, and nothing writes the block before
    // this native is done. A handle is one word, the object's address.
    unsafe {
        std::slice::from_raw_parts((&raw const (*(*context).blocks).args).cast::<Str>(), count)
    }
}

/// The addresses of strings.
fn words(strings: &[Str]) -> &[u64] {
    // SAFETY: a handle is one word, the object's address.
    unsafe { std::slice::from_raw_parts(strings.as_ptr().cast(), strings.len()) }
}

native! {
    /// The slow path of bump allocation: memory that is not zeroed.
    fn mesh_rt_alloc_slow as "rt.alloc_slow"(cx, bytes: i64) -> Pointer {
        cx.allocate_slow(count(bytes)).as_ptr()
    }

    /// Joins the strings in the argument block.
    fn mesh_rt_concat as "rt.concat"(cx, number: i64) -> Str {
        let strings = arguments(cx, count(number));
        // What is joined is often one text and empty ones.
        let mut filled = strings.iter().filter(|string| !string.as_bytes().is_empty());
        match (filled.next(), filled.next()) {
            (Some(only), None) => *only,
            (None, _) => cx.string(""),
            _ => cx.protect(words(strings), |cx| cx.joined(strings.iter().copied())),
        }
    }

    /// Whether two strings are the same text.
    fn mesh_rt_string_eq as "rt.string_eq"(cx, a: Str, b: Str) -> bool {
        a.as_raw() == b.as_raw() || a.as_bytes() == b.as_bytes()
    }

    /// The order of two strings by bytes: -1, 0 or 1.
    fn mesh_rt_string_compare as "rt.string_compare"(cx, a: Str, b: Str) -> i64 {
        match a.as_bytes().cmp(b.as_bytes()) {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        }
    }

    /// Makes room behind a list.
    fn mesh_rt_list_reserve_back as "rt.list_reserve_back"(
        cx, buffer: Pointer, range: i64, extra: i64, desc: i64
    ) -> (Pointer, i64) {
        let roomy = list(buffer, range).reserve(cx, End::Back, count(extra), descriptor(desc));
        made_of(buffer, range, roomy)
    }

    /// Makes room in front of a list.
    fn mesh_rt_list_reserve_front as "rt.list_reserve_front"(
        cx, buffer: Pointer, range: i64, extra: i64, desc: i64
    ) -> (Pointer, i64) {
        let roomy = list(buffer, range).reserve(cx, End::Front, count(extra), descriptor(desc));
        made_of(buffer, range, roomy)
    }

    /// Joins two lists.
    fn mesh_rt_list_concat as "rt.list_concat"(
        cx, buffer: Pointer, range: i64, other: Pointer, other_range: i64, desc: i64
    ) -> (Pointer, i64) {
        let (first, second) = (list(buffer, range), list(other, other_range));
        let joined = first.concat(cx, second, descriptor(desc));
        if joined.is_beside(second) {
            return made_of(other, other_range, joined);
        }
        made_of(buffer, range, joined)
    }

    /// Copies a list with some of its elements replaced by cells for others.
    fn mesh_rt_list_splice as "rt.list_splice"(
        cx, buffer: Pointer, range: i64, at: i64, removed: i64, inserted: i64, desc: i64
    ) -> (Pointer, i64) {
        let (at, removed, inserted) = (count(at), count(removed), count(inserted));
        let copy = list(buffer, range).splice(cx, at, removed, inserted, descriptor(desc));
        let (buffer, range) = copy.to_words();
        (buffer, range | UNIQUE)
    }
}

/// A handle must be one word for the argument block to be read as strings.
const _: () = assert!(size_of::<Str>() == size_of::<NonNull<u8>>());

#[cfg(test)]
mod tests {
    use super::*;
    use crate::natives::testing::with_actor;

    #[test]
    fn strings_are_joined_from_the_argument_block() {
        with_actor(|cx| {
            let (a, b, empty) = (cx.string("ab"), cx.string("c"), cx.string(""));
            let context = cx.context();
            let join = |parts: &[Str]| {
                for (i, part) in parts.iter().enumerate() {
                    // SAFETY: the context is the test actor's.
                    unsafe { (&mut (*(*context).blocks).args)[i] = part.as_raw().as_ptr() as u64 };
                }
                // SAFETY: the strings are live.
                unsafe { Str::from_raw(mesh_rt_concat(context, parts.len() as i64)) }
            };
            assert_eq!(join(&[a, b, a]).as_str(), "abcab");
            assert_eq!(join(&[empty, b]).as_raw(), b.as_raw());
            assert_eq!(join(&[empty, empty]).as_str(), "");
            assert_eq!(join(&[]).as_str(), "");
        });
    }

    #[test]
    fn strings_compare_by_bytes() {
        with_actor(|cx| {
            let texts = ["", "a", "aa", "b", "ä"].map(|text| cx.string(text));
            for (i, a) in texts.iter().enumerate() {
                for (j, b) in texts.iter().enumerate() {
                    let copy = cx.string(b.as_str()).as_raw();
                    // SAFETY: the strings are live.
                    let (eq, order) = unsafe {
                        (
                            mesh_rt_string_eq(cx.context(), a.as_raw(), copy),
                            mesh_rt_string_compare(cx.context(), a.as_raw(), copy),
                        )
                    };
                    assert_eq!(eq == 1, i == j);
                    assert_eq!(order, (i as i64 - j as i64).signum());
                }
            }
        });
    }
}
