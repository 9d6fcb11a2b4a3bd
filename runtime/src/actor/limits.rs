//! Limits: how large an actor's heap may become, and how many messages may wait for it. What waits counts towards the
//! heap's limit too.
//!
//! An actor that was started with limits counts each message. Who sends takes a place before it pushes and gives it back where
//! there is none; the owner gives one back for each message it takes out. So the counts are never less than what is there,
//! and a mailbox is never longer than its limit: a flood of large messages fills it, and does not end the actor.
//!
//! Any other actor has the limit of all, and nobody expects that what is sent to it gets lost: past the limit it ends. It
//! counts nothing until there may be much: its first large message, or one that comes while many wait. What came before has no
//! counted place; that is little.

use crate::config;
use crate::heap::Heap;
use crate::message::{Message, Owned};
use std::ptr::null_mut;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize};

/// What a message takes besides its value.
const HEAD: usize = 64;

/// What whoever starts an actor allows it; 0 for what has no limit of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    /// Bytes of its heap and its mailbox.
    pub heap: usize,
    /// Messages in its mailbox.
    pub mailbox: usize,
}

#[derive(Debug)]
struct Counted {
    allowed: Allowed,
    waiting: AtomicUsize,
    bytes: AtomicUsize,
    /// Bytes of the heap, when the owner last had a look.
    heap: AtomicUsize,
    dropped: AtomicU64,
}

/// Whether a message has a place in a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It has.
    Fits,
    /// It has, and the actor takes more now than the program allows.
    TooMuch,
    /// There is no room.
    None,
}

/// The limits of an actor, where they are looked at.
#[derive(Debug)]
pub struct Limits(AtomicPtr<Counted>);

fn size(message: &Message) -> Option<usize> {
    message.value().map(|_| HEAD + message.bytes())
}

/// Adds to a count, unless that makes it larger than `most`.
fn take_place(count: &AtomicUsize, more: usize, most: usize) -> bool {
    let before = count.fetch_add(more, Relaxed);
    let has_room = most == 0 || before.saturating_add(more) <= most;
    if !has_room {
        count.fetch_sub(more, Relaxed);
    }
    has_room
}

impl Limits {
    /// None.
    pub const fn none() -> Limits {
        Limits(AtomicPtr::new(null_mut()))
    }

    /// Makes these the limits of an actor that is about to begin.
    ///
    /// # Safety
    /// The record is the caller's alone: nobody uses the limits of the actor that had it before.
    pub unsafe fn set(&self, allowed: Allowed) {
        let fresh = if allowed == Allowed::default() {
            null_mut()
        } else {
            Counted::new(allowed)
        };
        let before = self.0.swap(fresh, Release);
        if !before.is_null() {
            // SAFETY: from `Box::into_raw`, and the caller's promise.
            drop(unsafe { Box::from_raw(before) });
        }
    }

    #[inline]
    fn get(&self) -> Option<&Counted> {
        // SAFETY: what is there stays until the record is another actor's, which is not while anybody
        // may have found this one.
        unsafe { self.0.load(Acquire).as_ref() }
    }

    /// Whether a message may come into the mailbox, in which it then has its place.
    #[inline]
    pub fn admit(&self, message: &mut Owned) -> Place {
        match self.get() {
            Some(counted) => counted.admit(message),
            None if message.is_large() => self.begin().admit(message),
            None => Place::Fits,
        }
    }

    /// Many messages wait: those that come from here on are counted.
    pub fn begin_to_count(&self) {
        if self.get().is_none() {
            self.begin();
        }
    }

    #[cold]
    fn begin(&self) -> &Counted {
        let fresh = Counted::new(Allowed::default());
        let made = self.0.compare_exchange(null_mut(), fresh, AcqRel, Acquire);
        if made.is_err() {
            // SAFETY: just made, and given to nobody.
            drop(unsafe { Box::from_raw(fresh) });
        }
        let there = made.map_or_else(|there| there, |_| fresh);
        // SAFETY: as in `get`.
        unsafe { &*there }
    }

    /// A message has been taken out.
    #[inline]
    pub fn left(&self, message: &Message) {
        if message.is_counted()
            && let (Some(counted), Some(bytes)) = (self.get(), size(message))
        {
            counted.waiting.fetch_sub(1, Relaxed);
            counted.bytes.fetch_sub(bytes, Relaxed);
        }
    }

    /// Tells the owner's heap of the mailbox, and the mailbox of the heap: together they have one limit.
    #[inline]
    pub fn settle(&self, heap: &mut Heap) {
        if let Some(counted) = self.get() {
            let own = heap.note_mailbox(counted.bytes.load(Relaxed));
            counted.heap.store(own, Relaxed);
        }
    }

    /// Messages that had no place.
    pub fn dropped(&self) -> u64 {
        self.get()
            .map_or(0, |counted| counted.dropped.load(Relaxed))
    }

    /// Bytes of its heap, where it has a limit of its own.
    pub fn heap(&self) -> Option<usize> {
        self.get()
            .map(|counted| counted.allowed.heap)
            .filter(|bytes| *bytes > 0)
    }
}

impl Counted {
    fn new(allowed: Allowed) -> *mut Counted {
        Box::into_raw(Box::new(Counted {
            allowed,
            waiting: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
            heap: AtomicUsize::new(0),
            dropped: AtomicU64::new(0),
        }))
    }

    #[cold]
    fn admit(&self, message: &mut Owned) -> Place {
        let Some(bytes) = size(message) else {
            return Place::Fits;
        };
        let has_place = take_place(&self.waiting, 1, self.allowed.mailbox);
        let heap = self.heap.load(Relaxed);
        // At least one byte, for 0 stands for no limit.
        let most = match self.allowed.heap {
            0 => 0,
            most => most.saturating_sub(heap).max(1),
        };
        let has_room = has_place && take_place(&self.bytes, bytes, most);
        if has_place && !has_room {
            self.waiting.fetch_sub(1, Relaxed);
        }
        if !has_room {
            self.dropped.fetch_add(1, Relaxed);
            return Place::None;
        }
        message.set_counted();
        let all = self.bytes.load(Relaxed).saturating_add(heap);
        match self.allowed.heap == 0 && all > config::current().max_heap {
            true => Place::TooMuch,
            false => Place::Fits,
        }
    }
}

impl Drop for Limits {
    fn drop(&mut self) {
        // SAFETY: nobody else has the record any more.
        unsafe { self.set(Allowed::default()) };
    }
}
