//! Requests: what others ask of an actor, which it serves at its next check.
//!
//! A requester sets a bit and then makes the compared limit the largest address, so that the next entry
//! check or loop check leads here. The owner clears the bits, restores the limit, and looks at the bits
//! again: a request between the two is served in the next round, and one whose bit is seen before its
//! store to the limit costs one round for nothing. An actor that waits is also woken by its requester,
//! and serves requests before it goes on.

use super::Actor;
use crate::crash::Reason;
use std::sync::atomic::Ordering::SeqCst;

/// The time slice is over.
pub const SLICE: u64 = 1;
/// There is something for the runtime in the mailbox.
pub const SIGNALS: u64 = 2;
/// The actor has to end.
pub const KILL: u64 = 4;

impl Actor {
    /// Asks for something. May be called by anyone; a request to an actor that has ended is harmless.
    pub fn request(&self, bit: u64) {
        // SAFETY: the two fields are atomic, and the record lives for ever.
        unsafe {
            let context = self.context();
            (*context).requests.fetch_or(bit, SeqCst);
            (*context).limit.store(usize::MAX, SeqCst);
        }
    }

    /// Whether it was asked to end.
    pub fn is_killed(&self) -> bool {
        // SAFETY: as above.
        unsafe { (*self.context()).requests.load(SeqCst) & KILL != 0 }
    }

    /// Serves what is asked for: may let other actors run in between.
    ///
    /// # Errors
    /// Why the actor has to end now.
    ///
    /// # Safety
    /// Called on the running actor's own stack.
    pub unsafe fn serve(&self) -> Result<(), Reason> {
        let context = self.context();
        loop {
            // SAFETY: the context is the running actor's; what other threads write is atomic.
            let asked = unsafe {
                let asked = (*context).requests.swap(0, SeqCst);
                (*context).limit.store((*context).hard_limit, SeqCst);
                asked
            };
            if asked & KILL != 0 {
                return Err(Reason::Killed);
            }
            if asked & SIGNALS != 0 {
                // SAFETY: the caller's promise.
                unsafe { self.drain() }?;
            }
            if asked & SLICE != 0 {
                self.suspend(super::turn::Pause::Slice);
            }
            // SAFETY: as above.
            if unsafe { (*context).requests.load(SeqCst) } == 0 {
                return Ok(());
            }
        }
    }

    /// Waits, with the stack, until somebody wakes the actor; then serves what is asked for.
    ///
    /// # Errors
    /// Why the actor has to end now.
    ///
    /// # Safety
    /// Called on the running actor's own stack.
    pub unsafe fn wait_on_stack(&self) -> Result<(), Reason> {
        self.suspend(super::turn::Pause::Wait);
        // SAFETY: the caller's promise.
        unsafe {
            if (*self.context()).requests.load(SeqCst) == 0 {
                return Ok(());
            }
            self.serve()
        }
    }
}
