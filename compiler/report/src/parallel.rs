//! One function over many items, on all cores; a bug raised on another thread goes on from the caller's.

use crate::{Span, bug};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Stages recurse as deep as a program is nested, which the parser limits; optimised or not, this is enough.
/// A thread's stack takes memory only as far as it is used.
pub const STACK_BYTES: usize = 256 << 20;

/// `work` of every item and its position, each on one of as many threads as the machine has; taken up in the order of
/// the items, and the results in that order too.
pub fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(usize, &T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(items.len());
    if threads < 2 {
        let all = items.iter().enumerate();
        return all.map(|(at, item)| work(at, item)).collect();
    }
    let next = AtomicUsize::new(0);
    let run = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(at) else {
                return done;
            };
            done.push((at, work(at, item)));
        }
    };
    // A bug comes back as a value from its thread and goes on from here.
    let guarded = || bug::catch(run);
    let mut results: Vec<(usize, R)> = std::thread::scope(|scope| {
        let spawn = |_| {
            std::thread::Builder::new()
                .stack_size(STACK_BYTES)
                .spawn_scoped(scope, guarded)
        };
        // A thread that could not be started leaves its share to the others.
        let others: Vec<_> = (1..threads)
            .filter_map(|number| spawn(number).ok())
            .collect();
        let mut all = run();
        for thread in others {
            match thread.join() {
                Ok(Ok(part)) => all.extend(part),
                Ok(Err(bug)) => bug.raise(),
                Err(_) => bug!(Span::DUMMY, "a thread of the compiler could not run"),
            }
        }
        all
    });
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_their_order_and_bugs_come_through() {
        let items: Vec<usize> = (0..1000).collect();
        let doubled = map(&items, |at, item| at + item);
        assert!(doubled.iter().enumerate().all(|(at, sum)| *sum == 2 * at));
        let bug = bug::catch(|| {
            map(&items, |_, &n| match n {
                500 => bug!(Span::DUMMY, "five hundred"),
                other => other,
            })
        });
        assert_eq!(bug.expect_err("a bug").message, "five hundred");
    }
}
