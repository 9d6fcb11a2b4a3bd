//! Workers without work: how they sleep, and how they are woken.
//!
//! One of the sleepers is the poller: it waits for I/O and for the nearest timer of all, while the
//! others only wait to be woken. While anybody sleeps there is a poller, or one that was and is about
//! to hand the role over.
//!
//! A worker goes through
//! - [`search`](Idle::search): may it look for work at the others';
//! - [`found`](Idle::found) if it found some;
//! - else [`sleep`](Idle::sleep), after which it looks at all queues once more, and calls
//!   [`leave`](Idle::leave) if there is something; else it waits: [`park`](Idle::park), or for I/O
//!   between [`poll_until`](Idle::poll_until) and [`poll_over`](Idle::poll_over), and again until it
//!   is woken, or leaves because of what I/O or timers made ready.
//!
//! Whoever makes an actor ready calls [`notify`](Idle::notify) after it has put it into a queue.
//!
//! # Why it is right
//!
//! - *No work is left while all sleep.* The one that publishes work does so, then a SeqCst fence,
//!   then it reads the counts. The one that goes to sleep changes the counts, then a SeqCst fence,
//!   then it looks at the queues. One of them sees what the other did.
//! - *One that searches answers for everybody*, so that not each of a thousand messages wakes a
//!   worker: while somebody searches, `notify` does nothing. If the searcher finds nothing, it goes
//!   to sleep as above. If it finds something, and was the last to search, it looks (again behind a
//!   SeqCst fence) whether there is more, and wakes the next.
//! - *Who sleeps, and as what, is decided under a lock*; the counts are changed under it too, except
//!   for those that begin or end a search. So a worker is woken by one at most for each time that
//!   it sleeps, and one that wants to leave by itself learns whether it was woken.
//! - *One thread at a time waits for I/O*, or the interrupt that is meant for one could end the wait
//!   of another. So a poller that was woken keeps the place until it has seen that itself.
//! - *Timers.* The poller publishes until when it will wait, then a SeqCst fence, then reads the
//!   timers' next time. The one that sets a timer does that, then a SeqCst fence, then reads until
//!   when the poller waits, and interrupts it. One of them sees the other.

use crate::sync::atomic::{AtomicU64, Relaxed, SeqCst, fence};
use crate::sync::thread::{self, Thread};
use crate::sync::{Mutex, MutexGuard, lock};

/// In the counts: one that sleeps, and one that searches.
const SLEEPING: u64 = 1;
const SEARCHING: u64 = 1 << 32;

/// What a worker is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It has something to look for.
    Awake,
    /// It waits to be woken.
    Sleeper,
    /// It waits for I/O and timers too.
    Poller,
}

struct Sleepers {
    /// Those that only sleep, the one that went last being the last.
    plain: Vec<usize>,
    /// The one in the poller's place; where it was woken meanwhile, its role says so.
    poller: Option<usize>,
    roles: Box<[Role]>,
    threads: Box<[Option<Thread>]>,
}

impl Sleepers {
    /// The sleeper to wake: the poller only if there is no other, for its role is handed over then.
    fn next(&mut self) -> Option<usize> {
        let poller = self
            .poller
            .filter(|worker| self.roles[*worker] == Role::Poller);
        self.plain.pop().or(poller)
    }
}

/// See the module's comment.
pub struct Idle {
    counts: AtomicU64,
    sleepers: Mutex<Sleepers>,
    workers: u64,
    /// Until when the poller waits; 0 while it does not.
    polls_until: AtomicU64,
    /// Ends the poller's wait for I/O.
    interrupt: Box<dyn Fn() + Send + Sync>,
}

impl Idle {
    /// For so many workers, all awake. `interrupt` ends the poller's wait, the next one if it does
    /// not wait just then.
    pub fn new(workers: usize, interrupt: impl Fn() + Send + Sync + 'static) -> Idle {
        Idle {
            counts: AtomicU64::new(0),
            sleepers: Mutex::new(Sleepers {
                plain: Vec::with_capacity(workers),
                poller: None,
                roles: vec![Role::Awake; workers].into(),
                threads: (0..workers).map(|_| None).collect(),
            }),
            workers: workers as u64,
            polls_until: AtomicU64::new(0),
            interrupt: Box::new(interrupt),
        }
    }

    /// Work has been put into a queue: wakes a sleeper if nobody else would find it.
    #[inline]
    pub fn notify(&self) {
        fence(SeqCst);
        let counts = self.counts.load(Relaxed);
        if counts != 0 && counts < SEARCHING {
            self.wake_one();
        }
    }

    #[cold]
    fn wake_one(&self) {
        let mut sleepers = lock(&self.sleepers);
        let counts = self.counts.load(Relaxed);
        if counts == 0 || counts >= SEARCHING {
            return;
        }
        let Some(worker) = sleepers.next() else {
            return;
        };
        self.counts.fetch_add(SEARCHING - SLEEPING, SeqCst);
        self.wake(sleepers, worker, Role::Awake);
    }

    /// Gives a sleeper another role, and ends its wait.
    fn wake(&self, mut sleepers: MutexGuard<'_, Sleepers>, worker: usize, role: Role) {
        let before = std::mem::replace(&mut sleepers.roles[worker], role);
        let thread = sleepers.threads[worker].clone();
        drop(sleepers);
        if before == Role::Poller {
            (self.interrupt)();
        } else if let Some(thread) = thread {
            thread.unpark();
        }
    }

    /// Ends everybody's wait, for the end of the program: they search.
    pub fn wake_all(&self) {
        loop {
            let mut sleepers = lock(&self.sleepers);
            let Some(worker) = sleepers.next() else {
                return;
            };
            self.counts.fetch_add(SEARCHING - SLEEPING, SeqCst);
            self.wake(sleepers, worker, Role::Awake);
        }
    }

    /// Whether a worker may search: not more than half of those awake do. One that may searches
    /// until it calls [`found`](Idle::found) or [`sleep`](Idle::sleep); one that was woken, or left,
    /// searches already.
    pub fn search(&self) -> bool {
        let counts = self.counts.load(Relaxed);
        let (sleeping, searching) = (counts % SEARCHING, counts / SEARCHING);
        if 2 * searching >= self.workers - sleeping {
            return false;
        }
        self.counts.fetch_add(SEARCHING, SeqCst);
        true
    }

    /// One that searched has found work. If nobody else searches and there is more (`has_work`),
    /// another one is woken.
    pub fn found(&self, has_work: impl FnOnce() -> bool) {
        let before = self.counts.fetch_sub(SEARCHING, SeqCst);
        if (SEARCHING + SLEEPING..2 * SEARCHING).contains(&before) {
            fence(SeqCst);
            if has_work() {
                self.notify();
            }
        }
    }

    /// A worker goes to sleep, as what this says. Before it waits, it must look at all queues again.
    pub fn sleep(&self, worker: usize, searching: bool) -> Role {
        let mut sleepers = lock(&self.sleepers);
        sleepers.threads[worker].get_or_insert_with(thread::current);
        let role = if sleepers.poller.is_none() {
            sleepers.poller = Some(worker);
            Role::Poller
        } else {
            sleepers.plain.push(worker);
            Role::Sleeper
        };
        sleepers.roles[worker] = role;
        let searched = if searching { SEARCHING } else { 0 };
        self.counts
            .fetch_add(SLEEPING.wrapping_sub(searched), SeqCst);
        drop(sleepers);
        fence(SeqCst);
        role
    }

    /// A sleeper is awake because it has found something itself, and searches now. False if somebody
    /// else had woken it. A poller's role goes to another sleeper.
    pub fn leave(&self, worker: usize) -> bool {
        let mut sleepers = lock(&self.sleepers);
        let role = std::mem::replace(&mut sleepers.roles[worker], Role::Awake);
        if role == Role::Sleeper {
            sleepers.plain.retain(|other| *other != worker);
        }
        if role != Role::Awake {
            self.counts.fetch_add(SEARCHING - SLEEPING, SeqCst);
        }
        self.hand_over(sleepers, worker);
        role != Role::Awake
    }

    /// If this worker, which is awake, has the poller's place, another sleeper gets it.
    fn hand_over(&self, mut sleepers: MutexGuard<'_, Sleepers>, worker: usize) {
        if sleepers.poller != Some(worker) {
            return;
        }
        sleepers.poller = sleepers.plain.pop();
        if let Some(next) = sleepers.poller {
            self.wake(sleepers, next, Role::Poller);
        }
    }

    /// A sleeper waits until it is something else, and gets what that is. The calling thread is the
    /// one that called [`sleep`](Idle::sleep).
    pub fn park(&self, worker: usize) -> Role {
        loop {
            match self.settled_role(worker) {
                Role::Sleeper => thread::park(),
                role => return role,
            }
        }
    }

    /// What a worker is. If it is awake it has no place among the sleepers from here on.
    fn settled_role(&self, worker: usize) -> Role {
        let sleepers = lock(&self.sleepers);
        let role = sleepers.roles[worker];
        if role == Role::Awake {
            self.hand_over(sleepers, worker);
        }
        role
    }

    /// The poller is about to wait until `time`, and gets whether it may: if `next`, read after
    /// this was published, gives an earlier time, there is a new timer.
    pub fn poll_until(&self, time: u64, next: impl FnOnce() -> u64) -> bool {
        self.polls_until.store(time, Relaxed);
        fence(SeqCst);
        next() >= time
    }

    /// The poller has waited, and gets its role: where it was woken, the role goes to another.
    pub fn poll_over(&self, worker: usize) -> Role {
        self.polls_until.store(0, Relaxed);
        self.settled_role(worker)
    }

    /// A timer has been set: ends the poller's wait if that is longer.
    #[inline]
    pub fn timer_set(&self, time: u64) {
        fence(SeqCst);
        if self.polls_until.load(Relaxed) > time {
            (self.interrupt)();
        }
    }
}
