//! Hashing: the number of this run, and the hash of bytes.

use crate::config::Config;
use crate::native;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::LazyLock;

/// Differs from run to run, unless `MESH_SEED` pins it.
static SEED: LazyLock<u64> = LazyLock::new(|| match Config::seed() {
    Some(seed) => mix(seed ^ 0x6d65_7368),
    None => RandomState::new().build_hasher().finish(),
});

/// The number that hashes of this run depend on.
pub fn seed() -> u64 {
    *SEED
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
}

#[cfg(test)]
mod tests {
    use super::hash_bytes;
    use std::collections::HashSet;

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
