//! The scheduler's clock: milliseconds since the program began. In deterministic mode it is counted, not read.

use crate::timer::NEVER;
use std::sync::OnceLock;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

/// Microseconds of the deterministic mode's clock, which its one worker alone changes; [`NEVER`] where
/// the clock is the system's.
static VIRTUAL: AtomicU64 = AtomicU64::new(NEVER);

/// The deterministic mode begins, before anybody asks for the time.
pub fn make_virtual() {
    VIRTUAL.store(0, Relaxed);
}

/// So many microseconds pass, in deterministic mode.
pub fn advance(microseconds: u64) {
    VIRTUAL.store(VIRTUAL.load(Relaxed) + microseconds, Relaxed);
}

/// A time comes, in deterministic mode, unless it has come already.
pub fn jump(time: u64) {
    let time = time.min((NEVER - 1) / 2000) * 1000;
    VIRTUAL.store(VIRTUAL.load(Relaxed).max(time), Relaxed);
}

/// Since the program began, by the clock of the deterministic mode; none where the system's counts.
pub fn virtual_time() -> Option<Duration> {
    let time = VIRTUAL.load(Relaxed);
    (time != NEVER).then(|| Duration::from_micros(time))
}

/// Since the program began.
pub fn elapsed() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    virtual_time().unwrap_or_else(|| START.get_or_init(Instant::now).elapsed())
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
        Ok(milliseconds) => match virtual_time() {
            None => (now() + 1).saturating_add(milliseconds),
            Some(time) => {
                let begun = time.subsec_micros() % 1000 != 0;
                (now() + u64::from(begun)).saturating_add(milliseconds)
            }
        },
    }
}

/// As [`deadline`], without reading the clock exactly where that hardly matters: up to 10 ms later for a
/// wait of a second or more.
pub fn rough_deadline(milliseconds: i64) -> u64 {
    /// The coarse clock is behind by a tick of the system at most.
    const BEHIND: u64 = 10;
    const ROUGHLY: i64 = 1000;
    if milliseconds < ROUGHLY || virtual_time().is_some() {
        return deadline(milliseconds);
    }
    let Some(now) = coarse() else {
        return deadline(milliseconds);
    };
    let milliseconds = u64::try_from(milliseconds).unwrap_or(NEVER);
    (now + BEHIND).saturating_add(milliseconds)
}

/// Milliseconds since the program began by a clock that costs little and is behind by some.
#[cfg(target_os = "linux")]
fn coarse() -> Option<u64> {
    /// What the coarse clock said at some moment, and what the exact one did.
    static BOTH: OnceLock<(u64, u64)> = OnceLock::new();
    let read = || {
        let mut time = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        // SAFETY: the system writes to the record.
        let failed =
            unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC_COARSE, &raw mut time) } != 0;
        let seconds = u64::try_from(time.tv_sec).ok()?;
        let rest = u64::try_from(time.tv_nsec).ok()? / 1_000_000;
        (!failed).then_some(seconds * 1000 + rest)
    };
    let coarse = read()?;
    let (before, exact) = *BOTH.get_or_init(|| (coarse, now()));
    Some(exact + (coarse - before))
}

#[cfg(not(target_os = "linux"))]
fn coarse() -> Option<u64> {
    None
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
        let (rough, now) = (rough_deadline(60_000), now());
        assert!((now + 60_000..now + 60_100).contains(&rough));
    }
}
