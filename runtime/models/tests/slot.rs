//! The slot of the actor to run next: each actor that is put there is taken once.

use mesh_models::explore;
use mesh_models::slot::Slot;
use mesh_models::sync::{Arc, UnsafeCell, thread};
use std::ptr::NonNull;

/// An actor; loom watches that one thread at a time has it.
struct Task(UnsafeCell<u32>);

fn task() -> NonNull<Task> {
    NonNull::from(Box::leak(Box::new(Task(UnsafeCell::new(0)))))
}

/// Runs it to its end.
fn run(task: NonNull<Task>) {
    // SAFETY: taken from the slot, so ours.
    let task = unsafe { Box::from_raw(task.as_ptr()) };
    // SAFETY: as above.
    task.0.with_mut(|runs| unsafe { *runs += 1 });
}

#[test]
fn each_actor_is_taken_once() {
    explore(4, || {
        let slot = Arc::new(Slot::<Task>::new());
        let thieves = [1, 1].map(|tick| {
            let slot = slot.clone();
            thread::spawn(move || {
                let stolen = slot.steal(tick);
                stolen.into_iter().map(run).count()
            })
        });
        let mut count = 0;
        for tick in [0, 0, 2] {
            count += slot.put(task(), tick).into_iter().map(run).count();
        }
        count += slot.take().into_iter().map(run).count();
        for thief in thieves {
            count += thief.join().expect("a model that fails ends");
        }
        assert_eq!(count, 3);
    });
}
