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

thread_local! {
    /// Used by one call at a time, none of which suspends.
    static OWN: RefCell<Vec<Box<Space>>> = const { RefCell::new(Vec::new()) };
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
