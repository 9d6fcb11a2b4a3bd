//! The actor that runs, whatever it receives.

use super::actors::own_pid;
use crate::actor::limits::Allowed;
use crate::actor::names;
use crate::crash::Reason;
use crate::heap::collect::make_room;
use crate::heap::frozen::Frozen;
use crate::heap::string::Str;
use crate::native;
use crate::natives::Cx;
use crate::natives::words::Boxed;
use crate::sched::clock;

/// A frozen copy of a value, which the actor refers to.
pub fn share(cx: &mut Cx, value: Boxed) -> Boxed {
    // SAFETY: compiled code passes a live box.
    let frozen = unsafe {
        if Frozen::is_needless(value.0) {
            return value;
        }
        Frozen::of(value.0)
    };
    let Ok(frozen) = frozen else {
        cx.crash(Reason::HeapLimit)
    };
    let actor = cx.actor();
    // SAFETY: the actor runs this.
    let has_handles = unsafe { actor.has_handles() };
    if let Some(region) = frozen.region().filter(|_| has_handles) {
        // SAFETY: as above.
        region.pairs(|a, b| unsafe { actor.give_away([a, b], 0) });
    }
    let bytes = frozen.region().map_or(0, |region| region.bytes());
    // SAFETY: the context is the running actor's.
    unsafe { make_room(cx.context(), bytes) };
    if cx.actor().heap.borrow().is_full(bytes) {
        cx.crash(Reason::HeapLimit)
    }
    cx.actor().heap.borrow_mut().use_frozen(&frozen, true);
    Boxed(frozen.root())
}

native! {
    /// The same value, where others can refer to it.
    fn mesh_process_share as "Process.share"(cx, value: Boxed) -> Boxed {
        share(cx, value)
    }

    /// Its address.
    fn mesh_process_own as "Process.own"(cx) -> i64 {
        own_pid(cx) as i64
    }

    /// How many actors can run at the same time.
    fn mesh_process_workers as "Process.workers"(cx) -> i64 {
        cx.actor().config.get().workers as i64
    }

    /// How many actors have begun and not ended.
    fn mesh_process_alive as "Process.alive"(cx) -> i64 {
        cx.worker().scheduler().alive() as i64
    }

    /// What the actors that are started from now on are allowed; what it was before.
    fn mesh_process_allow as "Process.raw_allow"(cx, heap: i64, mailbox: i64) -> (i64, i64) {
        let number = |n: i64| usize::try_from(n).unwrap_or(0);
        let allowed = Allowed { heap: number(heap), mailbox: number(mailbox) };
        // SAFETY: the actor runs this.
        let before = unsafe {
            cx.actor().with_extra(|extra| std::mem::replace(&mut extra.allowed, allowed))
        };
        (before.heap as i64, before.mailbox as i64)
    }

    /// Messages that its mailbox had no room for.
    fn mesh_process_dropped as "Process.dropped"(cx) -> i64 {
        cx.actor().limits.dropped() as i64
    }

    /// Waits, whatever arrives.
    fn mesh_process_sleep as "Process.raw_sleep"(cx, milliseconds: i64) {
        let actor = cx.actor();
        let deadline = clock::deadline(milliseconds);
        while deadline == u64::MAX || clock::now() < deadline {
            cx.worker().wake_at(actor, deadline);
            // SAFETY: this runs on the actor's own stack.
            if let Err(reason) = unsafe { actor.wait_on_stack() } {
                cx.crash(reason)
            }
        }
    }

    /// Asks all actors but this one to end, and gives their number. What they start meanwhile is not counted.
    fn mesh_process_end_others as "TestRun.raw_end_others"(cx) -> i64 {
        let own = own_pid(cx);
        let scheduler = cx.worker().scheduler();
        if scheduler.alive() <= 1 {
            return 0;
        }
        let others = scheduler.pids().into_iter().filter(|pid| pid.0 != own);
        others.map(|pid| cx.worker().kill(pid.0)).count() as i64
    }

    /// Whether an actor has a name.
    fn mesh_process_is_registered as "Process.is_registered"(cx, name: Str) -> bool {
        names::is_taken(name.as_str())
    }
}
