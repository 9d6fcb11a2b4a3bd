//! The scheduler's clock: nanoseconds since the program began.

use std::sync::OnceLock;
use std::time::Instant;

/// Nanoseconds.
pub const PER_MILLISECOND: u64 = 1_000_000;

fn start() -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    *START.get_or_init(Instant::now)
}

/// Now; never 0.
pub fn now() -> u64 {
    u64::try_from(start().elapsed().as_nanos()).map_or(u64::MAX - 1, |now| now + 1)
}

/// When so many milliseconds will be over; `u64::MAX`, which never comes, for a negative number or one
/// too large; 0, which is over, for 0.
pub fn deadline(milliseconds: i64) -> u64 {
    match u64::try_from(milliseconds) {
        Err(_) => u64::MAX,
        Ok(0) => 0,
        Ok(milliseconds) => milliseconds
            .checked_mul(PER_MILLISECOND)
            .and_then(|time| now().checked_add(time))
            .unwrap_or(u64::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_beyond_all_time_is_none() {
        assert_eq!(deadline(-1), u64::MAX);
        assert_eq!(deadline(i64::MAX), u64::MAX);
        assert_eq!(deadline(0), 0);
        assert!(deadline(60_000) > now());
    }
}
