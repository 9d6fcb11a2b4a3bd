//! The frames on an actor's stack, as addresses, and the tail calls remembered with them.
//!
//! The innermost frames come from the unwinder, which also knows native frames without frame
//! pointers; the rest, which may be millions, from the chain of frame pointers that every compiled
//! function keeps. Every address is checked to lie on the actor's own stacks before it is read.

use crate::actor::Actor;
use crate::actor::segment::return_address;
use mesh_abi::context::{Context, STACK_RESERVE, TAIL_RING, TailSite};
use std::ffi::{c_int, c_void};

/// Innermost frames kept.
const FIRST: usize = 64;
/// Outermost frames kept.
const LAST: usize = 16;

/// The unwinder's number of the frame pointer register.
#[cfg(target_arch = "x86_64")]
const FRAME_POINTER: c_int = 6;
/// The unwinder's number of the frame pointer register.
#[cfg(target_arch = "aarch64")]
const FRAME_POINTER: c_int = 29;

/// One frame: where it goes on, and its frame address.
#[derive(Clone, Copy)]
pub struct Frame {
    pub pc: usize,
    pub address: usize,
}

/// A tail call that was made from the frame at `address`.
#[derive(Clone, Copy)]
pub struct TailCall {
    pub site: &'static TailSite,
    pub address: usize,
}

/// What was on the stack.
pub struct Trace {
    /// From the innermost outwards.
    pub first: Vec<Frame>,
    /// Frames left out between the two.
    pub skipped: usize,
    pub last: Vec<Frame>,
    /// From the newest to the oldest; those of calls that are over are left out.
    pub tail_calls: Vec<TailCall>,
}

/// The ranges of the actor's stacks.
struct Stacks {
    slot: (usize, usize),
    segment: (usize, usize),
}

impl Stacks {
    fn of(actor: &Actor) -> Stacks {
        // SAFETY: the actor runs this, or is stopped.
        let context = unsafe { &*actor.context() };
        Stacks {
            slot: actor.run.bounds(),
            segment: (
                context.segment_limit.saturating_sub(STACK_RESERVE),
                context.segment_top,
            ),
        }
    }

    /// How deep an address is: bytes from the root of the actor's stack; `None` outside of it.
    fn depth(&self, address: usize) -> Option<usize> {
        let (low, high) = self.slot;
        if (low..high).contains(&address) {
            return Some(high - address);
        }
        let (segment_low, segment_high) = self.segment;
        if (segment_low..segment_high).contains(&address) {
            return Some(high - low + (segment_high - address));
        }
        None
    }
}

struct Walk {
    stacks: Stacks,
    frames: Vec<Frame>,
}

/// Takes down the frames of the running actor.
///
/// # Safety
/// `context` is the running actor's, and this is called on its stack.
#[inline(never)]
pub unsafe fn capture(context: *mut Context, actor: &Actor) -> Trace {
    let mut walk = Walk {
        stacks: Stacks::of(actor),
        frames: Vec::with_capacity(FIRST),
    };
    // SAFETY: the callback gets the walk, which lives until the call returns.
    unsafe { _Unwind_Backtrace(visit, (&raw mut walk).cast()) };
    let mut trace = Trace {
        first: walk.frames,
        skipped: 0,
        last: Vec::new(),
        tail_calls: Vec::new(),
    };
    if trace.first.len() == FIRST {
        outer_frames(&mut trace, &walk.stacks);
    }
    // SAFETY: the ring belongs to the running actor.
    trace.tail_calls = unsafe { tail_calls(context, &walk.stacks) };
    trace
}

/// Takes down the frames of an actor that was stopped by a fault, from its registers.
///
/// # Safety
/// The actor is stopped with these registers, and does not run before this returns.
pub unsafe fn overflow_trace(actor: &Actor, pc: usize, address: usize) -> Trace {
    let stacks = Stacks::of(actor);
    let mut trace = Trace {
        // What is looked up is the byte before a return address; this is no return address.
        first: vec![Frame {
            pc: pc + 1,
            address,
        }],
        skipped: 0,
        last: Vec::new(),
        tail_calls: Vec::new(),
    };
    outer_frames(&mut trace, &stacks);
    // SAFETY: the actor is stopped, so its ring is not written.
    trace.tail_calls = unsafe { tail_calls(actor.context(), &stacks) };
    trace
}

extern "C" fn visit(frame: *mut c_void, walk: *mut c_void) -> c_int {
    const GO_ON: c_int = 0;
    const STOP: c_int = 5;
    // SAFETY: the unwinder passes its own frame, and the walk it was given.
    let (pc, sp, address, walk) = unsafe {
        (
            _Unwind_GetIP(frame),
            _Unwind_GetCFA(frame),
            _Unwind_GetGR(frame, FRAME_POINTER),
            &mut *walk.cast::<Walk>(),
        )
    };
    // Past the root the unwinder goes on to the worker's stack.
    if walk.frames.len() == FIRST || walk.stacks.depth(sp).is_none() {
        return STOP;
    }
    walk.frames.push(Frame { pc, address });
    GO_ON
}

/// Follows the frame pointers from the last frame of the trace.
fn outer_frames(trace: &mut Trace, stacks: &Stacks) {
    let Some(Frame { mut address, .. }) = trace.first.last().copied() else {
        return;
    };
    let mut ring = [Frame { pc: 0, address: 0 }; LAST];
    let mut count = 0;
    // Where the stack goes on in a new part there are three frames that are nobody's call: the
    // function's first, the switch's and the thunk's.
    let mut nobodys = 0;
    while let Some(depth) = stacks.depth(address) {
        if !address.is_multiple_of(8) || depth < 16 {
            break;
        }
        // SAFETY: two words within the actor's stack, above the running frames and so committed.
        let (outer, pc) = unsafe {
            (
                *(address as *const usize),
                *(address as *const usize).add(1),
            )
        };
        let frame = Frame { pc, address: outer };
        if trace.first.len() < FIRST {
            trace.first.push(frame);
        } else {
            if count >= LAST && ring[count % LAST].pc == return_address() {
                nobodys += 3;
            }
            ring[count % LAST] = frame;
            count += 1;
        }
        // Outer frames are less deep, so the walk ends whatever the words are.
        if stacks.depth(outer).is_none_or(|outer| outer >= depth) {
            break;
        }
        address = outer;
    }
    let kept = count.min(LAST);
    trace.skipped = (count - kept).saturating_sub(nobodys);
    trace.last = (count - kept..count).map(|i| ring[i % LAST]).collect();
}

/// The remembered tail calls of frames that are still there.
///
/// # Safety
/// `context` is the running actor's.
unsafe fn tail_calls(context: *mut Context, stacks: &Stacks) -> Vec<TailCall> {
    // SAFETY: the caller's promise.
    if unsafe { (*context).tail_ring.is_null() } {
        return Vec::new();
    }
    // SAFETY: as above; the ring has so many records.
    let (count, ring) = unsafe {
        let ring = std::slice::from_raw_parts((*context).tail_ring, TAIL_RING);
        ((*context).tail_count as usize, ring)
    };
    let mut calls = Vec::new();
    // While a frame lives, only deeper frames make calls; so, going back in time, a record deeper
    // than a newer one is of a frame that had ended by then.
    let mut deepest = usize::MAX;
    for back in 1..=count.min(TAIL_RING) {
        let record = ring[(count - back) % TAIL_RING];
        // SAFETY: sites are static records of the program.
        let (Some(site), Some(depth)) = (unsafe { record.site.as_ref() }, stacks.depth(record.sp))
        else {
            continue;
        };
        if depth <= deepest {
            deepest = depth;
            calls.push(TailCall {
                site,
                address: record.sp,
            });
        }
    }
    calls
}

unsafe extern "C-unwind" {
    fn _Unwind_Backtrace(
        visit: extern "C" fn(*mut c_void, *mut c_void) -> c_int,
        argument: *mut c_void,
    ) -> c_int;
    fn _Unwind_GetIP(frame: *mut c_void) -> usize;
    fn _Unwind_GetCFA(frame: *mut c_void) -> usize;
    fn _Unwind_GetGR(frame: *mut c_void, register: c_int) -> usize;
}
