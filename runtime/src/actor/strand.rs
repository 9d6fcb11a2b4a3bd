//! A strand: a stack with a coroutine that runs actors on it, one after another.
//!
//! An actor gets a strand when it begins a turn without one, and keeps it while it waits in the middle of something. Mostly
//! it does not: it parks as a closure, or ends, and the worker uses the strand for the next actor at once. So a strand
//! is set up once and not for each turn. And the next actor mostly begins its turn without a stack too: then the worker gives
//! that turn on the strand that it is on, so that most turns cost no switch between stacks (see
//! [`Worker::go_on`](crate::sched::worker::Worker::go_on)).

use super::Actor;
use super::stack::{Head, Slot};
use super::turn::{Body, ENTER, Pause};
use crate::sched::worker::Next;
use corosensei::{Coroutine, CoroutineResult, Yielder};
use mesh_abi::context::{STACK_RESERVE, TailRecord};
use std::cell::{Cell, UnsafeCell};
use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{NonNull, null, null_mut};
use std::sync::atomic::Ordering::Release;
use std::thread::Result as Caught;

type Stackful = Coroutine<(), Pause, Infallible, Slot>;

/// Strands that a worker keeps for the next actors.
const KEPT: usize = 16;

/// What an actor does on a strand.
#[derive(Clone, Copy)]
pub enum Entry {
    Body(Body),
    Closure(*mut u8),
}

/// See the module's comment. Only the owner of the actor that is on it uses it.
pub struct Strand {
    coroutine: UnsafeCell<Option<Stackful>>,
    yielder: Cell<Option<NonNull<Yielder<(), Pause>>>>,
    head: *mut Head,
    /// The stack's lowest address, and the highest that compiled code uses.
    low: usize,
    high: Cell<usize>,
    /// While the actor runs on the worker's stack: its place on its own, and where on the worker's it began.
    pub away: Cell<Option<(usize, usize)>>,
    /// What is to be run next.
    actor: Cell<*const Actor>,
    entry: Cell<Option<Entry>>,
    /// What it came to.
    result: Cell<Option<Caught<i64>>>,
    /// The next one of those that the worker keeps.
    next: *mut Strand,
}

/// Strands that nobody is on.
struct Kept {
    first: *mut Strand,
    count: usize,
}

thread_local! {
    /// Only used on the worker's own stack, where no suspension comes in between.
    static KEEP: UnsafeCell<Kept> = const {
        UnsafeCell::new(Kept { first: null_mut(), count: 0 })
    };
}

impl Strand {
    /// A strand that nobody is on; null where there is no memory for one.
    #[inline]
    pub fn take() -> *mut Strand {
        KEEP.with(|kept| {
            // SAFETY: this thread's, in this call alone.
            let kept = unsafe { &mut *kept.get() };
            if kept.first.is_null() {
                return Strand::new();
            }
            let strand = kept.first;
            // SAFETY: what is kept is nobody's else.
            kept.first = unsafe { (*strand).next };
            kept.count -= 1;
            strand
        })
    }

    #[cold]
    fn new() -> *mut Strand {
        let Some(slot) = Slot::new() else {
            return null_mut();
        };
        let (low, _) = slot.bounds();
        let strand = Box::into_raw(Box::new(Strand {
            coroutine: UnsafeCell::new(None),
            yielder: Cell::new(None),
            head: slot.head(),
            low,
            high: Cell::new(low),
            away: Cell::new(None),
            actor: Cell::new(null()),
            entry: Cell::new(None),
            result: Cell::new(None),
            next: null_mut(),
        }));
        // SAFETY: the strand lives as long as its coroutine, which it owns.
        let own = unsafe { &*strand };
        let start = move |yielder: &Yielder<(), Pause>, ()| -> Infallible {
            own.yielder.set(Some(NonNull::from(yielder)));
            loop {
                let pause = own.work();
                yielder.suspend(pause);
            }
        };
        // SAFETY: what `start` borrows lives as long as the coroutine.
        let coroutine = unsafe { Coroutine::with_stack_unchecked(slot, start) };
        // SAFETY: nobody else knows the strand.
        unsafe { *own.coroutine.get() = Some(coroutine) };
        strand
    }

    /// Runs what was prepared, on the strand's stack, and then what else the worker has that begins there.
    fn work(&self) -> Pause {
        loop {
            let result = self.run();
            // SAFETY: the actor that the strand was prepared for; its record lives for ever.
            let actor = unsafe { &*self.actor.get() };
            if !actor.is_on_worker() || result.is_err() {
                self.result.set(Some(result));
                return Pause::Over;
            }
            match actor.on_worker().go_on(actor) {
                Next::Turn(next) => next.begin_on(self),
                Next::Nothing => return Pause::Done,
                Next::Refused => {
                    self.result.set(Some(result));
                    return Pause::Over;
                }
            }
        }
    }

    fn run(&self) -> Caught<i64> {
        let actor = self.actor.get();
        catch_unwind(AssertUnwindSafe(|| {
            // Traces end here: what lies above is the runtime's.
            let root = 0u8;
            self.high.set(&raw const root as usize);
            // SAFETY: the actor that the strand was prepared for; its record lives for ever.
            let context = unsafe { &*actor }.context();
            match self.entry.take() {
                // SAFETY: the program's, which gets the context it was compiled for.
                Some(Entry::Body(body)) => unsafe { body(context) },
                Some(Entry::Closure(closure)) => {
                    if let Some(enter) = ENTER.get() {
                        // SAFETY: as above; the closure takes no parameters.
                        unsafe { enter(context, closure) };
                    }
                    0
                }
                None => 0,
            }
        }))
    }

    /// The actor that is on it, or was last.
    #[inline]
    pub fn actor(&self) -> *const Actor {
        self.actor.get()
    }

    /// Says which actor goes on it and what that does there; gives the ring of its tail calls and its limit.
    #[inline]
    pub fn prepare(&self, actor: &Actor, entry: Entry) -> (*mut TailRecord, usize) {
        self.actor.set(actor);
        self.entry.set(Some(entry));
        // SAFETY: the head lies in the strand's slot.
        let ring = unsafe {
            (*self.head)
                .owner
                .store(std::ptr::from_ref(actor).cast_mut(), Release);
            (&raw mut (*self.head).ring).cast()
        };
        (ring, self.low + STACK_RESERVE)
    }

    /// The stack's lowest address, and the highest that compiled code uses.
    pub fn bounds(&self) -> (usize, usize) {
        (self.low, self.high.get())
    }

    /// Switches to the strand until the actor on it switches back; says why it did.
    ///
    /// # Safety
    /// The strand is the caller's, and nothing runs on it.
    #[inline]
    pub unsafe fn resume(strand: *mut Strand) -> Pause {
        // SAFETY: what runs on the strand uses its other fields, and never this one.
        match unsafe { &mut *(*strand).coroutine.get() } {
            Some(coroutine) => match coroutine.resume(()) {
                CoroutineResult::Yield(pause) => pause,
                CoroutineResult::Return(never) => match never {},
            },
            None => Pause::Left,
        }
    }

    /// Switches back to the worker. Called on the strand.
    #[inline]
    pub fn suspend(&self, pause: Pause) {
        if let Some(yielder) = self.yielder.get() {
            // SAFETY: the yielder lives at the root of the strand.
            unsafe { yielder.as_ref() }.suspend(pause);
        }
    }

    /// Calls `f` on the worker's stack. Called on the strand.
    pub fn on_parent_stack<R>(&self, f: impl FnOnce() -> R + Send) -> R {
        match self.yielder.get() {
            // SAFETY: as above.
            Some(yielder) => unsafe { yielder.as_ref() }.on_parent_stack(f),
            None => f(),
        }
    }

    /// Gives a strand back that has come to the end of what it ran: what that came to.
    ///
    /// # Safety
    /// The strand is the caller's, who does not use it any more.
    #[inline]
    pub unsafe fn give(strand: *mut Strand) -> Caught<i64> {
        // SAFETY: the caller's promise.
        let result = unsafe { (*strand).result.take() };
        KEEP.with(|kept| {
            // SAFETY: this thread's, in this call alone, and the caller's promise.
            unsafe {
                let kept = &mut *kept.get();
                if kept.count < KEPT {
                    (*strand).next = kept.first;
                    kept.first = strand;
                    kept.count += 1;
                } else {
                    Strand::discard(strand);
                }
            }
        });
        result.unwrap_or(Ok(0))
    }

    /// Frees a strand, whatever is on it.
    ///
    /// # Safety
    /// The strand is the caller's, and what is on it is never run again and need not be dropped.
    #[cold]
    pub unsafe fn discard(strand: *mut Strand) {
        // SAFETY: the caller's promise; made from a box in `new`.
        unsafe {
            let mut strand = Box::from_raw(strand);
            if let Some(coroutine) = strand.coroutine.get_mut() {
                coroutine.force_reset();
            }
        }
    }
}
