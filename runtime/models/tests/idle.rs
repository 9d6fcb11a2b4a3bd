//! Sleeping workers: whatever is made ready is run, whatever the moment.
//!
//! A lost wake-up leaves all threads waiting, which loom reports as a deadlock.

use mesh_models::explore;
use mesh_models::idle::{Idle, Role};
use mesh_models::sync::atomic::{AcqRel, Acquire, AtomicU64, AtomicUsize, Relaxed, Release};
use mesh_models::sync::{Arc, Condvar, Mutex, lock, thread};

/// Workers with one queue, of which only the length counts.
struct Pool {
    idle: Idle,
    ready: AtomicUsize,
    /// Tasks that have been run.
    done: AtomicUsize,
    /// How many there will be.
    all: usize,
    /// The timers' next time.
    next: AtomicU64,
    event: Arc<Event>,
    /// How many wait for I/O.
    waiting: AtomicUsize,
    /// Whether each task waits until all have begun.
    meet: bool,
    begun: Mutex<usize>,
    met: Condvar,
}

/// As an eventfd: what is written before the wait ends it.
struct Event {
    written: Mutex<bool>,
    changed: Condvar,
}

impl Event {
    fn write(&self) {
        *lock(&self.written) = true;
        self.changed.notify_one();
    }

    fn wait(&self) {
        let mut written = lock(&self.written);
        while !*written {
            written = self.changed.wait(written).expect("a model that fails ends");
        }
        *written = false;
    }
}

impl Pool {
    fn new(workers: usize, all: usize) -> Arc<Pool> {
        Arc::new(Pool::with(workers, all, false))
    }

    fn meeting(workers: usize, all: usize) -> Arc<Pool> {
        Arc::new(Pool::with(workers, all, true))
    }

    fn with(workers: usize, all: usize, meet: bool) -> Pool {
        let event = Arc::new(Event {
            written: Mutex::new(false),
            changed: Condvar::new(),
        });
        let interrupted = event.clone();
        let interrupt = move || interrupted.write();
        Pool {
            idle: Idle::new(workers, interrupt),
            ready: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
            all,
            next: AtomicU64::new(u64::MAX),
            event,
            waiting: AtomicUsize::new(0),
            meet,
            begun: Mutex::new(0),
            met: Condvar::new(),
        }
    }

    fn publish(&self) {
        self.ready.fetch_add(1, Release);
        self.idle.notify();
    }

    /// Takes a task, if one is seen.
    fn take(&self) -> bool {
        let mut ready = self.ready.load(Acquire);
        while ready > 0 {
            match self
                .ready
                .compare_exchange(ready, ready - 1, AcqRel, Relaxed)
            {
                Ok(_) => return true,
                Err(other) => ready = other,
            }
        }
        false
    }

    fn has_work(&self) -> bool {
        self.ready.load(Acquire) > 0
    }

    fn over(&self) -> bool {
        self.done.load(Acquire) == self.all
    }

    fn run_task(&self) {
        if self.meet {
            let mut begun = lock(&self.begun);
            *begun += 1;
            self.met.notify_all();
            while *begun < self.all {
                begun = self.met.wait(begun).expect("a model that fails ends");
            }
        }
        if self.done.fetch_add(1, AcqRel) + 1 == self.all {
            self.idle.wake_all();
        }
    }

    /// Waits for I/O and timers until there is something to do.
    fn poll(&self, worker: usize) {
        loop {
            let until = self.next.load(Acquire);
            // Until a timer's time it waits for no time at all.
            if self.idle.poll_until(until, || self.next.load(Acquire)) && until == u64::MAX {
                assert_eq!(self.waiting.fetch_add(1, AcqRel), 0, "one waits for I/O");
                self.event.wait();
                self.waiting.fetch_sub(1, AcqRel);
            }
            let role = self.idle.poll_over(worker);
            if self.next.load(Acquire) != u64::MAX {
                self.next.store(u64::MAX, Release);
                self.ready.fetch_add(1, Release);
                self.idle.leave(worker);
                return;
            }
            if role == Role::Awake {
                return;
            }
        }
    }

    /// A worker, until all tasks have been run.
    fn work(&self, worker: usize) {
        let mut searching = false;
        while !self.over() {
            searching = searching || self.idle.search();
            if self.take() {
                if searching {
                    self.idle.found(|| self.has_work());
                    searching = false;
                }
                self.run_task();
                continue;
            }
            let mut role = self.idle.sleep(worker, searching);
            searching = true;
            if self.has_work() || self.over() {
                self.idle.leave(worker);
                continue;
            }
            if role == Role::Sleeper {
                role = self.idle.park(worker);
            }
            if role == Role::Poller {
                self.poll(worker);
            }
        }
    }
}

/// Runs so many workers, and what the main thread does meanwhile.
fn with_workers(pool: &Arc<Pool>, workers: usize, main: impl FnOnce()) {
    let threads: Vec<_> = (0..workers)
        .map(|worker| {
            let pool = pool.clone();
            thread::spawn(move || pool.work(worker))
        })
        .collect();
    main();
    for thread in threads {
        thread.join().expect("a model that fails ends");
    }
    assert_eq!(pool.done.load(Relaxed), pool.all);
}

#[test]
fn one_worker_misses_nothing() {
    explore(4, || {
        let pool = Pool::new(1, 2);
        with_workers(&pool, 1, || {
            pool.publish();
            pool.publish();
        });
    });
}

#[test]
fn two_workers_miss_nothing() {
    explore(2, || {
        let pool = Pool::new(2, 2);
        with_workers(&pool, 2, || {
            pool.publish();
            pool.publish();
        });
    });
}

#[test]
fn a_timer_that_is_set_ends_the_pollers_wait() {
    explore(3, || {
        let pool = Pool::new(1, 1);
        with_workers(&pool, 1, || {
            pool.next.store(50, Release);
            pool.idle.timer_set(50);
        });
    });
}

#[test]
fn a_poller_hands_its_role_over() {
    explore(2, || {
        let pool = Pool::new(2, 2);
        with_workers(&pool, 2, || {
            pool.next.store(50, Release);
            pool.idle.timer_set(50);
            pool.publish();
        });
    });
}

#[test]
fn the_pollers_place_is_not_kept_by_one_that_was_woken() {
    explore(2, || {
        let pool = Pool::new(2, 2);
        with_workers(&pool, 2, || {
            pool.publish();
            pool.next.store(50, Release);
            pool.idle.timer_set(50);
        });
    });
}

#[test]
fn no_worker_sleeps_beside_work() {
    explore(2, || {
        // Tasks that wait for each other: they end only if both workers run.
        let pool = Pool::meeting(2, 2);
        let publisher = {
            let pool = pool.clone();
            thread::spawn(move || {
                pool.publish();
                pool.publish();
            })
        };
        with_workers(&pool, 2, || {
            publisher.join().expect("a model that fails ends")
        });
    });
}
