//! Empty spaces with their first chunk, for the next actors. A thread keeps some; what it has too many of goes to all
//! others by the batch, for an actor often ends on another worker than it was started on.

#![allow(
    clippy::vec_box,
    reason = "an actor's heap is the box, which is handed over as it is"
)]

use super::space::Space;
use crate::sync::lock;
use std::cell::RefCell;
use std::sync::Mutex;

/// Spaces that change hands at once.
const BATCH: usize = 64;
/// Batches for all.
const MOST: usize = 16;

/// Spaces with more than their first chunk that a thread keeps.
const GROWN: usize = 64;

thread_local! {
    /// Used by one call at a time, none of which suspends.
    static OWN: RefCell<Vec<Box<Space>>> = const { RefCell::new(Vec::new()) };
    /// Of actors whose like are going to need as much.
    static GROWN_ONES: RefCell<Vec<Box<Space>>> = const { RefCell::new(Vec::new()) };
}

/// Spaces that go to another thread.
struct Batch(Vec<Box<Space>>);

// SAFETY: an empty space refers to nothing but its own chunk.
unsafe impl Send for Batch {}

static SHARED: Mutex<Vec<Batch>> = Mutex::new(Vec::new());

/// One that is kept, if there is one.
// A call of its own, as the next one: the address of a thread's storage must not be kept across a suspension.
#[inline(never)]
pub fn take() -> Option<Box<Space>> {
    OWN.with_borrow_mut(|own| {
        if own.is_empty()
            && let Some(Batch(batch)) = lock(&SHARED).pop()
        {
            *own = batch;
        }
        own.pop()
    })
}

/// One with more than its first chunk, if one is kept.
#[inline(never)]
pub fn take_grown() -> Option<Box<Space>> {
    GROWN_ONES.with_borrow_mut(Vec::pop)
}

/// Keeps one with more than its first chunk, or frees it where there are enough.
#[inline(never)]
pub fn give_grown(space: Box<Space>) {
    GROWN_ONES.with_borrow_mut(|grown| {
        if grown.len() < GROWN {
            grown.push(space);
        }
    });
}

/// Keeps one, or frees it where there are enough.
#[inline(never)]
pub fn give(space: Box<Space>) {
    OWN.with_borrow_mut(|own| {
        own.push(space);
        if own.len() < 2 * BATCH {
            return;
        }
        let batch = Batch(own.split_off(BATCH));
        let mut shared = lock(&SHARED);
        if shared.len() < MOST {
            shared.push(batch);
        }
    });
}

/// Frees those that are for all.
pub fn give_back() {
    let all = std::mem::take(&mut *lock(&SHARED));
    drop(all);
}

#[cfg(test)]
mod tests {
    use crate::natives::testing::with_actor_of;

    #[test]
    fn a_grown_heap_begins_with_the_chunks_of_one_before_it() {
        with_actor_of(false, |cx| {
            let actor = cx.actor();
            let mut heap = actor.heap.borrow_mut();
            let mut totals = Vec::new();
            for _ in 0..2 {
                heap.begin_grown();
                totals.push(heap.total());
                for _ in 0..20 {
                    // SAFETY: the context is the actor's, of which no object is used.
                    unsafe { heap.allocate(actor.context(), 64).unwrap() };
                }
                totals.push(heap.total());
                heap.reset(actor.config.get());
                // SAFETY: nothing runs the actor, which begins again.
                unsafe { actor.begin(actor.pid()) };
            }
            assert!(totals[1] >= 20 * 64, "{totals:?}");
            assert_eq!((totals[0], &totals[2..]), (0, &[totals[1]; 2][..]));
            heap.begin_grown();
            heap.reset(actor.config.get());
            assert_eq!(heap.total(), 0);
        });
    }
}
