//! What a mailbox's owner has taken from the queue and not received yet, in order of arrival, with
//! the place up to which the `receive` at hand has looked.
//!
//! A `receive` begins with [`rewind`](Saved::rewind), looks at each [`current`](Saved::current)
//! node, and skips or takes it; where there is none, it saves one more from the queue. So it looks
//! at each message once, however often it has to wait.

use super::queue::Node;
use std::ptr::{NonNull, null_mut};

/// See the module's comment. Only the owner of the mailbox uses it.
pub struct Saved {
    first: *mut Node,
    last: *mut Node,
    /// The node that the `receive` skipped last; null where it begins.
    skipped: *mut Node,
}

// SAFETY: the nodes behind the pointers are the owner's, whichever thread that runs on.
unsafe impl Send for Saved {}

impl Saved {
    #[allow(clippy::new_without_default, reason = "made with its mailbox")]
    pub fn new() -> Saved {
        Saved {
            first: null_mut(),
            last: null_mut(),
            skipped: null_mut(),
        }
    }

    /// Appends a node.
    ///
    /// # Safety
    /// The node is the caller's, is in no queue, and lives until it is taken.
    #[inline]
    pub unsafe fn save(&mut self, node: NonNull<Node>) {
        // SAFETY: the caller's promise; saved nodes are ours.
        unsafe {
            node.as_ref().set_behind(null_mut());
            match self.last.as_ref() {
                Some(last) => last.set_behind(node.as_ptr()),
                None => self.first = node.as_ptr(),
            }
        }
        self.last = node.as_ptr();
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.first.is_null()
    }

    /// A `receive` begins: it looks at everything again.
    #[inline]
    pub fn rewind(&mut self) {
        self.skipped = null_mut();
    }

    /// The node to look at, if there is one that this `receive` has not skipped.
    #[inline]
    pub fn current(&self) -> Option<NonNull<Node>> {
        // SAFETY: saved nodes are ours.
        let at = unsafe { self.skipped.as_ref() }.map_or(self.first, Node::behind);
        NonNull::new(at)
    }

    /// Passes over the current node.
    #[inline]
    pub fn skip(&mut self) {
        if let Some(current) = self.current() {
            self.skipped = current.as_ptr();
        }
    }

    /// Takes the current node out: it is the caller's.
    #[inline]
    pub fn take(&mut self) -> Option<NonNull<Node>> {
        let current = self.current()?;
        // SAFETY: saved nodes are ours.
        unsafe {
            let next = current.as_ref().behind();
            match self.skipped.as_ref() {
                Some(skipped) => skipped.set_behind(next),
                None => self.first = next,
            }
        }
        if self.last == current.as_ptr() {
            self.last = self.skipped;
        }
        Some(current)
    }
}
