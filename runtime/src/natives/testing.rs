//! What tests of natives need: an actor to call them with, the reason they crash with, and the
//! stack they use.

use super::Cx;
use crate::actor::Actor;
use crate::actor::stack::Slot;
use crate::config::Config;
use crate::crash::{Reason, panic_reason};
use corosensei::Coroutine;
use mesh_abi::context::Context;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Bytes of the actor's stack that a native which says `Stack::Leaf` may use.
pub const LEAF_STACK: usize = 4096;

fn actor() -> Box<Actor> {
    let config = Config {
        max_stack: 1 << 20,
        max_heap: 64 << 20,
    };
    Actor::new("test", 0, config)
}

/// Runs `f` in an actor that does nothing else.
pub fn with_actor<R>(f: impl FnOnce(&mut Cx) -> R) -> R {
    let actor = actor();
    // SAFETY: the actor lives until `f` is done, and nobody else runs it.
    f(&mut unsafe { Cx::new(actor.context()) })
}

/// The reason `f` crashes its actor with.
pub fn crash_of<R>(f: impl FnOnce(&mut Cx) -> R) -> Option<Reason> {
    let result = catch_unwind(AssertUnwindSafe(|| with_actor(|cx| drop(f(cx)))));
    result.err().map(panic_reason)
}

/// Bytes of stack that a call of a native takes: the stack is painted, and looked over afterwards.
pub fn stack_used(native: impl FnOnce(*mut Context) + 'static) -> usize {
    const PAINT: u8 = 0xa5;
    let slot = Slot::new().unwrap();
    let (low, high) = slot.bounds();
    // SAFETY: the slot is ours, and nothing runs on it yet.
    unsafe { (low as *mut u8).write_bytes(PAINT, high - low) };
    let actor = actor();
    let context = actor.context();
    let mut coroutine = Coroutine::<(), (), usize, Slot>::with_stack(slot, move |_, ()| {
        let here = 0u8;
        native(context);
        &raw const here as usize
    });
    let start = coroutine.resume(()).as_return().unwrap();
    let slot = coroutine.into_stack();
    // SAFETY: the coroutine is done, so the slot is ours again; it was written in full above.
    let bytes = unsafe { std::slice::from_raw_parts(slot.bounds().0 as *const u8, high - low) };
    let untouched = bytes.iter().take_while(|byte| **byte == PAINT).count();
    start - (low + untouched)
}

#[test]
fn leaf_natives_need_little_stack() {
    use super::float::mesh_float_to_text;
    use super::int::mesh_int_to_text;
    use super::rt::mesh_rt_alloc_slow;
    // SAFETY: the context is a live actor's.
    let used = unsafe {
        [
            stack_used(|cx| _ = mesh_int_to_text(cx, i64::MIN)),
            stack_used(|cx| _ = mesh_float_to_text(cx, 1.2345678901234567e-300)),
            stack_used(|cx| _ = mesh_rt_alloc_slow(cx, 100_000)),
        ]
    };
    assert!(used.iter().all(|bytes| *bytes <= LEAF_STACK), "{used:?}");
}
