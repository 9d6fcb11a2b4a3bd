//! The actor context: the hidden first argument of every compiled function.
//!
//! The owner is the actor that runs. `limit` and `requests` are also written by other threads,
//! hence atomic; everything else belongs to the owner alone.
//!
//! The words of a call that do not fit registers travel in [`Blocks`], which belong to the worker:
//! no call suspends between the store of a word and its load, so an actor that goes on elsewhere
//! finds other blocks and misses nothing. The runtime sets `blocks` whenever an actor goes on, and
//! compiled code reads it again behind every call.
//!
//! # Growing the stack
//!
//! A function that can recurse compares its stack pointer (less its need, if the frame may exceed
//! [`SMALL_FRAME`]) with `limit` on entry, and below it calls `mesh_rt_stack_slow(ctx, need)`,
//! where `need` is 0 for a small frame. If that gives 0 the function carries on. If it gives 1 the
//! function
//!
//! 1. stores the words of its arguments to `blocks.args`: those that came through the block where they
//!    came from, and behind them those that came in registers, the closure's own object first;
//! 2. calls `mesh_rt_on_segment(ctx, thunk, itself)`, an ordinary C call;
//! 3. loads the words of its result, in order, from `blocks.ret[0..]` and returns them. Where the result
//!    comes through the return block anyway there is nothing to do.
//!
//! `thunk(ctx, function)` is a C-convention function, one per signature, with a frame pointer and
//! unwind tables. It loads the words that travel in registers from `blocks.args`, where the others stand
//! as the function expects them, calls it by the Mesh convention, and stores the words of a result
//! that came in registers to `blocks.ret[0..]`.
//!
//! Memory from `mesh_rt_alloc_slow` is not zeroed, as the bump region is not: an object is written
//! in full before the next call. A size counts the header and, for an object that derived pointers
//! walk through (a list buffer), one byte past the last element; the runtime rounds up to 8.

use core::sync::atomic::{AtomicU64, AtomicUsize};

/// Words of the argument block: arguments that do not fit the registers.
pub const ARG_WORDS: usize = 256;
/// Words of the return block: results wider than the registers.
pub const RET_WORDS: usize = 256;
/// Tail calls remembered by development builds.
pub const TAIL_RING: usize = 16;
/// Bytes kept free below every `limit`, for leaf natives and signal-free slow paths.
pub const STACK_RESERVE: usize = 16 * 1024;
/// A function whose frame may exceed this many bytes must pass its need to the stack check.
pub const SMALL_FRAME: usize = 1024;

/// Integer-class argument registers of a Mesh call, the context included.
pub const INT_ARG_REGS_X86_64: usize = 6;
/// Integer-class argument registers of a Mesh call, the context included.
pub const INT_ARG_REGS_AARCH64: usize = 8;
/// Float-class argument registers of a Mesh call.
pub const FLOAT_ARG_REGS: usize = 8;
/// Integer-class words of a result that come in registers.
pub const INT_RET_REGS: usize = 3;
/// Float-class words of a result that come in registers.
pub const FLOAT_RET_REGS: usize = 2;

/// Where a tail call was made: a static record emitted by development builds.
#[repr(C)]
pub struct TailSite {
    /// Display name of the calling function, not terminated.
    pub function: *const u8,
    pub function_len: u64,
    /// Path of the source file as the user wrote it.
    pub file: *const u8,
    pub file_len: u64,
    /// 1-based line.
    pub line: u64,
}

/// One remembered tail call: its site, and the frame address (`llvm.frameaddress(0)`, the address
/// of the saved frame pointer) of the caller, which the frame that replaces it has too.
///
/// A development build stores the record and counts up just before a tail call. After an ordinary
/// call has returned it may set `tail_count` back to what it was before the call: then the records
/// of calls that are over vanish at once, and no later frame at their address inherits them.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TailRecord {
    pub site: *const TailSite,
    /// The frame address, despite the short name.
    pub sp: usize,
}

/// Words under way between a call's two sides.
#[repr(C)]
pub struct Blocks {
    /// Arguments that do not fit the registers.
    pub args: [u64; ARG_WORDS],
    /// Results that do not, and those of natives of more than one word.
    pub ret: [u64; RET_WORDS],
}

impl Blocks {
    /// Blocks of zeros.
    pub const EMPTY: Blocks = Blocks {
        args: [0; ARG_WORDS],
        ret: [0; RET_WORDS],
    };
}

/// See the module's comment. Field order is part of the ABI.
#[repr(C)]
pub struct Context {
    /// Next free byte of the bump region. Objects are 8-byte aligned.
    pub alloc: *mut u8,
    /// End of the bump region: an object fits if `alloc + size <= alloc_end`.
    pub alloc_end: *mut u8,
    /// Compared with the stack pointer on function entry. A requester stores `usize::MAX`.
    pub limit: AtomicUsize,
    /// The owner's real limit; below it, the stack is exhausted.
    pub hard_limit: usize,
    /// Bits of pending requests (time slice over, kill, drain signals).
    pub requests: AtomicU64,
    /// Native frames with destructors on the stack: a crash must unwind if it is not zero.
    pub native_frames: u64,
    /// The runtime's own record of the actor.
    pub actor: *mut core::ffi::c_void,
    /// Count of tail calls recorded; the newest is at `(tail_count - 1) % TAIL_RING`.
    pub tail_count: u64,
    /// The blocks of the worker that runs the actor.
    pub blocks: *mut Blocks,
    /// [`TAIL_RING`] records, of the stack that the actor runs on.
    pub tail_ring: *mut TailRecord,
    /// Highest address of the second stack segment; 0 until it is reserved.
    pub segment_top: usize,
    /// `hard_limit` while running on the second segment.
    pub segment_limit: usize,
    /// The frame address of the trampoline that entered the actor's function, which stores it: a
    /// function whose saved frame pointer is this stands in the entry frame, and may park the actor
    /// without a stack. 0 where there is none.
    pub entry_frame: usize,
    /// The current call: the caller's pid and the call's number, zeros for none.
    pub current_call: [u64; 2],
    /// Where the frames of a stack's next part begin: for `mesh_rt_on_segment`, from
    /// `mesh_rt_stack_slow`. The stack pointer, or 0 for where it is; and `hard_limit` there.
    pub part_top: usize,
    pub part_limit: usize,
    /// The frame of the newest `mesh_rt_on_segment` on the stack, 0 for none.
    pub part: usize,
    /// How many there are.
    pub parts: usize,
    /// How many of these, the oldest ones, have not been returned to since the last collection.
    pub settled: usize,
}

/// Byte offsets for the code generator.
pub mod offset {
    use super::{Blocks, Context};
    use core::mem::offset_of;
    pub const ALLOC: u64 = offset_of!(Context, alloc) as u64;
    pub const ALLOC_END: u64 = offset_of!(Context, alloc_end) as u64;
    pub const LIMIT: u64 = offset_of!(Context, limit) as u64;
    pub const TAIL_COUNT: u64 = offset_of!(Context, tail_count) as u64;
    pub const BLOCKS: u64 = offset_of!(Context, blocks) as u64;
    /// In the blocks.
    pub const ARGS: u64 = offset_of!(Blocks, args) as u64;
    /// In the blocks.
    pub const RET: u64 = offset_of!(Blocks, ret) as u64;
    pub const TAIL_RING: u64 = offset_of!(Context, tail_ring) as u64;
    pub const ENTRY_FRAME: u64 = offset_of!(Context, entry_frame) as u64;
    pub const CURRENT_CALL: u64 = offset_of!(Context, current_call) as u64;
}

const _: () = {
    assert!(offset::ALLOC == 0);
    assert!(offset::ALLOC_END == 8);
    assert!(offset::LIMIT == 16);
    assert!(offset::TAIL_COUNT == 56);
    assert!(offset::BLOCKS == 64);
    assert!(offset::ARGS == 0);
};
