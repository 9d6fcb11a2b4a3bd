//! Calls: an answer comes to the wait it is for, or to none; and cycles of calls are found if, and
//! only if, there are any.

use mesh_models::explore;
use mesh_models::sync::atomic::{Acquire, AtomicU64, Release};
use mesh_models::sync::{Arc, spin, thread};
use mesh_models::wait::{Wait, cycle};
use std::ptr::NonNull;

/// An answer; loom finds one that is neither taken nor freed.
struct Answer(
    u64,
    #[allow(dead_code, reason = "only watched")] loom::alloc::Track<()>,
);

/// Answers a call; whether somebody waited for that.
fn settle(wait: &Wait<Answer>, number: u64, value: u64) -> bool {
    let answer = Answer(value, loom::alloc::Track::new(()));
    let answer = NonNull::from(Box::leak(Box::new(answer)));
    let accepted = wait.settle(number, answer);
    if !accepted {
        taken(answer);
    }
    accepted
}

/// Frees an answer that is the caller's; its value.
fn taken(answer: NonNull<Answer>) -> u64 {
    // SAFETY: made by `settle`, and given to one alone.
    unsafe { Box::from_raw(answer.as_ptr()) }.0
}

/// Actors with the pids 1, 2, 3.
struct Actors {
    waits: [Wait<Answer>; 3],
    /// A message to say that a call has been sent.
    sent: AtomicU64,
}

impl Actors {
    fn new() -> Arc<Actors> {
        Arc::new(Actors {
            waits: [(); 3].map(|()| Wait::new()),
            sent: AtomicU64::new(0),
        })
    }

    fn of(&self, pid: u64) -> &Wait<Answer> {
        &self.waits[pid as usize - 1]
    }

    /// Begins a call: whether it closes a cycle.
    fn call(&self, caller: u64, callee: u64) -> (u64, bool) {
        let number = self.of(caller).number();
        self.of(caller).begin(callee, number);
        let found = cycle(caller, callee, |pid| Some(self.of(pid)));
        (number, found.is_some())
    }
}

#[test]
fn a_wait_gets_one_answer_or_is_given_up() {
    explore(4, || {
        let actors = Actors::new();
        let (number, _) = actors.call(1, 2);
        let answerers = [10, 20].map(|value| {
            let actors = actors.clone();
            thread::spawn(move || settle(actors.of(1), number, value))
        });
        let first = actors.of(1).give_up(number);
        // The next wait has another number: a late answer does not end it.
        let (second, _) = actors.call(1, 3);
        let accepted = answerers.map(|thread| thread.join().expect("a model that fails ends"));
        let count = accepted.iter().filter(|ok| **ok).count();
        assert_eq!(count, usize::from(first.is_some()));
        if let Some(first) = first.map(taken) {
            assert!(
                accepted[first as usize / 10 - 1],
                "the one that was accepted"
            );
        }
        assert!(actors.of(1).give_up(second).is_none());
    });
}

#[test]
fn of_two_that_call_each_other_at_once_one_finds_the_cycle() {
    explore(5, || {
        let actors = Actors::new();
        let other = {
            let actors = actors.clone();
            thread::spawn(move || actors.call(2, 1).1)
        };
        let found = actors.call(1, 2).1;
        let other = other.join().expect("a model that fails ends");
        assert!(found || other);
    });
}

#[test]
fn of_three_in_a_ring_one_finds_the_cycle() {
    explore(3, || {
        let actors = Actors::new();
        let others = [(2, 3), (3, 1)].map(|(caller, callee)| {
            let actors = actors.clone();
            thread::spawn(move || actors.call(caller, callee).1)
        });
        let found = actors.call(1, 2).1;
        let others = others.map(|other| other.join().expect("a model that fails ends"));
        assert!(found || others.contains(&true));
    });
}

#[test]
fn answering_and_then_calling_back_is_no_cycle() {
    explore(4, || {
        let actors = Actors::new();
        let callee = {
            let actors = actors.clone();
            thread::spawn(move || {
                let number = spin(|| Some(actors.sent.load(Acquire)).filter(|sent| *sent > 0));
                assert!(settle(actors.of(1), number, 7));
                assert!(!actors.call(2, 1).1, "the caller waits no longer");
            })
        };
        let (number, found) = actors.call(1, 2);
        assert!(!found);
        actors.sent.store(number, Release);
        assert_eq!(taken(spin(|| actors.of(1).take())), 7);
        callee.join().expect("a model that fails ends");
    });
}

#[test]
fn waits_one_after_another_are_no_cycle() {
    explore(4, || {
        let actors = Actors::new();
        let (number, _) = actors.call(2, 3);
        let third = {
            let actors = actors.clone();
            thread::spawn(move || {
                // It answers 2, and only then calls 1: 2 and 3 never wait at once.
                assert!(settle(actors.of(2), number, 7));
                assert!(!actors.call(3, 1).1);
            })
        };
        assert!(!actors.call(1, 2).1);
        third.join().expect("a model that fails ends");
        assert_eq!(actors.of(2).take().map(taken), Some(7));
    });
}

#[test]
fn a_call_that_a_third_one_may_answer_closes_no_cycle() {
    explore(4, || {
        let actors = Actors::new();
        let (number, _) = actors.call(1, 2);
        // The callee takes the handle, gives it to 3, and calls back.
        actors.of(1).mark_opaque(number);
        let third = {
            let actors = actors.clone();
            thread::spawn(move || {
                assert!(settle(actors.of(1), number, 7));
            })
        };
        assert!(!actors.call(2, 1).1);
        third.join().expect("a model that fails ends");
        assert_eq!(actors.of(1).take().map(taken), Some(7));
    });
}

#[test]
fn a_handle_that_went_out_before_its_call_closes_no_cycle() {
    explore(3, || {
        let actors = Actors::new();
        let own = actors.of(1);
        // The handle of a first call goes to 3; that of a second one stays.
        let [first, second] = [true, false].map(|given| {
            let number = own.open();
            assert!(own.is_open());
            if given {
                own.give(number);
            }
            own.begin(2, number);
            assert!(!own.is_open());
            let (of_2, found) = actors.call(2, 1);
            assert!(actors.of(2).give_up(of_2).is_none());
            assert!(own.give_up(number).is_none());
            found
        });
        assert!(!first && second);
        // Of a call that another one came in between, nobody knows.
        let (outer, inner) = (own.open(), own.open());
        own.begin(2, inner);
        assert!(own.give_up(inner).is_none());
        own.begin(2, outer);
        assert!(!actors.call(2, 1).1);
    });
}

#[test]
fn giving_up_while_others_walk() {
    explore(3, || {
        let actors = Actors::new();
        let (first, _) = actors.call(2, 3);
        let other = {
            let actors = actors.clone();
            thread::spawn(move || {
                assert!(actors.of(2).give_up(first).is_none());
                // 2 calls 1, which may be calling 2: that is a cycle, and one of them finds it.
                actors.call(2, 1).1
            })
        };
        let found = actors.call(1, 2).1;
        assert!(found || other.join().expect("a model that fails ends"));
    });
}
