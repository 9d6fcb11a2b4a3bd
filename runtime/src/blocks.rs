//! Small pieces of memory that come and go all the time: messages, and the first chunks of heaps.
//!
//! Each worker keeps free ones of each size, so that taking and giving one is a few instructions and no lock. A block may
//! be given back on another worker than it was taken on, as messages are: what a worker has too many of goes by the
//! batch to a depot that all share, where one that has none looks first (the magazines of Bonwick and Adams,
//! "Magazines and vmem", 2001). What the depot has no place for goes back to the allocator, and so does
//! everything of threads that are no workers.

use crate::sync::lock;
use std::alloc::{Layout, alloc, dealloc};
use std::cell::{Cell, UnsafeCell};
use std::ptr::{NonNull, null_mut};
use std::sync::Mutex;

/// The largest block.
pub const LARGEST: usize = 640;
/// Sizes are multiples of this.
pub const STEP: usize = 32;
const SIZES: usize = LARGEST / STEP;
/// Blocks that go to the depot, or come from there, at once.
const BATCH: usize = 64;
/// Bytes of each size that the depot keeps.
const DEPOT: usize = 256 * 1024;

/// A free block, in its first word.
struct Free {
    next: *mut Free,
}

/// Free blocks of one size.
#[derive(Clone, Copy)]
struct List {
    first: *mut Free,
    count: usize,
}

// SAFETY: free blocks are whose list they are on.
unsafe impl Send for List {}

impl List {
    const EMPTY: List = List {
        first: null_mut(),
        count: 0,
    };

    #[inline]
    fn pop(&mut self) -> Option<NonNull<u8>> {
        let first = NonNull::new(self.first)?;
        // SAFETY: a free block is the list's, and has its word.
        self.first = unsafe { first.as_ref() }.next;
        self.count -= 1;
        Some(first.cast())
    }

    /// # Safety
    /// The block is the caller's, and nobody uses it any more.
    #[inline]
    unsafe fn push(&mut self, block: NonNull<u8>) {
        let block = block.cast::<Free>();
        // SAFETY: the caller's promise; a block has room for a word.
        unsafe { block.write(Free { next: self.first }) };
        self.first = block.as_ptr();
        self.count += 1;
    }
}

/// What a thread has at hand: a list it takes from and gives to, and a full one or an empty one behind it, so that
/// giving and taking by turns at a list's end does not go to the depot each time.
#[derive(Clone, Copy)]
struct Hand {
    list: List,
    spare: List,
}

struct Own {
    /// Whether the thread keeps anything.
    keeps: Cell<bool>,
    hands: UnsafeCell<[Hand; SIZES]>,
}

thread_local! {
    /// Used by one call at a time, none of which suspends.
    static OWN: Own = const {
        Own {
            keeps: Cell::new(false),
            hands: UnsafeCell::new([Hand { list: List::EMPTY, spare: List::EMPTY }; SIZES]),
        }
    };
}

static DEPOTS: [Mutex<Vec<List>>; SIZES] = [const { Mutex::new(Vec::new()) }; SIZES];

/// The calling thread, which never ends, keeps free blocks from here on.
pub fn keep() {
    OWN.with(|own| own.keeps.set(true));
}

#[inline]
fn place(size: usize) -> usize {
    debug_assert!(0 < size && size <= LARGEST);
    (size - 1) / STEP
}

fn layout(place: usize) -> Layout {
    let size = (place + 1) * STEP;
    // SAFETY: a small multiple of the alignment.
    unsafe { Layout::from_size_align_unchecked(size, 16) }
}

/// `size` bytes, from 1 to [`LARGEST`], aligned to 16 and not zeroed; nothing where the system has no memory.
// A call of its own: the address of a thread's storage must not be kept across a suspension.
#[inline(never)]
pub fn take(size: usize) -> Option<NonNull<u8>> {
    let place = place(size);
    OWN.with(|own| {
        // SAFETY: this thread's, in this call alone.
        let hand = unsafe { &mut (*own.hands.get())[place] };
        hand.list.pop().or_else(|| refill(own, hand, place))
    })
}

#[cold]
fn refill(own: &Own, hand: &mut Hand, place: usize) -> Option<NonNull<u8>> {
    if own.keeps.get() {
        if hand.spare.count == 0
            && let Some(batch) = lock(&DEPOTS[place]).pop()
        {
            hand.spare = batch;
        }
        hand.list = std::mem::replace(&mut hand.spare, List::EMPTY);
        if let Some(block) = hand.list.pop() {
            return Some(block);
        }
    }
    // SAFETY: the size is not zero.
    NonNull::new(unsafe { alloc(layout(place)) })
}

/// Gives a block back.
///
/// # Safety
/// It came from [`take`] with this size, and nobody uses it any more.
#[inline(never)]
pub unsafe fn give(block: NonNull<u8>, size: usize) {
    let place = place(size);
    OWN.with(|own| {
        // SAFETY: this thread's, in this call alone.
        let hand = unsafe { &mut (*own.hands.get())[place] };
        if hand.list.count >= BATCH || !own.keeps.get() {
            // SAFETY: the caller's promise.
            unsafe { overflow(own, hand, place, block) };
            return;
        }
        // SAFETY: the caller's promise.
        unsafe { hand.list.push(block) };
    });
}

/// # Safety
/// As for [`give`].
#[cold]
unsafe fn overflow(own: &Own, hand: &mut Hand, place: usize, block: NonNull<u8>) {
    if !own.keeps.get() {
        // SAFETY: allocated with this layout.
        unsafe { dealloc(block.as_ptr(), layout(place)) };
        return;
    }
    let before = std::mem::replace(&mut hand.spare, hand.list);
    hand.list = List::EMPTY;
    // SAFETY: the caller's promise.
    unsafe { hand.list.push(block) };
    if before.count > 0 {
        retire(before, place);
    }
}

/// Gives a batch to the depot, or back to the allocator.
fn retire(batch: List, place: usize) {
    let mut depot = lock(&DEPOTS[place]);
    if depot.len() * BATCH * layout(place).size() < DEPOT {
        depot.push(batch);
        return;
    }
    drop(depot);
    free(batch, place);
}

/// Gives a batch back to the allocator.
fn free(mut batch: List, place: usize) {
    while let Some(block) = batch.pop() {
        // SAFETY: allocated with this layout, and free.
        unsafe { dealloc(block.as_ptr(), layout(place)) };
    }
}

/// Gives what is in the depot back to the allocator.
pub fn give_back() {
    for (place, depot) in DEPOTS.iter().enumerate() {
        let batches = std::mem::take(&mut *lock(depot));
        batches.into_iter().for_each(|batch| free(batch, place));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    /// Takes some, gives them back on another thread, and takes again, with different contents all the while.
    fn pass_on(keeps: bool) {
        let work = move || {
            if keeps {
                keep();
            }
            let mut blocks = Vec::new();
            for n in 0..BATCH * 5 {
                let size = n % LARGEST + 1;
                let block = take(size).expect("there is memory");
                assert!(block.as_ptr().addr().is_multiple_of(16));
                // SAFETY: the block is ours.
                unsafe { block.as_ptr().write_bytes(n as u8, size) };
                blocks.push((block.as_ptr().addr(), size, n as u8));
            }
            let different: HashSet<usize> = blocks.iter().map(|(block, ..)| *block).collect();
            assert_eq!(different.len(), blocks.len());
            blocks
        };
        let blocks = std::thread::spawn(work).join().expect("it ends");
        let give_back = move || {
            if keeps {
                keep();
            }
            for (block, size, byte) in blocks {
                let block = NonNull::new(block as *mut u8).expect("it was taken");
                // SAFETY: taken above, and given back once.
                unsafe {
                    let bytes = std::slice::from_raw_parts(block.as_ptr(), size);
                    assert!(bytes.iter().all(|b| *b == byte));
                    give(block, size);
                }
            }
            work();
        };
        std::thread::spawn(give_back).join().expect("it ends");
    }

    #[test]
    fn blocks_are_distinct_on_any_thread() {
        pass_on(false);
        pass_on(true);
    }

    #[test]
    fn one_thread_takes_what_another_gave() {
        let size = LARGEST;
        let fill = move || {
            keep();
            let blocks: Vec<_> = (0..BATCH * 4)
                .map(|_| take(size).expect("memory"))
                .collect();
            blocks.into_iter().for_each(|block| {
                // SAFETY: taken above.
                unsafe { give(block, size) }
            });
        };
        std::thread::spawn(fill).join().expect("it ends");
        let batches = lock(&DEPOTS[place(size)]).len();
        assert!(batches > 0 && batches <= DEPOT / BATCH / size + 1);
    }
}
