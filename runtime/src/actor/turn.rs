//! An actor on its stack: how a worker lets it run, and the ways back.
//!
//! A turn begins on the worker's stack, switches to the actor's, which is bound when there is none yet,
//! and ends when the actor waits, was preempted, has parked itself as a closure, or is over.

use super::stack::Slot;
use super::{Actor, segment};
use crate::crash::{Crash, Reason, Unwinding, panic_reason};
use corosensei::{Coroutine, CoroutineResult, Yielder};
use mesh_abi::context::{Context, STACK_RESERVE};
use std::cell::{Cell, UnsafeCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::{NonNull, null_mut};
use std::sync::OnceLock;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::thread::Result as Caught;

/// What the first actor runs: a C-convention shim around a Mesh function.
pub type Body = unsafe extern "C-unwind" fn(*mut Context) -> i64;
/// Runs a closure: the program's trampoline.
pub type Enter = unsafe extern "C-unwind" fn(*mut Context, *mut u8);

/// The program's trampoline, once it is known.
pub static ENTER: OnceLock<Enter> = OnceLock::new();

/// Why an actor gives the worker back without leaving its stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// It has to be woken.
    Wait,
    /// Its time slice is over.
    Slice,
    /// It will never go on: the stack holds nothing that must be dropped.
    Left,
}

/// How an actor ended.
pub enum Ending {
    /// Its function returned; for `main`, the exit code.
    Returned(i64),
    Crashed(Box<Crash>),
}

/// How a turn ended.
pub enum Turn {
    /// It waits, on its stack.
    Waits,
    /// It could go on.
    Preempted,
    /// It waits as a closure; its stack is free.
    Parked,
    Ended(Ending),
}

type Stackful = Coroutine<(), Pause, Caught<i64>, Slot>;

/// An actor's stack. Only the owner uses it.
#[derive(Default)]
pub struct Run {
    coroutine: UnsafeCell<Option<Stackful>>,
    yielder: Cell<Option<NonNull<Yielder<(), Pause>>>>,
    /// The first stack's lowest address, and the highest that compiled code uses.
    bounds: Cell<(usize, usize)>,
    /// While it runs on the worker's stack: its place on its own, and where on the worker's it began.
    away: Cell<Option<(usize, usize)>>,
}

impl Run {
    /// Says that what runs on the calling thread's stack below `high` is the actor, for tests.
    #[cfg(test)]
    pub fn set_bounds(&self, high: usize) {
        self.bounds.set((0, high));
    }

    /// Whether something of the actor is on a stack. For the owner.
    pub fn has_stack(&self) -> bool {
        // SAFETY: the owner alone uses the cell.
        unsafe { (*self.coroutine.get()).is_some() }
    }

    /// The first stack's lowest address, and the highest that compiled code uses.
    pub fn bounds(&self) -> (usize, usize) {
        self.bounds.get()
    }
}

/// What an actor does on a fresh stack.
#[derive(Clone, Copy)]
enum Entry {
    Body(Body),
    Closure(*mut u8),
}

impl Actor {
    /// Runs `body` on a stack of its own to its end.
    pub fn run(&self, body: Body) -> Ending {
        match self.take_turn(Some(body)) {
            Turn::Ended(ending) => ending,
            Turn::Waits | Turn::Preempted | Turn::Parked => Ending::Crashed(Box::new(Crash::bare(
                Reason::Other(String::from("it waits where nobody runs it again")),
            ))),
        }
    }

    /// Lets the actor run: on its stack, or else what it has parked itself as, or `body`.
    ///
    /// The caller owns the actor, and its stack is the worker's.
    pub fn take_turn(&self, body: Option<Body>) -> Turn {
        // SAFETY: the owner alone uses the coroutine, and the actor's code does not touch the cell.
        let coroutine = unsafe { &mut *self.run.coroutine.get() };
        if coroutine.is_none() {
            let entry = body.map_or_else(
                || Entry::Closure(self.closure.replace(null_mut())),
                Entry::Body,
            );
            let Some(slot) = Slot::new() else {
                let text = String::from("there is no memory for a stack");
                return Turn::Ended(Ending::Crashed(Box::new(Crash::bare(Reason::Other(text)))));
            };
            *coroutine = Some(self.bind(slot, entry));
        }
        let result = match coroutine {
            Some(coroutine) => coroutine.resume(()),
            None => return Turn::Waits,
        };
        let ended = |crash: Option<Box<Crash>>| {
            let text = || String::from("the actor stopped without a reason");
            let crash = crash.unwrap_or_else(|| Box::new(Crash::bare(Reason::Other(text()))));
            Turn::Ended(Ending::Crashed(crash))
        };
        match result {
            CoroutineResult::Yield(Pause::Wait) => Turn::Waits,
            CoroutineResult::Yield(Pause::Slice) => Turn::Preempted,
            CoroutineResult::Yield(Pause::Left) => {
                if let Some(mut left) = coroutine.take() {
                    // SAFETY: an actor switches away for good only when no frame on its stack has a
                    // destructor.
                    unsafe { left.force_reset() };
                }
                self.run.yielder.set(None);
                ended(self.crash.take())
            }
            CoroutineResult::Return(result) => {
                *coroutine = None;
                self.run.yielder.set(None);
                match result {
                    Ok(_) if !self.closure.get().is_null() => Turn::Parked,
                    Ok(code) => Turn::Ended(Ending::Returned(code)),
                    Err(payload) => {
                        let crash = self.crash.take();
                        ended(Some(crash.unwrap_or_else(|| {
                            Box::new(Crash::bare(panic_reason(payload)))
                        })))
                    }
                }
            }
        }
    }

    /// A stack on which the actor begins with `entry`.
    fn bind(&self, slot: Slot, entry: Entry) -> Stackful {
        let context = self.context();
        let (low, high) = slot.bounds();
        let ring = slot.bind(self);
        // SAFETY: the actor does not run yet, so its context is the caller's.
        unsafe {
            (*context).tail_ring = ring;
            (*context).tail_count = 0;
            (*context).native_frames = 0;
            (*context).entry_frame = 0;
            (*context).part = 0;
            (*context).parts = 0;
            (*context).settled = 0;
            self.set_limit(low + STACK_RESERVE);
        }
        self.run.bounds.set((low, high));
        let start = move |yielder: &Yielder<(), Pause>, ()| {
            self.run.yielder.set(Some(NonNull::from(yielder)));
            catch_unwind(AssertUnwindSafe(|| {
                // Traces end here: what lies above is the runtime's.
                let root = 0u8;
                self.run.bounds.set((low, &raw const root as usize));
                match entry {
                    // SAFETY: the program's, which gets the context it was compiled for.
                    Entry::Body(body) => unsafe { body(context) },
                    Entry::Closure(closure) => {
                        if let Some(enter) = ENTER.get() {
                            // SAFETY: as above; the closure takes no parameters.
                            unsafe { enter(context, closure) };
                        }
                        0
                    }
                }
            }))
        };
        // SAFETY: what `start` borrows, the record, lives for ever.
        unsafe { Coroutine::with_stack_unchecked(slot, start) }
    }

    /// Sets the limit of the stack in use.
    ///
    /// # Safety
    /// The caller owns the actor.
    unsafe fn set_limit(&self, limit: usize) {
        let context = self.context();
        // SAFETY: the caller's promise; the fields that other threads write are atomic.
        unsafe {
            (*context).hard_limit = limit;
            (*context).limit.store(limit, SeqCst);
            // A requester sets its bit before it stores to `limit`: look again after our store.
            if (*context).requests.load(SeqCst) != 0 {
                (*context).limit.store(usize::MAX, Relaxed);
            }
        }
    }

    /// Gives the worker back until somebody lets the actor go on, which may be another worker.
    ///
    /// Called on the actor's own stack, by code that holds nothing which must not move between threads.
    pub fn suspend(&self, pause: Pause) {
        if let Some(yielder) = self.run.yielder.get() {
            // SAFETY: the yielder lives at the root of the running actor's stack.
            unsafe { yielder.as_ref() }.suspend(pause);
        }
    }

    /// Ends the running actor with a crash: through the destructors on its stack if there are any,
    /// else straight to the entry.
    ///
    /// # Safety
    /// Called on the actor's own stack, while it runs; with `native_frames` zero, no frame on that
    /// stack has anything to drop.
    pub unsafe fn leave(&self, crash: Crash) -> ! {
        self.crash.set(Some(Box::new(crash)));
        // SAFETY: the context belongs to the running actor.
        let unwind = unsafe { (*self.context()).native_frames != 0 };
        if !unwind {
            self.suspend(Pause::Left);
        }
        resume_unwind(Box::new(Unwinding))
    }

    /// Runs `f` on the stack of the worker that runs this actor. `f` must not unwind.
    pub fn on_worker_stack<R>(&self, f: impl FnOnce() -> R) -> R {
        /// Says that a value may be used on the worker's stack, which is the same thread.
        struct SameThread<F>(F);
        // SAFETY: `on_parent_stack` runs the closure on the current thread, before it returns.
        unsafe impl<F> Send for SameThread<F> {}
        impl<R, F: FnOnce() -> R> SameThread<F> {
            fn call(self) -> R {
                (self.0)()
            }
        }
        struct Away<'a>(&'a Cell<Option<(usize, usize)>>);
        impl Drop for Away<'_> {
            fn drop(&mut self) {
                self.0.set(None);
            }
        }
        match self.run.yielder.get() {
            Some(yielder) if self.run.away.get().is_none() => {
                let here = address_of_frame();
                let f = SameThread(|| {
                    self.run.away.set(Some((here, address_of_frame() + SWITCH)));
                    let _until_back = Away(&self.run.away);
                    f()
                });
                // SAFETY: as in `suspend`.
                unsafe { yielder.as_ref() }.on_parent_stack(move || f.call())
            }
            _ => f(),
        }
    }

    /// The parts of stacks in use, from an address on the stack the actor runs on: its own, and the
    /// worker's where it runs on that. Registers are on them once the caller has pushed them.
    pub fn stacks_from(&self, sp: usize) -> Stacks {
        let (fresh, sp) = match self.run.away.get() {
            Some((own, base)) => (vec![(sp, base)], own - SWITCH),
            None => (Vec::new(), sp),
        };
        let mut stacks = Stacks {
            fresh,
            settled: Vec::new(),
        };
        let (low, high) = self.run.bounds();
        if (low..high).contains(&sp) {
            stacks.fresh.push((sp, high));
        } else {
            // SAFETY: the actor runs on the segment, and does not while this looks at it.
            unsafe { segment::stacks(&mut stacks, self.context(), sp, high) };
        }
        stacks
    }
}

/// Bytes that a switch between stacks and the frames around it may take: what stands in them counts as
/// the actor's, for registers are saved there.
const SWITCH: usize = 512;

/// An address in the frame of the caller, or near it.
#[inline(always)]
fn address_of_frame() -> usize {
    let here = 0u8;
    &raw const here as usize
}

/// Parts of stacks, each from its lowest address to behind its highest.
pub struct Stacks {
    /// What may have changed since the last collection.
    pub fresh: Vec<(usize, usize)>,
    /// What has not been returned to since.
    pub settled: Vec<(usize, usize)>,
}
