//! Natives of `DateTime`: the clock.

use crate::native;
use crate::sched::clock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// When the clock of the deterministic mode begins: 2000-01-01.
const VIRTUAL_START: Duration = Duration::from_secs(946_684_800);

/// Seconds since 1970 in UTC, rounded down, and the nanoseconds behind them.
fn since_1970(time: SystemTime) -> (i64, i64) {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => (after.as_secs() as i64, i64::from(after.subsec_nanos())),
        Err(before) => {
            let before = before.duration();
            match i64::from(before.subsec_nanos()) {
                0 => (-(before.as_secs() as i64), 0),
                nanos => (-(before.as_secs() as i64) - 1, 1_000_000_000 - nanos),
            }
        }
    }
}

native! {
    /// The time of the system's clock.
    fn mesh_date_time_now as "DateTime.raw_now"(cx) -> (i64, i64) {
        since_1970(match clock::virtual_time() {
            Some(time) => UNIX_EPOCH + VIRTUAL_START + time,
            None => SystemTime::now(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_1970_counts_down() {
        let half = Duration::from_millis(500);
        assert_eq!(since_1970(UNIX_EPOCH), (0, 0));
        assert_eq!(since_1970(UNIX_EPOCH + half), (0, 500_000_000));
        assert_eq!(since_1970(UNIX_EPOCH - half), (-1, 500_000_000));
        assert_eq!(since_1970(UNIX_EPOCH - half * 2), (-1, 0));
    }
}
