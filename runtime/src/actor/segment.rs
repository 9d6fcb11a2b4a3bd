//! Growth of the stack: the slow path of the entry check, and the switch to the second segment.
//!
//! There is one boundary. A function that finds itself below the limit of the slot packs its
//! arguments and runs again on the segment; below the limit of the segment the actor has
//! overflowed. The segment is reserved when first needed and kept until the actor ends.

use super::guard::Guard;
use super::stack::Segment;
use crate::crash::Reason;
use crate::native;
use crate::natives::Cx;
use mesh_abi::context::{Context, STACK_RESERVE};
use std::arch::naked_asm;
use std::mem::offset_of;

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
            }
            if (*context).hard_limit == (*context).segment_limit {
                cx.crash(Reason::StackOverflow);
            }
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
        "mov rbx, rdi",
        "mov rax, [rdi + {segment_limit}]",
        "mov [rdi + {hard_limit}], rax",
        "mov [rdi + {limit}], rax",
        // A requester sets its bit before it stores to `limit`: look again after our store.
        "cmp qword ptr [rdi + {requests}], 0",
        "je 2f",
        "mov qword ptr [rdi + {limit}], -1",
        "2:",
        "mov [rdi + {slot_sp}], rsp",
        "mov rax, rsi",
        "mov rsi, rdx",
        "mov rsp, [rdi + {segment_top}]",
        ".Lmesh_segment_call:",
        "call rax",
        ".Lmesh_segment_called:",
        "mov rax, [rbp - 16]",
        "mov [rbx + {hard_limit}], rax",
        "mov [rbx + {limit}], rax",
        "cmp qword ptr [rbx + {requests}], 0",
        "je 3f",
        "mov qword ptr [rbx + {limit}], -1",
        "3:",
        "mov rbx, [rbp - 8]",
        "mov rsp, rbp",
        ".cfi_remember_state",
        "pop rbp",
        ".cfi_def_cfa rsp, 8",
        "ret",
        ".cfi_restore_state",
        // Unwinding: `rax` is the exception, the stack pointer the segment's.
        ".Lmesh_segment_unwind:",
        "lea rsp, [rbp - 16]",
        "mov rcx, [rbp - 16]",
        "mov [rbx + {hard_limit}], rcx",
        "mov [rbx + {limit}], rcx",
        "mov rdi, rax",
        "call {resume}",
        ".Lmesh_segment_resumed:",
        "ud2",
        ".cfi_endproc",
        ".pushsection .gcc_except_table,\"a\",@progbits",
        ".p2align 2",
        ".Lmesh_segment_lsda:",
        // No landing pad base, no types; call sites as uleb128.
        ".byte 0xff, 0xff, 0x01",
        ".uleb128 .Lmesh_segment_sites_end - .Lmesh_segment_sites",
        ".Lmesh_segment_sites:",
        ".uleb128 .Lmesh_segment_call - .Lmesh_segment_start",
        ".uleb128 .Lmesh_segment_called - .Lmesh_segment_call",
        ".uleb128 .Lmesh_segment_unwind - .Lmesh_segment_start",
        ".uleb128 0",
        ".uleb128 .Lmesh_segment_unwind - .Lmesh_segment_start",
        ".uleb128 .Lmesh_segment_resumed - .Lmesh_segment_unwind",
        ".uleb128 0",
        ".uleb128 0",
        ".Lmesh_segment_sites_end:",
        ".popsection",
        ".pushsection .data.rel.ro,\"aw\",@progbits",
        ".p2align 3",
        ".Lmesh_segment_personality:",
        ".quad __gcc_personality_v0",
        ".popsection",
        hard_limit = const offset_of!(Context, hard_limit),
        limit = const offset_of!(Context, limit),
        requests = const offset_of!(Context, requests),
        segment_top = const offset_of!(Context, segment_top),
        segment_limit = const offset_of!(Context, segment_limit),
        slot_sp = const offset_of!(Context, slot_sp),
        resume = sym _Unwind_Resume,
    )
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
        ".cfi_startproc",
        ".cfi_personality 0x9b, .Lmesh_segment_personality",
        ".cfi_lsda 0x1b, .Lmesh_segment_lsda",
        ".Lmesh_segment_start:",
        "stp x29, x30, [sp, #-32]!",
        ".cfi_def_cfa_offset 32",
        ".cfi_offset x29, -32",
        ".cfi_offset x30, -24",
        "mov x29, sp",
        ".cfi_def_cfa x29, 32",
        "ldr x9, [x0, #{hard_limit}]",
        "stp x19, x9, [x29, #16]",
        ".cfi_offset x19, -16",
        "mov x19, x0",
        "ldr x9, [x0, #{segment_limit}]",
        "str x9, [x0, #{hard_limit}]",
        "str x9, [x0, #{limit}]",
        // A requester sets its bit before it stores to `limit`: look again after our store.
        "ldr x9, [x0, #{requests}]",
        "cbz x9, 2f",
        "mov x9, #-1",
        "str x9, [x0, #{limit}]",
        "2:",
        "mov x9, sp",
        "str x9, [x0, #{slot_sp}]",
        "mov x9, x1",
        "mov x1, x2",
        "ldr x10, [x0, #{segment_top}]",
        "mov sp, x10",
        ".Lmesh_segment_call:",
        "blr x9",
        ".Lmesh_segment_called:",
        "ldr x9, [x29, #24]",
        "str x9, [x19, #{hard_limit}]",
        "str x9, [x19, #{limit}]",
        "ldr x9, [x19, #{requests}]",
        "cbz x9, 3f",
        "mov x9, #-1",
        "str x9, [x19, #{limit}]",
        "3:",
        "mov sp, x29",
        "ldr x19, [sp, #16]",
        ".cfi_remember_state",
        ".cfi_restore x19",
        "ldp x29, x30, [sp], #32",
        ".cfi_def_cfa sp, 0",
        ".cfi_restore x29",
        ".cfi_restore x30",
        "ret",
        ".cfi_restore_state",
        // Unwinding: `x0` is the exception, the stack pointer the segment's.
        ".Lmesh_segment_unwind:",
        "mov sp, x29",
        "ldr x9, [x29, #24]",
        "str x9, [x19, #{hard_limit}]",
        "str x9, [x19, #{limit}]",
        "bl {resume}",
        ".Lmesh_segment_resumed:",
        "brk #1",
        ".cfi_endproc",
        ".pushsection .gcc_except_table,\"a\",@progbits",
        ".p2align 2",
        ".Lmesh_segment_lsda:",
        // No landing pad base, no types; call sites as uleb128.
        ".byte 0xff, 0xff, 0x01",
        ".uleb128 .Lmesh_segment_sites_end - .Lmesh_segment_sites",
        ".Lmesh_segment_sites:",
        ".uleb128 .Lmesh_segment_call - .Lmesh_segment_start",
        ".uleb128 .Lmesh_segment_called - .Lmesh_segment_call",
        ".uleb128 .Lmesh_segment_unwind - .Lmesh_segment_start",
        ".uleb128 0",
        ".uleb128 .Lmesh_segment_unwind - .Lmesh_segment_start",
        ".uleb128 .Lmesh_segment_resumed - .Lmesh_segment_unwind",
        ".uleb128 0",
        ".uleb128 0",
        ".Lmesh_segment_sites_end:",
        ".popsection",
        ".pushsection .data.rel.ro,\"aw\",@progbits",
        ".p2align 3",
        ".Lmesh_segment_personality:",
        ".quad __gcc_personality_v0",
        ".popsection",
        hard_limit = const offset_of!(Context, hard_limit),
        limit = const offset_of!(Context, limit),
        requests = const offset_of!(Context, requests),
        segment_top = const offset_of!(Context, segment_top),
        segment_limit = const offset_of!(Context, segment_limit),
        slot_sp = const offset_of!(Context, slot_sp),
        resume = sym _Unwind_Resume,
    )
}

unsafe extern "C-unwind" {
    fn _Unwind_Resume(exception: *mut libc::c_void) -> !;
}
