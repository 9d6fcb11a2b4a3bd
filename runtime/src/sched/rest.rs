//! Looks at actors that may have memory to give back, by timers of the workers' wheels, until they have rested for long enough
//! to be asked for it: see [`watch`](crate::actor::watch).
//!
//! Such a timer's payload is the actor's pid with a bit that no pid of this node has.

use super::clock;
use super::worker::Worker;
use crate::actor::requests::REST;
use crate::actor::watch::Next;
use crate::timer::{NEVER, Timer};

/// Milliseconds between two looks: what rests is asked after one to two of them.
const LOOK: u64 = 1000;
const IS_LOOK: u64 = 1 << 62;

/// Whether a timer's payload is a look at an actor.
#[inline]
pub fn is_look(payload: u64) -> bool {
    payload & IS_LOOK != 0
}

/// Looks at an actor a while from now.
pub fn set(worker: &Worker, pid: u64) {
    worker.set_timer(Timer {
        deadline: (clock::now() + LOOK).min(NEVER - 1),
        payload: pid | IS_LOOK,
    });
}

/// A timer's time has come; gives the pid of an actor that has to be woken.
pub fn fire(worker: &Worker, payload: u64) {
    let pid = payload & !IS_LOOK;
    let Some(actor) = worker.find(pid) else {
        return;
    };
    match actor.watch.fired(|| actor.has_rested()) {
        Next::Nothing => {}
        Next::Again => set(worker, pid),
        Next::Ask => {
            actor.request(REST);
            worker.make_ready(pid);
        }
    }
}
