//! Natives of `Random`: the stream that a running program draws from.

use crate::native;
use crate::natives::hash;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Where the stream stands: SplitMix64's state, so that drawing is one addition that all workers share.
static STATE: LazyLock<AtomicU64> = LazyLock::new(|| {
    // Not the number itself that hashes depend on, from which they could be foretold.
    AtomicU64::new(hash::hash_bytes(hash::seed(), b"Random"))
});

/// The increment of SplitMix64 (Steele, Lea, Flood 2014).
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// 64 random bits.
pub fn next() -> u64 {
    scrambled(STATE.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP))
}

/// What SplitMix64 makes of a state: a permutation without pattern.
pub fn scrambled(state: u64) -> u64 {
    let a = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let b = (a ^ (a >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    b ^ (b >> 31)
}

native! {
    /// 64 random bits.
    fn mesh_random_next as "Random.raw_next"(cx) -> i64 {
        next() as i64
    }
}

#[cfg(test)]
mod tests {
    use super::next;
    use std::collections::HashSet;

    #[test]
    fn numbers_differ_and_every_bit_changes() {
        let numbers: Vec<u64> = (0..1000).map(|_| next()).collect();
        assert_eq!(numbers.iter().collect::<HashSet<_>>().len(), 1000);
        for bit in 0..64 {
            let ones = numbers.iter().filter(|n| **n >> bit & 1 == 1).count();
            assert!((350..650).contains(&ones), "bit {bit}: {ones} of 1000");
        }
    }
}
