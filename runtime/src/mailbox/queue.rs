//! The queue of a mailbox: many push, the owner pops; intrusive, so that a message costs no more
//! memory than its own.
//!
//! Dmitry Vyukov's MPSC queue: a push swaps its node into `newest` and then links it behind the
//! node it found there. The place of his stub is taken by `oldest`, the link before the first node,
//! and `newest` is null while the queue is empty.
//!
//! # Why it is right
//!
//! - *Order.* The swaps of `newest` have one order; each node is linked behind the one before it in
//!   that order. So what one thread pushes comes out in its order.
//! - *Half-linked.* Between the swap and the link of a push, its node and those behind it cannot be
//!   reached; `pop` says [`Pop::Busy`]. Nothing is lost if the pusher wakes the owner *after* `push`
//!   has returned: the wake-up then follows the link.
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

/// The link in a message. A message is a `repr(C)` struct that begins with one.
#[derive(Debug)]
#[repr(transparent)]
pub struct Node {
    next: AtomicPtr<Node>,
}

impl Node {
    /// A node that is in no queue.
    #[allow(clippy::new_without_default, reason = "a node is made for a message")]
    pub fn new() -> Node {
        Node {
            next: AtomicPtr::new(null_mut()),
        }
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

/// What [`Queue::pop`] gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pop {
    /// The oldest node, which is the owner's now.
    Node(NonNull<Node>),
    /// Nothing has been pushed.
    Empty,
    /// The next node is being linked; its pusher will wake the owner when it is.
    Busy,
}

/// See the module's comment. It may be moved while it is empty.
pub struct Queue {
    /// The node pushed last; null for an empty queue, or `closed()`.
    newest: AtomicPtr<Node>,
    /// The link to the first node, while `front` is null.
    oldest: AtomicPtr<Node>,
    /// The owner's: the first node, or null where `oldest` leads there.
    front: UnsafeCell<*mut Node>,
}

// SAFETY: `front` is used by the owner alone, which the methods that use it ask for.
unsafe impl Send for Queue {}
// SAFETY: as above.
unsafe impl Sync for Queue {}

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
            front: UnsafeCell::new(null_mut()),
        }
    }

    /// A queue that [`close`](Queue::close) closed is open again, for its next owner.
    ///
    /// # Safety
    /// Nobody else uses the queue: no push to the one before is under way.
    pub unsafe fn reopen(&self) {
        self.oldest.store(null_mut(), Relaxed);
        // SAFETY: the caller's promise.
        self.front.with_mut(|front| unsafe { *front = null_mut() });
        self.newest.store(null_mut(), Release);
    }

    /// Pushes a node. Wake the owner afterwards, not before. From a closed queue come back the
    /// nodes that the caller has to free, `node` and maybe others.
    ///
    /// # Safety
    /// `node` is the caller's, is in no queue, and lives until the owner has freed it.
    #[inline]
    pub unsafe fn push(&self, node: NonNull<Node>) -> Result<(), Chain> {
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
        let link = unsafe { before.as_ref() }.map_or(&self.oldest, |before| &before.next);
        link.store(node.as_ptr(), Release);
        Ok(())
    }

    /// Takes out the oldest node.
    ///
    /// # Safety
    /// The caller is the owner, and the queue is open.
    #[inline]
    pub unsafe fn pop(&self) -> Pop {
        // SAFETY: the owner alone uses the front.
        self.front.with_mut(|front| unsafe {
            if (*front).is_null() {
                let first = self.oldest.load(Acquire);
                if first.is_null() {
                    let none = self.newest.load(Relaxed).is_null();
                    return if none { Pop::Empty } else { Pop::Busy };
                }
                *front = first;
            }
            let first = NonNull::new_unchecked(*front);
            let mut next = first.as_ref().next.load(Acquire);
            if next.is_null() {
                self.oldest.store(null_mut(), Relaxed);
                let newest = &self.newest;
                match newest.compare_exchange(first.as_ptr(), null_mut(), AcqRel, Relaxed) {
                    Ok(_) => {}
                    Err(_) => {
                        next = first.as_ref().next.load(Acquire);
                        if next.is_null() {
                            return Pop::Busy;
                        }
                    }
                }
            }
            *front = next;
            Pop::Node(first)
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
    pub unsafe fn close(&self) -> Chain {
        let last = self.newest.swap(closed(), AcqRel);
        // SAFETY: the owner alone uses the front.
        let front = self.front.with_mut(|front| unsafe {
            let first = *front;
            *front = null_mut();
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
            let linked = |link: *const AtomicPtr<Node>| {
                spin(|| {
                    let node = (*link).load(Acquire);
                    (!node.is_null()).then_some(node)
                })
            };
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
        NonNull::from(Box::leak(Box::new(Message(Node::new(), number)))).cast()
    }

    fn number(node: NonNull<Node>) -> usize {
        // SAFETY: made by `message`, and popped once.
        unsafe { Box::from_raw(node.cast::<Message>().as_ptr()).1 }
    }

    #[test]
    fn comes_out_in_order_and_empties() {
        let queue = Queue::new();
        // SAFETY: this thread is the owner.
        unsafe {
            for round in 0..3 {
                assert_eq!(queue.pop(), Pop::Empty);
                for at in 0..round {
                    assert!(queue.push(message(at)).is_ok());
                }
                for at in 0..round {
                    let Pop::Node(node) = queue.pop() else {
                        panic!("a node is there")
                    };
                    assert_eq!(number(node), at);
                }
            }
            assert!(queue.is_empty());
            assert_eq!(queue.close().count(), 0);
        }
    }

    #[test]
    fn a_closed_queue_gives_everything_back() {
        let queue = Queue::new();
        // SAFETY: this thread is the owner.
        unsafe {
            for at in 0..4 {
                assert!(queue.push(message(at)).is_ok());
            }
            let Pop::Node(first) = queue.pop() else {
                panic!("a node is there")
            };
            assert_eq!(number(first), 0);
            assert_eq!(queue.close().map(number).collect::<Vec<_>>(), [1, 2, 3]);
            for at in 4..6 {
                let back = queue.push(message(at)).expect_err("the queue is closed");
                assert_eq!(back.map(number).collect::<Vec<_>>(), [at]);
            }
            queue.reopen();
            assert!(queue.push(message(7)).is_ok());
            assert_eq!(queue.close().map(number).collect::<Vec<_>>(), [7]);
        }
    }
}
