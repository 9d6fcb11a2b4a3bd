//! The run queues: what is ready and where.
//!
//! Each worker has a queue of ready actors and one of *spent* ones, which used up their slice; both
//! first in, first out, and others steal from them. Before these comes the worker's [`Slot`]. What
//! threads without queues make ready goes to the injector.
//!
//! - A slot that is filled again and again (two actors that talk to each other) is passed over once
//!   in [`STREAK`] turns.
//! - A spent one runs when nothing else is ready, and once the others have had about as much time as its slice takes:
//!   [`SPENT_TICKS`], or [`SPENT_TURNS`] where the ticks stand still. So of what computes and what only answers each gets half
//!   of a worker that has enough of both, and an answer waits for a slice and not for one in a few turns.
//! - Each [`INJECTOR_EVERY`]th turn begins with the injector; otherwise that comes last.
//!
//! The deques are crossbeam's (Chase and Lev, "Dynamic circular work-stealing deque", 2005; Lê et
//! al., "Correct and efficient work-stealing for weak memory models", 2013).

use super::slot::Slot;
use crate::sync::{Arc, Padded};
use crossbeam_deque::{Injector, Steal, Stealer, Worker};
use std::ptr::NonNull;

/// Turns from the slot in a row.
const STREAK: u32 = 32;
/// Ticks of a slice.
const SLICE_TICKS: u64 = 2;
/// Ticks from the end of a spent one's turn to the next one's.
const SPENT_TICKS: u64 = 2;
/// Turns after which a spent one runs all the same.
const SPENT_TURNS: u32 = 4096;
const INJECTOR_EVERY: u32 = 61;

/// An actor in a queue.
struct Task<T>(NonNull<T>);

// SAFETY: a queued actor is nobody's; the one that takes it has it alone.
unsafe impl<T: Sync> Send for Task<T> {}

/// What others see of a worker's queues.
struct Shared<T> {
    slot: Slot<T>,
    ready: Stealer<Task<T>>,
    spent: Stealer<Task<T>>,
}

/// All queues, as any thread may use them.
pub struct Queues<T> {
    injector: Injector<Task<T>>,
    workers: Box<[Padded<Shared<T>>]>,
}

/// A worker's own.
pub struct Local<T> {
    queues: Arc<Queues<T>>,
    worker: usize,
    ready: Worker<Task<T>>,
    spent: Worker<Task<T>>,
    /// Counts turns.
    turn: u32,
    /// Turns from the slot in a row.
    streak: u32,
    /// Whether there may be spent actors.
    has_spent: bool,
    /// Turns since one of a spent actor.
    unspent: u32,
    /// The tick at which the next spent actor may run before others.
    spent_at: u64,
    /// Chooses whom to steal from first.
    random: u32,
}

impl<T: Sync> Queues<T> {
    /// For so many workers; each of them gets one of the local ones.
    pub fn new(workers: usize) -> (Arc<Queues<T>>, Vec<Local<T>>) {
        let own: Vec<_> = (0..workers)
            .map(|_| [(); 2].map(|()| Worker::new_fifo()))
            .collect();
        let shared = own.iter().map(|[ready, spent]| {
            Padded(Shared {
                slot: Slot::new(),
                ready: ready.stealer(),
                spent: spent.stealer(),
            })
        });
        let queues = Arc::new(Queues {
            injector: Injector::new(),
            workers: shared.collect(),
        });
        let local = own
            .into_iter()
            .enumerate()
            .map(|(worker, [ready, spent])| Local {
                queues: queues.clone(),
                worker,
                ready,
                spent,
                turn: 0,
                streak: 0,
                has_spent: false,
                unspent: 0,
                spent_at: 0,
                random: worker as u32 + 1,
            });
        let local = local.collect();
        (queues, local)
    }

    /// A thread that is no worker makes an actor ready. Look for sleepers afterwards.
    pub fn inject(&self, task: NonNull<T>) {
        self.injector.push(Task(task));
    }

    /// Whether a worker that looks for work at `tick` would find some.
    pub fn has_work(&self, tick: u64) -> bool {
        let busy = |shared: &Padded<Shared<T>>| {
            !shared.ready.is_empty() || !shared.spent.is_empty() || shared.slot.is_stale(tick)
        };
        !self.injector.is_empty() || self.workers.iter().any(busy)
    }

    /// Whether an actor waits in a slot whose worker has not come to it for a tick: then the
    /// monitor has to wake a sleeper, since nobody did when it was put there.
    pub fn has_stale_slot(&self, tick: u64) -> bool {
        self.workers.iter().any(|shared| shared.slot.is_stale(tick))
    }

    /// How many are ready in the queues of one worker.
    pub fn len(&self, worker: usize) -> usize {
        let shared = &self.workers[worker];
        shared.ready.len() + shared.spent.len() + usize::from(!shared.slot.is_empty())
    }

    /// How many are ready that no worker has yet.
    pub fn injected(&self) -> usize {
        self.injector.len()
    }
}

impl<T: Sync> Local<T> {
    /// The number of the worker.
    pub fn worker(&self) -> usize {
        self.worker
    }

    /// All queues.
    pub fn queues(&self) -> &Arc<Queues<T>> {
        &self.queues
    }

    fn slot(&self) -> &Slot<T> {
        &self.queues.workers[self.worker].slot
    }

    /// The running actor made this one ready: it is next. If this gives true another one went to
    /// the queue for it, so look for sleepers.
    #[inline]
    #[must_use = "sleepers have to be looked for"]
    pub fn push_next(&mut self, task: NonNull<T>, tick: u64) -> bool {
        let before = self.slot().put(task, tick);
        if let Some(before) = before {
            self.push(before);
        }
        before.is_some()
    }

    /// Appends to the ready ones. Look for sleepers afterwards.
    #[inline]
    pub fn push(&mut self, task: NonNull<T>) {
        self.ready.push(Task(task));
    }

    /// Appends to the spent ones, at the end of its turn. If this gives true the worker has others to run, so look for
    /// sleepers; else it goes on with this one, whose memory is in this core's cache.
    #[must_use = "sleepers have to be looked for"]
    pub fn push_spent(&mut self, task: NonNull<T>) -> bool {
        let alone = self.ready.is_empty() && self.spent.is_empty() && self.slot().is_empty();
        self.has_spent = true;
        self.spent.push(Task(task));
        !alone
    }

    /// The next actor to run at `tick`, of its own or of the injector's.
    pub fn pop(&mut self, tick: u64) -> Option<NonNull<T>> {
        self.turn = self.turn.wrapping_add(1);
        if self.has_spent {
            self.unspent += 1;
            if (tick >= self.spent_at || self.unspent >= SPENT_TURNS)
                && let Some(task) = self.spent(tick)
            {
                return Some(task);
            }
        }
        if self.turn.is_multiple_of(INJECTOR_EVERY)
            && let Some(task) = self.injected()
        {
            return Some(task);
        }
        if let Some(task) = self.slot().take() {
            if self.streak < STREAK {
                self.streak += 1;
                return Some(task);
            }
            self.push(task);
        }
        self.streak = 0;
        let own = self.ready.pop().map(|task| task.0);
        own.or_else(|| self.injected()).or_else(|| self.spent(tick))
    }

    /// The next spent actor.
    #[inline]
    fn spent(&mut self, tick: u64) -> Option<NonNull<T>> {
        self.unspent = 0;
        let task = self.spent.pop();
        self.has_spent = task.is_some();
        let task = task?;
        self.spent_at = tick + SLICE_TICKS + SPENT_TICKS;
        Some(task.0)
    }

    /// Takes some from the injector; one of them is run now.
    fn injected(&mut self) -> Option<NonNull<T>> {
        finished(|| self.queues.injector.steal_batch_and_pop(&self.ready))
    }

    /// Takes from others: ready ones, half of what one has; else a spent one; else what has been in
    /// a slot since before `tick`.
    pub fn steal(&mut self, tick: u64) -> Option<NonNull<T>> {
        // Xorshift (Marsaglia, 2003): any order will do.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        let queues = self.queues.clone();
        let count = queues.workers.len();
        let first = self.random as usize % count;
        let others = || {
            let order = (0..count).map(|at| (first + at) % count);
            order
                .filter(|worker| *worker != self.worker)
                .map(|worker| &queues.workers[worker])
        };
        others()
            .find_map(|other| finished(|| other.ready.steal_batch_and_pop(&self.ready)))
            .or_else(|| others().find_map(|other| finished(|| other.spent.steal())))
            .or_else(|| others().find_map(|other| other.slot.steal(tick)))
            .or_else(|| finished(|| queues.injector.steal_batch_and_pop(&self.ready)))
    }
}

/// Tries again while another one was faster.
fn finished<T>(mut steal: impl FnMut() -> Steal<Task<T>>) -> Option<NonNull<T>> {
    loop {
        match steal() {
            Steal::Success(task) => return Some(task.0),
            Steal::Empty => return None,
            Steal::Retry => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Actors that are only numbers.
    fn task(number: &'static u32) -> NonNull<u32> {
        NonNull::from(number)
    }

    fn number(task: Option<NonNull<u32>>) -> Option<u32> {
        // SAFETY: made by `task`.
        task.map(|task| unsafe { *task.as_ref() })
    }

    fn one() -> Local<u32> {
        Queues::new(1).1.pop().expect("one was asked for")
    }

    #[test]
    fn what_was_woken_last_runs_first_and_the_rest_in_order() {
        let mut local = one();
        local.push(task(&1));
        local.push(task(&2));
        assert!(!local.push_next(task(&3), 0));
        assert!(local.push_next(task(&4), 0), "3 goes to the queue");
        let order: Vec<_> = std::iter::from_fn(|| number(local.pop(0))).collect();
        assert_eq!(order, [4, 1, 2, 3]);
    }

    #[test]
    fn two_that_wake_each_other_do_not_keep_the_worker() {
        let mut local = one();
        local.push(task(&9));
        let mut turns = 0;
        loop {
            let _ = local.push_next(task(&1), 0);
            turns += 1;
            if number(local.pop(0)) == Some(9) {
                break;
            }
        }
        assert_eq!(turns, STREAK + 1);
    }

    #[test]
    fn the_spent_and_the_injected_get_their_turn() {
        let mut local = one();
        let ran = |local: &mut Local<u32>, tick: u64| {
            local.push(task(&1));
            number(local.pop(tick))
        };
        assert!(!local.push_spent(task(&7)));
        assert!(local.push_spent(task(&6)));
        local.queues().inject(task(&8));
        assert_eq!(ran(&mut local, 10), Some(7));
        let rest = SLICE_TICKS + SPENT_TICKS;
        for _ in 2..INJECTOR_EVERY {
            assert_eq!(ran(&mut local, 9 + rest), Some(1));
        }
        assert_eq!(ran(&mut local, 9 + rest), Some(8));
        assert_eq!(ran(&mut local, 10 + rest), Some(6));
        // Where there is no tick the turns count.
        assert!(local.push_spent(task(&7)), "ready ones wait");
        for _ in 1..SPENT_TURNS {
            assert_eq!(ran(&mut local, 11 + rest), Some(1));
        }
        assert_eq!(ran(&mut local, 11 + rest), Some(7));
    }

    #[test]
    fn others_take_what_one_has() {
        let (queues, mut locals) = Queues::new(2);
        let [one, other] = &mut locals[..] else {
            panic!("two were asked for")
        };
        assert_eq!(other.steal(0), None);
        for number in [&1, &2, &3, &4] {
            one.push(task(number));
        }
        assert_eq!(number(other.steal(0)), Some(1));
        assert_eq!(number(other.pop(0)), Some(2));
        assert_eq!(other.pop(0), None);
        assert_eq!([one.pop(0), one.pop(0)].map(number), [Some(3), Some(4)]);
        assert!(!one.push_spent(task(&5)));
        assert!(!one.push_next(task(&6), 10));
        assert_eq!(number(other.steal(10)), Some(5));
        assert_eq!(other.steal(10), None, "its worker may still come to it");
        assert!(!queues.has_work(10) && queues.has_work(11) && queues.has_stale_slot(11));
        assert_eq!(number(other.steal(11)), Some(6));
        assert_eq!(one.pop(11), None);
    }
}
