//! A worker: a thread that runs actors, one turn at a time.

mod seeded;

use super::idle::Role;
use super::poller::Events;
use super::queues::Local;
use super::state::Known;
use super::{Scheduler, Seen, clock, later, rest, stop};
use crate::actor::requests::KILL;
use crate::actor::{Actor, Ending, Turn};
use crate::config;
use crate::crash::{Crash, Reason, report};
use crate::heap::HeapFull;
use crate::io::{complain, stdout};
use crate::table::{Pid, Visitor};
use crate::timer::deadline::{Fired, Place};
use crate::timer::{Key, NEVER, Timer};
use mesh_abi::context::Blocks;
pub use seeded::Seeded;
use std::cell::{Cell, RefCell, UnsafeCell};
use std::ptr::{NonNull, null_mut};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Relaxed, Release, SeqCst};

/// Turns after which a worker looks at timers and sockets, if the monitor has not begun a round before.
const TURNS_BETWEEN_LOOKS: u32 = 61;
/// Milliseconds after which the timers of a worker are fired by others.
const LATE: u64 = 5;

/// See the module's comment. It belongs to its thread; what others see is in [`Seen`].
pub struct Worker {
    scheduler: &'static Scheduler,
    seen: &'static Seen,
    number: usize,
    /// Borrowed for one operation at a time, in which no actor runs.
    local: RefCell<Local<Actor>>,
    blocks: UnsafeCell<Blocks>,
    turns: Cell<u64>,
    /// Turns since timers and sockets were last looked at, and the tick of that.
    unlooked: Cell<u32>,
    tick: Cell<u64>,
    /// The wake-ups that the turn under way knows of.
    known: Cell<Known>,
    /// The actor whose turn has begun and waits for the worker to be on its own stack.
    begun: Cell<Option<&'static Actor>>,
    /// This thread's use of the table: borrowed mutably only where no reference is held.
    visitor: RefCell<Visitor<Actor>>,
    due: RefCell<Vec<Timer>>,
    /// In deterministic mode, where its choices come from.
    seeded: Option<Seeded>,
    events: RefCell<Events>,
    /// Why most actors end.
    normal: Arc<Reason>,
}

// SAFETY: a worker is made on one thread and given to its own before it is used; nobody else uses it.
unsafe impl Sync for Worker {}

/// What comes next on a stack.
pub enum Next {
    /// The turn of this actor, which has begun.
    Turn(&'static Actor),
    /// Nothing: the worker goes on on its own stack.
    Nothing,
    /// Nothing, and what was on it is left to the worker.
    Refused,
}

/// Why there is no new actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoActor {
    /// There are too many, or there is no memory for its record.
    NoRoom,
    /// What it begins with does not fit its heap.
    HeapFull,
}

/// Adds one to a count that only this thread changes. Who sees it sees what this thread counted before.
#[inline]
fn count(counter: &AtomicU64) {
    counter.store(counter.load(Relaxed) + 1, Release);
}

impl Worker {
    /// A worker of this number; `None` if the table has no room for its thread.
    pub fn new(scheduler: &'static Scheduler, local: Local<Actor>) -> Option<&'static Worker> {
        let number = local.worker();
        let visitor = RefCell::new(scheduler.table.visitor()?);
        Some(Box::leak(Box::new(Worker {
            scheduler,
            seen: &scheduler.seen[number],
            number,
            local: RefCell::new(local),
            blocks: UnsafeCell::new(Blocks::EMPTY),
            turns: Cell::new(0),
            unlooked: Cell::new(TURNS_BETWEEN_LOOKS),
            tick: Cell::new(0),
            known: Cell::new(Known::NOTHING),
            begun: Cell::new(None),
            visitor,
            due: RefCell::default(),
            seeded: config::current().seed.map(Seeded::new),
            events: RefCell::default(),
            normal: Arc::new(Reason::Normal),
        })))
    }

    /// What all workers share.
    pub fn scheduler(&self) -> &'static Scheduler {
        self.scheduler
    }

    /// Something has happened that the actor must look at: it runs next.
    #[inline]
    pub fn wake(&self, actor: &'static Actor) {
        if actor.state.wake() {
            self.run_next(actor);
        }
    }

    /// The actor, which is queued, runs when the one that runs now is done, unless a later one takes its place.
    #[inline]
    fn run_next(&self, actor: &'static Actor) {
        let tick = self.scheduler.tick();
        let displaced = self
            .local
            .borrow_mut()
            .push_next(NonNull::from(actor), tick);
        if displaced {
            self.scheduler.idle.notify();
        }
    }

    /// As [`Worker::wake`], by the pid, from wherever this thread is: within a turn or between two.
    pub fn make_ready(&self, pid: u64) {
        let Some(actor) = self.find(pid) else {
            return;
        };
        if !self.seen.current.load(Relaxed).is_null() {
            self.wake(actor);
        } else if actor.state.wake() {
            self.queue(actor);
        }
    }

    /// The actor, which is queued, runs when its turn comes.
    fn queue(&self, actor: &'static Actor) {
        self.local.borrow_mut().push(NonNull::from(actor));
        self.scheduler.idle.notify();
    }

    /// The living actor of a pid. The reference is good until the end of the turn, and not across a
    /// suspension: after that, the record may be another actor's.
    #[inline]
    pub fn find(&self, pid: u64) -> Option<&'static Actor> {
        let visitor = self.visitor.borrow();
        // SAFETY: records live for ever.
        visitor
            .get(Pid(pid))
            .map(|actor| unsafe { &*std::ptr::from_ref(actor) })
    }

    /// In deterministic mode, where choices come from.
    pub fn seeded(&self) -> Option<&Seeded> {
        self.seeded.as_ref()
    }

    /// Starts an actor that `set_up` has made; its pid.
    ///
    /// # Errors
    /// What `set_up` gives, or that there is no room.
    pub fn spawn(
        &self,
        set_up: impl FnOnce(&'static Actor) -> Result<(), HeapFull>,
    ) -> Result<u64, NoActor> {
        let mut made = None;
        let visitor = self.visitor.borrow();
        let pid = visitor.insert(|pid, actor| {
            // SAFETY: records live for ever, and this one is nobody's yet.
            let actor = unsafe { &*std::ptr::from_ref(actor) };
            // SAFETY: as above.
            unsafe { actor.begin(pid.0) };
            made = Some((actor, set_up(actor)));
        });
        match (pid, made) {
            (Some(pid), Some((actor, Ok(())))) => {
                count(&self.seen.started);
                self.run_next(actor);
                Ok(pid.0)
            }
            (Some(pid), Some((actor, Err(HeapFull)))) => {
                visitor.remove(pid);
                // SAFETY: nobody knows the actor.
                unsafe { actor.reset() };
                actor.state.exit();
                Err(NoActor::HeapFull)
            }
            _ => Err(NoActor::NoRoom),
        }
    }

    /// The thread of the worker begins.
    pub fn begin(&'static self) {
        crate::io::waker::enter_thread(self);
        // Where the heap is checked, what is freed goes back to the allocator, for others to check.
        if !crate::config::current().stress_heap {
            crate::blocks::keep();
        }
        self.visitor.borrow_mut().enter();
    }

    /// Whether no other actor lives than the one that runs, and no timer will send a message.
    pub fn is_last(&self) -> bool {
        self.scheduler.alive() == 1 && !self.scheduler.timers.has_messages()
    }

    /// Ends an actor, whatever it does.
    pub fn kill(&self, pid: u64) {
        if let Some(actor) = self.find(pid) {
            actor.request(KILL);
            self.wake(actor);
        }
    }

    /// Where timers of an actor are set.
    fn place(&self, pid: u64) -> Place<'static> {
        Place {
            timers: &self.scheduler.timers,
            worker: self.number,
            payload: pid,
        }
    }

    /// Sets a timer of no actor.
    pub fn set_timer(&self, timer: Timer) -> Key {
        let key = self.scheduler.timers.set(self.number, timer);
        self.scheduler.idle.timer_set(timer.deadline);
        key
    }

    /// The running actor has memory to give back, should it wait for long. In deterministic mode it keeps it.
    pub fn watch(&self, actor: &Actor) {
        if self.seeded.is_none() && actor.watch.has() {
            rest::set(self, actor.pid());
        }
    }

    /// Wakes the running actor at `deadline`, if it does not wake before.
    pub fn wake_at(&self, actor: &Actor, deadline: u64) {
        if actor.timer.set(deadline, self.place(actor.pid())) {
            self.scheduler.idle.timer_set(deadline);
        }
    }

    /// The second half of [`Worker::wake_at`], where the first, `want` of the actor's timer, came before a SeqCst fence.
    pub fn wake_as_wanted(&self, actor: &Actor) {
        if actor.timer.arm_wanted(self.place(actor.pid())) {
            self.scheduler.idle.timer_set(actor.timer.get());
        }
    }

    /// Runs actors until the process ends.
    pub fn work(&self) -> ! {
        if let Some(seeded) = &self.seeded {
            self.work_seeded(seeded)
        }
        loop {
            let begun = self.begun.take().or_else(|| self.next_in_line());
            let actor = begun.unwrap_or_else(|| {
                let mut next = None;
                if self.must_look() {
                    self.look_around();
                    self.visitor.borrow_mut().turn();
                    next = self.local.borrow_mut().pop(self.tick.get());
                }
                self.begin_turn(next.unwrap_or_else(|| self.find_work()))
            });
            self.give_turn(actor);
            // Where the turn of another one has begun meanwhile, the monitor has to find that one, to end its slice.
            if self.begun.get().is_none() {
                self.seen.current.store(null_mut(), Relaxed);
            }
        }
    }

    /// Whether timers and sockets are to be looked at before the next turn.
    #[inline]
    fn must_look(&self) -> bool {
        self.tick.get() != self.scheduler.tick() || self.unlooked.get() >= TURNS_BETWEEN_LOOKS
    }

    /// Looks at timers and sockets.
    fn look_around(&self) {
        let now = self.scheduler.tick();
        if self.tick.replace(now) != now {
            self.fire_late_timers();
        }
        self.unlooked.set(0);
        self.fire_timers(self.number);
        self.look_at_sockets();
    }

    /// Begins the turn of the next actor of the queues, unless there is none, or something else is to be looked at first.
    #[inline]
    fn next_in_line(&self) -> Option<&'static Actor> {
        if self.must_look() {
            return None;
        }
        self.unlooked.set(self.unlooked.get() + 1);
        self.visitor.borrow_mut().turn();
        let next = self.local.borrow_mut().pop(self.tick.get())?;
        Some(self.begin_turn(next))
    }

    /// The turn of an actor out of a queue begins.
    #[inline]
    fn begin_turn(&self, actor: NonNull<Actor>) -> &'static Actor {
        // SAFETY: queues hold records of actors, which live for ever.
        let actor: &'static Actor = unsafe { actor.as_ref() };
        self.known.set(actor.state.run());
        let own: *const Actor = actor;
        self.turns.set(self.turns.get() + 1);
        self.seen.current.store(own.cast_mut(), Release);
        self.seen.turn.store(self.turns.get(), Release);
        // SAFETY: the actor runs on this worker, whose blocks nobody else uses.
        unsafe { actor.use_blocks(self.blocks.get()) };
        actor.worker.set(self);
        actor.timer.clear();
        actor
    }

    /// What the actor ran on this worker has come to its end, without a crash, and its stack is free: ends its turn, and
    /// begins that of another one that needs a stack to begin on. Called on that stack.
    pub fn go_on(&self, actor: &'static Actor) -> Next {
        if self.seeded.is_some() {
            return Next::Refused;
        }
        let mut again = false;
        if actor.closure.get().is_null() {
            // SAFETY: the actor runs on this worker, which is not within another use.
            let has_more = unsafe { actor.if_extra(|_| ()) }.is_some();
            if has_more || actor.is_first() {
                return Next::Refused;
            }
            actor.run.leave();
            self.finish(actor, &self.normal);
        } else {
            actor.run.leave();
            if let Some(more) = actor.state.park(self.known.get()) {
                self.known.set(more);
                again = true;
            }
        }
        let next = if again {
            actor
        } else {
            self.seen.current.store(null_mut(), Relaxed);
            match self.next_in_line() {
                Some(next) => next,
                None => return Next::Nothing,
            }
        };
        if next.run.has_stack() || next.is_asked() {
            self.begun.set(Some(next));
            return Next::Nothing;
        }
        Next::Turn(next)
    }

    /// Wakes those whose timers, on one worker's wheel, have expired.
    fn fire_timers(&self, wheel: usize) {
        if self.scheduler.timers.next(wheel) == NEVER {
            return;
        }
        let now = clock::now();
        let mut due = self.due.borrow_mut();
        loop {
            let more = self.scheduler.timers.expire(wheel, now, &mut due);
            if let Some(seeded) = &self.seeded {
                if more {
                    continue;
                }
                seeded.arrange(&mut due);
            }
            let mut sent = 0;
            for Timer { deadline, payload } in due.drain(..) {
                if later::is_message(payload) {
                    // SAFETY: the timer is from its wheel.
                    unsafe { later::fire(self, payload) };
                    sent += 1;
                } else if rest::is_look(payload) {
                    rest::fire(self, payload);
                } else if let Some(actor) = self.find(payload)
                    && actor.timer.fire(deadline, now, self.place(payload)) == Fired::Wake
                    && actor.state.wake()
                {
                    self.queue(actor);
                }
            }
            if sent > 0 {
                self.scheduler.timers.sent(sent);
            }
            if !more {
                return;
            }
        }
    }

    /// Fires what other workers should have fired a while ago, but are in a turn that does not end: in a
    /// native, or in a large collection. (A worker that sleeps is looked after by the poller.)
    fn fire_late_timers(&self) {
        let scheduler = self.scheduler;
        let timers = &scheduler.timers;
        if scheduler.seen.len() == 1 || timers.next_of_all() == NEVER {
            return;
        }
        let late = clock::now().saturating_sub(LATE);
        for wheel in 0..scheduler.seen.len() {
            if wheel != self.number && timers.next(wheel) <= late {
                self.fire_timers(wheel);
            }
        }
    }

    fn fire_all_timers(&self) {
        for wheel in 0..self.scheduler.seen.len() {
            self.fire_timers(wheel);
        }
    }

    /// Takes what the poller has, and acts on it.
    fn look_at_sockets(&self) {
        self.scheduler.poller.look(&mut self.events.borrow_mut());
        self.act_on_events();
    }

    fn act_on_events(&self) {
        for (token, bits) in self.events.borrow_mut().drain() {
            // SAFETY: the poller gives the tokens that it got.
            unsafe { crate::io::source::dispatch(self, token, bits) };
        }
    }

    /// Whether there is something to do for one that sleeps.
    fn has_work(&self) -> bool {
        let scheduler = self.scheduler;
        scheduler.queues.has_work(scheduler.tick())
            || scheduler.timers.next_of_all() <= clock::now()
    }

    /// Looks for an actor to run, and sleeps until there is one.
    #[cold]
    fn find_work(&self) -> NonNull<Actor> {
        let Scheduler { idle, queues, .. } = self.scheduler;
        let mut searching = false;
        loop {
            self.fire_all_timers();
            self.look_at_sockets();
            let tick = self.scheduler.tick();
            let mut local = self.local.borrow_mut();
            let mut next = local.pop(tick);
            if next.is_none() {
                searching = searching || idle.search();
                next = if searching { local.steal(tick) } else { None };
            }
            drop(local);
            if let Some(next) = next {
                if searching {
                    idle.found(|| queues.has_work(tick));
                }
                return next;
            }
            self.sleep(searching);
            searching = true;
        }
    }

    /// Sleeps until there may be something to do; then this worker searches.
    fn sleep(&self, searching: bool) {
        let idle = &self.scheduler.idle;
        let mut role = idle.sleep(self.number, searching);
        if self.has_work() {
            // Woken by somebody else or not, it searches.
            idle.leave(self.number);
            return;
        }
        self.visitor.borrow_mut().leave();
        self.seen.asleep.store(true, SeqCst);
        while role != Role::Awake {
            role = match role {
                Role::Sleeper => idle.park(self.number),
                Role::Poller => match self.poll() {
                    Role::Poller if !self.events.borrow().is_empty() || self.has_work() => {
                        idle.leave(self.number);
                        Role::Awake
                    }
                    role => role,
                },
                Role::Awake => role,
            };
        }
        self.seen.asleep.store(false, SeqCst);
        self.scheduler.monitor.wake();
        self.visitor.borrow_mut().enter();
        self.act_on_events();
    }

    /// Waits for sockets and the nearest timer, or to be interrupted; what this worker is then.
    fn poll(&self) -> Role {
        let Scheduler { idle, timers, .. } = self.scheduler;
        stdout::flush();
        let next = timers.next_of_all();
        if idle.poll_until(next, || timers.next_of_all()) {
            let most = (next != NEVER).then(|| clock::until(next));
            self.scheduler
                .poller
                .wait(most, &mut self.events.borrow_mut());
        }
        if stop::is_asked_for() {
            self.scheduler.monitor.wake();
        }
        idle.poll_over(self.number)
    }

    /// The turn of an actor, which has begun, and those of others that come to it on the same stack.
    fn give_turn(&self, mut actor: &'static Actor) {
        loop {
            let served = match actor.run.has_stack() {
                true => Ok(()),
                // SAFETY: the actor runs on this worker.
                false => unsafe { actor.serve_without_stack() },
            };
            let turn = match served {
                Ok(()) => {
                    let (last, turn) = actor.take_turn();
                    // SAFETY: records of actors live for ever.
                    actor = unsafe { &*last };
                    turn
                }
                Err(reason) => Turn::Ended(Ending::Crashed(Box::new(Crash::bare(reason)))),
            };
            match turn {
                Turn::Done => return,
                Turn::Waits | Turn::Parked => match actor.state.park(self.known.get()) {
                    Some(more) => self.known.set(more),
                    None => return,
                },
                Turn::Preempted => {
                    let has_others = self.local.borrow_mut().push_spent(NonNull::from(actor));
                    if has_others {
                        self.scheduler.idle.notify();
                    }
                    return;
                }
                Turn::Ended(ending) => {
                    if self.ended(actor, ending) {
                        return;
                    }
                }
            }
        }
    }

    /// The actor's function is over, or its `terminate` section. False if that is to run now; else the
    /// actor has ended, which for the first one is the end of the program.
    fn ended(&self, actor: &'static Actor, ending: Ending) -> bool {
        let first = actor.is_first();
        let (reason, code) = match ending {
            Ending::Returned(code) => (Arc::clone(&self.normal), code as i32),
            Ending::Crashed(crash) => {
                let code = i32::from(!crash.reason.is_normal());
                if crash.reason.is_reported(first) {
                    stdout::flush();
                    complain(report(actor, &crash).as_bytes());
                }
                (crash.reason.told(), code)
            }
        };
        // SAFETY: the actor runs on this worker, which is not within another use.
        let terminate = unsafe {
            actor.if_extra(|extra| {
                let killed = matches!(*reason, Reason::Killed);
                let next = extra.terminate.pop().filter(|_| !killed);
                let ended = extra.ended.get_or_insert((Arc::clone(&reason), code));
                (next, ended.clone())
            })
        };
        let (reason, code) = match terminate {
            Some((Some(closure), _)) => {
                actor.ending.set(true);
                actor.closure.set(closure);
                return false;
            }
            Some((None, ended)) => ended,
            None => (reason, code),
        };
        if first {
            self.scheduler.end(code);
        }
        self.finish(actor, &reason);
        true
    }

    /// Nothing of the actor runs any more: tells all who have to know, and frees what it had.
    fn finish(&self, actor: &'static Actor, reason: &Arc<Reason>) {
        let pid = actor.pid();
        self.visitor.borrow().remove(Pid(pid));
        crate::actor::names::ended(actor, pid);
        if actor.supervises.load(SeqCst) {
            actor.supervises.store(false, SeqCst);
            self.scheduler.roots().remove(pid);
        }
        actor.timer.end(self.place(pid));
        // SAFETY: the actor runs on this worker, and is found no longer.
        unsafe {
            actor.close_mailbox(pid, reason);
            actor.tell_of_end(pid, reason);
            actor.reset();
        }
        actor.state.exit();
        count(&self.seen.ended);
    }
}
