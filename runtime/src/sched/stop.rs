//! The end of a program that is asked for from outside, by SIGINT or SIGTERM.
//!
//! The first signal stops the supervisors that no other supervisor has started, the last one first, each
//! before the next; they stop their children in turn. Before that, what serves others (see [`Drain`]) gets to
//! finish what it has begun. Then the process ends, with 128 and the signal's number. A second signal ends it at
//! once.
//!
//! The handler only notes the signal and interrupts the poller, so that somebody is awake to see it; what
//! follows is done by the monitor, a step in each of its rounds.

use super::Scheduler;
use crate::actor::Actor;
use crate::actor::requests::SIGNALS;
use crate::crash::Reason;
use crate::message::{Content, Control, Message, Owned};
use crate::sync::lock;
use crate::table::{Pid, Visitor};
use std::mem::zeroed;
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::AtomicI32;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::{Arc, Mutex, Weak};

/// The signal that has come; 0 for none.
static SIGNAL: AtomicI32 = AtomicI32::new(0);
/// The poller's event counter.
static EVENT: AtomicI32 = AtomicI32::new(-1);

/// Supervisors that no supervisor has started, in the order in which they began.
#[derive(Default)]
pub struct Roots(Mutex<Vec<u64>>);

impl Roots {
    /// A supervisor begins.
    pub fn add(&self, pid: u64) {
        lock(&self.0).push(pid);
    }

    /// A supervisor has ended.
    pub fn remove(&self, pid: u64) {
        lock(&self.0).retain(|root| *root != pid);
    }

    fn last(&self) -> Option<u64> {
        lock(&self.0).last().copied()
    }
}

/// What finishes what it has begun before the program ends.
pub trait Drain: Send + Sync {
    /// Begins nothing new from here on.
    fn begin(&self);

    /// Whether all is finished, or the time for it is up.
    fn is_done(&self) -> bool;
}

static DRAINS: Mutex<Vec<Weak<dyn Drain>>> = Mutex::new(Vec::new());

/// The end of the program waits for this one, as long as there is anybody who uses it.
pub fn drain_first(drain: Weak<dyn Drain>) {
    let mut drains = lock(&DRAINS);
    drains.retain(|drain| drain.strong_count() > 0);
    drains.push(drain);
}

/// Whether the program is to end.
pub fn is_asked_for() -> bool {
    SIGNAL.load(Acquire) != 0
}

/// Installs the handler, except for signals that whoever started the process has had ignored.
pub fn install(event: i32) {
    EVENT.store(event, Release);
    for signal in [libc::SIGINT, libc::SIGTERM] {
        // SAFETY: the handler does only what a handler may: atomics, `write` and `_exit`.
        unsafe {
            let mut before: libc::sigaction = zeroed();
            libc::sigaction(signal, null_mut(), &raw mut before);
            if before.sa_sigaction == libc::SIG_IGN {
                continue;
            }
            let mut action: libc::sigaction = zeroed();
            action.sa_flags = libc::SA_RESTART | libc::SA_ONSTACK;
            action.sa_sigaction = handle as *const () as usize;
            libc::sigaction(signal, &raw const action, null_mut());
        }
    }
}

extern "C" fn handle(signal: libc::c_int) {
    if SIGNAL.compare_exchange(0, signal, AcqRel, Relaxed).is_err() {
        // SAFETY: ends the process.
        unsafe { libc::_exit(128 + signal) }
    }
    let one = 1u64;
    // SAFETY: a counter is written as eight bytes; the error number is the interrupted code's.
    unsafe {
        let error = *libc::__errno_location();
        libc::write(
            EVENT.load(Acquire),
            (&raw const one).cast(),
            size_of::<u64>(),
        );
        *libc::__errno_location() = error;
    }
}

/// One step towards the end: asks the next supervisor to stop, unless that was done, and ends the process
/// when none is left.
pub fn step(scheduler: &'static Scheduler, visitor: &mut Visitor<Actor>, asked: &mut Option<u64>) {
    let drains: Vec<_> = lock(&DRAINS).iter().filter_map(Weak::upgrade).collect();
    drains.iter().for_each(|drain| drain.begin());
    if !drains.iter().all(|drain| drain.is_done()) {
        return;
    }
    match scheduler.roots.last() {
        None => scheduler.end(128 + SIGNAL.load(Acquire)),
        last if last == *asked => {}
        Some(root) => {
            *asked = Some(root);
            visitor.enter();
            if let Some(actor) = visitor.get(Pid(root)) {
                ask(scheduler, actor);
            }
            visitor.leave();
        }
    }
}

fn ask(scheduler: &Scheduler, actor: &Actor) {
    let stop = Control::Stop {
        from: Pid::NONE.0,
        reason: Arc::new(Reason::Shutdown),
    };
    let message = Message::new(Content::Control(stop));
    // SAFETY: the message is ours, and in no queue.
    match unsafe { actor.queue.push(message.into_raw().cast()) } {
        Ok(_) => {
            actor.request(SIGNALS);
            if actor.state.wake() {
                scheduler.queues.inject(NonNull::from(actor));
                scheduler.idle.notify();
            }
        }
        Err(back) => {
            for node in back {
                // SAFETY: what comes back is ours. Whoever else sent some of it finds the actor gone.
                drop(unsafe { Owned::from_node(node) });
            }
        }
    }
}
