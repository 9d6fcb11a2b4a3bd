//! What an actor gives back that has not run for a second: garbage, the chunks that it was in, the pages of free pieces, and
//! of its stacks what is not in use.
//!
//! It does so itself, in a turn, so nothing comes in between: a message that arrives at the same moment is one more
//! reason for that turn, and is looked at afterwards. Where it runs already when it is asked it gives nothing,
//! and is watched again.

use super::Actor;
use super::requests::REST;
use super::stack::give_back;
use super::turn::address_of_frame;
use crate::heap::collect::{Roots, collect};
use crate::sched::trim::note_given;
use mesh_abi::context::STACK_RESERVE;
use std::sync::atomic::Ordering::SeqCst;

/// Bytes below an actor's own frames that the switch to the worker's stack uses.
const SWITCH: usize = 4096;

impl Actor {
    /// It has memory that it would not need if it waited: from now on it is watched.
    pub fn is_to_be_watched(&self) {
        if self.is_on_worker() {
            // The list of timers may have to grow, which takes more of the stack than there may be.
            self.on_worker_stack(|| self.on_worker().watch(self));
        }
    }

    /// Watches it if its heap has garbage that is worth a collection. For the running actor, wherever its heap grows.
    #[inline]
    pub fn note_garbage(&self) {
        if !self.watch.gives() && self.heap.borrow().may_give(self.context()) {
            self.is_to_be_watched();
        }
    }

    /// A collection has been: there may be nothing to give back.
    pub fn has_collected(&self) {
        if !self.watch.gives() {
            return;
        }
        // SAFETY: the caller owns the actor.
        let has_segment = unsafe { (*self.context()).segment_top } != 0;
        if !has_segment && !self.heap.borrow().may_give(self.context()) {
            self.watch.has_not();
        }
    }

    fn takes_request(&self) {
        // SAFETY: the field is atomic.
        unsafe { (*self.context()).requests.fetch_and(!REST, SeqCst) };
    }

    /// Gives back what it does not need, before a turn that begins without a stack.
    ///
    /// # Safety
    /// The caller owns the actor, of which nothing is on a stack.
    pub unsafe fn rest_without_stack(&self) {
        self.takes_request();
        let mut words = Vec::new();
        // SAFETY: the caller's promise; a root is an address or null.
        unsafe {
            self.roots(&mut |place| words.push(place.read() as u64));
            let roots = Roots {
                fresh: &[],
                settled: &[],
                words: &words,
            };
            let mut heap = self.heap.borrow_mut();
            if heap.may_give(self.context()) {
                let before = heap.total();
                heap.collect(self.context(), &roots, true);
                heap.give_pages_back();
                note_given(before.saturating_sub(heap.total()));
            }
        }
        self.drop_segment();
        self.has_collected();
    }

    /// As [`Actor::rest_without_stack`], when it waits on its own stack, which this is called on.
    ///
    /// # Safety
    /// As there; nobody has borrowed its heap.
    pub unsafe fn rest_on_stack(&self) {
        self.takes_request();
        let context = self.context();
        if self.heap.borrow().may_give(context) {
            let before = self.heap.borrow().total();
            // SAFETY: the caller's promise.
            unsafe { collect(context, true) };
            let heap = self.heap.borrow();
            heap.give_pages_back();
            note_given(before.saturating_sub(heap.total()));
        }
        let here = address_of_frame();
        // SAFETY: the context is the running actor's.
        let (parts, segment) = unsafe { ((*context).parts, (*context).segment_limit) };
        let low = if parts == 0 {
            self.drop_segment();
            self.run.bounds().0
        } else {
            segment - STACK_RESERVE
        };
        self.on_worker_stack(|| {
            // SAFETY: below the frames of the actor, which does not run meanwhile, nothing on its stack is in use.
            unsafe { give_back(low, here.saturating_sub(SWITCH)) };
        });
        self.has_collected();
    }

    /// Frees the segment, on which nothing is.
    fn drop_segment(&self) {
        // SAFETY: the caller owns the actor.
        unsafe {
            let context = self.context();
            if (*context).segment_top == 0 {
                return;
            }
            (*context).segment_top = 0;
            (*context).segment_limit = 0;
            self.if_extra(|extra| {
                extra.segment_guard = None;
                extra.segment = None;
            });
        }
    }
}
