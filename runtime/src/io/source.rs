//! What a socket is ready for, as the poller's events say, and whom to wake when that changes.
//!
//! The poller reports changes only, so what it said is kept until it was tried in vain. Whoever reads takes
//! the bit away first, reads, and puts it back if there may be more. An event in between sets the bit again
//! and wakes the owner, so none is lost; a bit that is set for nothing costs one try. The owner is woken
//! only for what it was not told yet: it waits for nothing else.
//!
//! Records live for ever and are used again, so an event that comes late finds one. Its token has the
//! generation of the record, which is another by then; a mistake there would cost one try too.

use crate::sched::poller::Poller;
use crate::sched::worker::Worker;
use crate::sync::lock;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};

/// There may be something to read.
pub const READ: u32 = 1;
/// There may be room to write.
pub const WRITE: u32 = 2;
/// The other side sends no more. Stays.
pub const READ_CLOSED: u32 = 4;
/// The connection is broken, or both sides are closed. Stays.
pub const BROKEN: u32 = 8;

/// Addresses take the lower bits of a token.
const ADDRESS_BITS: u32 = 48;

/// A record: see the module's comment.
pub struct Source {
    ready: AtomicU32,
    generation: AtomicU32,
    /// The actor to wake.
    owner: AtomicU64,
}

static VACANT: Mutex<Vec<&'static Source>> = Mutex::new(Vec::new());

/// A descriptor that the poller watches, until this is dropped. Close the descriptor after that.
pub struct Registration {
    source: &'static Source,
    poller: &'static Poller,
    descriptor: i32,
}

impl Registration {
    /// Has a descriptor watched, for an actor.
    ///
    /// # Errors
    /// What the system refused.
    pub fn new(worker: &Worker, descriptor: i32, owner: u64) -> io::Result<Registration> {
        let poller = worker.scheduler().poller();
        let vacant = lock(&VACANT).pop();
        let source = vacant.unwrap_or_else(|| {
            Box::leak(Box::new(Source {
                ready: AtomicU32::new(0),
                generation: AtomicU32::new(0),
                owner: AtomicU64::new(0),
            }))
        });
        // A fresh socket can be written to, as a rule, and may have been written to.
        source.ready.store(READ | WRITE, Relaxed);
        source.owner.store(owner, Release);
        let registration = Registration {
            source,
            poller,
            descriptor,
        };
        poller.add(descriptor, source.token())?;
        Ok(registration)
    }

    /// Another actor is to be woken from here on.
    pub fn give_to(&self, owner: u64) {
        self.source.owner.store(owner, Release);
    }

    /// It may be ready although an attempt failed.
    pub fn retry(&self, bit: u32) {
        self.source.ready.fetch_or(bit, AcqRel);
    }

    /// It is not ready, whatever was said when it began.
    pub fn forget(&self, bit: u32) {
        self.source.ready.fetch_and(!bit, AcqRel);
    }

    /// What is known of it.
    pub fn ready(&self) -> u32 {
        self.source.ready.load(Acquire)
    }

    /// Tries something that the socket must be ready for; `None` if it is not. `attempt` gives what came of
    /// it, and whether the same may be tried again at once.
    pub fn attempt<R>(
        &self,
        bit: u32,
        mut attempt: impl FnMut() -> io::Result<(R, bool)>,
    ) -> Option<io::Result<R>> {
        let ready = &self.source.ready;
        loop {
            let before = ready.fetch_and(!bit, AcqRel);
            if before & (bit | BROKEN) == 0 && (bit != READ || before & READ_CLOSED == 0) {
                return None;
            }
            match attempt() {
                Ok((result, again)) => {
                    if again {
                        ready.fetch_or(bit, AcqRel);
                    }
                    return Some(Ok(result));
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                    ready.fetch_or(bit, AcqRel);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return None,
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.poller.remove(self.descriptor);
        self.source.generation.fetch_add(1, AcqRel);
        lock(&VACANT).push(self.source);
    }
}

impl Source {
    fn token(&'static self) -> u64 {
        let generation = u64::from(self.generation.load(Acquire));
        std::ptr::from_ref(self) as u64 | generation << ADDRESS_BITS
    }
}

/// An event has come for the source of a token: its owner is woken if it was not told that yet.
///
/// # Safety
/// The token is one that a registration gave to the poller.
pub unsafe fn dispatch(worker: &Worker, token: u64, bits: u32) {
    let address = token & ((1 << ADDRESS_BITS) - 1);
    // SAFETY: the caller's promise; records live for ever.
    let source = unsafe { &*(address as *const Source) };
    if source.token() != token {
        return;
    }
    let before = source.ready.fetch_or(bits, AcqRel);
    if bits & !before != 0 {
        worker.make_ready(source.owner.load(Acquire));
    }
}
