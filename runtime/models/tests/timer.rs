//! An actor's lazy deadline: set by its owner while timers fire elsewhere, it never passes unseen.

use mesh_models::explore;
use mesh_models::sync::atomic::{Acquire, AtomicU64, Relaxed, Release};
use mesh_models::sync::{Arc, thread};
use mesh_models::timer::deadline::{Deadline, Fired, Place};
use mesh_models::timer::{NEVER, Timers};

struct Actor {
    timers: Timers,
    deadline: Deadline,
    /// The last time at which it was woken.
    woken: AtomicU64,
}

impl Actor {
    fn new() -> Arc<Actor> {
        Arc::new(Actor {
            timers: Timers::new(2),
            deadline: Deadline::new(),
            woken: AtomicU64::new(0),
        })
    }

    fn place(&self, worker: usize) -> Place<'_> {
        Place {
            timers: &self.timers,
            worker,
            payload: 7,
        }
    }

    /// Fires what has expired, as the worker of this number.
    fn fire(&self, worker: usize, now: u64) {
        let mut due = Vec::new();
        for wheel in [0, 1] {
            while self.timers.expire(wheel, now, &mut due) {}
        }
        for timer in due {
            if self.deadline.fire(timer.deadline, now, self.place(worker)) == Fired::Wake {
                self.woken.store(now, Release);
            }
        }
    }
}

/// The owner sets these deadlines, one after another, while another thread fires at these times.
/// Whatever happened, the last one is met.
fn model(preemptions: usize, deadlines: &'static [u64], times: &'static [u64]) {
    explore(preemptions, move || {
        let actor = Actor::new();
        let firer = {
            let actor = actor.clone();
            thread::spawn(move || times.iter().for_each(|now| actor.fire(1, *now)))
        };
        for at in deadlines {
            actor.deadline.set(*at, actor.place(0));
        }
        firer.join().expect("a model that fails ends");
        let wanted = actor.deadline.get();
        if actor.woken.load(Acquire) < wanted && wanted != NEVER {
            // Nothing fires before its time, and everything at it.
            assert!(actor.timers.next_of_all() <= wanted);
            actor.fire(0, wanted);
            assert_eq!(actor.woken.load(Relaxed), wanted);
        }
        actor.deadline.end(actor.place(0));
    });
}

#[test]
fn a_later_deadline_is_armed_by_one_of_the_two() {
    model(4, &[10, 20], &[10, 11]);
}

#[test]
fn an_earlier_deadline_takes_the_place_of_a_later_one() {
    model(4, &[100, 50], &[60]);
}

#[test]
fn deadlines_up_and_down_while_two_timers_fire() {
    model(3, &[10, 200, 100, 50], &[10, 20]);
}

#[test]
fn a_wait_that_ended_wakes_nobody() {
    explore(4, || {
        let actor = Actor::new();
        actor.deadline.set(10, actor.place(0));
        actor.deadline.clear();
        let firer = {
            let actor = actor.clone();
            thread::spawn(move || actor.fire(1, 10))
        };
        actor.deadline.set(30, actor.place(0));
        firer.join().expect("a model that fails ends");
        actor.deadline.clear();
        actor.fire(1, 40);
        assert_eq!(actor.woken.load(Relaxed), 0);
        assert_eq!(actor.timers.count(), 0);
    });
}
