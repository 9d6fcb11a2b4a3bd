//! What the table promises to one thread; the models have several.

use super::*;
use std::collections::HashSet;
use std::sync::atomic::AtomicU64;

#[derive(Default)]
struct Block(AtomicU64);

fn spawn(visitor: &Visitor<Block>) -> Pid {
    let pid = visitor.insert(|pid, block| block.0.store(pid.0, Relaxed));
    pid.expect("there is room")
}

#[test]
fn a_pid_leads_to_its_actor_while_it_lives() {
    let table = Table::<Block>::new(SLOTS, 1);
    let mut visitor = table.visitor().expect("it is the first");
    assert!(table.visitor().is_none(), "only one thread was asked for");
    visitor.enter();
    let pids: Vec<_> = (0..2000).map(|_| spawn(&visitor)).collect();
    for pid in &pids {
        let block = visitor.get(*pid).expect("it lives");
        assert_eq!(block.0.load(Relaxed), pid.0);
    }
    assert_eq!(table.pids().len(), 2000);
    for pid in &pids {
        visitor.remove(*pid);
        assert!(visitor.get(*pid).is_none());
    }
    assert!(visitor.get(Pid::NONE).is_none());
    assert!(table.pids().is_empty());
}

#[test]
fn slots_come_back_and_pids_do_not() {
    let table = Table::<Block>::new(64, 1);
    let mut visitor = table.visitor().expect("it is the first");
    visitor.enter();
    let mut seen = HashSet::new();
    for _ in 0..10_000 {
        let pid = spawn(&visitor);
        assert!(seen.insert(pid));
        visitor.remove(pid);
        visitor.turn();
    }
    assert!(seen.iter().all(|pid| visitor.get(*pid).is_none()));
}

#[test]
fn a_pid_is_nobodys_after_a_million_others_in_its_slot() {
    let table = Table::<Block>::new(1, 1);
    let mut visitor = table.visitor().expect("it is the first");
    visitor.enter();
    let old = spawn(&visitor);
    visitor.remove(old);
    for _ in 0..1 << 20 {
        let pid = loop {
            match visitor.insert(|_, _| ()) {
                Some(pid) => break pid,
                None => visitor.settle(),
            }
        };
        assert_eq!(pid.slot(), old.slot());
        assert!(visitor.get(old).is_none());
        visitor.remove(pid);
    }
}

#[test]
fn a_full_table_says_so() {
    let table = Table::<Block>::new(40, 1);
    let mut visitor = table.visitor().expect("it is the first");
    visitor.enter();
    let pids: Vec<_> = (0..40).map(|_| spawn(&visitor)).collect();
    assert!(visitor.insert(|_, _| ()).is_none());
    visitor.remove(pids[3]);
    assert!(
        visitor.insert(|_, _| ()).is_none(),
        "another thread may still push to it"
    );
    for _ in 0..64 {
        visitor.turn();
    }
    assert_eq!(spawn(&visitor).slot(), pids[3].slot());
}

#[test]
fn a_slot_is_not_free_while_a_thread_is_in_its_turn() {
    let table = Table::<Block>::new(1, 2);
    let [mut one, mut other] = [(); 2].map(|()| table.visitor().expect("there is room"));
    one.enter();
    other.enter();
    let pid = spawn(&one);
    assert!(other.get(pid).is_some());
    one.remove(pid);
    for _ in 0..100 {
        one.turn();
    }
    assert!(one.insert(|_, _| ()).is_none());
    other.leave();
    for _ in 0..100 {
        one.turn();
    }
    assert!(one.insert(|_, _| ()).is_some());
}

#[test]
fn a_slot_whose_generations_are_used_up_is_left() {
    let table = Table::<Block>::new(1, 1);
    let mut visitor = table.visitor().expect("it is the first");
    visitor.enter();
    let first = spawn(&visitor);
    // As after two thousand million actors.
    table.known(0).generation.store(u32::MAX, Relaxed);
    let last = Pid::new(0, u32::MAX);
    assert!(visitor.get(first).is_none());
    assert!(visitor.get(last).is_some());
    visitor.remove(last);
    for _ in 0..100 {
        visitor.turn();
    }
    assert!(visitor.insert(|_, _| ()).is_none());
    assert!(visitor.get(last).is_none());
}

#[test]
fn a_thread_that_goes_leaves_its_slots_to_others() {
    let table = Table::<Block>::new(2, 2);
    let mut one = table.visitor().expect("there is room");
    one.enter();
    let pid = spawn(&one);
    one.remove(pid);
    drop(one);
    let mut other = table.visitor().expect("there is room");
    other.enter();
    spawn(&other);
    let end = spawn_after_turns(&mut other);
    assert!(end.is_some());
}

fn spawn_after_turns(visitor: &mut Visitor<Block>) -> Option<Pid> {
    // Nothing of its own is former, so it does not advance the epoch by itself.
    let own = visitor.insert(|_, _| ());
    for _ in 0..100 {
        visitor.visit.turn(true);
    }
    own.or_else(|| visitor.insert(|_, _| ()))
}

#[cfg(target_os = "linux")]
#[test]
fn slots_that_nobody_has_used_take_no_memory() {
    /// Of which a first chunk has 64 MB.
    struct Large([u8; 256 << 10]);
    impl Default for Large {
        fn default() -> Large {
            Large([1; 256 << 10])
        }
    }
    let resident = || {
        let text = std::fs::read_to_string("/proc/self/statm").expect("the system has it");
        let pages = text.split(' ').nth(1).expect("a field");
        pages.parse::<usize>().expect("a number") * 4096
    };
    let table = Table::<Large>::new(1000, 1);
    let mut visitor = table.visitor().expect("it is the first");
    visitor.enter();
    let before = resident();
    let pid = visitor.insert(|_, _| ()).expect("there is room");
    assert_eq!(visitor.get(pid).map(|block| block.0[77]), Some(1));
    let more = resident().saturating_sub(before);
    assert!(more < 32 << 20, "{more}");
}

#[test]
fn slots_without_memory_are_as_others() {
    let table = Table::<Block>::new(1000, 1);
    let mut visitor = table.visitor().expect("it is the first");
    visitor.enter();
    let mut old: Vec<_> = (0..1000).map(|_| spawn(&visitor)).collect();
    let stays = old.swap_remove(500);
    for round in 0..3 {
        old.iter().for_each(|pid| visitor.remove(*pid));
        (0..6).for_each(|_| visitor.settle());
        let bytes = std::cell::Cell::new(0);
        table.shrink(64, |from, to| {
            // SAFETY: what is given back is nobody's.
            unsafe { (from as *mut u8).write_bytes(0, to - from) };
            bytes.set(bytes.get() + to - from);
        });
        assert!(bytes.get() > 900 * size_of::<Block>(), "{}", bytes.get());
        assert!(old.iter().all(|pid| visitor.get(*pid).is_none()));
        let fresh: Vec<_> = (0..999).map(|_| spawn(&visitor)).collect();
        let different: HashSet<_> = fresh.iter().chain(&old).chain([&stays]).collect();
        assert_eq!(different.len(), 1999, "round {round}");
        assert_eq!(
            visitor.get(stays).map(|block| block.0.load(Relaxed)),
            Some(stays.0)
        );
        old = fresh;
    }
    // Some are left without memory when the table goes.
    old.iter().for_each(|pid| visitor.remove(*pid));
    (0..6).for_each(|_| visitor.settle());
    table.shrink(64, |_, _| ());
}
