//! An actor: its record, which is its address as long as it lives.
//!
//! Records are made by the [table](crate::table), live in it for ever and are used again by later actors, so a
//! reference to one is always good; whether it is still the same actor's, the table says. What other
//! threads may use is atomic or one of the structures made for it (`state`, `queue`, `wait`, the two
//! words of the context). All the rest belongs to the owner: the worker that runs the actor, or the one
//! that makes or ends it, at each time one thread, by [`State`]. No borrow of it is held across a call
//! into Mesh or a suspension.

pub mod extra;
pub mod guard;
pub mod handles;
pub mod limits;
pub mod links;
pub mod names;
pub mod receive;
pub mod requests;
mod rest;
pub mod segment;
pub mod stack;
mod strand;
pub mod turn;
pub mod watch;

use crate::config::Config;
use crate::crash::Crash;
use crate::heap::Heap;
use crate::mailbox::queue::{Front, Queue};
use crate::mailbox::saved::Saved;
use crate::message::{Call, Message};
use crate::names::Mark;
use crate::sched::state::State;
use crate::sched::worker::Worker;
use crate::table::Pid;
use crate::timer::deadline::Deadline;
use crate::wait::Wait;
use extra::Extra;
use limits::{Allowed, Limits};
use mesh_abi::context::{Blocks, Context};
use mesh_abi::descriptor::Text;
use std::cell::{Cell, RefCell, UnsafeCell};
use std::ptr::{null, null_mut};
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};
use turn::Run;
use watch::Watch;

pub use turn::{Body, Ending, Turn};

/// See the module's comment. First, with the generation that stands before the record in its slot, comes what others use
/// when they send a message or answer a call: a line of the cache, which nobody writes to for anything else.
#[repr(C)]
pub struct Actor {
    pub state: State,
    /// Where messages arrive.
    pub queue: Queue,
    /// What it was allowed at its start.
    pub limits: Limits,
    /// The call that it waits for.
    pub wait: Wait<Message>,
    /// The owner's end of the queue.
    front: Front,
    /// What arrived and was not received yet.
    pub saved: UnsafeCell<Saved>,
    /// When the `receive` at hand is over, on the scheduler's clock; `u64::MAX` for never.
    pub deadline: Cell<u64>,
    context: UnsafeCell<Context>,
    pid: AtomicU64,
    /// When it wants to be woken.
    pub timer: Deadline,
    /// Its stack, and how it runs on it.
    pub run: Run,
    /// What it goes on with when it runs next without a stack.
    pub closure: Cell<*mut u8>,
    /// The call received last, until it is answered.
    pub unanswered: Cell<Call>,
    /// The worker that runs it.
    pub worker: Cell<*const Worker>,
    /// The box of the message it received last, unless that is large or it has begun another `receive`:
    /// what its crash report says that it was handling.
    pub handled: Cell<*mut u8>,
    /// What few actors have.
    extra: UnsafeCell<Option<Box<Extra>>>,
    pub heap: RefCell<Heap>,
    /// The first actor's: what it runs.
    pub body: Cell<Option<Body>>,
    /// Why it ended, while it ends.
    pub crash: Cell<Option<Box<Crash>>>,
    /// The name of its function, for reports.
    function: Cell<Text>,
    pub config: Cell<&'static Config>,
    /// Whether it may have names.
    pub named: Mark,
    /// Whether it has memory to give back.
    pub watch: Watch,
    /// Whether it is a supervisor.
    pub supervises: AtomicBool,
    /// Whether exits of linked actors arrive as signals.
    pub traps: Cell<bool>,
    /// Whether its function is over: what still runs is its `terminate` section.
    pub ending: Cell<bool>,
}

// SAFETY: see the module's comment.
unsafe impl Sync for Actor {}
// SAFETY: as above.
unsafe impl Send for Actor {}

const NO_NAME: Text = Text {
    bytes: null(),
    len: 0,
};

impl Default for Actor {
    /// A record that is nobody's.
    fn default() -> Actor {
        Actor::vacant(crate::config::current())
    }
}

impl Actor {
    /// A record that is nobody's.
    pub fn vacant(config: &'static Config) -> Actor {
        Actor {
            context: UnsafeCell::new(Context {
                alloc: null_mut(),
                alloc_end: null_mut(),
                limit: AtomicUsize::new(0),
                hard_limit: 0,
                requests: AtomicU64::new(0),
                native_frames: 0,
                actor: null_mut(),
                tail_count: 0,
                blocks: null_mut(),
                tail_ring: null_mut(),
                segment_top: 0,
                segment_limit: 0,
                entry_frame: 0,
                current_call: [0; 2],
                part_top: 0,
                part_limit: 0,
                part: 0,
                parts: 0,
                settled: 0,
            }),
            pid: AtomicU64::new(0),
            state: State::vacant(),
            queue: Queue::new(),
            front: Front::new(),
            limits: Limits::none(),
            wait: Wait::new(),
            timer: Deadline::new(),
            named: Mark::new(),
            body: Cell::new(None),
            watch: Watch::new(),
            supervises: AtomicBool::new(false),
            traps: Cell::new(false),
            ending: Cell::new(false),
            saved: UnsafeCell::new(Saved::new()),
            deadline: Cell::new(u64::MAX),
            unanswered: Cell::new(Call::NONE),
            worker: Cell::new(null()),
            heap: RefCell::new(Heap::new(config)),
            run: Run::default(),
            closure: Cell::new(null_mut()),
            handled: Cell::new(null_mut()),
            crash: Cell::new(None),
            extra: UnsafeCell::new(None),
            function: Cell::new(NO_NAME),
            config: Cell::new(config),
        }
    }

    /// An actor that no table knows and no worker runs, for tests of what it may do by itself.
    pub fn alone(config: Config) -> Box<Actor> {
        let actor = Box::new(Actor::vacant(Box::leak(Box::new(config))));
        // SAFETY: the record was just made, and stays in its box.
        unsafe {
            actor.begin(Pid::new(0, 1).0);
            actor.use_blocks(Box::leak(Box::new(Blocks::EMPTY)));
        }
        actor
    }

    /// Makes a vacant record, whose queue is open, that of a new actor.
    ///
    /// # Safety
    /// The record is the caller's alone, and stays where it is.
    pub unsafe fn begin(&self, pid: u64) {
        // SAFETY: the caller's promise. Two fields are atomic because late requests to the actor that
        // had the record before may still change them, to no harm.
        unsafe {
            let context = self.context();
            let own: *const Actor = self;
            (*context).alloc = null_mut();
            (*context).alloc_end = null_mut();
            (*context).requests.store(0, Relaxed);
            (*context).native_frames = 0;
            (*context).actor = own.cast_mut().cast();
            (*context).segment_top = 0;
            (*context).segment_limit = 0;
            (*context).hard_limit = 0;
            (*context).entry_frame = 0;
            (*context).current_call = [0; 2];
            *self.saved.get() = Saved::new();
            self.limits.set(Allowed::default());
            self.queue.reopen(&self.front);
        }
        self.timer.renew();
        self.named.clear();
        self.watch.clear();
        self.traps.set(false);
        self.ending.set(false);
        self.deadline.set(u64::MAX);
        self.unanswered.set(Call::NONE);
        self.closure.set(null_mut());
        self.handled.set(null_mut());
        self.function.set(NO_NAME);
        self.state.revive();
        self.pid.store(pid, Release);
    }

    /// Frees what an actor leaves that has ended.
    ///
    /// # Safety
    /// The caller owns the actor, of which nothing runs any more.
    pub unsafe fn reset(&self) {
        // SAFETY: the caller's promise.
        drop(unsafe { self.take_extra() });
        self.heap.borrow_mut().reset(self.config.get());
        drop(self.crash.take());
    }

    /// Whether this is the program's first actor, which runs `main`.
    pub fn is_first(&self) -> bool {
        Pid(self.pid()) == Pid::new(0, 1)
    }

    /// Its address.
    pub fn pid(&self) -> u64 {
        self.pid.load(Acquire)
    }

    /// The context its code gets.
    #[inline]
    pub fn context(&self) -> *mut Context {
        self.context.get()
    }

    /// Where the words of its calls stand while it runs on a worker.
    ///
    /// # Safety
    /// The caller owns the actor.
    pub unsafe fn use_blocks(&self, blocks: *mut Blocks) {
        // SAFETY: the caller's promise.
        unsafe { (*self.context()).blocks = blocks };
    }

    /// Uses what few actors have, which is made with this.
    ///
    /// # Safety
    /// The caller owns the actor, and is not within another use.
    pub unsafe fn with_extra<R>(&self, f: impl FnOnce(&mut Extra) -> R) -> R {
        // SAFETY: the caller's promise.
        f(unsafe { &mut *self.extra.get() }.get_or_insert_default())
    }

    /// As [`Actor::with_extra`], where there is something already.
    ///
    /// # Safety
    /// As there.
    pub unsafe fn if_extra<R>(&self, f: impl FnOnce(&mut Extra) -> R) -> Option<R> {
        // SAFETY: the caller's promise.
        unsafe { &mut *self.extra.get() }.as_deref_mut().map(f)
    }

    /// Takes all of it away.
    ///
    /// # Safety
    /// As there.
    pub unsafe fn take_extra(&self) -> Option<Box<Extra>> {
        // SAFETY: the caller's promise.
        unsafe { (*self.extra.get()).take() }
    }

    /// Says what its function is called.
    pub fn set_function(&self, name: Text) {
        self.function.set(name);
    }

    /// Its function, for reports.
    pub fn name(&self) -> &str {
        let Text { bytes, len } = self.function.get();
        if bytes.is_null() {
            return "main";
        }
        // SAFETY: a text in static memory, see `set_function`.
        let bytes = unsafe { std::slice::from_raw_parts(bytes, len as usize) };
        std::str::from_utf8(bytes).unwrap_or("?")
    }

    /// Calls `visit` with each place outside the stacks and the heap that holds a pointer into the heap.
    ///
    /// # Safety
    /// The caller owns the actor, which is collecting.
    pub unsafe fn roots(&self, visit: &mut dyn FnMut(*mut *mut u8)) {
        visit(self.closure.as_ptr());
        visit(self.handled.as_ptr());
        // SAFETY: the caller's promise.
        unsafe {
            self.if_extra(|extra| {
                for closure in extra.terminate.iter_mut().chain(&mut extra.kept) {
                    visit(closure);
                }
            });
        }
    }
}
