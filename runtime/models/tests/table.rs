//! The table of actors: a control block is nobody else's while a thread may still use what it found.

use loom::alloc::Track;
use mesh_models::explore;
use mesh_models::sync::atomic::{AtomicU64, Relaxed};
use mesh_models::sync::{Arc, UnsafeCell, thread};
use mesh_models::table::turns::{Turns, Visit};
use mesh_models::table::{Pid, Table, Visitor};

/// A block whose plain field loom watches.
#[derive(Default)]
struct Block {
    owner: UnsafeCell<u64>,
    pushed: AtomicU64,
}

// SAFETY: loom checks that the cell is not written while it is read.
unsafe impl Sync for Block {}

fn spawn(visitor: &Visitor<Block>) -> Option<Pid> {
    visitor.insert(|pid, block| {
        // SAFETY: nobody else has the block.
        block.owner.with_mut(|owner| unsafe { *owner = pid.0 });
        block.pushed.store(0, Relaxed);
    })
}

/// What a sender does in a turn.
fn send(visitor: &Visitor<Block>, pid: Pid) {
    if let Some(block) = visitor.get(pid) {
        block.pushed.fetch_add(1, Relaxed);
        // SAFETY: the block is not set up again within our turn.
        assert_eq!(block.owner.with(|owner| unsafe { *owner }), pid.0);
    }
}

#[test]
fn no_block_is_reused_under_a_sender() {
    explore(3, || {
        let table = Table::<Block>::new(1, 2);
        let mut owner = table.visitor().expect("there is room");
        owner.enter();
        let first = spawn(&owner).expect("the slot is free");
        let sender = {
            let table = table.clone();
            thread::spawn(move || {
                let mut sender = table.visitor().expect("there is room");
                sender.enter();
                send(&sender, first);
                sender.turn();
                send(&sender, first);
                sender.leave();
            })
        };
        owner.remove(first);
        for _ in 0..6 {
            owner.settle();
        }
        if let Some(second) = spawn(&owner) {
            assert_ne!(second, first);
            send(&owner, second);
        }
        sender.join().expect("a model that fails ends");
    });
}

#[test]
fn a_slot_comes_back_when_all_have_passed_a_boundary() {
    explore(2, || {
        let table = Table::<Block>::new(1, 2);
        let mut owner = table.visitor().expect("there is room");
        owner.enter();
        let first = spawn(&owner).expect("the slot is free");
        let sender = {
            let table = table.clone();
            thread::spawn(move || {
                let mut sender = table.visitor().expect("there is room");
                sender.enter();
                send(&sender, first);
                sender.leave();
            })
        };
        owner.remove(first);
        sender.join().expect("a model that fails ends");
        for _ in 0..6 {
            owner.settle();
        }
        assert!(spawn(&owner).is_some());
    });
}

#[test]
fn a_slot_loses_its_memory_while_others_look_it_up() {
    explore(2, || {
        let table = Table::<Block>::new(1, 2);
        let mut owner = table.visitor().expect("there is room");
        owner.enter();
        let first = spawn(&owner).expect("the slot is free");
        owner.remove(first);
        for _ in 0..6 {
            owner.settle();
        }
        let sender = {
            let table = table.clone();
            thread::spawn(move || {
                let mut sender = table.visitor().expect("there is room");
                sender.enter();
                send(&sender, first);
                let second = spawn(&sender);
                second.inspect(|pid| send(&sender, *pid));
                send(&sender, first);
                sender.leave();
                second
            })
        };
        table.shrink(1, |_, _| ());
        let own = spawn(&owner);
        own.inspect(|pid| send(&owner, *pid));
        let other = sender.join().expect("a model that fails ends");
        // Whoever looks for a slot while it is given back may find none.
        let last = spawn(&owner);
        assert_eq!([own, other, last].iter().flatten().count(), 1);
        assert!([own, other, last].iter().all(|pid| *pid != Some(first)));
    });
}

/// What is reachable through a word until it is retired, and freed when that is safe.
struct Shared {
    turns: Arc<Turns>,
    reachable: AtomicU64,
    value: UnsafeCell<Option<Track<()>>>,
}

// SAFETY: loom checks the accesses to the cell.
unsafe impl Sync for Shared {}
// SAFETY: as above.
unsafe impl Send for Shared {}

impl Shared {
    fn new() -> Arc<Shared> {
        Arc::new(Shared {
            turns: Turns::new(3),
            reachable: AtomicU64::new(1),
            value: UnsafeCell::new(Some(Track::new(()))),
        })
    }

    /// Makes it unreachable, and frees it as soon as that is safe.
    fn remove(&self, owner: &mut Visit) {
        // Relaxed: only the announcements order it.
        self.reachable.store(0, Relaxed);
        let epoch = owner.retires_at();
        for _ in 0..6 {
            owner.turn(true);
            if self.turns.safe() >= epoch {
                return self.free();
            }
        }
    }

    fn free(&self) {
        // SAFETY: nobody has it.
        self.value
            .with_mut(|value| drop(unsafe { (*value).take() }));
    }

    fn look(&self, _inside: &Visit) {
        if self.reachable.load(Relaxed) == 1 {
            // SAFETY: not freed within our turn.
            assert!(self.value.with(|value| unsafe { (*value).is_some() }));
        }
    }
}

#[test]
fn entering_and_leaving_while_the_epoch_advances() {
    explore(3, || {
        let shared = Shared::new();
        let mut owner = Turns::join(&shared.turns).expect("there is room");
        owner.enter();
        let readers = [1, 2].map(|times| {
            let shared = shared.clone();
            thread::spawn(move || {
                let mut reader = Turns::join(&shared.turns).expect("there is room");
                for _ in 0..times {
                    reader.enter();
                    shared.look(&reader);
                    reader.leave();
                }
            })
        });
        shared.remove(&mut owner);
        for reader in readers {
            reader.join().expect("a model that fails ends");
        }
        shared.free();
    });
}

#[test]
fn a_thread_may_be_one_epoch_ahead_of_the_one_that_removes() {
    explore(3, || {
        let shared = Shared::new();
        let mut owner = Turns::join(&shared.turns).expect("there is room");
        owner.enter();
        let reader = {
            let shared = shared.clone();
            thread::spawn(move || {
                let mut reader = Turns::join(&shared.turns).expect("there is room");
                reader.enter();
                // The owner has announced this epoch too, so it advances.
                reader.turn(true);
                reader.turn(false);
                shared.look(&reader);
                reader.leave();
            })
        };
        shared.remove(&mut owner);
        reader.join().expect("a model that fails ends");
        shared.free();
    });
}
