//! What becomes of frozen regions: in one heap, in two, in messages.

use super::{Frozen, Region, arena};
use crate::config::current;
use crate::heap::Heap;
use crate::heap::collect::collect;
use crate::heap::list::{End, List, STRING_BUFFER};
use crate::heap::string::Str;
use crate::message::{Call, Message};
use crate::natives::Cx;
use crate::natives::testing::with_actor_of;
use mesh_abi::descriptor::{
    FieldDesc, ObjectDesc, ObjectKind, Text, TypeDesc, TypeKind, VariantDesc,
};
use std::hint::black_box;
use std::ptr::null;
use std::sync::{Arc, Weak};

const NO_TEXT: Text = Text {
    bytes: null(),
    len: 0,
};

const fn field(ty: *const TypeDesc) -> FieldDesc {
    FieldDesc {
        name: NO_TEXT,
        offset: 0,
        ty,
    }
}

const fn one(field: *const FieldDesc) -> VariantDesc {
    VariantDesc {
        name: NO_TEXT,
        field_count: 1,
        fields: field,
    }
}

const fn ty(kind: TypeKind, words: u32, variants: *const VariantDesc) -> TypeDesc {
    TypeDesc {
        kind,
        words,
        name: NO_TEXT,
        variant_count: 1,
        variants,
    }
}

static STRING: TypeDesc = ty(TypeKind::String, 1, null());
static ELEMENT: FieldDesc = field(&raw const STRING);
static ELEMENTS: VariantDesc = one(&raw const ELEMENT);
static STRINGS: TypeDesc = ty(TypeKind::List, 2, &raw const ELEMENTS);
static FIELD: FieldDesc = field(&raw const STRINGS);
static FIELDS: VariantDesc = one(&raw const FIELD);
static BOX: TypeDesc = ty(TypeKind::Boxed, 1, &raw const FIELDS);
static RECORD: ObjectDesc = ObjectDesc {
    kind: ObjectKind::Record,
    words: 2,
    ty: &raw const BOX,
    pointers: 0,
    lists: 1,
};

/// A box of a list.
fn boxed(cx: &mut Cx, list: List) -> *mut u8 {
    let memory = cx.allocate(24).cast::<u64>().as_ptr();
    let (buffer, range) = list.to_words();
    // SAFETY: fresh memory of three words.
    unsafe {
        memory.write(&raw const RECORD as u64);
        memory.add(1).write(buffer as u64);
        memory.add(2).write(range as u64);
    }
    memory.cast()
}

/// The list in a box.
fn unboxed(root: *mut u8) -> List {
    let words = root.cast::<u64>();
    // SAFETY: a box of a list has its two words.
    unsafe { List::from_words(words.add(1).read() as *mut u8, words.add(2).read() as i64) }
}

fn words(cx: &mut Cx, count: usize, size: usize) -> List {
    let texts: Vec<String> = (0..count).map(|at| at.to_string().repeat(size)).collect();
    cx.list_of_strings(texts.iter().map(String::as_str))
}

/// Freezes a list that the actor then refers to only through what this gives.
#[inline(never)]
fn share(cx: &mut Cx, list: List) -> (*mut u8, Weak<Region>) {
    let root = boxed(cx, list);
    // SAFETY: a live box.
    let frozen = unsafe { Frozen::of(root) }.unwrap();
    cx.actor().heap.borrow_mut().use_frozen(&frozen, true);
    (frozen.root(), Arc::downgrade(frozen.region().unwrap()))
}

fn collect_all(cx: &mut Cx, major: bool) {
    // What was in registers and on the stack is written over.
    #[inline(never)]
    fn clear() {
        black_box([0u64; 512]);
    }
    clear();
    // SAFETY: the context is the running actor's.
    unsafe { collect(cx.context(), major) };
}

/// Uses a frozen list; the region and how much the heap was charged for. The frame that refers to it is gone then.
#[inline(never)]
fn use_shared(cx: &mut Cx) -> (Weak<Region>, usize) {
    let mut held = [0u64; 1];
    let list = words(cx, 100, 3);
    let (root, region) = share(cx, list);
    held[0] = root as u64;
    assert!(arena::contains(root));
    let charged = cx.actor().heap.borrow().total();
    cx.protect(&held, |cx| {
        for major in [false, true, false] {
            collect_all(cx, major);
            assert_eq!(region.strong_count(), 1);
            assert_eq!(unboxed(held[0] as *mut u8).strings()[42], "424242");
        }
    });
    (region, charged)
}

#[test]
fn a_region_lives_as_long_as_it_is_referred_to() {
    with_actor_of(false, |cx| {
        let (region, charged) = use_shared(cx);
        // It is old.
        collect_all(cx, false);
        assert_eq!(region.strong_count(), 1);
        collect_all(cx, true);
        assert_eq!(region.strong_count(), 0);
        assert!(cx.actor().heap.borrow().total() < charged);
    });
}

#[test]
fn a_region_that_is_dropped_at_once_goes_with_a_minor_collection() {
    with_actor_of(false, |cx| {
        #[inline(never)]
        fn make(cx: &mut Cx) -> Weak<Region> {
            let list = words(cx, 10, 1);
            share(cx, list).1
        }
        let region = make(cx);
        collect_all(cx, false);
        assert_eq!(region.strong_count(), 0);
    });
}

#[test]
fn what_is_added_to_a_frozen_list_is_added_to_a_copy() {
    with_actor_of(false, |cx| {
        let list = words(cx, 3, 1);
        let (root, _) = share(cx, list);
        let frozen = unboxed(root);
        for end in [End::Back, End::Front] {
            let room = frozen.reserve(cx, end, 1, &STRING_BUFFER);
            assert_ne!(room.to_words().0, frozen.to_words().0);
            assert_eq!(room.strings(), ["0", "1", "2"]);
        }
        assert_eq!(frozen.strings(), ["0", "1", "2"]);
    });
}

#[test]
fn messages_count_regions_and_do_not_copy_them() {
    let sent = with_actor_of(false, |cx| {
        let list = words(cx, 2000, 1);
        let (root, region) = share(cx, list);
        let again = boxed(cx, unboxed(root));
        // SAFETY: live boxes.
        let sent =
            unsafe { [again, root].map(|root| Message::of(root, Call::NONE, false).unwrap()) };
        assert!(sent.iter().all(|sent| sent.bytes() <= 24));
        assert_eq!(region.strong_count(), 3);
        (sent, region)
    });
    // The actor that froze the value is gone.
    let ([first, second], region) = sent;
    assert_eq!(region.strong_count(), 2);
    drop(second);
    with_actor_of(false, |cx| {
        let root = {
            let mut heap = cx.actor().heap.borrow_mut();
            // SAFETY: the heap and the context are the running actor's.
            unsafe { first.take_to(&mut heap, cx.context()) }.unwrap()
        };
        assert_eq!(region.strong_count(), 1);
        collect_all(cx, true);
        assert_eq!(unboxed(black_box(root)).strings()[1999], "1999");
    });
    assert_eq!(region.strong_count(), 0);
}

/// A frozen list of large texts, the first two of which are in a region of their own.
#[inline(never)]
fn share_nested(cx: &mut Cx, held: &mut [u64; 1]) -> [Weak<Region>; 2] {
    let list = words(cx, 2, 8000);
    let (inner, inside) = share(cx, list);
    let nested = boxed(cx, unboxed(inner));
    // SAFETY: a live box.
    assert!(unsafe { Frozen::is_needless(nested) });
    let text = cx.string(&"y".repeat(9000)).as_raw().as_ptr() as u64;
    let more = unboxed(inner).reserve(cx, End::Back, 1, &STRING_BUFFER);
    let more = more.push(cx, &[text], &STRING_BUFFER);
    let (outer, outside) = share(cx, more);
    held[0] = outer as u64;
    [outside, inside]
}

/// Reads a large text of the nested list, and a part of it.
#[inline(never)]
fn read(cx: &mut Cx, root: u64, at: usize) {
    // SAFETY: the element is a text.
    let text = unsafe { Str::from_word(unboxed(root as *mut u8).words(1)[at]) };
    assert!(text.as_str().len() >= 8000);
    let part = cx.part(text, &text.as_str()[100..8000]);
    assert_eq!(part.as_str().len(), 7900);
}

#[test]
fn a_region_holds_others_and_large_texts() {
    with_actor_of(false, |cx| {
        let mut held = [0u64; 1];
        let [outer, inner] = share_nested(cx, &mut held);
        // The heap's, and the outer region's.
        assert_eq!((outer.strong_count(), inner.strong_count()), (1, 2));
        let root = held[0];
        cx.protect(&held, |cx| {
            collect_all(cx, true);
            for at in 0..3 {
                read(cx, root, at);
            }
        });
        held[0] = 0;
        black_box(&mut held);
        assert_ne!(outer.strong_count(), 0);
        // What an outer region holds goes with it.
        cx.actor().heap.replace(Heap::new(current()));
        assert_eq!((outer.strong_count(), inner.strong_count()), (0, 0));
    });
}
