//! Futures that an actor waits for.
//!
//! A future is polled on the worker's stack, from beginning to end of a poll on one thread, so it may use
//! as much stack as it likes, and thread-locals. Between polls the actor waits as it does in a `receive`,
//! and whatever wakes it (the future, a message, a request to end) has it look again. No Mesh code runs
//! within a poll.
//!
//! A poll has a budget of reads and writes. One that has used it up finds every socket not ready, and the
//! actor lets others run before it polls again.

use crate::actor::turn::Pause;
use crate::io::waker;
use crate::natives::Cx;
use crate::sched::clock;
use crate::timer::NEVER;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::task::{Context, Poll};

/// Reads and writes in one poll.
const BUDGET: u32 = 64;

thread_local! {
    /// What is left in the poll under way.
    static LEFT: Cell<u32> = const { Cell::new(0) };
}

/// Takes one from the budget of the poll under way; `false` if there is none left. Then the poll is
/// repeated soon.
pub fn may_go_on() -> bool {
    let left = LEFT.get();
    LEFT.set(left.saturating_sub(1));
    left > 1
}

/// What a poll came to.
pub enum Polled<R> {
    Ready(R),
    /// Something will wake the actor.
    Waits,
    /// It is to be polled again, after others have run.
    Spent,
}

/// Polls once, on the worker's stack.
pub fn poll<R>(cx: &mut Cx, poll: impl FnOnce(&mut Context<'_>) -> Poll<R>) -> Polled<R> {
    let actor = cx.actor();
    let waker = waker::of(actor.pid());
    let polled = actor.on_worker_stack(|| {
        catch_unwind(AssertUnwindSafe(|| {
            LEFT.set(BUDGET);
            match poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(result) => Polled::Ready(result),
                Poll::Pending if LEFT.get() == 0 => Polled::Spent,
                Poll::Pending => Polled::Waits,
            }
        }))
    });
    polled.unwrap_or_else(|payload| resume_unwind(payload))
}

/// Lets others run.
pub fn pass(cx: &mut Cx) {
    cx.actor().suspend(Pause::Slice);
    cx.serve();
}

/// Waits for a future, at most until `deadline`; `None` if it was not ready then.
pub fn block_on<R>(
    cx: &mut Cx,
    deadline: u64,
    mut future: impl FnMut(&mut Context<'_>) -> Poll<R>,
) -> Option<R> {
    loop {
        match poll(cx, &mut future) {
            Polled::Ready(result) => return Some(result),
            Polled::Spent => pass(cx),
            Polled::Waits if deadline != NEVER && clock::now() >= deadline => return None,
            Polled::Waits => cx.wait(deadline),
        }
    }
}
