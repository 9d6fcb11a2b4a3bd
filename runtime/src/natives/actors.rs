//! Actors: their start, their addresses, and `receive`.

use crate::actor::Actor;
use crate::actor::receive::Found;
use crate::actor::turn::Pause;
use crate::crash::Reason;
use crate::heap::HeapFull;
use crate::heap::collect::make_room;
use crate::heap::copy::copy;
use crate::heap::measure::pairs;
use crate::message::{Call, Message, Owned};
use crate::native;
use crate::natives::Cx;
use crate::natives::words::{Boxed, Pointer};
use crate::sched::post::Sent;
use crate::sched::worker::NoActor;
use crate::sched::{clock, post};
use mesh_abi::descriptor::ObjectDesc;
use mesh_abi::object::DESC_MASK;
use std::ptr::null_mut;

/// What `rt.receive_next` gives.
const TIME_IS_UP: i64 = 0;
const MESSAGE: i64 = 1;
const SIGNAL: i64 = 2;
const NOTHING_YET: i64 = 3;

/// Bytes of a message up to which it is kept for a crash report while it is handled.
const KEPT: usize = 4096;

/// The calling actor's own pid.
pub fn own_pid(cx: &Cx) -> u64 {
    cx.actor().pid()
}

/// A copy of a closure in the heap of an actor that is being made by `parent`, which is called what the closure is.
///
/// # Safety
/// The record is the caller's alone, and so is `parent`; the closure is a live one of that.
pub unsafe fn copied_closure(
    parent: &Actor,
    actor: &Actor,
    closure: Pointer,
) -> Result<Pointer, HeapFull> {
    let context = actor.context();
    let mut heap = actor.heap.borrow_mut();
    // SAFETY: the caller's promise.
    let gives_handles = unsafe { parent.has_handles() };
    let mut objects = Vec::new();
    let allocate = |bytes| {
        // SAFETY: the context is that of the heap's actor.
        let object = unsafe { heap.allocate(context, bytes) }?;
        if gives_handles {
            objects.push((object, bytes));
        }
        Ok(object)
    };
    // SAFETY: the caller's promise. The closure's descriptor, and what that says, are static.
    let (closure, loose) = unsafe { copy(closure, allocate) }?;
    heap.begin_with(loose);
    for (object, bytes) in objects {
        let mut give = |a, b| {
            // SAFETY: the caller's promise.
            unsafe { parent.give_away([a, b], 0) }
        };
        // SAFETY: objects that were just copied.
        unsafe { pairs(object.as_ptr(), bytes, &mut give) };
    }
    // SAFETY: as above.
    if let Some(ty) = unsafe {
        let desc = (closure.cast::<u64>().read() & DESC_MASK) as *const ObjectDesc;
        (*desc).ty.as_ref()
    } {
        actor.set_function(ty.name);
    }
    Ok(closure)
}

/// A new actor that runs a copy of a closure.
fn spawn(cx: &mut Cx, closure: Pointer, link: bool) -> u64 {
    let parent = cx.actor();
    let made = cx.worker().spawn(|actor| {
        // SAFETY: the record is this function's alone, and the closure is a live one.
        actor
            .closure
            .set(unsafe { copied_closure(parent, actor, closure) }?);
        // SAFETY: the parent runs this; nobody knows the new actor.
        if let Some(allowed) = unsafe { parent.if_extra(|extra| extra.allowed) } {
            // SAFETY: as above.
            unsafe { actor.limits.set(allowed) };
            if let Some(bytes) = actor.limits.heap() {
                actor.heap.borrow_mut().set_limit(bytes);
            }
        }
        if link {
            // SAFETY: both are this worker's.
            unsafe {
                let number = parent.with_extra(|extra| extra.links.link(actor.pid()));
                let number = number.unwrap_or_default();
                actor.with_extra(|extra| extra.links.linked(parent.pid(), number));
            }
        }
        Ok(())
    });
    match made {
        Ok(pid) => pid,
        Err(NoActor::HeapFull) => cx.crash(Reason::HeapLimit),
        Err(NoActor::NoRoom) => {
            let text = "there is no room for one more actor";
            cx.crash(Reason::Other(String::from(text)))
        }
    }
}

/// A message of a value.
#[inline]
pub fn message_of(cx: &mut Cx, value: Boxed, call: Call, asked: bool) -> Owned {
    // SAFETY: compiled code passes a live box.
    let Ok(message) = (unsafe { Message::of(value.0, call, asked) }) else {
        cx.crash(Reason::HeapLimit)
    };
    let actor = cx.actor();
    // SAFETY: the actor runs this.
    if unsafe { actor.has_handles() } {
        // SAFETY: as above.
        message.pairs(|a, b| unsafe { actor.give_away([a, b], call.number) });
    }
    message
}

/// A message's value, moved into the actor's heap.
#[inline]
pub fn value_of(cx: &mut Cx, message: Owned) -> Boxed {
    // SAFETY: the actor runs this.
    let message = match unsafe { message.take_plain(cx.context()) } {
        Ok(value) => return Boxed(value),
        Err(message) => message,
    };
    let bytes = message.bytes();
    // SAFETY: as above.
    let taken = unsafe {
        make_room(cx.context(), bytes);
        message.take_to(&mut cx.actor().heap.borrow_mut(), cx.context())
    };
    cx.actor().note_garbage();
    match taken {
        Ok(value) => Boxed(value),
        Err(_) => cx.crash(Reason::HeapLimit),
    }
}

/// Crashes a program whose only actor waits for ever.
fn somebody_sends(cx: &mut Cx) {
    // The last one to end may have sent something since the mailbox was found empty: who sees that it has ended sees
    // that too. SAFETY: the actor runs this.
    let is_empty = || unsafe { cx.actor().queue.is_empty() };
    if cx.actor().deadline.get() == u64::MAX && cx.worker().is_last() && is_empty() {
        let text = "it waits for a message that nobody can send: it is the only actor, and the \
                    `receive` has no `after`";
        cx.crash(Reason::Other(String::from(text)))
    }
}

/// The running actor's record and the promise that its owner is the caller.
fn actor(cx: &Cx) -> &'static Actor {
    cx.actor()
}

native! {
    fn mesh_rt_spawn as "rt.spawn"(cx, closure: Pointer, link: i64) -> i64 {
        let pid = spawn(cx, closure, link != 0);
        cx.cross();
        pid as i64
    }

    /// The actor's own pid.
    fn mesh_rt_self_pid as "rt.self_pid"(cx) -> i64 {
        own_pid(cx) as i64
    }

    /// A `receive` begins.
    fn mesh_rt_receive_begin as "rt.receive_begin"(cx, timeout: i64) {
        // SAFETY: the actor runs this.
        unsafe { actor(cx).begin_receive(clock::deadline(timeout)) };
    }

    /// The next message that this `receive` has not looked at.
    fn mesh_rt_receive_next as "rt.receive_next"(cx) -> (i64, Boxed) {
        // SAFETY: the actor runs this.
        match unsafe { actor(cx).look() } {
            Ok(Found::Message(value)) => (MESSAGE, Boxed(value)),
            Ok(Found::Signal) => (SIGNAL, Boxed(null_mut())),
            Ok(Found::Nothing) => (NOTHING_YET, Boxed(null_mut())),
            Ok(Found::Over) => (TIME_IS_UP, Boxed(null_mut())),
            Err(reason) => cx.crash(reason),
        }
    }

    /// Waits on the stack for something to receive.
    fn mesh_rt_receive_wait as "rt.receive_wait"(cx) {
        somebody_sends(cx);
        cx.wait(actor(cx).deadline.get());
    }

    /// Waits without a stack.
    fn mesh_rt_park as "rt.park"(cx, closure: Pointer) {
        actor(cx).closure.set(closure);
        cx.worker().wake_at(actor(cx), actor(cx).deadline.get());
    }

    /// The `receive` leaves the message where it is.
    fn mesh_rt_receive_skip as "rt.receive_skip"(cx) {
        // SAFETY: the actor runs this.
        unsafe { actor(cx).skip_current() };
    }

    /// The `receive` takes the message.
    fn mesh_rt_receive_take as "rt.receive_take"(cx) -> (Boxed, i64, i64) {
        // SAFETY: the actor runs this.
        let Some(message) = (unsafe { actor(cx).take_current() }) else {
            return (Boxed(null_mut()), 0, 0);
        };
        if message.value().is_none() {
            set_current(cx, Call::NONE);
            return (Boxed(null_mut()), 0, 0);
        }
        let (call, asked) = (message.call(), message.is_asked());
        let is_small = message.bytes() <= KEPT;
        // SAFETY: as above.
        unsafe { actor(cx).now_answers(call) };
        let taken = value_of(cx, message);
        let handled = if is_small { taken.0 } else { null_mut() };
        actor(cx).handled.set(handled);
        // What was asked is answered through its handle only.
        let call = if asked { Call::NONE } else { call };
        set_current(cx, call);
        (taken, call.caller as i64, call.number as i64)
    }

    /// Makes a call the current one; compiled code does it without this.
    fn mesh_rt_set_current as "rt.set_current"(cx, caller: i64, number: i64) {
        set_current(cx, Call::from_words([caller as u64, number as u64]));
    }

    /// Sends a message.
    fn mesh_send as "Prelude.send"(cx, pid: i64, message: Boxed) {
        let message = message_of(cx, message, Call::NONE, false);
        if post::send(cx.worker(), pid as u64, message) == Sent::Flooded {
            cx.actor().suspend(Pause::Slice);
        }
        cx.cross();
    }
}

fn set_current(cx: &Cx, call: Call) {
    // SAFETY: the context is the running actor's, which alone uses the field.
    unsafe { (*cx.context()).current_call = [call.caller, call.number] };
}
