//! One function over all modules, on all cores.

use mesh_report::{Span, bug};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Lowering may go deep where the source does; what is beyond grows on the heap.
const STACK: usize = 8 * 1024 * 1024;

/// `run` of every item, in their order.
pub(crate) fn map<T: Sync, R: Send>(items: &[T], run: impl Fn(usize, &T) -> R + Sync) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let workers = cores.min(items.len());
    if workers <= 1 {
        let all = items.iter().enumerate();
        return all.map(|(at, item)| run(at, item)).collect();
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            match items.get(at) {
                Some(item) => done.push((at, run(at, item))),
                None => return done,
            }
        }
    };
    let mut all: Vec<(usize, R)> = std::thread::scope(|scope| {
        let spawn = |_| {
            let builder = std::thread::Builder::new().stack_size(STACK);
            // A bug comes back as a value from its thread and goes on from here.
            builder.spawn_scoped(scope, || mesh_report::bug::catch(work))
        };
        let threads: Vec<_> = (1..workers).map(spawn).collect();
        let mut all = work();
        // A thread that could not be started leaves its share to the others.
        for thread in threads.into_iter().flatten() {
            match thread.join() {
                Ok(Ok(done)) => all.extend(done),
                Ok(Err(bug)) => bug.raise(),
                Err(_) => bug!(Span::DUMMY, "a thread of the compiler could not run"),
            }
        }
        all
    });
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::map;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..1000).collect();
        let doubled = map(&items, |at, item| at + item);
        assert!(doubled.iter().enumerate().all(|(at, sum)| *sum == 2 * at));
    }
}
