//! Requests: what others ask of an actor, which it serves at its next check.
//!
//! A requester sets a bit and then makes the compared limit the largest address, so that the next entry
//! check or loop check leads here. The owner clears the bits, restores the limit, and looks at the bits
//! again: a request between the two is served in the next round, and one whose bit is seen before its
//! store to the limit costs one round for nothing. An actor that waits is also woken by its requester,
//! and serves requests before it goes on.

use super::Actor;
use super::turn::Pause;
use crate::crash::Reason;
use crate::sched::worker::Seeded;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};

/// The time slice is over.
pub const SLICE: u64 = 1;
/// There is something for the runtime in the mailbox.
pub const SIGNALS: u64 = 2;
/// The actor has to end.
pub const KILL: u64 = 4;
/// In deterministic mode, every check counts: stands as long as the actor runs.
pub const COUNT: u64 = 8;
/// In deterministic mode, nobody can ever run again; asked of the first actor.
pub const STUCK: u64 = 16;
/// The actor has not run for a while: it gives memory back.
pub const REST: u64 = 32;
/// With what waits for it, the actor takes more memory than the program allows.
pub const FULL: u64 = 128;
/// Asks for nothing: stands until the actor runs.
pub const RESTS: u64 = 64;

/// Why the first actor ends where nobody can run.
const NOBODY_CAN_RUN: &str =
    "every actor waits for something that nobody will do: none can run, and no timer is set";

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

    /// Notes that the actor does not run, until it does; whether it has not since this was last called.
    pub fn has_rested(&self) -> bool {
        // SAFETY: as above.
        unsafe { (*self.context()).requests.fetch_or(RESTS, SeqCst) & RESTS != 0 }
    }

    /// Whether anything is asked of it.
    #[inline]
    pub fn is_asked(&self) -> bool {
        // SAFETY: as above.
        unsafe { (*self.context()).requests.load(SeqCst) != 0 }
    }

    /// Serves what is to be done before a turn that begins without a stack.
    ///
    /// # Errors
    /// Why the actor has to end now.
    ///
    /// # Safety
    /// The caller owns the actor, of which nothing is on a stack.
    #[inline]
    pub unsafe fn serve_without_stack(&self) -> Result<(), Reason> {
        // SAFETY: as above.
        match unsafe { (*self.context()).requests.load(SeqCst) } {
            0 => Ok(()),
            // SAFETY: the caller's promise.
            asked => unsafe { self.follow_without_stack(asked) },
        }
    }

    #[cold]
    unsafe fn follow_without_stack(&self, asked: u64) -> Result<(), Reason> {
        if let Some(reason) = Actor::end_of(asked) {
            return Err(reason);
        }
        if asked & REST != 0 {
            // SAFETY: the caller's promise.
            unsafe { self.rest_without_stack() };
        }
        Ok(())
    }

    fn end_of(asked: u64) -> Option<Reason> {
        if asked & KILL != 0 {
            return Some(Reason::Killed);
        }
        if asked & FULL != 0 {
            return Some(Reason::HeapLimit);
        }
        (asked & STUCK != 0).then(|| Reason::Other(String::from(NOBODY_CAN_RUN)))
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
            if let Some(reason) = Actor::end_of(asked) {
                return Err(reason);
            }
            if asked & SIGNALS != 0 {
                // SAFETY: the caller's promise.
                unsafe { self.drain() }?;
            }
            if asked & REST != 0 {
                // It runs, so it does not rest.
                self.is_to_be_watched();
            }
            if asked & COUNT != 0 {
                self.request(COUNT);
            }
            if asked & SLICE != 0 || asked & COUNT != 0 && self.counts(Seeded::check) {
                self.suspend(Pause::Slice);
            }
            // SAFETY: as above.
            if unsafe { (*context).requests.load(SeqCst) } & !COUNT == 0 {
                return Ok(());
            }
        }
    }

    /// What the deterministic mode says of the running actor's slice.
    fn counts(&self, what: impl FnOnce(&Seeded) -> bool) -> bool {
        self.on_worker().seeded().is_some_and(what)
    }

    /// The running actor has done something that others may see. In deterministic mode they may go on
    /// here, as they do on other workers otherwise.
    ///
    /// # Safety
    /// Called on the running actor's own stack.
    #[inline]
    pub unsafe fn cross(&self) {
        // SAFETY: the context is the running actor's; the field is atomic.
        let requests = unsafe { (*self.context()).requests.load(Relaxed) };
        if requests & COUNT != 0 && self.counts(Seeded::crossing) {
            self.suspend(Pause::Slice);
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
        self.suspend(Pause::Wait);
        // SAFETY: the caller's promise.
        unsafe {
            let asked = (*self.context()).requests.load(SeqCst);
            if asked == 0 {
                return Ok(());
            }
            if asked & REST != 0 {
                self.rest_on_stack();
            }
            self.serve()
        }
    }
}
