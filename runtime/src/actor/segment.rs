//! Growth of the stack: the slow path of the entry check, and the switch to the second segment.
//!
//! A function that finds itself below the limit of the slot packs its arguments and runs again on the
//! segment; below the limit of the segment the actor has overflowed. The segment is reserved when first
//! needed and kept until the actor ends.
//!
//! # What has not been returned to
//!
//! The segment is entered in parts: below a part's limit a function runs again too, where it is, so
//! that every so many bytes of stack there is a frame of [`mesh_rt_on_segment`]. These frames count
//! what is deep: the context knows how many there are, and how many of them, the oldest, no return or
//! unwinding has come through since the last collection. What lies beyond them has not been touched
//! since, for nothing writes into the frames of others; so a minor collection does not look at it. A
//! changed return address would do the same for a single frame, but unwinders, the C ABI's natives and
//! `tailcc`, whose callee pops, would all have to know; a frame of ours is an ordinary one to them, tail
//! calls below it replace frames below it, and the entry check is there anyway.

use super::guard::Guard;
use super::stack::Segment;
use super::turn::Stacks;
use crate::crash::Reason;
use crate::native;
use crate::natives::Cx;
use mesh_abi::context::{Context, STACK_RESERVE};
use std::arch::naked_asm;
use std::mem::offset_of;

/// Bytes of a part of the segment.
const PART: usize = 64 * 1024;

/// What a function whose entry check failed does next.
const CARRY_ON: i64 = 0;
const GROW: i64 = 1;

native! {
    /// The slow path of the entry check: serves requests; then says whether to carry on or to run
    /// again on the segment. On the segment, an overflow ends the actor.
    fn mesh_rt_stack_slow as "rt.stack_slow"(cx, need: i64) -> i64 {
        let context = cx.context();
        // SAFETY: the context is the running actor's; the fields that other threads write are
        // atomic, and read as such.
        unsafe {
            cx.serve();
            let here = stack_pointer();
            if here >= (*context).hard_limit.saturating_add(need as usize) {
                return CARRY_ON;
            }
            if (*context).segment_top == 0 {
                reserve(cx);
                // Not at each crossing, which has to be cheap.
                cx.actor().is_to_be_watched();
            }
            let (top, end) = ((*context).segment_top, (*context).segment_limit);
            let on_segment = (end - STACK_RESERVE..top).contains(&here);
            if on_segment && (*context).hard_limit == end {
                cx.crash(Reason::StackOverflow);
            }
            let start = if on_segment { here } else { top };
            let part = PART.saturating_add(need as usize);
            (*context).part_top = if on_segment { 0 } else { top };
            (*context).part_limit = start.saturating_sub(part).max(end);
        }
        GROW
    }
}

/// An address in the caller's frame: close enough to its stack pointer, for the reserve is far
/// larger than this function's frame.
#[inline(always)]
fn stack_pointer() -> usize {
    let here = 0u8;
    (&raw const here) as usize
}

/// Reserves the segment.
#[cold]
#[inline(never)]
fn reserve(cx: &mut Cx) {
    let actor = cx.actor();
    match Segment::new(actor.config.get().max_stack) {
        Some(segment) => {
            let (low, high) = segment.bounds();
            let context = cx.context();
            // SAFETY: the context is the running actor's.
            unsafe {
                (*context).segment_top = high;
                (*context).segment_limit = low + STACK_RESERVE;
            }
            let (start, end) = segment.guard();
            // SAFETY: the actor runs this; its record lives for ever.
            unsafe {
                let guard = Guard::register(start, end, actor);
                actor.with_extra(|extra| {
                    extra.segment_guard = Some(guard);
                    extra.segment = Some(segment);
                });
            }
        }
        None => cx.crash(Reason::StackOverflow),
    }
}

/// What the personality is told: one call, at which an unwinding goes to the landing pad.
macro_rules! call_sites {
    () => {
        concat!(
            ".pushsection .gcc_except_table,\"a\",@progbits\n",
            ".p2align 2\n",
            ".Lmesh_segment_lsda:\n",
            // No landing pad base, no types; call sites as uleb128.
            ".byte 0xff, 0xff, 0x01\n",
            ".uleb128 .Lmesh_segment_sites_end - .Lmesh_segment_sites\n",
            ".Lmesh_segment_sites:\n",
            ".uleb128 .Lmesh_segment_call - .Lmesh_segment_start\n",
            ".uleb128 .Lmesh_segment_called - .Lmesh_segment_call\n",
            ".uleb128 .Lmesh_segment_unwind - .Lmesh_segment_start\n",
            ".uleb128 0\n",
            ".uleb128 .Lmesh_segment_unwind - .Lmesh_segment_start\n",
            ".uleb128 .Lmesh_segment_resumed - .Lmesh_segment_unwind\n",
            ".uleb128 0\n",
            ".uleb128 0\n",
            ".Lmesh_segment_sites_end:\n",
            ".popsection\n",
            ".pushsection .data.rel.ro,\"aw\",@progbits\n",
            ".p2align 3\n",
            ".Lmesh_segment_personality:\n",
            ".quad __gcc_personality_v0\n",
            ".popsection\n",
        )
    };
}

/// Runs `thunk(ctx, function)` on the segment. The words of all arguments stand in `blocks.args`; the
/// thunk, one per signature, calls the function with them and stores the words of its result in
/// `blocks.ret`. The limit is the slot's again afterwards, also when the call unwinds.
///
/// The frame stays on the slot, with a frame pointer, and its canonical address is found from
/// that: so the unwinder and a walk along frame pointers cross the boundary as if it were not
/// there. The landing pad is entered by the personality of C, which knows clean-ups only.
///
/// # Safety
/// Called by compiled code after `mesh_rt_stack_slow` said to, on the slot.
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn mesh_rt_on_segment(
    ctx: *mut Context,
    thunk: unsafe extern "C-unwind" fn(*mut Context, *const ()),
    function: *const (),
) {
    naked_asm!(
        ".cfi_startproc",
        ".cfi_personality 0x9b, .Lmesh_segment_personality",
        ".cfi_lsda 0x1b, .Lmesh_segment_lsda",
        ".Lmesh_segment_start:",
        "push rbp",
        ".cfi_def_cfa_offset 16",
        ".cfi_offset rbp, -16",
        "mov rbp, rsp",
        ".cfi_def_cfa_register rbp",
        "push rbx",
        ".cfi_offset rbx, -24",
        "push qword ptr [rdi + {hard_limit}]",
        "push qword ptr [rdi + {part}]",
        "push rbx",
        "mov rbx, rdi",
        "mov [rdi + {part}], rbp",
        "inc qword ptr [rdi + {parts}]",
        "mov rax, [rdi + {part_limit}]",
        "mov [rdi + {hard_limit}], rax",
        "mov [rdi + {limit}], rax",
        // A requester sets its bit before it stores to `limit`: look again after our store.
        "cmp qword ptr [rdi + {requests}], 0",
        "je 2f",
        "mov qword ptr [rdi + {limit}], -1",
        "2:",
        "mov rax, rsi",
        "mov rsi, rdx",
        "mov rcx, [rdi + {part_top}]",
        "test rcx, rcx",
        "cmovnz rsp, rcx",
        ".Lmesh_segment_call:",
        "call rax",
        ".Lmesh_segment_called:",
        ".globl mesh_segment_returned",
        ".hidden mesh_segment_returned",
        "mesh_segment_returned:",
        "mov rax, [rbp - 16]",
        "mov [rbx + {hard_limit}], rax",
        "mov [rbx + {limit}], rax",
        "cmp qword ptr [rbx + {requests}], 0",
        "je 3f",
        "mov qword ptr [rbx + {limit}], -1",
        "3:",
        "mov rax, [rbp - 24]",
        "mov [rbx + {part}], rax",
        "mov rax, [rbx + {parts}]",
        "dec rax",
        "mov [rbx + {parts}], rax",
        "cmp rax, [rbx + {settled}]",
        "jae 4f",
        "mov [rbx + {settled}], rax",
        "4:",
        "mov rbx, [rbp - 8]",
        "mov rsp, rbp",
        ".cfi_remember_state",
        "pop rbp",
        ".cfi_def_cfa rsp, 8",
        "ret",
        ".cfi_restore_state",
        // Unwinding: `rax` is the exception, the stack pointer the segment's.
        ".Lmesh_segment_unwind:",
        "lea rsp, [rbp - 32]",
        "mov rcx, [rbp - 16]",
        "mov [rbx + {hard_limit}], rcx",
        "mov [rbx + {limit}], rcx",
        "mov rcx, [rbp - 24]",
        "mov [rbx + {part}], rcx",
        "mov rcx, [rbx + {parts}]",
        "dec rcx",
        "mov [rbx + {parts}], rcx",
        "cmp rcx, [rbx + {settled}]",
        "jae 5f",
        "mov [rbx + {settled}], rcx",
        "5:",
        "mov rdi, rax",
        "call {resume}",
        ".Lmesh_segment_resumed:",
        "ud2",
        ".cfi_endproc",
        call_sites!(),
        hard_limit = const offset_of!(Context, hard_limit),
        limit = const offset_of!(Context, limit),
        requests = const offset_of!(Context, requests),
        part_top = const offset_of!(Context, part_top),
        part_limit = const offset_of!(Context, part_limit),
        part = const offset_of!(Context, part),
        parts = const offset_of!(Context, parts),
        settled = const offset_of!(Context, settled),
        resume = sym _Unwind_Resume,
    )
}

/// What happens to the counts when a part of the stack is left.
#[cfg(any(test, target_arch = "aarch64"))]
macro_rules! leave_part {
    () => {
        concat!(
            "ldr x9, [x29, #32]\n",
            "str x9, [x19, #{part}]\n",
            "ldr x9, [x19, #{parts}]\n",
            "sub x9, x9, #1\n",
            "str x9, [x19, #{parts}]\n",
            "ldr x10, [x19, #{settled}]\n",
            "cmp x9, x10\n",
            "b.hs 5f\n",
            "str x9, [x19, #{settled}]\n",
            "5:\n",
        )
    };
}

/// The code of [`mesh_rt_on_segment`] there.
#[cfg(any(test, target_arch = "aarch64"))]
macro_rules! aarch64_code {
    () => {
        concat!(
            ".cfi_startproc\n",
            ".cfi_personality 0x9b, .Lmesh_segment_personality\n",
            ".cfi_lsda 0x1b, .Lmesh_segment_lsda\n",
            ".Lmesh_segment_start:\n",
            "stp x29, x30, [sp, #-48]!\n",
            ".cfi_def_cfa_offset 48\n",
            ".cfi_offset x29, -48\n",
            ".cfi_offset x30, -40\n",
            "mov x29, sp\n",
            ".cfi_def_cfa x29, 48\n",
            "ldr x9, [x0, #{hard_limit}]\n",
            "stp x19, x9, [x29, #16]\n",
            ".cfi_offset x19, -32\n",
            "ldr x9, [x0, #{part}]\n",
            "str x9, [x29, #32]\n",
            "mov x19, x0\n",
            "str x29, [x0, #{part}]\n",
            "ldr x9, [x0, #{parts}]\n",
            "add x9, x9, #1\n",
            "str x9, [x0, #{parts}]\n",
            "ldr x9, [x0, #{part_limit}]\n",
            "str x9, [x0, #{hard_limit}]\n",
            "str x9, [x0, #{limit}]\n",
            // A requester sets its bit before it stores to `limit`: look again after our store.
            "ldr x9, [x0, #{requests}]\n",
            "cbz x9, 2f\n",
            "mov x9, #-1\n",
            "str x9, [x0, #{limit}]\n",
            "2:\n",
            "mov x9, x1\n",
            "mov x1, x2\n",
            "ldr x10, [x0, #{part_top}]\n",
            "cbz x10, 4f\n",
            "mov sp, x10\n",
            "4:\n",
            ".Lmesh_segment_call:\n",
            "blr x9\n",
            ".Lmesh_segment_called:\n",
            ".globl mesh_segment_returned\n",
            ".hidden mesh_segment_returned\n",
            "mesh_segment_returned:\n",
            "ldr x9, [x29, #24]\n",
            "str x9, [x19, #{hard_limit}]\n",
            "str x9, [x19, #{limit}]\n",
            "ldr x9, [x19, #{requests}]\n",
            "cbz x9, 3f\n",
            "mov x9, #-1\n",
            "str x9, [x19, #{limit}]\n",
            "3:\n",
            leave_part!(),
            "mov sp, x29\n",
            "ldr x19, [sp, #16]\n",
            ".cfi_remember_state\n",
            ".cfi_restore x19\n",
            "ldp x29, x30, [sp], #48\n",
            ".cfi_def_cfa sp, 0\n",
            ".cfi_restore x29\n",
            ".cfi_restore x30\n",
            "ret\n",
            ".cfi_restore_state\n",
            // Unwinding: `x0` is the exception, the stack pointer the segment's.
            ".Lmesh_segment_unwind:\n",
            "mov sp, x29\n",
            "ldr x9, [x29, #24]\n",
            "str x9, [x19, #{hard_limit}]\n",
            "str x9, [x19, #{limit}]\n",
            leave_part!(),
            "bl {resume}\n",
            ".Lmesh_segment_resumed:\n",
            "brk #1\n",
            ".cfi_endproc\n",
            call_sites!(),
        )
    };
}

/// As on x86-64.
///
/// # Safety
/// As on x86-64.
#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn mesh_rt_on_segment(
    ctx: *mut Context,
    thunk: unsafe extern "C-unwind" fn(*mut Context, *const ()),
    function: *const (),
) {
    naked_asm!(
        aarch64_code!(),
        hard_limit = const offset_of!(Context, hard_limit),
        limit = const offset_of!(Context, limit),
        requests = const offset_of!(Context, requests),
        part_top = const offset_of!(Context, part_top),
        part_limit = const offset_of!(Context, part_limit),
        part = const offset_of!(Context, part),
        parts = const offset_of!(Context, parts),
        settled = const offset_of!(Context, settled),
        resume = sym _Unwind_Resume,
    )
}

/// Where a frame of [`mesh_rt_on_segment`] keeps the address of the one before, from its own.
#[cfg(target_arch = "x86_64")]
const BEFORE: isize = -24;
/// Where a frame of [`mesh_rt_on_segment`] keeps the address of the one before, from its own.
#[cfg(target_arch = "aarch64")]
const BEFORE: isize = 32;
/// Bytes that such a frame may have below its address.
const BELOW: usize = 32;

/// Adds the parts in use of the stacks of an actor that runs on its segment, at `sp`.
///
/// # Safety
/// The context is of that actor, which does not run meanwhile.
pub unsafe fn stacks(stacks: &mut Stacks, context: *mut Context, sp: usize, slot_top: usize) {
    // SAFETY: the caller's promise.
    let context = unsafe { &*context };
    let (mut frame, count, settled) = (context.part, context.parts, context.settled);
    let segment_top = context.segment_top;
    let mut newest_settled = 0;
    for number in (1..=count).rev() {
        if number == settled {
            newest_settled = frame;
        }
        if number > 1 {
            // SAFETY: the frames are linked, as many as were counted.
            frame = unsafe { ((frame as isize + BEFORE) as *const usize).read() };
        }
    }
    // The oldest is the one on the slot.
    let first = frame;
    match settled {
        0 => stacks
            .fresh
            .extend([(sp, segment_top), (first - BELOW, slot_top)]),
        1 => {
            stacks
                .fresh
                .extend([(sp, segment_top), (first - BELOW, first)]);
            stacks.settled.push((first, slot_top));
        }
        _ => {
            stacks.fresh.push((sp, newest_settled));
            let rest = [(newest_settled, segment_top), (first - BELOW, slot_top)];
            stacks.settled.extend(rest);
        }
    }
}

/// The return address in the frames that [`mesh_rt_on_segment`] has called.
pub fn return_address() -> usize {
    unsafe extern "C" {
        static mesh_segment_returned: u8;
    }
    &raw const mesh_segment_returned as usize
}

unsafe extern "C-unwind" {
    fn _Unwind_Resume(exception: *mut libc::c_void) -> !;
}

#[cfg(test)]
mod tests {
    use super::Context;
    use crate::natives::testing::assemble_for_aarch64;
    use std::mem::offset_of;

    #[test]
    fn the_code_for_aarch64_assembles() {
        let operands = [
            ("hard_limit", offset_of!(Context, hard_limit)),
            ("limit", offset_of!(Context, limit)),
            ("requests", offset_of!(Context, requests)),
            ("part_top", offset_of!(Context, part_top)),
            ("part_limit", offset_of!(Context, part_limit)),
            ("part", offset_of!(Context, part)),
            ("parts", offset_of!(Context, parts)),
            ("settled", offset_of!(Context, settled)),
        ];
        let operands = operands.map(|(name, offset)| (name, offset.to_string()));
        let resume = ("resume", String::from("_Unwind_Resume"));
        assemble_for_aarch64(aarch64_code!(), &[&operands[..], &[resume]].concat());
    }
}
