//! An actor: its record, its run, and the two ways out of it.
//!
//! The record is made by [`Actor::new`], owns the context, the heap and the stacks, and is dropped
//! after the run; the context points back at it. While the actor runs, its fields are used only by
//! the thread it runs on, through cells; no borrow of a cell is held across a call into Mesh.

pub mod guard;
pub mod mailbox;
pub mod segment;
pub mod stack;

use crate::config::Config;
use crate::crash::{Crash, Reason, Unwinding, panic_reason};
use crate::heap::Heap;
use crate::natives::actors::Name;
use corosensei::{Coroutine, CoroutineResult, Yielder};
use guard::Guard;
use mailbox::Mailbox;
use mesh_abi::context::{Blocks, Context, STACK_RESERVE, TAIL_RING, TailRecord};
use stack::{Segment, Slot};
use std::cell::{Cell, RefCell, UnsafeCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::{NonNull, null, null_mut};
use std::sync::atomic::{AtomicU64, AtomicUsize};

const NO_RECORD: TailRecord = TailRecord {
    site: null(),
    sp: 0,
};

/// What an actor runs: a C-convention shim around a Mesh function.
pub type Body = unsafe extern "C-unwind" fn(*mut Context) -> i64;

/// How an actor ended.
pub enum Ending {
    /// Its function returned; for `main`, the exit code.
    Returned(i64),
    Crashed(Crash),
}

/// See the module's comment.
pub struct Actor {
    /// Name for reports.
    pub name: String,
    pub pid: u64,
    pub config: Config,
    pub heap: RefCell<Heap>,
    pub mailbox: RefCell<Mailbox>,
    /// What it is registered as.
    pub names: RefCell<Vec<Name>>,
    /// The first stack's lowest address, and the highest that compiled code uses.
    pub stack: Cell<(usize, usize)>,
    /// Where running past the first stack continues.
    pub segment: RefCell<Option<Segment>>,
    /// The registration of its guard page.
    pub segment_guard: Cell<Option<Guard>>,
    context: NonNull<UnsafeCell<Context>>,
    yielder: Cell<Option<NonNull<Yielder<(), ()>>>>,
    crash: RefCell<Option<Crash>>,
}

impl Actor {
    /// An actor that has not run yet.
    pub fn new(name: &str, pid: u64, config: Config) -> Box<Actor> {
        let context = Box::new(UnsafeCell::new(Context {
            alloc: null_mut(),
            alloc_end: null_mut(),
            limit: AtomicUsize::new(0),
            hard_limit: 0,
            requests: AtomicU64::new(0),
            native_frames: 0,
            actor: null_mut(),
            tail_count: 0,
            blocks: Box::into_raw(Box::new(Blocks::EMPTY)),
            tail_ring: Box::into_raw(Box::new([NO_RECORD; TAIL_RING])).cast(),
            segment_top: 0,
            segment_limit: 0,
            entry_frame: 0,
            current_call: [0; 2],
        }));
        let mut actor = Box::new(Actor {
            name: name.to_owned(),
            pid,
            config,
            heap: RefCell::new(Heap::new(config.max_heap)),
            mailbox: RefCell::default(),
            names: RefCell::default(),
            stack: Cell::new((0, 0)),
            segment: RefCell::new(None),
            segment_guard: Cell::new(None),
            context: NonNull::from(Box::leak(context)),
            yielder: Cell::new(None),
            crash: RefCell::new(None),
        });
        let address: *mut Actor = &raw mut *actor;
        // SAFETY: the context was just made and nobody else knows it.
        unsafe { (*actor.context()).actor = address.cast() };
        actor
    }

    /// The context its code gets.
    pub fn context(&self) -> *mut Context {
        UnsafeCell::raw_get(self.context.as_ptr())
    }

    /// Runs `body` on a stack of its own to its end.
    pub fn run(&self, slot: Slot, body: Body) -> Ending {
        let context = self.context();
        let bounds = slot.bounds();
        self.stack.set(bounds);
        // SAFETY: the actor does not run yet, so its context is ours.
        unsafe {
            (*context).hard_limit = bounds.0 + STACK_RESERVE;
            *(*context).limit.get_mut() = bounds.0 + STACK_RESERVE;
        }
        // SAFETY: the actor outlives this function, and the registration with it.
        let _guard = unsafe { self.guard(slot.guard()) };
        let start = |yielder: &Yielder<(), ()>, ()| {
            self.yielder.set(Some(NonNull::from(yielder)));
            catch_unwind(AssertUnwindSafe(|| {
                // Traces end here: what lies above is the runtime's.
                let root = 0u8;
                self.stack.set((bounds.0, &raw const root as usize));
                // SAFETY: `body` is the program's and gets the context it was compiled for.
                unsafe { body(context) }
            }))
        };
        // SAFETY: what `start` borrows, the actor itself, outlives this function, in which the
        // coroutine ends.
        let mut coroutine = unsafe { Coroutine::with_stack_unchecked(slot, start) };
        let result = coroutine.resume(());
        self.yielder.set(None);
        match result {
            CoroutineResult::Return(Ok(code)) => Ending::Returned(code),
            CoroutineResult::Return(Err(payload)) => {
                let crash = self.crash.take();
                Ending::Crashed(crash.unwrap_or_else(|| Crash::bare(panic_reason(payload))))
            }
            CoroutineResult::Yield(()) => {
                // SAFETY: an actor switches away for good only when no frame on its stack has a
                // destructor.
                unsafe { coroutine.force_reset() };
                let crash = self.crash.take();
                Ending::Crashed(crash.unwrap_or_else(|| {
                    Crash::bare(Reason::Other(String::from(
                        "the actor stopped without a reason",
                    )))
                }))
            }
        }
    }

    /// Registers a guard page of one of the actor's stacks.
    ///
    /// # Safety
    /// The registration ends before the actor does.
    pub unsafe fn guard(&self, page: (usize, usize)) -> Guard {
        let actor: *const Actor = self;
        // SAFETY: the caller's promise.
        unsafe { Guard::register(page.0, page.1, actor.cast_mut()) }
    }

    /// Ends the running actor with a crash: through the destructors on its stack if there are any,
    /// else straight to the entry.
    ///
    /// # Safety
    /// Called on the actor's own stack, while it runs; with `native_frames` zero, no frame on that
    /// stack has anything to drop.
    pub unsafe fn leave(&self, crash: Crash) -> ! {
        self.crash.replace(Some(crash));
        // SAFETY: the context belongs to the running actor.
        let unwind = unsafe { (*self.context()).native_frames != 0 };
        if !unwind && let Some(yielder) = self.yielder.get() {
            // SAFETY: the yielder lives at the root of the running actor's stack.
            unsafe { yielder.as_ref() }.suspend(());
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
        match self.yielder.get() {
            Some(yielder) => {
                let f = SameThread(f);
                // SAFETY: as in `leave`.
                unsafe { yielder.as_ref() }.on_parent_stack(move || f.call())
            }
            None => f(),
        }
    }
}

impl Drop for Actor {
    fn drop(&mut self) {
        // SAFETY: leaked from a box in `new`; the actor's code, which alone used it, has ended.
        unsafe {
            let context = Box::from_raw(self.context.as_ptr()).into_inner();
            drop(Box::from_raw(context.blocks));
            drop(Box::from_raw(
                context.tail_ring.cast::<[TailRecord; TAIL_RING]>(),
            ));
        }
    }
}
