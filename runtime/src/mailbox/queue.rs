//! The queue of a mailbox: many push, the owner pops; intrusive, so that a message costs no more
//! memory than its own.
//!
//! Dmitry Vyukov's MPSC queue: a push swaps its node into `newest` and then links it behind the
//! node it found there. The place of his stub is taken by `oldest`, the link before the first node,
//! and `newest` is null while the queue is empty. What only the owner uses is a [`Front`] of its own, so that it may
//! lie apart from what every push writes.
//!
//! # Why it is right
//!
//! - *Order.* The swaps of `newest` have one order; each node is linked behind the one before it in
//!   that order. So what one thread pushes comes out in its order.
//! - *Half-linked.* Between the swap and the link of a push, its node and those behind it cannot be
//!   reached; `pop` waits for the link, which is the pusher's next step.
//! - *Who wakes.* A push that finds null has ended the queue's emptiness, and says so: its caller wakes the owner, after the
//!   link. Others need not. The owner may sleep only once `pop` has given nothing: then `newest` was null, and whatever is pushed
//!   from then on comes behind one that finds null.
//! - *The last node.* Only the owner takes nodes out. It takes the last one only by changing
//!   `newest` from it to null, which fails once a push has seen that node: no pusher links behind a
//!   node that its owner has given away.
//! - *Memory.* A link is stored with Release and loaded with Acquire, so a message is seen whole.
//!   A push that finds null links to `oldest`, which the owner cleared before it stored that null
//!   (Release; the swap is AcqRel), so the clearing cannot undo the link.
//! - *Closing.* The owner swaps `CLOSED` into `newest`: what was pushed before is the chain up to
//!   what the swap gave, and the owner's. A later push finds `CLOSED`; it swaps it back in, and what
//!   this second swap gives ends the chain of nodes that came in between, its own first. Those that
//!   pushed the others found a node there, take theirs for delivered, and are done. `CLOSED` comes
//!   into the word only so, and each time it is found by one push at most. So each node belongs to
//!   exactly one chain, and the chain to the one who made it.

use crate::sync::atomic::{AcqRel, Acquire, AtomicPtr, Relaxed, Release};
use crate::sync::{UnsafeCell, spin};
use std::ptr::{NonNull, null_mut, without_provenance_mut};
// Estimates, on which nothing rests: a model need not explore them.
use std::sync::atomic::AtomicU32;

/// The link in a message. A message is a `repr(C)` struct that begins with one.
#[derive(Debug)]
#[repr(C)]
pub struct Node {
    next: AtomicPtr<Node>,
    /// About how many had come since the queue was empty: less where several came at once.
    before: AtomicU32,
    /// Whatever the message keeps in the room that is left.
    kept: u32,
}

impl Node {
    /// A node that is in no queue, with what the message keeps in it.
    pub fn new(kept: u32) -> Node {
        Node {
            next: AtomicPtr::new(null_mut()),
            before: AtomicU32::new(0),
            kept,
        }
    }

    /// What the message keeps in it.
    #[inline]
    pub fn kept(&self) -> u32 {
        self.kept
    }

    /// Changes what the message keeps in it, while the node is in no queue.
    pub fn keep(&mut self, kept: u32) {
        self.kept = kept;
    }

    /// Keeps a number, while the node is in no queue, for one who owns it.
    pub fn note(&self, number: u64) {
        self.next
            .store(without_provenance_mut(number as usize), Relaxed);
    }

    /// The number that was kept last, if the node has been in no queue since.
    pub fn noted(&self) -> u64 {
        self.next.load(Relaxed).addr() as u64
    }

    /// What stands behind it, for one who owns the node.
    pub(super) fn behind(&self) -> *mut Node {
        self.next.load(Relaxed)
    }

    /// Changes what stands behind it, for one who owns the node.
    pub(super) fn set_behind(&self, next: *mut Node) {
        self.next.store(next, Relaxed);
    }
}

/// See the module's comment. It may be moved while it is empty.
pub struct Queue {
    /// The node pushed last; null for an empty queue, or `closed()`.
    newest: AtomicPtr<Node>,
    /// The link to the first node, while the front is null.
    oldest: AtomicPtr<Node>,
}

/// The owner's end of a queue, which every method of its owner is given.
pub struct Front {
    /// The first node, or null where `oldest` leads there.
    first: UnsafeCell<*mut Node>,
    /// How many were taken out since the queue was empty.
    taken: AtomicU32,
}

/// What a push that succeeded found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// The queue was empty: the owner is to be woken.
    pub wakes: bool,
    /// About how many have come since then.
    pub count: u32,
}

// SAFETY: used by the owner alone, which the methods that use it ask for.
unsafe impl Send for Front {}
// SAFETY: as above.
unsafe impl Sync for Front {}

impl Front {
    /// About how many the queue has, for one whose push found so many to have come.
    pub fn left_of(&self, count: u32) -> u32 {
        count.saturating_sub(self.taken.load(Relaxed))
    }

    /// That of an empty queue.
    #[allow(clippy::new_without_default, reason = "made with its queue")]
    pub fn new() -> Front {
        Front {
            first: UnsafeCell::new(null_mut()),
            taken: AtomicU32::new(0),
        }
    }
}

fn closed() -> *mut Node {
    without_provenance_mut(1)
}

impl Queue {
    /// An empty, open queue.
    #[allow(clippy::new_without_default, reason = "a queue has an owner")]
    pub fn new() -> Queue {
        Queue {
            newest: AtomicPtr::new(null_mut()),
            oldest: AtomicPtr::new(null_mut()),
        }
    }

    /// A queue that [`close`](Queue::close) closed is open again, for its next owner.
    ///
    /// # Safety
    /// Nobody else uses the queue: no push to the one before is under way.
    pub unsafe fn reopen(&self, front: &Front) {
        self.oldest.store(null_mut(), Relaxed);
        // SAFETY: the caller's promise.
        front.first.with_mut(|first| unsafe { *first = null_mut() });
        front.taken.store(0, Relaxed);
        self.newest.store(null_mut(), Release);
    }

    /// Pushes a node. Wake the owner then if this says so. From a closed queue come back the
    /// nodes that the caller has to free, `node` and maybe others.
    ///
    /// # Safety
    /// `node` is the caller's, is in no queue, and lives until the owner has freed it.
    #[inline]
    pub unsafe fn push(&self, node: NonNull<Node>) -> Result<Pushed, Chain> {
        // SAFETY: the caller's promise.
        unsafe { node.as_ref() }.next.store(null_mut(), Relaxed);
        let before = self.newest.swap(node.as_ptr(), AcqRel);
        if before == closed() {
            let last = self.newest.swap(closed(), AcqRel);
            return Err(Chain {
                next: Link::Node(node.as_ptr()),
                last,
            });
        }
        // SAFETY: the owner does not take a node that `newest` led to until it is linked behind.
        let (link, count) = match unsafe { before.as_ref() } {
            None => (&self.oldest, 0),
            Some(before) => (&before.next, before.before.load(Relaxed).wrapping_add(1)),
        };
        // SAFETY: the owner does not take the node before it is linked.
        unsafe { node.as_ref() }.before.store(count, Relaxed);
        link.store(node.as_ptr(), Release);
        Ok(Pushed {
            wakes: before.is_null(),
            count,
        })
    }

    /// Takes out the oldest node; nothing from an empty queue.
    ///
    /// # Safety
    /// The caller is the owner, and the queue is open.
    #[inline]
    pub unsafe fn pop(&self, front: &Front) -> Option<NonNull<Node>> {
        // SAFETY: the owner alone uses the front, and nodes in the queue are there until it has taken them.
        front.first.with_mut(|place| unsafe {
            let mut first = *place;
            if first.is_null() {
                first = self.oldest.load(Acquire);
                if first.is_null() {
                    if self.newest.load(Relaxed).is_null() {
                        return None;
                    }
                    first = linked(&raw const self.oldest);
                }
            }
            let mut next = (*first).next.load(Acquire);
            let mut taken = front.taken.load(Relaxed).wrapping_add(1);
            if next.is_null() {
                self.oldest.store(null_mut(), Relaxed);
                let newest = &self.newest;
                match newest.compare_exchange(first, null_mut(), AcqRel, Relaxed) {
                    Ok(_) => taken = 0,
                    Err(_) => next = linked(&raw const (*first).next),
                }
            }
            front.taken.store(taken, Relaxed);
            *place = next;
            NonNull::new(first)
        })
    }

    /// Whether there is nothing to pop and no push under way.
    ///
    /// # Safety
    /// The caller is the owner.
    pub unsafe fn is_empty(&self) -> bool {
        self.newest.load(Acquire).is_null()
    }

    /// Closes the queue for good; what was pushed before is the owner's.
    ///
    /// # Safety
    /// The caller is the owner, and the queue is open.
    pub unsafe fn close(&self, front: &Front) -> Chain {
        let last = self.newest.swap(closed(), AcqRel);
        // SAFETY: the owner alone uses the front.
        let front = front.first.with_mut(|place| unsafe {
            let first = *place;
            *place = null_mut();
            first
        });
        let next = if last.is_null() {
            Link::None
        } else if front.is_null() {
            Link::Oldest(&raw const self.oldest)
        } else {
            Link::Node(front)
        };
        Chain { next, last }
    }
}

/// The way to the next node of a chain.
enum Link {
    None,
    Node(*mut Node),
    /// Where a push may not have linked the first node yet.
    Oldest(*const AtomicPtr<Node>),
}

/// What a push that is under way links.
///
/// # Safety
/// The link is that of a queue or of a node in it.
#[cold]
unsafe fn linked(link: *const AtomicPtr<Node>) -> *mut Node {
    spin(|| {
        // SAFETY: the caller's promise.
        let node = unsafe { (*link).load(Acquire) };
        (!node.is_null()).then_some(node)
    })
}

/// Nodes that came out of a closed queue, oldest first; each is the caller's when it is given.
/// Those that are not asked for leak.
#[must_use = "its nodes have to be freed"]
pub struct Chain {
    next: Link,
    last: *mut Node,
}

impl Iterator for Chain {
    type Item = NonNull<Node>;

    fn next(&mut self) -> Option<NonNull<Node>> {
        // SAFETY: the queue lives, for its owner has it; a node lives until it has been given.
        unsafe {
            let node = match self.next {
                Link::None => return None,
                Link::Node(node) => node,
                Link::Oldest(link) => linked(link),
            };
            self.next = if node == self.last {
                Link::None
            } else {
                Link::Node(linked(&raw const (*node).next))
            };
            NonNull::new(node)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[repr(C)]
    struct Message(Node, usize);

    fn message(number: usize) -> NonNull<Node> {
        NonNull::from(Box::leak(Box::new(Message(Node::new(0), number)))).cast()
    }

    fn number(node: NonNull<Node>) -> usize {
        // SAFETY: made by `message`, and popped once.
        unsafe { Box::from_raw(node.cast::<Message>().as_ptr()).1 }
    }

    #[test]
    fn comes_out_in_order_and_empties() {
        let (queue, front) = (Queue::new(), Front::new());
        // SAFETY: this thread is the owner.
        unsafe {
            for round in 0..3 {
                assert_eq!(queue.pop(&front), None);
                for at in 0..round {
                    let Ok(pushed) = queue.push(message(at)) else {
                        panic!("the queue is open")
                    };
                    assert_eq!((pushed.wakes, pushed.count as usize), (at == 0, at));
                    assert_eq!(front.left_of(pushed.count) as usize, at);
                }
                for at in 0..round {
                    assert_eq!(queue.pop(&front).map(number), Some(at));
                }
            }
            assert!(queue.is_empty());
            assert_eq!(queue.close(&front).count(), 0);
        }
    }

    #[test]
    fn a_closed_queue_gives_everything_back() {
        let (queue, front) = (Queue::new(), Front::new());
        // SAFETY: this thread is the owner.
        unsafe {
            for at in 0..4 {
                assert!(queue.push(message(at)).is_ok());
            }
            assert_eq!(queue.pop(&front).map(number), Some(0));
            assert_eq!(
                queue.close(&front).map(number).collect::<Vec<_>>(),
                [1, 2, 3]
            );
            for at in 4..6 {
                let back = queue.push(message(at)).expect_err("the queue is closed");
                assert_eq!(back.map(number).collect::<Vec<_>>(), [at]);
            }
            queue.reopen(&front);
            assert!(queue.push(message(7)).is_ok());
            assert_eq!(queue.close(&front).map(number).collect::<Vec<_>>(), [7]);
        }
    }
}
