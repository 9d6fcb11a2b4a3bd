//! The monitor: a thread that looks at the workers once a millisecond while any of them is awake.
//!
//! It ends turns that have lasted for a time slice, stops the program when a signal asks for that, and wakes a sleeper for an actor that was put next
//! in line on a worker which does not come to it. When all have slept for a while it has the process give memory back ([`trim`](super::trim)).
//!
//! # Sleep
//!
//! The monitor parks when all workers sleep. It says so, then a SeqCst fence, then looks at them again;
//! a worker that wakes up says so, then a SeqCst fence, then looks whether the monitor parks. One of
//! them sees the other.

use super::trim::Trim;
use super::{Scheduler, Seen, stop};
use crate::actor::requests::SLICE;
use crate::config;
use crate::sync::atomic::fence;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::{Acquire, Relaxed, SeqCst};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// Between two rounds.
const ROUND: Duration = Duration::from_millis(1);
/// Rounds that a turn may see begin: a slice is 2 ms.
const SLICE_ROUNDS: u32 = 2;

/// See the module's comment.
#[derive(Default)]
pub struct Monitor {
    parked: AtomicBool,
    thread: OnceLock<Thread>,
}

impl Monitor {
    /// A worker has woken up, and said so.
    pub fn wake(&self) {
        fence(SeqCst);
        if self.parked.load(Relaxed)
            && self.parked.swap(false, SeqCst)
            && let Some(thread) = self.thread.get()
        {
            thread.unpark();
        }
    }

    /// Waits until a worker has woken up, or for so long.
    fn park(&self, most: Option<Duration>, all_asleep: impl Fn() -> bool) {
        self.parked.store(true, SeqCst);
        fence(SeqCst);
        let start = Instant::now();
        let mut over = false;
        while !over && self.parked.load(SeqCst) && all_asleep() && !stop::is_asked_for() {
            match most.map(|most| most.checked_sub(start.elapsed())) {
                None => thread::park(),
                Some(Some(left)) => thread::park_timeout(left),
                Some(None) => over = true,
            }
        }
        self.parked.store(false, SeqCst);
    }
}

/// Starts the monitor's thread.
///
/// # Errors
/// The system starts no more threads.
pub fn start(scheduler: &'static Scheduler) -> Result<(), String> {
    crate::thread::start("monitor", Box::new(move || watch(scheduler)))
        .map_err(|_| String::from("the system starts no more threads"))
}

/// Asks the system to let this thread run as soon as it wakes up: it works for microseconds, and what it ends has the processors to itself.
///
/// A thread that asks for short slices may take the processor from one in the middle of a longer slice, from Linux 6.12 on (`sched(7)`, EEVDF);
/// older systems know nothing of that, and take it from their own idea of who is next.
fn run_at_once() {
    let attributes = SchedAttr {
        size: size_of::<SchedAttr>() as u32,
        policy: 0,
        flags: 0,
        nice: 0,
        priority: 0,
        runtime: 100_000,
        deadline: 0,
        period: 0,
    };
    // SAFETY: the kernel reads `size` bytes there.
    let _ = unsafe { libc::syscall(libc::SYS_sched_setattr, 0, &raw const attributes, 0) };
}

/// The kernel's `struct sched_attr`, its first version (`sched_setattr(2)`); times are in nanoseconds.
#[repr(C)]
struct SchedAttr {
    size: u32,
    policy: u32,
    flags: u64,
    nice: i32,
    priority: u32,
    runtime: u64,
    deadline: u64,
    period: u64,
}

fn watch(scheduler: &'static Scheduler) {
    run_at_once();
    let _ = scheduler.monitor.thread.set(thread::current());
    // The turn that each worker was in, and for how many rounds.
    let mut turns = vec![(0, 0); scheduler.seen.len()];
    let mut visitor = scheduler.table.visitor();
    let mut asked = None;
    // Slices are counted then.
    let is_seeded = config::current().seed.is_some();
    let mut trim = (!is_seeded).then(Trim::begin);
    loop {
        let all_asleep = || scheduler.seen.iter().all(|seen| seen.asleep.load(SeqCst));
        if all_asleep() && !stop::is_asked_for() {
            let most = trim.as_ref().and_then(|trim| trim.after(scheduler));
            scheduler.monitor.park(most, all_asleep);
        }
        if let Some(trim) = &mut trim {
            trim.look(scheduler);
        }
        thread::sleep(ROUND);
        if stop::is_asked_for()
            && let Some(visitor) = &mut visitor
        {
            stop::step(scheduler, visitor, &mut asked);
        }
        let tick = scheduler.tick.fetch_add(1, Relaxed);
        for (seen, (turn, rounds)) in scheduler.seen.iter().zip(&mut turns) {
            if !is_seeded {
                look(seen, turn, rounds);
            }
        }
        if scheduler.queues.has_stale_slot(tick) {
            scheduler.idle.notify();
        }
    }
}

fn look(seen: &Seen, turn: &mut u64, rounds: &mut u32) {
    let now = seen.turn.load(Acquire);
    if *turn != now {
        (*turn, *rounds) = (now, 0);
        return;
    }
    *rounds += 1;
    let current = seen.current.load(Acquire);
    if *rounds < SLICE_ROUNDS {
        return;
    }
    // SAFETY: records of actors live for ever, and a request to the wrong one is harmless.
    if let Some(actor) = unsafe { current.as_ref() } {
        actor.request(SLICE);
    }
}
