//! Faults on the guard page of an actor's stack.
//!
//! Compiled code stops at software limits, so a fault on a guard page means that native code needed
//! more than the reserve below the limit. What that code held (locks, memory) can no longer be put
//! in order, so not just the actor but the process ends, with a report.
//!
//! The handler runs on a stack of its own. It finds the actor by the address of the fault: a slot knows
//! whom it is bound to, and for segments there is a list of guard pages whose entries are never freed,
//! only emptied and used again.

use super::Actor;
use super::stack::guarded_owner;
use crate::crash::{Crash, Reason, overflow_trace, report};
use crate::io::{complain, stdout};
use std::mem::zeroed;
use std::ptr::null_mut;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicPtr, AtomicUsize};

/// Bytes of the handler's stack: reading debug information is done on it.
const HANDLER_STACK: usize = 512 * 1024;

/// A guard page of a live stack. `owner` is null while the entry is unused.
struct Entry {
    start: AtomicUsize,
    end: AtomicUsize,
    owner: AtomicPtr<Actor>,
    next: *mut Entry,
}

static ENTRIES: AtomicPtr<Entry> = AtomicPtr::new(null_mut());
/// Held by those who change the list; the handler only reads.
static CHANGES: Mutex<()> = Mutex::new(());

/// The registration of one guard page; ends when dropped.
pub struct Guard(&'static Entry);

impl Guard {
    /// Faults in `start..end` are overflows of `owner`'s stack.
    ///
    /// # Safety
    /// `owner` lives longer than the registration.
    pub unsafe fn register(start: usize, end: usize, owner: *const Actor) -> Guard {
        let _changes = CHANGES.lock().unwrap_or_else(PoisonError::into_inner);
        let head = ENTRIES.load(Acquire);
        let mut free = head;
        // SAFETY: entries are leaked boxes, so they live for ever.
        while let Some(entry) = unsafe { free.as_ref() }
            && !entry.owner.load(Relaxed).is_null()
        {
            free = entry.next;
        }
        if free.is_null() {
            free = Box::into_raw(Box::new(Entry {
                start: AtomicUsize::new(0),
                end: AtomicUsize::new(0),
                owner: AtomicPtr::new(null_mut()),
                next: head,
            }));
            ENTRIES.store(free, Release);
        }
        // SAFETY: as above.
        let entry = unsafe { &*free };
        entry.start.store(start, Relaxed);
        entry.end.store(end, Relaxed);
        entry.owner.store(owner.cast_mut(), Release);
        Guard(entry)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let _changes = CHANGES.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.owner.store(null_mut(), Release);
    }
}

/// The owner of the guard page an address lies in.
fn owner_of(address: usize) -> *mut Actor {
    if let Some(owner) = guarded_owner(address) {
        return owner;
    }
    let mut at = ENTRIES.load(Acquire);
    // SAFETY: as above.
    while let Some(entry) = unsafe { at.as_ref() } {
        let owner = entry.owner.load(Acquire);
        if !owner.is_null()
            && (entry.start.load(Relaxed)..entry.end.load(Relaxed)).contains(&address)
        {
            return owner;
        }
        at = entry.next;
    }
    null_mut()
}

/// Installs the handler, for the calling thread and those that set up a signal stack too. Without
/// memory for its stack there is no handler, and an overflow of native code ends the process
/// without a report.
pub fn install() {
    // SAFETY: a fresh mapping becomes the signal stack of this thread and is never unmapped; the
    // handler has the signature that SA_SIGINFO asks for.
    unsafe {
        let stack = libc::mmap(
            null_mut(),
            HANDLER_STACK,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
            -1,
            0,
        );
        if stack == libc::MAP_FAILED {
            return;
        }
        let mut signal_stack: libc::stack_t = zeroed();
        signal_stack.ss_sp = stack;
        signal_stack.ss_size = HANDLER_STACK;
        libc::sigaltstack(&raw const signal_stack, null_mut());
        let mut action: libc::sigaction = zeroed();
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESETHAND;
        action.sa_sigaction = handle as *const () as usize;
        libc::sigaction(libc::SIGSEGV, &raw const action, null_mut());
        libc::sigaction(libc::SIGBUS, &raw const action, null_mut());
    }
}

/// The handler. The system has already restored the default action, so a fault that is not ours
/// happens again and ends the process as it would have.
unsafe extern "C" fn handle(
    _signal: libc::c_int,
    info: *mut libc::siginfo_t,
    context: *mut libc::c_void,
) {
    // SAFETY: the system passes a valid record and the registers of the interrupted code.
    let (address, (pc, frame)) = unsafe { ((*info).si_addr() as usize, registers(context.cast())) };
    // SAFETY: a registered owner lives.
    let Some(actor) = (unsafe { owner_of(address).as_ref() }) else {
        return;
    };
    // The interrupted code may hold a lock that the report needs: then the alarm ends us.
    // SAFETY: sets a timer and a disposition.
    unsafe {
        libc::signal(libc::SIGALRM, libc::SIG_DFL);
        libc::alarm(5);
    }
    stdout::flush_if_free();
    // SAFETY: the registers are of code that ran on the actor's stack, which does not run now.
    let trace = unsafe { overflow_trace(actor, pc, frame) };
    let mut crash = Crash::with_trace(Reason::StackOverflow, trace);
    crash.note = Some("native code ran over the end of the stack, so the program ends");
    complain(report(actor, &crash).as_bytes());
    // SAFETY: ends the process.
    unsafe { libc::_exit(1) }
}

/// The program counter and the frame pointer.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
unsafe fn registers(context: *mut libc::ucontext_t) -> (usize, usize) {
    // SAFETY: the caller's promise.
    let registers = unsafe { &(*context).uc_mcontext.gregs };
    (
        registers[libc::REG_RIP as usize] as usize,
        registers[libc::REG_RBP as usize] as usize,
    )
}

/// The program counter and the frame pointer.
#[cfg(all(target_os = "linux", target_arch = "aarch64"))]
unsafe fn registers(context: *mut libc::ucontext_t) -> (usize, usize) {
    // SAFETY: the caller's promise.
    let machine = unsafe { &(*context).uc_mcontext };
    (machine.pc as usize, machine.regs[29] as usize)
}
