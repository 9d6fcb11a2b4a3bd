//! The deterministic mode, `MESH_SEED=n`: one worker, which draws every choice from the number.
//!
//! - *Who runs next.* Any actor that is ready may. For a stretch of turns some come before others, so
//!   that an actor may also be kept waiting for long while the rest go on; how many turns a stretch
//!   has is drawn too, and often it is one, which makes all equally likely.
//! - *For how long.* A slice is a number of checks. Every check of compiled code comes to the runtime,
//!   since the request [`COUNT`](crate::actor::requests::COUNT) stands while an actor runs. Where an
//!   actor does something that others may see (it sends, replies, starts an actor, prints), the slice
//!   may end as well, for on several workers the others would have gone on meanwhile.
//! - *Time.* It is counted, a microsecond a turn, and jumps to the next timer when no actor can run:
//!   sometimes a little behind it, as a busy system would. Timers of one time fire in any order.
//! - *Nobody can ever run again* is found, and ends the first actor.
//!
//! Nothing else decides: hashes and `Random` have their own numbers of the seed, addresses and the
//! system's clock are not looked at, and what waits for the system runs on the worker.

use super::Worker;
use crate::actor::Actor;
use crate::actor::requests::{COUNT, STUCK};
use crate::natives::random::scrambled;
use crate::sched::clock;
use crate::table::Pid;
use crate::timer::{NEVER, Timer};
use std::cell::{Cell, RefCell};
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// Microseconds that a turn takes.
const TURN: u64 = 1;
/// Microseconds of a look at sockets when no actor can run.
const WAIT_FOR_SOCKETS: u64 = 1000;
/// Of so many ready actors each is looked at for the one that runs next, of more so many at random.
const LOOK_AT: usize = 8;
/// One in so many crossings ends the slice.
const CROSSINGS: usize = 4;
/// A slice has up to two to this power checks.
const LONGEST_SLICE: usize = 11;
/// The longest stretch of a run has up to two to one of these powers turns.
const STRETCHES: [usize; 4] = [0, 3, 6, 10];
/// Milliseconds that a timer may come late.
const LATEST: usize = 3;

/// Where the choices come from. See the module's comment.
pub struct Seeded {
    random: Cell<u64>,
    ready: RefCell<Vec<NonNull<Actor>>>,
    /// Checks left in the slice.
    left: Cell<u64>,
    /// What decides who comes before whom, and for how many turns more.
    order: Cell<u64>,
    stretch: Cell<u64>,
    longest_stretch: usize,
    stuck: Cell<bool>,
}

impl Seeded {
    /// Of the number that the environment gives.
    pub fn new(seed: u64) -> Seeded {
        let mut seeded = Seeded {
            // Not the number that hashes or `Random` begin with.
            random: Cell::new(scrambled(seed ^ 0x7363_6865_6475_6c65)),
            ready: RefCell::default(),
            left: Cell::new(0),
            order: Cell::new(0),
            stretch: Cell::new(0),
            longest_stretch: 0,
            stuck: Cell::new(false),
        };
        seeded.longest_stretch = STRETCHES[seeded.below(STRETCHES.len())];
        seeded
    }

    /// 64 bits, each as likely as the other.
    fn draw(&self) -> u64 {
        let state = self.random.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.random.set(state);
        scrambled(state)
    }

    /// One of the first so many numbers.
    fn below(&self, count: usize) -> usize {
        ((u128::from(self.draw()) * count as u128) >> 64) as usize
    }

    /// From one to two to some power up to `most`: small numbers are as likely as large ones.
    fn length(&self, most: usize) -> u64 {
        let up_to = 1 << self.below(most + 1);
        1 + self.below(up_to) as u64
    }

    /// The actor that runs next; its record's address must be good.
    fn choose(&self) -> Option<NonNull<Actor>> {
        let mut ready = self.ready.borrow_mut();
        if ready.is_empty() {
            return None;
        }
        match self.stretch.get() {
            0 => {
                self.order.set(self.draw());
                self.stretch.set(self.length(self.longest_stretch) - 1);
            }
            left => self.stretch.set(left - 1),
        }
        let rank = |at: usize| {
            // SAFETY: records of actors live for ever.
            let actor = unsafe { ready[at].as_ref() };
            scrambled(actor.pid() ^ self.order.get())
        };
        let all = ready.len() <= LOOK_AT;
        let looked_at =
            (0..LOOK_AT.min(ready.len())).map(|at| if all { at } else { self.below(ready.len()) });
        let first = looked_at.max_by_key(|at| rank(*at))?;
        Some(ready.swap_remove(first))
    }

    /// A check of the running actor; whether its slice is over.
    pub fn check(&self) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left == 0
    }

    /// The running actor has done something that others may see; whether its slice is over.
    pub fn crossing(&self) -> bool {
        self.below(CROSSINGS) == 0
    }

    /// Timers that have expired in the order in which they fire: by time, those of one time in any.
    pub fn arrange(&self, due: &mut [Timer]) {
        due.sort_by_cached_key(|timer| (timer.deadline, self.draw()));
    }
}

impl Worker {
    /// Runs actors until the process ends, as the seed says.
    pub(super) fn work_seeded(&self, seeded: &Seeded) -> ! {
        loop {
            clock::advance(TURN);
            self.fire_timers(self.number);
            self.visitor.borrow_mut().turn();
            let mut local = self.local.borrow_mut();
            let fresh = std::iter::from_fn(|| local.pop(0));
            seeded.ready.borrow_mut().extend(fresh);
            drop(local);
            let Some(actor) = seeded.choose() else {
                self.let_time_pass(seeded);
                continue;
            };
            seeded.left.set(seeded.length(LONGEST_SLICE));
            let actor = self.begin_turn(actor);
            actor.request(COUNT);
            self.give_turn(actor);
            self.seen.current.store(null_mut(), Relaxed);
        }
    }

    /// Where there are sockets, waits for them a while, and acts on what comes.
    fn wait_for_sockets(&self) -> bool {
        let poller = &self.scheduler.poller;
        if !poller.watches_any() {
            return false;
        }
        let most = Duration::from_micros(WAIT_FOR_SOCKETS);
        poller.wait(Some(most), &mut self.events.borrow_mut());
        self.act_on_events();
        true
    }

    /// No actor can run: the time of the next timer comes, or there is nothing to wait for.
    fn let_time_pass(&self, seeded: &Seeded) {
        if self.wait_for_sockets() {
            // As long as others may have something to say, time goes on as it does for them.
            return clock::advance(WAIT_FOR_SOCKETS);
        }
        let next = self.scheduler.timers.next_of_all();
        if next != NEVER {
            let late = match seeded.below(2) {
                0 => 0,
                _ => seeded.below(LATEST + 1) as u64,
            };
            clock::jump(next.saturating_add(late).min(NEVER - 1));
            return;
        }
        match self.find(Pid::new(0, 1).0) {
            Some(first) if !seeded.stuck.replace(true) => {
                first.request(STUCK);
                self.wake(first);
            }
            // Only a signal of the system can do something now.
            _ => self.sleep(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_number_gives_the_same_choices() {
        let choices = |seed| {
            let seeded = Seeded::new(seed);
            (0..100).map(|_| seeded.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(choices(7), choices(7));
        assert_ne!(choices(7), choices(8));
    }

    #[test]
    fn lengths_are_short_and_long() {
        let seeded = Seeded::new(1);
        let lengths: Vec<u64> = (0..10_000).map(|_| seeded.length(11)).collect();
        assert!(lengths.iter().all(|length| (1..=2048).contains(length)));
        assert!(lengths.iter().filter(|length| **length <= 4).count() > 1000);
        assert!(lengths.iter().filter(|length| **length > 500).count() > 1000);
    }

    #[test]
    fn timers_of_one_time_come_in_any_order_and_others_by_time() {
        let mut orders = std::collections::HashSet::new();
        for seed in 0..100 {
            let timer = |deadline, payload| Timer { deadline, payload };
            let mut due = [timer(5, 3), timer(4, 1), timer(4, 2)];
            Seeded::new(seed).arrange(&mut due);
            let order = due.map(|timer| timer.payload);
            assert_eq!(order[2], 3);
            orders.insert(order);
        }
        assert_eq!(orders.len(), 2);
    }
}
