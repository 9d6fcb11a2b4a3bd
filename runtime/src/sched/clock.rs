//! The scheduler's clock: milliseconds since the program began.

use crate::timer::NEVER;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

fn elapsed() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// Now.
pub fn now() -> u64 {
    u64::try_from(elapsed().as_millis()).unwrap_or(NEVER - 1)
}

/// When at least so many milliseconds will be over; [`NEVER`] for a negative number or one too large;
/// 0, which is over, for 0.
pub fn deadline(milliseconds: i64) -> u64 {
    match u64::try_from(milliseconds) {
        Err(_) => NEVER,
        Ok(0) => 0,
        // The millisecond that has begun does not count.
        Ok(milliseconds) => (now() + 1).saturating_add(milliseconds),
    }
}

/// How long it is until a time.
pub fn until(time: u64) -> Duration {
    Duration::from_millis(time).saturating_sub(elapsed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_beyond_all_time_is_none() {
        assert_eq!(deadline(-1), NEVER);
        assert_eq!(deadline(i64::MAX).max(1 << 62), deadline(i64::MAX));
        assert_eq!(deadline(0), 0);
        assert!(deadline(60_000) > now());
    }
}
