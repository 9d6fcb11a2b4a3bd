//! The runtime's structures against simple models of them: whatever is done with one, in whatever
//! order, it comes to what the model says.

use mesh_runtime::mailbox::queue::{Front, Node, Queue};
use mesh_runtime::mailbox::saved::Saved;
use mesh_runtime::table::{Pid, Table, Visitor};
use mesh_runtime::timer::wheel::{Name, Timer, Wheel};
use proptest::prelude::*;
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::ptr::NonNull;
use std::sync::Arc;

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 500,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// A message that is only a number.
#[repr(C)]
struct Message(Node, u32);

fn message(number: u32) -> NonNull<Node> {
    NonNull::from(Box::leak(Box::new(Message(Node::new(0), number)))).cast()
}

fn number(node: NonNull<Node>) -> u32 {
    // SAFETY: made by `message`, and alive until `free`.
    unsafe { node.cast::<Message>().as_ref() }.1
}

fn free(node: NonNull<Node>) -> u32 {
    // SAFETY: made by `message`, and taken out once.
    unsafe { Box::from_raw(node.cast::<Message>().as_ptr()) }.1
}

/// What happens to a mailbox.
#[derive(Clone, Copy, Debug)]
enum Mail {
    Arrive,
    Begin,
    /// The `receive` looks at the next one, and skips it.
    Skip,
    /// It looks at the next one, and takes it; the next `receive` begins.
    Take,
    /// The runtime takes everything out of the queue.
    Drain,
}

struct Mailbox {
    queue: Queue,
    front: Front,
    saved: Saved,
}

impl Mailbox {
    fn save_next(&mut self) -> bool {
        // SAFETY: one thread owns it.
        unsafe {
            match self.queue.pop(&self.front) {
                Some(node) => self.saved.save(node),
                None => return false,
            }
        }
        true
    }

    fn look(&mut self) -> Option<u32> {
        if self.saved.current().is_none() {
            self.save_next();
        }
        self.saved.current().map(number)
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        while self.save_next() {}
        self.saved.rewind();
        while self.saved.take().map(free).is_some() {}
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_mailbox_is_a_list_with_a_cursor(
        all in prop::collection::vec(
            prop_oneof![
                4 => Just(Mail::Arrive),
                1 => Just(Mail::Begin),
                3 => Just(Mail::Skip),
                2 => Just(Mail::Take),
                1 => Just(Mail::Drain),
            ],
            0..100,
        )
    ) {
        let mut mailbox = Mailbox { queue: Queue::new(), front: Front::new(), saved: Saved::new() };
        let mut model = VecDeque::new();
        let mut skipped = 0;
        for (at, mail) in (0..).zip(all) {
            match mail {
                Mail::Arrive => {
                    // SAFETY: the message is new.
                    let pushed = unsafe { mailbox.queue.push(message(at)) };
                    prop_assert!(pushed.is_ok());
                    model.push_back(at);
                }
                Mail::Begin => {
                    mailbox.saved.rewind();
                    skipped = 0;
                }
                Mail::Skip => {
                    prop_assert_eq!(mailbox.look(), model.get(skipped).copied());
                    mailbox.saved.skip();
                    skipped = (skipped + 1).min(model.len());
                }
                Mail::Take => {
                    prop_assert_eq!(mailbox.look(), model.get(skipped).copied());
                    prop_assert_eq!(mailbox.saved.take().map(free), model.remove(skipped));
                    mailbox.saved.rewind();
                    skipped = 0;
                }
                Mail::Drain => while mailbox.save_next() {},
            }
        }
    }
}

/// What happens to a wheel.
#[derive(Clone, Copy, Debug)]
enum Time {
    /// A timer is set for so long from now.
    Set(u64),
    /// One of those set is taken back, over or not.
    Cancel(prop::sample::Index),
    /// So much time passes.
    Pass(u64),
}

/// Times of all sizes.
fn span() -> impl Strategy<Value = u64> {
    prop_oneof![
        0..5_u64,
        0..200_u64,
        0..10_000_u64,
        0..50_000_000_u64,
        0..1_u64 << 41
    ]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_wheel_is_an_ordered_map(
        all in prop::collection::vec(
            prop_oneof![
                5 => span().prop_map(Time::Set),
                2 => any::<prop::sample::Index>().prop_map(Time::Cancel),
                3 => span().prop_map(Time::Pass),
            ],
            0..100,
        ),
        start in span(),
        most in 1..20_usize,
    ) {
        let mut wheel = Wheel::new(start);
        let mut now = start;
        let mut set: Vec<(Name, Timer)> = Vec::new();
        let mut model = BTreeMap::new();
        for time in all {
            match time {
                Time::Set(span) => {
                    let payload = set.len() as u64;
                    let timer = Timer { deadline: now + span, payload };
                    set.push((wheel.set(timer).0, timer));
                    model.insert((timer.deadline, payload), ());
                }
                Time::Cancel(_) if set.is_empty() => {}
                Time::Cancel(index) => {
                    let (name, timer) = *index.get(&set);
                    let known = model.remove(&(timer.deadline, timer.payload)).is_some();
                    prop_assert_eq!(wheel.cancel(name, timer), known);
                }
                Time::Pass(span) => {
                    now += span;
                    let later = model.split_off(&(now + 1, 0));
                    let due: Vec<_> = std::mem::replace(&mut model, later).into_keys().collect();
                    let mut out = Vec::new();
                    while wheel.expire(now, most, &mut out) {}
                    prop_assert!(out.is_sorted_by_key(|timer| timer.deadline));
                    let mut out: Vec<_> =
                        out.iter().map(|timer| (timer.deadline, timer.payload)).collect();
                    out.sort_unstable();
                    prop_assert_eq!(out, due);
                }
            }
            prop_assert_eq!(wheel.len(), model.len());
            let first = model.first_key_value().map(|((deadline, _), ())| *deadline);
            let next = wheel.next();
            prop_assert_eq!(next.is_some(), first.is_some());
            prop_assert!(next <= first && next.is_none_or(|next| next >= now));
        }
    }

    #[test]
    fn timers_of_one_deadline_expire_in_the_order_in_which_they_were_set(
        spans in prop::collection::vec(1..100_000_u64, 1..20),
        passes in prop::collection::vec((0..2000_u64, any::<prop::sample::Index>()), 1..100),
    ) {
        let mut wheel = Wheel::new(0);
        let mut out = Vec::new();
        let mut payload = 0;
        let mut now = 0;
        for (pass, cancel) in passes {
            let mut set = Vec::new();
            for deadline in spans.iter().filter(|deadline| **deadline > now) {
                let timer = Timer { deadline: *deadline, payload };
                set.push((wheel.set(timer).0, timer));
                payload += 1;
            }
            if !set.is_empty() {
                let (name, timer) = *cancel.get(&set);
                prop_assert!(wheel.cancel(name, timer));
            }
            now += pass;
            prop_assert!(!wheel.expire(now, usize::MAX, &mut out));
        }
        prop_assert!(out.is_sorted_by_key(|timer| (timer.deadline, timer.payload)));
    }
}

/// What threads do with a table; which thread, and to which actor.
#[derive(Clone, Copy, Debug)]
enum Access {
    Insert(usize),
    Remove(usize, prop::sample::Index),
    Look(usize, prop::sample::Index),
    Turn(usize),
    /// Leaves, or comes back.
    Toggle(usize),
}

const THREADS: usize = 3;

struct Thread {
    visitor: Visitor<()>,
    inside: bool,
    /// Slots whose blocks it may use until its turn ends.
    found: HashSet<u32>,
}

fn threads(table: &Arc<Table<()>>) -> Vec<Thread> {
    let thread = |_| Thread {
        visitor: table.visitor().expect("there is room"),
        inside: false,
        found: HashSet::new(),
    };
    (0..THREADS).map(thread).collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_table_finds_who_lives_and_reuses_nothing_too_early(
        all in prop::collection::vec(
            (0..THREADS, any::<prop::sample::Index>()).prop_flat_map(|(thread, index)| {
                prop_oneof![
                    2 => Just(Access::Insert(thread)),
                    2 => Just(Access::Remove(thread, index)),
                    2 => Just(Access::Look(thread, index)),
                    12 => Just(Access::Turn(thread)),
                    1 => Just(Access::Toggle(thread)),
                ]
            }),
            0..400,
        ),
        room in 1..8_u32,
    ) {
        let table = Table::new(room, THREADS);
        let mut threads = threads(&table);
        let mut ever: Vec<Pid> = Vec::new();
        let mut alive: HashSet<Pid> = HashSet::new();
        for access in all {
            match access {
                Access::Insert(thread) if threads[thread].inside => {
                    let Some(pid) = threads[thread].visitor.insert(|_, ()| ()) else {
                        continue;
                    };
                    prop_assert!(!ever.contains(&pid));
                    prop_assert!(threads.iter().all(|other| !other.found.contains(&pid.slot())));
                    ever.push(pid);
                    alive.insert(pid);
                }
                Access::Remove(thread, index) if threads[thread].inside && !ever.is_empty() => {
                    let pid = *index.get(&ever);
                    if alive.remove(&pid) {
                        threads[thread].visitor.remove(pid);
                    }
                }
                Access::Look(thread, index) if threads[thread].inside && !ever.is_empty() => {
                    let pid = *index.get(&ever);
                    let thread = &mut threads[thread];
                    prop_assert_eq!(thread.visitor.get(pid).is_some(), alive.contains(&pid));
                    if alive.contains(&pid) {
                        thread.found.insert(pid.slot());
                    }
                }
                Access::Turn(thread) if threads[thread].inside => {
                    threads[thread].visitor.turn();
                    threads[thread].found.clear();
                }
                Access::Toggle(thread) => {
                    let thread = &mut threads[thread];
                    if thread.inside {
                        thread.visitor.leave();
                    } else {
                        thread.visitor.enter();
                    }
                    thread.inside = !thread.inside;
                    thread.found.clear();
                }
                _ => {}
            }
        }
        let mut pids = table.pids();
        pids.sort();
        let mut alive: Vec<_> = alive.into_iter().collect();
        alive.sort();
        prop_assert_eq!(pids, alive);
    }
}
