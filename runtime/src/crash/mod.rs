//! The end of an actor that cannot go on: reason, trace, report.
//!
//! A crash in compiled code arrives at [`mesh_rt_crash`], one in a native as an unwinding that
//! stops at the native's boundary. Both record the reason and the addresses of the frames on the
//! actor's stack, and leave it; the addresses are turned into names, and the report is written, on
//! the worker's stack, which has room for it.

mod capture;
mod reason;
mod report;
mod symbols;
mod value;

pub use reason::{Reason, number};
pub use report::report;

use crate::heap::string::Str;
use crate::natives::{Cx, row};
pub use capture::{Trace, overflow_trace};

use capture::capture;
use mesh_abi::context::Context;
use mesh_abi::native::Native;
use mesh_abi::object::StringObject;
use mesh_abi::values::CrashKind;
use std::any::Any;
use std::cell::Cell;
use std::panic::resume_unwind;
use std::ptr::NonNull;

/// A recorded crash.
pub struct Crash {
    pub reason: Reason,
    trace: Option<Trace>,
    /// What the report says instead of the reason's usual note.
    pub note: Option<&'static str>,
}

impl Crash {
    /// A crash with its frames.
    pub fn with_trace(reason: Reason, trace: Trace) -> Crash {
        Crash {
            reason,
            trace: Some(trace),
            note: None,
        }
    }

    /// A crash whose frames are not known.
    pub fn bare(reason: Reason) -> Crash {
        Crash {
            reason,
            trace: None,
            note: None,
        }
    }
}

/// The payload that unwinds an actor's stack after its crash was recorded.
pub struct Unwinding;

/// The payload of an unwinding that a native's boundary turns into a crash.
struct Crashing(Reason);

/// Unwinds the frames of a native up to its boundary, where the actor crashes with `reason`.
pub fn crash_by_unwinding(reason: Reason) -> ! {
    resume_unwind(Box::new(Crashing(reason)))
}

/// The reason an unwinding stands for.
pub fn panic_reason(payload: Box<dyn Any + Send>) -> Reason {
    match payload.downcast::<Crashing>() {
        Ok(crashing) => crashing.0,
        Err(payload) => {
            let text = if let Some(text) = payload.downcast_ref::<&str>() {
                text
            } else if let Some(text) = payload.downcast_ref::<String>() {
                text.as_str()
            } else {
                "unknown"
            };
            let place = PANIC_PLACE.take().unwrap_or_default();
            Reason::Other(["a fault in the runtime", &place, ": ", text].concat())
        }
    }
}

thread_local! {
    /// Where the last Rust panic on this thread was, between its hook and the boundary of its
    /// native: an actor does not change threads in between.
    static PANIC_PLACE: Cell<Option<String>> = const { Cell::new(None) };
}

/// Replaces Rust's report of a panic, which would need more stack than an actor has, by a note of
/// its place for the actor's own report.
pub fn quiet_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(|place| {
            let line = reason::number(i64::from(place.line()));
            [" at ", place.file(), ":", &line].concat()
        });
        PANIC_PLACE.set(place);
    }));
}

/// Ends the actor whose native unwound with `payload`.
///
/// # Safety
/// `context` is the running actor's, and the native's frames are gone.
#[cold]
pub unsafe fn from_panic(context: *mut Context, payload: Box<dyn Any + Send>) -> ! {
    if payload.is::<Unwinding>() {
        // An actor that already crashed is on its way out through this native.
        resume_unwind(payload);
    }
    let reason = panic_reason(payload);
    // SAFETY: the caller's promise.
    unsafe { end(context, reason) }
}

/// Records the crash and leaves the actor's stack.
///
/// # Safety
/// `context` is the running actor's; every frame between compiled code and here may be skipped.
pub unsafe fn end(context: *mut Context, reason: Reason) -> ! {
    // SAFETY: the caller's promise.
    unsafe {
        let actor = Cx::new(context).actor();
        let crash = if reason.is_reported(actor.is_first()) {
            Crash::with_trace(reason, capture(context, actor))
        } else {
            Crash::bare(reason)
        };
        actor.leave(crash)
    }
}

/// Ends the actor: what compiled code calls when it cannot go on. See `CrashKind` for `a`, `b`.
///
/// # Safety
/// Called by compiled code with its own context.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn mesh_rt_crash(
    context: *mut Context,
    kind: u64,
    a: u64,
    b: u64,
) -> ! {
    const ROW: &Native = row("rt.crash", "mesh_rt_crash", &["i", "i", "i"], "", true);
    #[cfg(test)]
    #[used]
    #[unsafe(link_section = "mesh_natives")]
    static ENTRY: &Native = ROW;
    let _ = ROW;
    let text = |word: u64| {
        NonNull::new(word as *mut StringObject).map(|object| {
            // SAFETY: compiled code passes a live string, or 0, where `CrashKind` says a string.
            unsafe { Str::from_raw(object) }.as_str().to_owned()
        })
    };
    let is = |other: CrashKind| kind == other as u64;
    let reason = if is(CrashKind::Panic) {
        Reason::Panic(text(a).unwrap_or_default())
    } else if is(CrashKind::ArithmeticOverflow) {
        Reason::ArithmeticOverflow
    } else if is(CrashKind::DivisionByZero) {
        Reason::DivisionByZero
    } else if is(CrashKind::IndexOutOfRange) {
        Reason::IndexOutOfRange(a as i64, b as i64)
    } else if is(CrashKind::NoMatch) {
        Reason::NoMatch(text(a).unwrap_or_default())
    } else if is(CrashKind::StackOverflow) {
        Reason::StackOverflow
    } else if is(CrashKind::HeapLimit) {
        Reason::HeapLimit
    } else if is(CrashKind::BadShift) {
        Reason::BadShift(a as i64)
    } else {
        Reason::Other(String::from("compiled code gave no known reason"))
    };
    // SAFETY: compiled code's frames have no destructors.
    unsafe { end(context, reason) }
}
