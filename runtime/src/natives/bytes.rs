//! Natives of `Bytes`. Positions are moved into the bytes where they lie outside; -1 stands for none.

use crate::crash::Reason;
use crate::heap::list::List;
use crate::heap::string::{Bytes, Str};
use crate::native;
use crate::natives::hash;
use crate::natives::words::Pointer;
use memchr::memmem;
use std::cmp::Ordering;

fn place(bytes: &[u8], at: i64) -> usize {
    usize::try_from(at).unwrap_or(0).min(bytes.len())
}

native! {
    /// How many bytes there are.
    fn mesh_bytes_length as "Bytes.length"(cx, bytes: Bytes) -> i64 {
        bytes.as_bytes().len() as i64
    }

    /// The byte at a position.
    fn mesh_bytes_get as "Bytes.raw_get"(cx, bytes: Bytes, at: i64) -> i64 {
        let byte = usize::try_from(at).ok().and_then(|at| bytes.as_bytes().get(at));
        byte.map_or(-1, |byte| i64::from(*byte))
    }

    /// The byte at a position; the actor ends if there is none.
    fn mesh_bytes_at as "Bytes.raw_at"(cx, bytes: Bytes, at: i64) -> i64 {
        let all = bytes.as_bytes();
        match usize::try_from(at).ok().and_then(|at| all.get(at)) {
            Some(byte) => i64::from(*byte),
            None => cx.crash(Reason::IndexOutOfRange(at, all.len() as i64)),
        }
    }

    /// Whether the bytes are the same.
    fn mesh_bytes_eq as "Bytes.raw_eq"(cx, a: Bytes, b: Bytes) -> bool {
        a.as_bytes() == b.as_bytes()
    }

    /// -1, 0 or 1.
    fn mesh_bytes_compare as "Bytes.raw_compare"(cx, a: Bytes, b: Bytes) -> i64 {
        match a.as_bytes().cmp(b.as_bytes()) {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        }
    }

    /// The hash.
    fn mesh_bytes_hash as "Bytes.raw_hash"(cx, bytes: Bytes) -> i64 {
        hash::hash_bytes(hash::seed(), bytes.as_bytes()) as i64
    }

    /// The bytes of a range.
    fn mesh_bytes_cut as "Bytes.raw_cut"(cx, bytes: Bytes, from: i64, to: i64) -> Bytes {
        let all = bytes.as_bytes();
        let (from, to) = (place(all, from), place(all, to));
        if from == 0 && to == all.len() {
            return bytes;
        }
        cx.bytes_part(bytes, all.get(from..to).unwrap_or_default())
    }

    /// Where a part stands first, from a position on.
    fn mesh_bytes_find as "Bytes.raw_find"(cx, bytes: Bytes, part: Bytes, from: i64) -> i64 {
        let all = bytes.as_bytes();
        let from = place(all, from);
        let found = memmem::find(&all[from..], part.as_bytes());
        found.map_or(-1, |at| (from + at) as i64)
    }

    /// Several, one behind the other.
    fn mesh_bytes_join as "Bytes.raw_join"(cx, buffer: Pointer, range: i64) -> Bytes {
        // SAFETY: the words are those of a list of bytes.
        let list = unsafe { List::from_words(buffer, range) };
        let parts = list.texts();
        cx.bytes(&parts.concat())
    }

    /// The same several times.
    fn mesh_bytes_repeat as "Bytes.raw_repeat"(cx, bytes: Bytes, times: i64) -> Bytes {
        let times = usize::try_from(times).unwrap_or(0);
        let size = bytes.as_bytes().len().checked_mul(times);
        if size.is_none_or(|size| size > cx.actor().config.get().max_heap) {
            cx.crash(Reason::HeapLimit);
        }
        cx.bytes(&bytes.as_bytes().repeat(times))
    }

    /// The bytes that the numbers of a list are.
    fn mesh_bytes_from_list as "Bytes.from_list"(cx, buffer: Pointer, range: i64) -> Bytes {
        // SAFETY: the words are those of a list of integers.
        let list = unsafe { List::from_words(buffer, range) };
        let words = list.words(1);
        if let Some(word) = words.iter().find(|word| **word > 255) {
            let number = (*word as i64).to_string();
            let text = ["Bytes.from_list: ", &number, " is no byte: a byte is from 0 to 255"];
            cx.crash(Reason::Panic(text.concat()));
        }
        let bytes: Vec<u8> = words.iter().map(|word| *word as u8).collect();
        cx.bytes(&bytes)
    }

    /// The bytes as numbers.
    fn mesh_bytes_to_list as "Bytes.to_list"(cx, bytes: Bytes) -> List {
        let numbers: Vec<u64> = bytes.as_bytes().iter().map(|byte| u64::from(*byte)).collect();
        List::of_ints(cx, &numbers)
    }

    /// The bytes of a text.
    fn mesh_bytes_from_text as "Bytes.from_text"(cx, text: Str) -> Bytes {
        cx.bytes_of(text)
    }

    /// The text that the bytes are, where they are UTF-8.
    fn mesh_bytes_to_text as "Bytes.to_text"(cx, bytes: Bytes) -> Option<Str> {
        cx.text_of(bytes)
    }

    /// The text that the bytes are, with U+FFFD for what is no UTF-8.
    fn mesh_bytes_to_text_lossy as "Bytes.to_text_lossy"(cx, bytes: Bytes) -> Str {
        cx.string(&String::from_utf8_lossy(bytes.as_bytes()))
    }

    /// How many bytes from the start on are UTF-8.
    fn mesh_bytes_text_size as "Bytes.raw_text_size"(cx, bytes: Bytes) -> i64 {
        let all = bytes.as_bytes();
        std::str::from_utf8(all).map_or_else(|error| error.valid_up_to(), str::len) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::natives::Cx;
    use crate::natives::testing::{crash_of, with_actor};
    use std::ptr::NonNull;

    #[test]
    fn positions_outside() {
        with_actor(|cx| {
            let bytes = cx.bytes(b"abcabc");
            let cut = |cx: &mut Cx, from, to| {
                // SAFETY: the context is the test actor's, the bytes are live.
                let object = unsafe { mesh_bytes_cut(cx.context(), bytes.as_raw(), from, to) };
                // SAFETY: what the native gives is live.
                unsafe { Bytes::from_raw(object) }.as_bytes().to_vec()
            };
            assert_eq!(cut(cx, -5, 2), b"ab");
            assert_eq!(cut(cx, 4, 99), b"bc");
            assert_eq!(cut(cx, 4, 2), b"");
            let part = cx.bytes(b"bc");
            // SAFETY: as above.
            let find = |from| unsafe {
                mesh_bytes_find(cx.context(), bytes.as_raw(), part.as_raw(), from)
            };
            assert_eq!(
                [find(0), find(2), find(5), find(99), find(-1)],
                [1, 4, -1, -1, 1]
            );
        });
    }

    #[test]
    fn a_missing_byte_is_a_crash() {
        let reason = crash_of(|cx| {
            let bytes: NonNull<_> = cx.bytes(b"ab").as_raw();
            // SAFETY: as above.
            unsafe { mesh_bytes_at(cx.context(), bytes, 2) }
        });
        assert!(reason.is_some());
    }
}
