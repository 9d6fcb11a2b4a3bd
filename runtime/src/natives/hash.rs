//! Hashing: the number of this run, and the hash of bytes.

use crate::config;
use crate::heap::list::List;
use crate::native;
use crate::natives::words::Pointer;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::LazyLock;

/// Differs from run to run, unless `MESH_SEED` pins it.
static SEED: LazyLock<u64> = LazyLock::new(|| match config::current().seed {
    Some(seed) => mix(seed ^ 0x6d65_7368),
    None => RandomState::new().build_hasher().finish(),
});

/// The number that hashes of this run depend on.
pub fn seed() -> u64 {
    *SEED
}

/// Numbers in their order, each followed by its position, equal ones in the order they stand in: a
/// radix sort by the highest bits, in groups that are small enough for a comparison sort to finish.
fn order(numbers: &[u64]) -> Vec<u64> {
    const GROUP: usize = 32;
    let count = numbers.len();
    let bits = (usize::BITS - (count / GROUP).leading_zeros()).min(16);
    let group = |number: u64| {
        if bits == 0 {
            0
        } else {
            (number >> (64 - bits)) as usize
        }
    };
    let mut starts = vec![0usize; (1 << bits) + 1];
    for number in numbers {
        starts[group(*number) + 1] += 1;
    }
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    let mut pairs = vec![[0; 2]; count];
    let mut next = starts.clone();
    for (place, number) in numbers.iter().enumerate() {
        let at = &mut next[group(*number)];
        pairs[*at] = [*number, place as u64];
        *at += 1;
    }
    for bounds in starts.windows(2) {
        pairs[bounds[0]..bounds[1]].sort_unstable();
    }
    pairs.into_flattened()
}

/// A permutation of the 64-bit numbers without pattern.
const fn mix(n: u64) -> u64 {
    let n = (n ^ (n >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ (n >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    n ^ (n >> 32)
}

/// The two halves of the product, folded: every bit of the result depends on every bit of both.
const fn fold(a: u64, b: u64) -> u64 {
    let product = (a as u128) * (b as u128);
    (product as u64) ^ ((product >> 64) as u64)
}

/// The hash of bytes under a key.
pub fn hash_bytes(key: u64, bytes: &[u8]) -> u64 {
    let lock = mix(key) | 1;
    let mut state = key ^ (bytes.len() as u64);
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        state = fold(state ^ u64::from_le_bytes(*word), lock).wrapping_add(lock);
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    state = fold(state ^ u64::from_le_bytes(last), lock.wrapping_mul(3));
    mix(state)
}

native! {
    /// The number that hashes of this run depend on.
    fn mesh_hash_seed as "Hash.seed"(cx) -> i64 {
        seed() as i64
    }

    /// Hashes in their order, with their positions.
    fn mesh_hash_order as "Hash.order"(cx, buffer: Pointer, range: i64) -> List {
        // SAFETY: the words are those of a list of integers.
        let list = unsafe { List::from_words(buffer, range) };
        let order = order(list.words(1));
        List::of_ints(cx, &order)
    }
}

#[cfg(test)]
mod tests {
    use super::{hash_bytes, mix, order};
    use std::collections::HashSet;

    #[test]
    fn numbers_are_ordered_and_equal_ones_stay() {
        for count in [0usize, 1, 2, 31, 32, 64, 5000, 100_000] {
            let numbers: Vec<u64> = (0..count as u64).map(|n| mix(n % 3000)).collect();
            let mut expected: Vec<[u64; 2]> = (0..).zip(&numbers).map(|(i, n)| [*n, i]).collect();
            expected.sort();
            assert_eq!(order(&numbers), expected.into_flattened(), "{count}");
        }
        let top = 1 << 63;
        assert_eq!(order(&[u64::MAX, 0, top]), [0, 1, top, 2, u64::MAX, 0]);
    }

    #[test]
    fn short_texts_do_not_collide() {
        let mut seen = HashSet::new();
        for number in 0..100_000u32 {
            assert!(seen.insert(hash_bytes(7, number.to_string().as_bytes())));
        }
        assert_ne!(hash_bytes(7, b""), hash_bytes(7, b"\0"));
        assert_ne!(hash_bytes(7, b"a"), hash_bytes(8, b"a"));
    }
}
