//! An actor on its stack: how a worker lets it run, and the ways back.
//!
//! A turn begins on the worker's stack, switches to the actor's [strand](super::strand), which it gets when it has
//! none, and ends when the actor waits, was preempted, has parked itself as a closure, or is over.

use super::requests::RESTS;
use super::strand::{Entry, Strand};
use super::{Actor, segment};
use crate::crash::{Crash, Reason, Unwinding, panic_reason};
use mesh_abi::context::Context;
use std::cell::Cell;
use std::panic::resume_unwind;
use std::ptr::null_mut;
use std::sync::OnceLock;
use std::sync::atomic::Ordering::Relaxed;

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
    /// Nothing of it is on the stack any more.
    Over,
    /// Nor is there anything left to be done about it.
    Done,
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
    /// All is done already.
    Done,
}

/// The stack that an actor is on. Only the owner uses it.
pub struct Run {
    /// Null where it is on none.
    strand: Cell<*mut Strand>,
    /// Where the stack of the calling thread counts as the actor's.
    #[cfg(test)]
    high: Cell<usize>,
}

impl Default for Run {
    fn default() -> Run {
        Run {
            strand: Cell::new(null_mut()),
            #[cfg(test)]
            high: Cell::new(0),
        }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if self.has_stack() {
            // SAFETY: nothing runs an actor that is dropped; what its frames hold leaks.
            unsafe { Strand::discard(self.strand.get()) };
        }
    }
}

impl Run {
    /// Says that what runs on the calling thread's stack below `high` is the actor, for tests.
    #[cfg(test)]
    pub fn set_bounds(&self, high: usize) {
        self.high.set(high);
    }

    /// Whether something of the actor is on a stack. For the owner.
    #[inline]
    pub fn has_stack(&self) -> bool {
        !self.strand.get().is_null()
    }

    /// Nothing of the actor is on its strand any more, which others use. For the owner.
    #[inline]
    pub fn leave(&self) {
        self.strand.set(null_mut());
    }

    fn strand(&self) -> Option<&Strand> {
        // SAFETY: the strand is the actor's as long as it is on it.
        unsafe { self.strand.get().as_ref() }
    }

    /// The first stack's lowest address, and the highest that compiled code uses.
    pub fn bounds(&self) -> (usize, usize) {
        match self.strand() {
            Some(strand) => strand.bounds(),
            #[cfg(test)]
            None => (0, self.high.get()),
            #[cfg(not(test))]
            None => (0, 0),
        }
    }
}

impl Actor {
    /// Runs `body` on a stack of its own to its end.
    pub fn run(&self, body: Body) -> Ending {
        self.body.set(Some(body));
        match self.take_turn().1 {
            Turn::Ended(ending) => ending,
            Turn::Waits | Turn::Preempted | Turn::Parked | Turn::Done => {
                Ending::Crashed(Box::new(Crash::bare(Reason::Other(String::from(
                    "it waits where nobody runs it again",
                )))))
            }
        }
    }

    /// Lets the actor run: on its stack, or else what it has parked itself as, or its body. Others may have had turns on
    /// the same stack then: gives the last one, and how its turn ended.
    ///
    /// The caller owns the actor, and its stack is the worker's.
    pub fn take_turn(&self) -> (*const Actor, Turn) {
        let mut strand = self.run.strand.get();
        if strand.is_null() {
            strand = Strand::take();
            // SAFETY: a strand that was just taken is this actor's alone.
            let Some(fresh) = (unsafe { strand.as_ref() }) else {
                let reason = Reason::Other(String::from("there is no memory for a stack"));
                let crash = Box::new(Crash::bare(reason));
                return (self, Turn::Ended(Ending::Crashed(crash)));
            };
            self.begin_on(fresh);
        }
        // SAFETY: the strand is the actor's, and nothing runs on it.
        let pause = unsafe { Strand::resume(strand) };
        // SAFETY: a strand lives until it is given back; records of actors live for ever.
        let last = unsafe { &*(*strand).actor() };
        (last, last.turn_ended(strand, pause))
    }

    /// What the turn of the actor on a strand came to.
    fn turn_ended(&self, strand: *mut Strand, pause: Pause) -> Turn {
        let ended = |crash: Option<Box<Crash>>| {
            let text = || String::from("the actor stopped without a reason");
            let crash = crash.unwrap_or_else(|| Box::new(Crash::bare(Reason::Other(text()))));
            Turn::Ended(Ending::Crashed(crash))
        };
        match pause {
            Pause::Wait => Turn::Waits,
            Pause::Slice => Turn::Preempted,
            Pause::Left => {
                self.run.leave();
                // SAFETY: an actor switches away for good only when no frame on its stack has a destructor.
                unsafe { Strand::discard(strand) };
                ended(self.crash.take())
            }
            Pause::Done => {
                // SAFETY: nothing is on it, and no actor has it.
                let _ = unsafe { Strand::give(strand) };
                Turn::Done
            }
            Pause::Over => {
                self.run.leave();
                // SAFETY: nothing of the actor is on it any more.
                match unsafe { Strand::give(strand) } {
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

    /// Makes a strand, which nothing runs on, the actor's, to begin its turn on.
    #[inline]
    pub(super) fn begin_on(&self, strand: &Strand) {
        let entry = match self.body.take() {
            Some(body) => Entry::Body(body),
            None => Entry::Closure(self.closure.replace(null_mut())),
        };
        let context = self.context();
        let (ring, limit) = strand.prepare(self, entry);
        // SAFETY: the actor does not run yet, so its context is the caller's.
        unsafe {
            (*context).tail_ring = ring;
            (*context).tail_count = 0;
            (*context).native_frames = 0;
            (*context).entry_frame = 0;
            (*context).part = 0;
            (*context).parts = 0;
            (*context).settled = 0;
            self.set_limit(limit);
        }
        self.run.strand.set(std::ptr::from_ref(strand).cast_mut());
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
            (*context).limit.store(limit, Relaxed);
            // A requester sets its bit before it stores to `limit`: look again after our store. Without a fence, which
            // would cost more than all the rest of this, our store may still come behind that of a requester whose
            // bit we do not see: then the end of the slice, for which the monitor asks again and again, serves both.
            if (*context).requests.load(Relaxed) != 0 && self.ends_rest() {
                (*context).limit.store(usize::MAX, Relaxed);
            }
        }
    }

    /// The actor runs now; whether anything is asked of it.
    #[cold]
    fn ends_rest(&self) -> bool {
        // SAFETY: the field is atomic.
        let asked = unsafe { (*self.context()).requests.fetch_and(!RESTS, Relaxed) };
        asked & !RESTS != 0
    }

    /// Gives the worker back until somebody lets the actor go on, which may be another worker.
    ///
    /// Called on the actor's own stack, by code that holds nothing which must not move between threads.
    pub fn suspend(&self, pause: Pause) {
        if let Some(strand) = self.run.strand() {
            strand.suspend(pause);
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
        match self.run.strand() {
            Some(strand) if strand.away.get().is_none() => {
                let here = address_of_frame();
                let f = SameThread(|| {
                    strand.away.set(Some((here, address_of_frame() + SWITCH)));
                    let _until_back = Away(&strand.away);
                    f()
                });
                strand.on_parent_stack(move || f.call())
            }
            _ => f(),
        }
    }

    /// The parts of stacks in use, from an address on the stack the actor runs on: its own, and the
    /// worker's where it runs on that. Registers are on them once the caller has pushed them.
    pub fn stacks_from(&self, sp: usize) -> Stacks {
        let away = self.run.strand().and_then(|strand| strand.away.get());
        let (fresh, sp) = match away {
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
pub(super) fn address_of_frame() -> usize {
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
