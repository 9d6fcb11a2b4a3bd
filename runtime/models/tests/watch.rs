//! Memory that an actor has to give back: asked for once it rests, whatever it does at that moment.

use mesh_models::explore;
use mesh_models::sync::atomic::{AcqRel, AtomicU64, AtomicUsize, Relaxed};
use mesh_models::sync::{Arc, thread};
use mesh_models::watch::{Next, Watch};

struct Actor {
    watch: Watch,
    /// Timers that lead to it.
    timers: AtomicUsize,
    /// Whether it was asked to give back what it has.
    asked: AtomicU64,
    /// As the bit in its requests: set by the one whose timer fires, cleared by a run.
    rests: AtomicU64,
}

impl Actor {
    fn new() -> Arc<Actor> {
        Arc::new(Actor {
            watch: Watch::new(),
            timers: AtomicUsize::new(0),
            asked: AtomicU64::new(0),
            rests: AtomicU64::new(0),
        })
    }

    fn set_timer(&self) {
        assert_eq!(self.timers.fetch_add(1, AcqRel), 0, "there is one at most");
    }

    fn has(&self) {
        if self.watch.has() {
            self.set_timer();
        }
    }

    /// The owner begins a turn; whether it gave back what it had.
    fn turn(&self) -> bool {
        self.rests.swap(0, AcqRel);
        let asked = self.asked.swap(0, AcqRel) != 0;
        if asked {
            self.watch.has_not();
        }
        asked
    }

    /// Lets the timer fire, if there is one.
    fn fire(&self) {
        if self.timers.load(Relaxed) == 0 {
            return;
        }
        self.timers.fetch_sub(1, AcqRel);
        match self.watch.fired(|| self.rests.swap(1, AcqRel) != 0) {
            Next::Nothing => {}
            Next::Again => self.set_timer(),
            Next::Ask => {
                self.asked.fetch_or(1, AcqRel);
            }
        }
    }
}

/// Two looks, while the owner does as `owner` says, which gives whether it has something in the end.
fn model(owner: impl Fn(&Actor) -> bool + Send + Sync + Copy + 'static) {
    explore(4, move || {
        let actor = Actor::new();
        actor.has();
        let looks = {
            let actor = actor.clone();
            thread::spawn(move || (0..2).for_each(|_| actor.fire()))
        };
        let has = owner(&actor);
        looks.join().expect("a model that fails ends");
        let known = actor.timers.load(Relaxed) == 1 || actor.asked.load(Relaxed) == 1;
        assert!(known || !has, "it is forgotten");
        // What is left comes to an end, and there is no timer after that.
        for _ in 0..3 {
            actor.fire();
        }
        actor.turn();
        assert_eq!(actor.timers.load(Relaxed), 0);
        assert!(!actor.watch.gives());
    });
}

#[test]
fn one_that_rests_is_asked() {
    model(|_| true);
}

#[test]
fn one_that_has_something_again_is_asked_again() {
    model(|actor| {
        actor.turn();
        actor.has();
        true
    });
}

#[test]
fn one_that_collected_by_itself_may_have_something_later() {
    model(|actor| {
        actor.turn();
        actor.watch.has_not();
        actor.turn();
        actor.has();
        true
    });
}

#[test]
fn one_that_collected_by_itself_is_left_alone() {
    model(|actor| {
        actor.watch.has_not();
        false
    });
}
