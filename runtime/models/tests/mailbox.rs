//! The mailbox's queue with the state word of its owner: what is pushed arrives, in order, once.

use mesh_models::explore;
use mesh_models::mailbox::queue::{Chain, Front, Node, Queue};
use mesh_models::state::State;
use mesh_models::sync::{Arc, Condvar, Mutex, UnsafeCell, lock, thread};
use std::ptr::NonNull;

#[repr(C)]
struct Message {
    node: Node,
    number: usize,
    /// loom finds one that is never freed.
    _alive: loom::alloc::Track<()>,
}

fn message(number: usize) -> NonNull<Node> {
    let message = Message {
        node: Node::new(0),
        number,
        _alive: loom::alloc::Track::new(()),
    };
    NonNull::from(Box::leak(Box::new(message))).cast()
}

fn free(node: NonNull<Node>) -> usize {
    // SAFETY: made by `message`; a node is given to one alone.
    unsafe { Box::from_raw(node.cast::<Message>().as_ptr()) }.number
}

fn numbers(chain: Chain) -> Vec<usize> {
    chain.map(free).collect()
}

/// An actor that is woken by pushes and run by any of the workers.
struct Actor {
    queue: Queue,
    front: Front,
    state: State,
    /// What it has received: only its runner uses it.
    received: UnsafeCell<Vec<usize>>,
    /// The run queue: how often the actor is in it, and whether everything has been received.
    ready: Mutex<(usize, bool)>,
    wake: Condvar,
}

// SAFETY: the cell is used by the one that runs the actor, which is what the models check.
unsafe impl Sync for Actor {}
// SAFETY: as above.
unsafe impl Send for Actor {}

impl Actor {
    fn new() -> Arc<Actor> {
        let actor = Actor {
            queue: Queue::new(),
            front: Front::new(),
            state: State::queued(),
            received: UnsafeCell::new(Vec::new()),
            ready: Mutex::new((1, false)),
            wake: Condvar::new(),
        };
        Arc::new(actor)
    }

    fn send(&self, number: usize) {
        // SAFETY: the message is new.
        let pushed = unsafe { self.queue.push(message(number)) };
        if pushed.is_ok_and(|pushed| pushed.wakes) && self.state.wake() {
            self.enqueue();
        }
    }

    fn enqueue(&self) {
        let mut ready = lock(&self.ready);
        ready.0 += 1;
        assert_eq!(ready.0, 1, "it is in the run queue once");
        drop(ready);
        self.wake.notify_one();
    }

    /// A worker: runs the actor whenever it is ready, until it has received `all` messages.
    fn work(&self, all: usize) {
        loop {
            let mut ready = lock(&self.ready);
            while ready.0 == 0 && !ready.1 {
                ready = self.wake.wait(ready).expect("a model that fails ends");
            }
            if ready.1 {
                return;
            }
            ready.0 -= 1;
            drop(ready);
            let mut known = self.state.run();
            loop {
                // SAFETY: this thread runs the actor.
                while let Some(node) = unsafe { self.queue.pop(&self.front) } {
                    // SAFETY: as above; loom checks that nobody else is here.
                    self.received
                        .with_mut(|list| unsafe { (*list).push(free(node)) });
                }
                // SAFETY: as above.
                if self.received.with(|list| unsafe { (*list).len() }) == all {
                    lock(&self.ready).1 = true;
                    self.wake.notify_all();
                    return;
                }
                match self.state.park(known) {
                    Some(more) => known = more,
                    None => break,
                }
            }
        }
    }

    fn received(&self) -> Vec<usize> {
        // SAFETY: called when all workers have ended.
        self.received.with(|list| unsafe { (*list).clone() })
    }
}

#[test]
fn what_two_send_arrives_in_each_ones_order() {
    explore(3, || {
        let actor = Actor::new();
        let senders = [10, 20].map(|base| {
            let actor = actor.clone();
            thread::spawn(move || {
                actor.send(base);
                actor.send(base + 1);
            })
        });
        actor.work(4);
        for sender in senders {
            sender.join().expect("a model that fails ends");
        }
        let received = actor.received();
        for base in [10, 20] {
            let of_one: Vec<_> = received
                .iter()
                .filter(|n| **n / base == 1 && **n < base + 10)
                .collect();
            assert_eq!(of_one, [&base, &(base + 1)]);
        }
    });
}

#[test]
fn two_workers_never_run_one_actor_at_once() {
    explore(2, || {
        let actor = Actor::new();
        let worker = {
            let actor = actor.clone();
            thread::spawn(move || actor.work(2))
        };
        let sender = {
            let actor = actor.clone();
            thread::spawn(move || {
                actor.send(1);
                actor.send(2);
            })
        };
        actor.work(2);
        worker.join().expect("a model that fails ends");
        sender.join().expect("a model that fails ends");
        assert_eq!(actor.received(), [1, 2]);
    });
}

#[test]
fn closing_loses_and_doubles_nothing() {
    explore(3, || {
        let (queue, front) = (Arc::new(Queue::new()), Front::new());
        let senders = [1, 2].map(|number| {
            let queue = queue.clone();
            thread::spawn(move || {
                let mut back = Vec::new();
                for number in [number, number + 10] {
                    // SAFETY: the message is new.
                    if let Err(chain) = unsafe { queue.push(message(number)) } {
                        back.extend(numbers(chain));
                    }
                }
                back
            })
        });
        let mut all = Vec::new();
        // SAFETY: this thread is the owner.
        unsafe {
            if let Some(node) = queue.pop(&front) {
                all.push(free(node));
            }
            all.extend(numbers(queue.close(&front)));
        }
        for sender in senders {
            all.extend(sender.join().expect("a model that fails ends"));
        }
        all.sort_unstable();
        assert_eq!(all, [1, 2, 11, 12]);
    });
}

#[test]
fn an_actor_that_ends_is_not_queued_again() {
    explore(3, || {
        let actor = Actor::new();
        let sender = {
            let actor = actor.clone();
            thread::spawn(move || {
                // SAFETY: the message is new.
                if let Err(chain) = unsafe { actor.queue.push(message(1)) } {
                    assert_eq!(numbers(chain), [1]);
                }
                assert!(!actor.state.wake());
            })
        };
        actor.state.run();
        // SAFETY: this thread runs the actor.
        let left = numbers(unsafe { actor.queue.close(&actor.front) });
        assert!(left.len() <= 1);
        actor.state.exit();
        sender.join().expect("a model that fails ends");
    });
}
