//! What tests of natives need: an actor to call them with, the reason they crash with, and the
//! stack they use.

use super::Cx;
use crate::actor::Actor;
use crate::actor::segment::mesh_rt_stack_slow;
use crate::actor::stack::Slot;
use crate::config::Config;
use crate::crash::{Reason, panic_reason};
use crate::heap::list::STRING_BUFFER;
use corosensei::Coroutine;
use mesh_abi::context::Context;
use mesh_abi::object::StringObject;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{NonNull, null_mut};

/// Bytes of the actor's stack that a native which says `Stack::Leaf` may use.
pub const LEAF_STACK: usize = 4096;

fn actor(stress_heap: bool) -> Box<Actor> {
    let config = Config {
        max_stack: 1 << 20,
        max_heap: 64 << 20,
        workers: 1,
        stress_heap,
        seed: None,
    };
    Actor::alone(config)
}

/// Runs `f` in an actor that does nothing else.
pub fn with_actor<R>(f: impl FnOnce(&mut Cx) -> R) -> R {
    with_actor_of(std::env::var_os("MESH_GC").is_some(), f)
}

/// As [`with_actor`]; `stress` collects at every allocation.
pub fn with_actor_of<R>(stress: bool, f: impl FnOnce(&mut Cx) -> R) -> R {
    let actor = actor(stress);
    let top = 0u64;
    actor.run.set_bounds(&raw const top as usize);
    // SAFETY: the actor lives until `f` is done, and nobody else runs it.
    f(&mut unsafe { Cx::new(actor.context()) })
}

/// The reason `f` crashes its actor with.
pub fn crash_of<R>(f: impl FnOnce(&mut Cx) -> R) -> Option<Reason> {
    let result = catch_unwind(AssertUnwindSafe(|| with_actor(|cx| drop(f(cx)))));
    result.err().map(panic_reason)
}

/// Assembles code that only builds for AArch64 compile, its operands given as text.
#[track_caller]
pub fn assemble_for_aarch64(code: &str, operands: &[(&str, String)]) {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut code = code.to_owned();
    for (name, value) in operands {
        code = code.replace(&format!("{{{name}}}"), value);
    }
    let mut assembler = Command::new("aarch64-linux-gnu-gcc")
        .args(["-c", "-x", "assembler", "-", "-o", "/dev/null"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the cross compiler, which `./x setup` installs");
    let mut input = assembler.stdin.take().expect("a pipe");
    input.write_all(code.as_bytes()).expect("written");
    drop(input);
    let said = assembler.wait_with_output().expect("ended");
    let text = String::from_utf8_lossy(&said.stderr);
    assert!(said.status.success(), "{text}\n{code}");
}

/// Bytes of stack that a call of a native takes: the stack is painted, and looked over afterwards.
pub fn stack_used(native: impl FnOnce(*mut Context) + 'static) -> usize {
    const PAINT: u8 = 0xa5;
    let slot = Slot::new().unwrap();
    let (low, high) = slot.bounds();
    // SAFETY: the slot is ours, and nothing runs on it yet.
    unsafe { (low as *mut u8).write_bytes(PAINT, high - low) };
    let actor = actor(false);
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
    use super::bytes::{mesh_bytes_find, mesh_bytes_to_list, mesh_bytes_to_text_lossy};
    use super::env::{mesh_env_all, mesh_env_get};
    use super::float::{mesh_float_parse, mesh_float_to_fixed, mesh_float_to_text};
    use super::int::mesh_int_to_text;
    use super::io::mesh_file_error_text;
    use super::rt::{mesh_rt_alloc_slow, mesh_rt_list_reserve_back};
    use super::string::{
        mesh_string_count, mesh_string_find, mesh_string_quoted, mesh_string_to_upper,
    };
    use mesh_abi::descriptor::ObjectDesc;
    const TEXT: &str =
        "Ä text with a family \u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467} and\n\"quotes\"";
    const LONG: &str = "2.22507385850720118013609240e-308";
    /// A string on the heap of the actor, whose making counts too.
    fn text(context: *mut Context, text: &str) -> NonNull<StringObject> {
        // SAFETY: the context is a live actor's.
        unsafe { Cx::new(context) }.string(text).as_raw()
    }
    let desc: *const ObjectDesc = &raw const STRING_BUFFER;
    let desc = desc as i64;
    // SAFETY: the contexts are live actors', the strings live ones of theirs.
    let used = unsafe {
        [
            stack_used(|cx| _ = mesh_int_to_text(cx, i64::MIN)),
            stack_used(|cx| _ = mesh_float_to_text(cx, 1.2345678901234567e-300)),
            stack_used(|cx| _ = mesh_float_to_fixed(cx, 1.5e300, 40)),
            stack_used(|cx| mesh_float_parse(cx, text(cx, LONG))),
            stack_used(|cx| _ = mesh_string_count(cx, text(cx, TEXT), 0)),
            stack_used(|cx| _ = mesh_string_find(cx, text(cx, TEXT), text(cx, "quotes"), 0)),
            stack_used(|cx| _ = mesh_string_to_upper(cx, text(cx, TEXT))),
            stack_used(|cx| _ = mesh_string_quoted(cx, text(cx, TEXT))),
            stack_used(|cx| _ = mesh_bytes_find(cx, text(cx, TEXT), text(cx, "quotes"), 0)),
            stack_used(|cx| mesh_bytes_to_list(cx, text(cx, TEXT))),
            stack_used(|cx| _ = mesh_bytes_to_text_lossy(cx, text(cx, TEXT))),
            stack_used(|cx| mesh_env_all(cx)),
            stack_used(|cx| _ = mesh_env_get(cx, text(cx, "PATH"))),
            stack_used(|cx| _ = mesh_file_error_text(cx, 2)),
            stack_used(|cx| _ = mesh_rt_alloc_slow(cx, 100_000)),
            stack_used(move |cx| mesh_rt_list_reserve_back(cx, null_mut(), 0, 9, desc)),
            stack_used(|cx| _ = mesh_rt_stack_slow(cx, 0)),
            stack_used(|cx| {
                (*cx).hard_limit = usize::MAX;
                _ = mesh_rt_stack_slow(cx, 0);
            }),
        ]
    };
    assert!(used.iter().all(|bytes| *bytes <= LEAF_STACK), "{used:?}");
}
