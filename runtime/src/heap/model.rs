//! The heap against a model: random sequences of allocations, additions to lists, slices and
//! collections, each value compared with what it should be at every step.

use super::collect::collect;
use super::list::{End, List};
use crate::natives::Cx;
use crate::natives::testing::with_actor_of;
use mesh_abi::descriptor::VariantDesc;
use mesh_abi::descriptor::{BY_TYPE, FieldDesc, ObjectDesc, ObjectKind, Text, TypeDesc, TypeKind};
use mesh_abi::object::ListBuffer;
use proptest::prelude::*;
use std::ptr::null;
use std::rc::Rc;

/// Values held at a time.
const HELD: usize = 24;

/// What a value should be.
#[derive(Debug)]
enum Node {
    Text(String),
    /// A number, and what it refers to.
    Record(u64, Vec<Rc<Node>>),
    /// A number, and the elements of a list.
    Holder(u64, Vec<Rc<Node>>),
}

/// A value that is held: an object, or a list.
#[derive(Clone)]
enum Held {
    Nothing,
    Object(Rc<Node>),
    /// And whether it is the only one of its buffer.
    List(List, Vec<Rc<Node>>, bool),
}

#[derive(Clone, Debug)]
enum Step {
    Text(usize, usize),
    Record(usize, Vec<usize>),
    List(usize, usize),
    Push(usize, usize, bool),
    Join(usize, usize),
    Slice(usize, usize, usize, usize),
    Hold(usize, usize),
    Release(usize),
    Collect(bool),
}

const fn no_text() -> Text {
    Text {
        bytes: null(),
        len: 0,
    }
}

const fn record(words: u32, pointers: u64, lists: u64, ty: *const TypeDesc) -> ObjectDesc {
    ObjectDesc {
        kind: ObjectKind::Record,
        words,
        ty,
        pointers,
        lists,
    }
}

/// An object of any kind, as a type.
static ANY: TypeDesc = TypeDesc {
    kind: TypeKind::Boxed,
    words: 1,
    name: no_text(),
    variant_count: 0,
    variants: null(),
};
static ANY_FIELDS: [FieldDesc; 1] = [FieldDesc {
    name: no_text(),
    offset: 0,
    ty: &raw const ANY,
}];
static ANY_VARIANTS: [VariantDesc; 1] = [VariantDesc {
    name: no_text(),
    field_count: 1,
    fields: ANY_FIELDS.as_ptr(),
}];
static LIST: TypeDesc = TypeDesc {
    kind: TypeKind::List,
    words: 2,
    name: no_text(),
    variant_count: 1,
    variants: ANY_VARIANTS.as_ptr(),
};
static HOLDER_FIELDS: [FieldDesc; 1] = [FieldDesc {
    name: no_text(),
    offset: 1,
    ty: &raw const LIST,
}];
static HOLDER_VARIANTS: [VariantDesc; 1] = [VariantDesc {
    name: no_text(),
    field_count: 1,
    fields: HOLDER_FIELDS.as_ptr(),
}];
static HOLDER_TYPE: TypeDesc = TypeDesc {
    kind: TypeKind::Boxed,
    words: 1,
    name: no_text(),
    variant_count: 1,
    variants: HOLDER_VARIANTS.as_ptr(),
};

static RECORDS: [ObjectDesc; 5] = [
    record(1, 0, 0, null()),
    record(2, 0b10, 0, null()),
    record(3, 0b110, 0, null()),
    record(4, 0b1110, 0, null()),
    record(5, 0b11110, 0, null()),
];
static HOLDER: ObjectDesc = record(3, 0, 0b10, null());
static HOLDER_BY_TYPE: ObjectDesc = record(3, 0, BY_TYPE, &raw const HOLDER_TYPE);
static BUFFER: ObjectDesc = ObjectDesc {
    kind: ObjectKind::Buffer,
    words: 1,
    ty: &raw const ANY,
    pointers: 1,
    lists: 0,
};

/// The values a sequence of steps has made; their words stand in `words`, which are roots.
struct World<'a> {
    words: &'a mut [u64; HELD],
    held: Vec<Held>,
    number: u64,
}

impl World<'_> {
    fn set(&mut self, at: usize, word: u64, held: Held) {
        self.words[at % HELD] = word;
        self.held[at % HELD] = held;
    }

    fn set_list(&mut self, at: usize, list: List, model: Vec<Rc<Node>>, alone: bool) {
        let buffer = list.to_words().0 as u64;
        self.set(at, buffer, Held::List(list, model, alone));
    }

    /// What is there has company now.
    fn share(&mut self, at: usize) {
        if let Held::List(_, _, alone) = &mut self.held[at % HELD] {
            *alone = false;
        }
    }

    /// The objects among these places.
    fn objects(&self, places: &[usize]) -> (Vec<u64>, Vec<Rc<Node>>) {
        let object = |place: &usize| match &self.held[place % HELD] {
            Held::Object(node) => Some((self.words[place % HELD], node.clone())),
            _ => None,
        };
        places.iter().filter_map(object).unzip()
    }

    fn record(&mut self, cx: &mut Cx, desc: &'static ObjectDesc, rest: &[u64]) -> u64 {
        self.number += 1;
        let memory = cx.allocate(8 + 8 * desc.words as usize);
        let words: *mut u64 = memory.as_ptr().cast();
        // SAFETY: fresh memory of the object's size.
        unsafe {
            words.write(desc as *const ObjectDesc as u64);
            words.add(1).write(self.number);
            words
                .add(2)
                .copy_from_nonoverlapping(rest.as_ptr(), rest.len());
        }
        words as u64
    }

    fn step(&mut self, cx: &mut Cx, step: &Step) {
        match step {
            Step::Text(at, len) => {
                let text = "x".repeat(*len);
                let object = cx.string(&text).as_raw().as_ptr() as u64;
                self.set(*at, object, Held::Object(Rc::new(Node::Text(text))));
            }
            Step::Record(at, places) => {
                let (words, nodes) = self.objects(places);
                let object = self.record(cx, &RECORDS[words.len()], &words);
                let node = Node::Record(self.number, nodes);
                self.set(*at, object, Held::Object(Rc::new(node)));
            }
            Step::List(at, room) => {
                let list = List::with_room(cx, *room, &BUFFER);
                self.set_list(*at, list, Vec::new(), true);
            }
            Step::Push(at, element, back) => {
                let (words, nodes) = self.objects(&[*element]);
                if let (Held::List(list, mut model, alone), [word], [node]) =
                    (self.held[at % HELD].clone(), &words[..], &nodes[..])
                {
                    claim(list, alone);
                    let (grown, index) = match back {
                        true => (list.push(cx, &[*word], &BUFFER), model.len()),
                        false => (push_front(cx, list, *word), 0),
                    };
                    model.insert(index, node.clone());
                    self.set_list(*at, grown, model, alone || !grown.is_beside(list));
                }
            }
            Step::Join(at, other) => {
                self.share(*other);
                if let (Held::List(a, mut model, alone), Held::List(b, more, _)) =
                    (self.held[at % HELD].clone(), &self.held[other % HELD])
                {
                    model.extend(more.iter().cloned());
                    claim(a, alone);
                    let list = a.concat(cx, *b, &BUFFER);
                    let alone = !list.is_beside(*b) && (alone || !list.is_beside(a));
                    self.set_list(*at, list, model, alone);
                }
            }
            Step::Slice(to, at, from, len) => {
                if to % HELD != at % HELD {
                    self.share(*at);
                }
                if let Held::List(list, model, alone) = self.held[at % HELD].clone() {
                    let from = from % (model.len() + 1);
                    let len = len % (model.len() - from + 1);
                    let (buffer, range) = list.to_words();
                    let offset = (range >> 32) as usize + from;
                    let range = (offset << 32 | len) as i64;
                    // SAFETY: a part of a list.
                    let list = unsafe { List::from_words(buffer, range) };
                    let model = model[from..from + len].to_vec();
                    self.set_list(*to, list, model, alone);
                }
            }
            Step::Hold(to, at) => {
                self.share(*at);
                if let Held::List(list, model, _) = self.held[at % HELD].clone() {
                    let (buffer, range) = list.to_words();
                    let desc = [&HOLDER, &HOLDER_BY_TYPE][at % 2];
                    let object = self.record(cx, desc, &[buffer as u64, range as u64]);
                    let node = Node::Holder(self.number, model);
                    self.set(*to, object, Held::Object(Rc::new(node)));
                }
            }
            Step::Release(at) => self.set(*at, 0, Held::Nothing),
            // SAFETY: the context is the test actor's, and nobody has borrowed its heap.
            Step::Collect(major) => unsafe { collect(cx.context(), *major) },
        }
    }

    fn check(&self) {
        for (word, held) in self.words.iter().zip(&self.held) {
            match held {
                Held::Nothing => {}
                Held::Object(node) => same(*word, node),
                Held::List(list, model, _) => same_list(*list, model),
            }
        }
    }
}

fn claim(list: List, alone: bool) {
    if alone {
        // SAFETY: no other list of the buffer is held.
        unsafe { list.claim() };
    }
}

fn push_front(cx: &mut Cx, list: List, word: u64) -> List {
    let list = list.reserve(cx, End::Front, 1, &BUFFER);
    let (buffer, range) = list.to_words();
    let range = range - (1 << 32) + 1;
    // SAFETY: `reserve` made room for a cell in front.
    unsafe {
        let offset = range >> 32;
        buffer
            .add(32 + offset as usize * 8)
            .cast::<u64>()
            .write(word);
        (*buffer.cast::<ListBuffer>()).lo = offset as u32;
        List::from_words(buffer, range)
    }
}

fn same(word: u64, node: &Node) {
    let words = word as *const u64;
    // SAFETY: the heap kept what is held; if it did not, this finds something else there.
    unsafe {
        match node {
            Node::Text(text) => {
                let text_there = crate::heap::string::Str::from_word(word);
                assert_eq!(text_there.as_str(), text);
            }
            Node::Record(number, nodes) => {
                assert_eq!(words.add(1).read(), *number);
                for (at, node) in nodes.iter().enumerate() {
                    same(words.add(2 + at).read(), node);
                }
            }
            Node::Holder(number, model) => {
                assert_eq!(words.add(1).read(), *number);
                let buffer = words.add(2).read() as *mut u8;
                same_list(List::from_words(buffer, words.add(3).read() as i64), model);
            }
        }
    }
}

fn same_list(list: List, model: &[Rc<Node>]) {
    assert_eq!(list.len(), model.len());
    for (word, node) in list.words(1).iter().zip(model) {
        same(*word, node);
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let at = || 0..HELD;
    let step = prop_oneof![
        2 => (at(), prop_oneof![0..40usize, 300..5000usize, 15_000..20_000usize])
            .prop_map(|(at, len)| Step::Text(at, len)),
        4 => (at(), prop::collection::vec(at(), 0..4)).prop_map(|(at, of)| Step::Record(at, of)),
        1 => (at(), 0..30usize).prop_map(|(at, room)| Step::List(at, room)),
        6 => (at(), at(), any::<bool>()).prop_map(|(at, of, back)| Step::Push(at, of, back)),
        1 => (at(), at()).prop_map(|(at, other)| Step::Join(at, other)),
        2 => (at(), at(), 0..9usize, 0..9usize).prop_map(|(to, at, a, b)| Step::Slice(to, at, a, b)),
        3 => (at(), 0..4usize, 0..60usize).prop_map(|(at, a, b)| Step::Slice(at, at, a, b)),
        2 => (at(), at()).prop_map(|(to, at)| Step::Hold(to, at)),
        2 => at().prop_map(Step::Release),
        1 => any::<bool>().prop_map(Step::Collect),
    ];
    prop::collection::vec(step, 0..300)
}

fn follow(steps: &[Step], stress: bool) {
    let mut words = Box::new([0; HELD]);
    with_actor_of(stress, |cx| {
        cx.actor().heap.borrow_mut().protect(&words[..]);
        let mut world = World {
            words: &mut words,
            held: vec![Held::Nothing; HELD],
            number: 0,
        };
        for step in steps {
            world.step(cx, step);
            world.check();
        }
        // SAFETY: as above.
        unsafe { collect(cx.context(), true) };
        world.check();
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn values_stay_what_they_are(steps in steps()) {
        follow(&steps, false);
    }

    #[test]
    fn values_stay_what_they_are_at_every_step(steps in steps()) {
        follow(&steps, true);
    }
}

/// What nothing refers to goes, chunks and all.
#[test]
fn garbage_goes_back() {
    with_actor_of(false, |cx| {
        for round in 0..2000 {
            cx.string(&"x".repeat(round % 20_000));
        }
        clear_stack();
        // SAFETY: as above.
        unsafe { collect(cx.context(), true) };
        let heap = cx.actor().heap.borrow();
        assert!(heap.total() < 200_000, "{} bytes are left", heap.total());
        assert!(
            heap.old() < 60_000,
            "{} bytes of objects are left",
            heap.old()
        );
    });
}

/// A list in an object, whose head nothing refers to any more, frees the elements of its head.
#[test]
fn a_consumed_list_frees_its_head() {
    let mut words = Box::new([0u64; 1]);
    with_actor_of(false, |cx| {
        cx.actor().heap.borrow_mut().protect(&words[..]);
        let held = fill(cx, 1000);
        words[0] = held as u64;
        clear_stack();
        // SAFETY: the object is a holder.
        unsafe {
            collect(cx.context(), true);
            let all = cx.actor().heap.borrow().old();
            *held.add(3) = 990 << 32 | 10;
            collect(cx.context(), true);
            let rest = cx.actor().heap.borrow().old();
            assert!(all - rest > 900 * 100, "{all} bytes, then {rest}");
            let buffer = *held.add(2) as *const ListBuffer;
            assert_eq!(((*buffer).lo, (*buffer).hi), (990, 1000));
        }
    });
}

#[inline(never)]
fn fill(cx: &mut Cx, count: usize) -> *mut u64 {
    let mut list = List::with_room(cx, count, &BUFFER);
    for _ in 0..count {
        let text = cx.string(&"y".repeat(100)).as_raw().as_ptr() as u64;
        list = list.push(cx, &[text], &BUFFER);
    }
    let (buffer, range) = list.to_words();
    let words: *mut u64 = cx.allocate(32).as_ptr().cast();
    // SAFETY: fresh memory of the object's size.
    unsafe {
        words.write(&raw const HOLDER as u64);
        words.add(1).write(0);
        words.add(2).write(buffer as u64);
        words.add(3).write(range as u64);
    }
    words
}

/// Overwrites what calls left below the stack pointer.
#[inline(never)]
fn clear_stack() {
    let mut rubbish = [1u8; 16 * 1024];
    std::hint::black_box(&mut rubbish);
}
