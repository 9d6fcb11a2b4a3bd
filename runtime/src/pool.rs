//! Threads for work that waits for the system, so that no worker has to.
//!
//! There are as many as there is work at a time, up to [`MOST`], and each stays for a while after it. What
//! a thread is given owns all that it uses, and refers to no actor's heap or stack: an actor that ends
//! leaves its work behind, whose result nobody takes.

use crate::sync::lock;
use crate::thread;
pub use crate::thread::Job;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Threads at a time. Each may wait for as long as it likes, so there have to be many.
const MOST: usize = 512;
/// How long a thread waits for more work.
const STAY: Duration = Duration::from_secs(10);

struct Pool {
    jobs: VecDeque<Job>,
    threads: usize,
    /// Threads that wait for work, also those that were woken and have not taken any yet.
    idle: usize,
}

static POOL: Mutex<Pool> = Mutex::new(Pool {
    jobs: VecDeque::new(),
    threads: 0,
    idle: 0,
});
static MORE: Condvar = Condvar::new();

/// Has a thread do the work, or does it now where the system starts none.
pub fn run(job: Job) {
    let mut pool = lock(&POOL);
    pool.jobs.push_back(job);
    if pool.idle >= pool.jobs.len() {
        drop(pool);
        MORE.notify_one();
        return;
    }
    if pool.threads == MOST {
        return;
    }
    if thread::start("blocking", Box::new(work)).is_ok() {
        pool.threads += 1;
        return;
    }
    if pool.threads > 0 {
        return;
    }
    let job = pool.jobs.pop_back();
    drop(pool);
    if let Some(job) = job {
        job();
    }
}

/// What a thread of the pool does.
fn work() {
    let mut pool = lock(&POOL);
    loop {
        if let Some(job) = pool.jobs.pop_front() {
            drop(pool);
            job();
            pool = lock(&POOL);
            continue;
        }
        pool.idle += 1;
        let waited = MORE.wait_timeout(pool, STAY);
        let (back, time) = waited.unwrap_or_else(PoisonError::into_inner);
        pool = back;
        pool.idle -= 1;
        if time.timed_out() && pool.jobs.is_empty() {
            pool.threads -= 1;
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::run;
    use std::sync::mpsc::channel;

    #[test]
    fn work_that_waits_for_other_work_gets_a_thread_too() {
        let (last, mut next) = channel::<()>();
        let mut results = Vec::new();
        for _ in 0..20 {
            let (say, wait) = channel();
            let (done, result) = channel();
            results.push(result);
            run(Box::new(move || {
                let heard = wait.recv();
                let _ = done.send(heard.is_ok());
                drop(next);
            }));
            next = wait_pair(say);
        }
        drop((last, next));
        assert!(results.iter().all(|result| result.recv() == Ok(true)));
    }

    /// A receiver to hold until `say` was used.
    fn wait_pair(say: std::sync::mpsc::Sender<()>) -> std::sync::mpsc::Receiver<()> {
        let _ = say.send(());
        channel().1
    }
}
