//! A worker: a thread that runs actors, one turn at a time.

use super::clock;
use crate::actor::requests::KILL;
use crate::actor::{Actor, table};
use crate::actor::{Ending, Turn};
use crate::crash::{Crash, Reason, report};
use crate::io::{complain, stdout};
use mesh_abi::context::Blocks;
use std::cell::{Cell, RefCell, UnsafeCell};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

/// See the module's comment.
pub struct Worker {
    blocks: UnsafeCell<Blocks>,
    ready: RefCell<VecDeque<&'static Actor>>,
    /// When to wake whom.
    timers: RefCell<BinaryHeap<Reverse<(u64, u64)>>>,
    /// Actors that live.
    pub alive: Cell<usize>,
}

impl Worker {
    pub(crate) fn new() -> Worker {
        Worker {
            blocks: UnsafeCell::new(Blocks::EMPTY),
            ready: RefCell::default(),
            timers: RefCell::default(),
            alive: Cell::new(0),
        }
    }

    /// Something has happened that the actor must look at.
    pub fn wake(&self, actor: &'static Actor) {
        if actor.state.wake() {
            self.queue(actor);
        }
    }

    /// A new actor begins.
    pub fn start(&self, actor: &'static Actor) {
        self.alive.set(self.alive.get() + 1);
        self.queue(actor);
    }

    /// Whether no other actor lives than the one that runs.
    pub fn is_last(&self) -> bool {
        self.alive.get() == 1
    }

    /// Ends an actor, whatever it does.
    pub fn kill(&self, pid: u64) {
        if let Some(actor) = table::find(pid) {
            actor.request(KILL);
            self.wake(actor);
        }
    }

    /// The actor, which is queued, runs when its turn comes.
    pub fn queue(&self, actor: &'static Actor) {
        self.ready.borrow_mut().push_back(actor);
    }

    /// Wakes the running actor at `deadline`, if it does not wake before; never at `u64::MAX`.
    pub fn wake_at(&self, actor: &Actor, deadline: u64) {
        let set = actor.timer.load(SeqCst);
        if deadline == u64::MAX || set != 0 && set <= deadline {
            return;
        }
        actor.timer.store(deadline, SeqCst);
        let mut timers = self.timers.borrow_mut();
        timers.push(Reverse((deadline, actor.pid())));
    }

    /// Runs actors until the program is over: the first one's exit code.
    pub fn run(&self) -> i32 {
        loop {
            self.fire_timers();
            let next = self.ready.borrow_mut().pop_front();
            match next {
                Some(actor) => {
                    actor.state.run();
                    if let Some(code) = self.turn(actor) {
                        return code;
                    }
                }
                None => self.sleep(),
            }
        }
    }

    fn fire_timers(&self) {
        loop {
            let due = match self.timers.borrow().peek() {
                Some(Reverse((time, pid))) if *time <= clock::now() => (*time, *pid),
                _ => return,
            };
            self.timers.borrow_mut().pop();
            if let Some(actor) = table::find(due.1)
                && actor
                    .timer
                    .compare_exchange(due.0, 0, SeqCst, SeqCst)
                    .is_ok()
            {
                self.wake(actor);
            }
        }
    }

    fn sleep(&self) {
        stdout::flush();
        let next = self.timers.borrow().peek().map(|Reverse((time, _))| *time);
        let now = clock::now();
        match next {
            Some(time) if time <= now => {}
            Some(time) => std::thread::sleep(Duration::from_nanos(time - now)),
            None => std::thread::park(),
        }
    }

    /// One turn of an actor that runs; the exit code if the program is over then.
    fn turn(&self, actor: &'static Actor) -> Option<i32> {
        // SAFETY: the actor runs on this worker, whose blocks nobody else uses.
        unsafe { actor.use_blocks(self.blocks.get()) };
        actor.worker.set(self);
        loop {
            let turn = if actor.run.has_stack() || !actor.is_killed() {
                actor.take_turn(actor.body.take())
            } else {
                Turn::Ended(Ending::Crashed(Box::new(Crash::bare(Reason::Killed))))
            };
            match turn {
                Turn::Waits | Turn::Parked => {
                    if actor.state.park() {
                        return None;
                    }
                }
                Turn::Preempted => {
                    actor.state.requeue();
                    self.queue(actor);
                    return None;
                }
                Turn::Ended(ending) => {
                    if let Some(code) = self.ended(actor, ending) {
                        return code;
                    }
                }
            }
        }
    }

    /// The actor's function is over, or its `terminate` section: nothing if that is to run now; else
    /// the actor has ended, which for the first one is the end of the program.
    fn ended(&self, actor: &'static Actor, ending: Ending) -> Option<Option<i32>> {
        let first = actor.is_first();
        let (reason, code) = match ending {
            Ending::Returned(code) => (Arc::new(Reason::Normal), code as i32),
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
                let ended = extra
                    .ended
                    .get_or_insert_with(|| (Arc::clone(&reason), code));
                let killed =
                    matches!(*ended.0, Reason::Killed) || matches!(*reason, Reason::Killed);
                let next = extra.terminate.pop().filter(|_| !killed);
                (next, ended.clone())
            })
        };
        let (reason, code) = match terminate {
            Some((Some(closure), _)) => {
                actor.ending.set(true);
                actor.closure.set(closure);
                return None;
            }
            Some((None, ended)) => ended,
            None => (reason, code),
        };
        if first {
            stdout::flush();
            return Some(Some(code));
        }
        self.finish(actor, &reason);
        Some(None)
    }

    /// Nothing of the actor runs any more: tells all who have to know, and frees what it had.
    fn finish(&self, actor: &'static Actor, reason: &Arc<Reason>) {
        let pid = actor.pid();
        table::hide(actor);
        if actor.named.load(SeqCst) {
            crate::actor::names::forget(pid);
        }
        // SAFETY: the actor runs on this worker, and is found no longer.
        unsafe {
            actor.close_mailbox(pid, reason);
            actor.tell_of_end(pid, reason);
            actor.reset();
        }
        actor.state.exit();
        self.alive.set(self.alive.get() - 1);
        table::give(pid);
    }
}
