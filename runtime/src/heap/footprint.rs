//! How much memory heaps take for what lives in them: after a major collection, and at their largest.

use super::collect::collect;
use crate::natives::Cx;
use crate::natives::testing::with_actor_of;
use mesh_abi::descriptor::{ObjectDesc, ObjectKind};
use std::ptr::null;

const fn record(words: u32) -> ObjectDesc {
    ObjectDesc {
        kind: ObjectKind::Record,
        words,
        ty: null(),
        pointers: 0b11,
        lists: 0,
    }
}

static NODE: ObjectDesc = record(2);
static SIZES: [ObjectDesc; 6] = [
    record(2),
    record(3),
    record(5),
    record(8),
    record(13),
    record(24),
];

fn object(cx: &mut Cx, desc: &'static ObjectDesc, left: u64, right: u64) -> u64 {
    let memory = cx.allocate(8 + 8 * desc.words as usize);
    let words: *mut u64 = memory.as_ptr().cast();
    // SAFETY: fresh memory of the object's size.
    unsafe {
        words.write(desc as *const ObjectDesc as u64);
        words.add(1).write(left);
        words.add(2).write(right);
    }
    words as u64
}

/// A tree, its nodes held on the stack while they are made.
fn tree(cx: &mut Cx, depth: usize) -> u64 {
    if depth == 0 {
        return object(cx, &NODE, 0, 0);
    }
    let left = tree(cx, depth - 1);
    let right = tree(cx, depth - 1);
    object(cx, &NODE, left, right)
}

/// Percent of what lives that the heap has now, after a major collection.
fn after_major(cx: &mut Cx) -> usize {
    // SAFETY: the context is the test actor's, and nobody has borrowed its heap.
    unsafe { collect(cx.context(), true) };
    let heap = cx.actor().heap.borrow();
    heap.total() * 100 / heap.old()
}

/// Percent of what lives that the heap had at most.
fn at_peak(cx: &mut Cx) -> usize {
    let heap = cx.actor().heap.borrow();
    heap.counts().peak * 100 / heap.old()
}

#[test]
fn a_tree_among_trees_that_come_and_go() {
    let mut held = Box::new([0u64; 1]);
    with_actor_of(false, |cx| {
        cx.actor().heap.borrow_mut().protect(&held[..]);
        held[0] = tree(cx, 16);
        for _ in 0..200 {
            tree(cx, 10);
        }
        let (now, most) = (after_major(cx), at_peak(cx));
        assert!(
            now <= 150 && most <= 220,
            "{now} % of what lives, {most} % at most"
        );
    });
}

#[test]
fn objects_of_all_sizes_that_are_replaced_at_random() {
    const HELD: usize = 40_000;
    let mut held = vec![0u64; HELD];
    with_actor_of(false, |cx| {
        cx.actor().heap.borrow_mut().protect(&held[..]);
        let mut random = 1u64;
        for step in 0..HELD * 20 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let at = if step < HELD {
                step
            } else {
                random as usize >> 33
            } % HELD;
            let desc = &SIZES[(random >> 20) as usize % SIZES.len()];
            held[at] = object(cx, desc, 0, 0);
        }
        let (now, most) = (after_major(cx), at_peak(cx));
        assert!(
            now <= 300 && most <= 330,
            "{now} % of what lives, {most} % at most"
        );
    });
}
