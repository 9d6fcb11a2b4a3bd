//! A collection: from the actor's allocation to the gaps it bumps through next.
//!
//! It is entered through a stub that pushes the registers that calls preserve, so that whatever the
//! actor's code holds stands on its stack, and then runs on the worker's stack, which has room for it.

use super::mark::Marker;
use super::space::{LEAST_BUDGET, LEAST_MAJOR, Space, USUAL_BUDGET};
use super::{HeapFull, object, sweep, verify};
use crate::natives::Cx;
use mesh_abi::context::Context;
use std::arch::naked_asm;
use std::mem::{swap, take};
use std::ptr::NonNull;

/// Old objects so many bytes long are verified at every collection of the stress mode; where there are
/// more, at every so many-th.
const CHECKED_AT_ONCE: usize = 16 * 1024;
/// In the stress mode one in so many collections is a major one.
const STRESS_MAJOR: usize = 16;

/// What a collection starts from.
pub struct Roots<'a> {
    /// Parts of stacks, from the lowest address to behind the highest, that may have changed since the
    /// last collection.
    pub fresh: &'a [(usize, usize)],
    /// Those that have not: what they refer to is old.
    pub settled: &'a [(usize, usize)],
    /// Addresses of objects that the runtime keeps for the actor, or 0.
    pub words: &'a [u64],
}

/// The slow path of allocation: collects if it is time to, and when the heap is full.
///
/// # Safety
/// `ctx` is the running actor's context, and nobody has borrowed its heap.
pub unsafe fn allocate(ctx: *mut Context, bytes: usize) -> Result<NonNull<u8>, HeapFull> {
    // SAFETY: the caller's promise.
    let actor = unsafe { Cx::new(ctx) }.actor();
    let due = {
        let mut heap = actor.heap.borrow_mut();
        actor.limits.settle(&mut heap);
        heap.due(bytes)
    };
    // SAFETY: as above.
    unsafe {
        if due {
            collect(ctx, false);
        }
        let first = actor.heap.borrow_mut().allocate(ctx, bytes);
        actor.note_garbage();
        if first.is_ok() {
            return first;
        }
        collect(ctx, true);
        actor.heap.borrow_mut().allocate(ctx, bytes)
    }
}

/// Collects if it is time to, or if that may make room for `bytes`, which are then taken without a
/// collection in between.
///
/// # Safety
/// As for [`allocate`].
pub unsafe fn make_room(ctx: *mut Context, bytes: usize) {
    // SAFETY: the caller's promise.
    let actor = unsafe { Cx::new(ctx) }.actor();
    let (due, full) = {
        let mut heap = actor.heap.borrow_mut();
        actor.limits.settle(&mut heap);
        (heap.due(bytes), heap.is_full(bytes.saturating_mul(2)))
    };
    if due || full {
        // SAFETY: as above.
        unsafe { collect(ctx, full) };
    }
}

/// Collects the heap of the running actor, `major` or as it is time to.
///
/// # Safety
/// As for [`allocate`].
pub unsafe fn collect(ctx: *mut Context, major: bool) {
    // SAFETY: the caller's promise.
    unsafe { spill(ctx, major) }
}

/// Calls [`collect_from`] with an address below which nothing of the actor stands and above which are
/// its registers.
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
unsafe extern "C" fn spill(ctx: *mut Context, major: bool) {
    naked_asm!(
        ".cfi_startproc",
        "push rbp",
        ".cfi_def_cfa_offset 16",
        ".cfi_offset rbp, -16",
        "mov rbp, rsp",
        ".cfi_def_cfa_register rbp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "sub rsp, 8",
        "mov rdx, rsp",
        "call {collect}",
        "mov rsp, rbp",
        "pop rbp",
        ".cfi_def_cfa rsp, 8",
        "ret",
        ".cfi_endproc",
        collect = sym collect_from,
    )
}

/// The code of [`spill`] there.
#[cfg(any(test, target_arch = "aarch64"))]
macro_rules! aarch64_code {
    () => {
        concat!(
            ".cfi_startproc\n",
            "stp x29, x30, [sp, #-96]!\n",
            ".cfi_def_cfa_offset 96\n",
            ".cfi_offset x29, -96\n",
            ".cfi_offset x30, -88\n",
            "mov x29, sp\n",
            "stp x19, x20, [sp, #16]\n",
            "stp x21, x22, [sp, #32]\n",
            "stp x23, x24, [sp, #48]\n",
            "stp x25, x26, [sp, #64]\n",
            "stp x27, x28, [sp, #80]\n",
            "mov x2, sp\n",
            "bl {collect}\n",
            "ldp x29, x30, [sp], #96\n",
            ".cfi_def_cfa_offset 0\n",
            ".cfi_restore x29\n",
            ".cfi_restore x30\n",
            "ret\n",
            ".cfi_endproc\n",
        )
    };
}

/// As on x86-64.
#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
unsafe extern "C" fn spill(ctx: *mut Context, major: bool) {
    naked_asm!(
        aarch64_code!(),
        collect = sym collect_from,
    )
}

unsafe extern "C" fn collect_from(ctx: *mut Context, major: bool, sp: usize) {
    // SAFETY: the context is the running actor's.
    let actor = unsafe { Cx::new(ctx) }.actor();
    let stacks = actor.stacks_from(sp);
    let mut words = Vec::new();
    // SAFETY: the actor, which is the caller, is collecting; a root is an address or null.
    unsafe { actor.roots(&mut |place| words.push(place.read() as u64)) };
    let roots = Roots {
        fresh: &stacks.fresh,
        settled: &stacks.settled,
        words: &words,
    };
    actor.on_worker_stack(|| {
        let mut heap = actor.heap.borrow_mut();
        // SAFETY: as above; what the actor holds stands on its stack from `sp` on.
        unsafe { heap.collect(ctx, &roots, major) };
    });
    // SAFETY: as above.
    unsafe { (*ctx).settled = (*ctx).parts };
    actor.has_collected();
}

impl Space {
    /// Frees what the roots do not lead to: of all objects, or of the young ones where that is enough.
    ///
    /// # Safety
    /// `ctx` is the context of the actor that owns this heap; the roots are all that it refers to.
    pub(super) unsafe fn collect(&mut self, ctx: *mut Context, roots: &Roots, major: bool) {
        // SAFETY: the caller's promise.
        unsafe { self.retire(ctx) };
        self.retire_spare(true);
        self.retire_roomy();
        self.chunks.sort_unstable_by_key(|chunk| chunk.start);
        self.regions.sort_unstable();
        let check = self.stress_check();
        let depth: usize = roots.settled.iter().map(|(from, to)| to - from).sum();
        let major = major || self.live() >= self.major_at || self.stress_major(depth);
        self.pass(roots, major, check);
        if !major && self.live() >= self.major_at {
            self.pass(roots, true, check);
        }
        let scanned = roots.fresh.iter().map(|(from, to)| to - from).sum();
        self.plan(scanned);
    }

    /// One collection of either kind.
    fn pass(&mut self, roots: &Roots, major: bool, check: bool) {
        self.find_starts(major);
        if check && !major {
            verify::nothing_old_refers_to_young(&self.chunks, &self.frozen);
        }
        let texts = self.proxies.ranges(major);
        let frozen = &mut self.frozen;
        let mut marker = Marker::new(&mut self.chunks, texts, frozen, major, check);
        // SAFETY: the roots may be read; remembered buffers are old ones, and live.
        unsafe {
            let settled = if major { roots.settled } else { &[] };
            for (from, to) in roots.fresh.iter().chain(settled).chain(&self.protected) {
                marker.guess_all(*from, *to);
                marker.drain();
            }
            for word in roots.words {
                marker.guess(*word as usize);
            }
            if !major {
                for buffer in &self.remembered {
                    marker.added(*buffer);
                }
            }
        }
        marker.drain();
        self.remembered.clear();
        marker.shrink_lists();
        self.proxies.sweep(&mut marker, major);
        self.frozen.sweep(major);
        let poison = self.stress.is_some();
        let regions = take(&mut self.regions);
        let swept = if major {
            self.old = 0;
            self.counts.major += 1;
            sweep::major(&mut self.chunks, poison)
        } else {
            self.counts.minor += 1;
            sweep::minor(&mut self.chunks, &regions, poison)
        };
        self.old += swept.survived;
        self.total -= swept.released;
        self.cursor = 0;
        if major {
            self.major_at = LEAST_MAJOR.max(self.live().saturating_mul(2));
            self.major_left = self.live();
        }
    }

    /// Fills the bitmaps of objects that this collection may free: by a walk over the young ones, and
    /// in a major one from the marks, which it begins without.
    fn find_starts(&mut self, major: bool) {
        let mut rest = self.regions.as_slice();
        for chunk in &mut self.chunks {
            let here = rest.partition_point(|region| region.start < chunk.start + chunk.size);
            let (own, others) = rest.split_at(here);
            rest = others;
            if major {
                chunk.make_starts();
                swap(&mut chunk.starts, &mut chunk.marks);
            }
            if chunk.large && !chunk.marks.get(0) {
                chunk.make_starts().set(0);
            }
            if !own.is_empty() {
                chunk.make_starts();
            }
            for region in own {
                let mut at = region.start;
                while at < region.used {
                    chunk.starts.set(chunk.bit(at));
                    // SAFETY: objects stand one after another in what was used of a region.
                    at += unsafe { object::size(at) };
                }
                debug_assert_eq!(at, region.used);
            }
        }
    }

    /// Decides how much may be allocated before the next collection: a quarter of what lives, and not
    /// so much that the heap grows far over where the next major collection is due.
    fn plan(&mut self, scanned: usize) {
        let most = self.major_at + self.major_at / 10;
        let live = self.live();
        let room = most.saturating_sub(live).max(live / 16);
        let least = live.saturating_mul(8).clamp(LEAST_BUDGET, USUAL_BUDGET);
        let budget = (live / 4).min(room).max(least).max(scanned);
        self.budget = isize::try_from(budget).unwrap_or(isize::MAX);
        self.planned = self.budget;
    }

    /// Whether the stress mode wants a major collection; a rare one where much is to be looked at.
    fn stress_major(&mut self, depth: usize) -> bool {
        let work = self.old + depth;
        self.stress.as_mut().is_some_and(|stress| {
            stress.since_major += 1;
            let due = stress.since_major >= STRESS_MAJOR.max(work / 64);
            if due {
                stress.since_major = 0;
            }
            due
        })
    }

    fn stress_check(&mut self) -> bool {
        let old = self.old;
        self.stress.as_mut().is_some_and(|stress| {
            stress.since_check += CHECKED_AT_ONCE;
            let due = stress.since_check >= old;
            if due {
                stress.since_check = 0;
            }
            due
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::natives::testing::assemble_for_aarch64;

    #[test]
    fn the_code_for_aarch64_assembles() {
        let collect = ("collect", String::from("collect_from"));
        assemble_for_aarch64(aarch64_code!(), &[collect]);
    }
}
