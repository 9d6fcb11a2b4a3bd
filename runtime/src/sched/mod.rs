//! Scheduling: which actor runs when, and on which worker.
//!
//! One [`worker`] for each core takes actors out of its [`queues`], or from others', and runs each for
//! one turn. Without work it sleeps as [`idle`] says, one of the sleepers at the [`poller`]. The
//! [`monitor`] ends turns that last too long.

pub mod clock;
pub mod idle;
pub mod later;
pub mod monitor;
pub mod poller;
pub mod post;
pub mod queues;
pub mod rest;
pub mod slot;
pub mod state;
pub mod stop;
pub mod trim;
pub mod worker;

use crate::actor::{Actor, Body};
use crate::sync::{Arc, Padded, lock};
use crate::table::{Pid, SLOTS, Table, Visitor};
use crate::thread;
use crate::timer::Timers;
use idle::Idle;
use monitor::Monitor;
use poller::Poller;
use queues::{Local, Queues};
use std::process::exit;
use std::ptr::NonNull;
use std::sync::atomic::Ordering::{Acquire, Relaxed, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64};
use std::sync::{Mutex, OnceLock};
use stop::Roots;
use worker::Worker;

/// Threads that may look up actors besides the workers.
const OTHER_THREADS: usize = 64;

/// What others see of a worker.
#[derive(Default)]
pub struct Seen {
    /// Counts the turns that it has begun.
    turn: AtomicU64,
    /// The actor of the turn; null between turns.
    current: AtomicPtr<Actor>,
    /// Whether it sleeps, and so refers to no actor.
    asleep: AtomicBool,
    /// Actors that it has started, and those that ended on it.
    started: AtomicU64,
    ended: AtomicU64,
}

/// What all workers share.
pub struct Scheduler {
    queues: Arc<Queues<Actor>>,
    idle: Idle,
    timers: Timers,
    poller: Poller,
    monitor: Monitor,
    seen: Box<[Padded<Seen>]>,
    table: Arc<Table<Actor>>,
    /// Counts the monitor's rounds.
    tick: AtomicU64,
    roots: Roots,
    over: AtomicBool,
}

static SCHEDULER: OnceLock<Scheduler> = OnceLock::new();

/// Wakes an actor, from a thread that is no worker's.
pub fn wake_from_outside(pid: u64) {
    static VISITOR: Mutex<Option<Visitor<Actor>>> = Mutex::new(None);
    let Some(scheduler) = SCHEDULER.get() else {
        return;
    };
    let mut visitor = lock(&VISITOR);
    if visitor.is_none() {
        *visitor = scheduler.table.visitor();
    }
    if let Some(visitor) = visitor.as_mut() {
        visitor.enter();
        if let Some(actor) = visitor.get(Pid(pid))
            && actor.state.wake()
        {
            scheduler.queues.inject(NonNull::from(actor));
            scheduler.idle.notify();
        }
        visitor.leave();
    }
}

impl Scheduler {
    /// Makes the scheduler of the process, and gives what each worker has of its own.
    ///
    /// # Errors
    /// The system has no poller for us.
    fn new(workers: usize) -> Result<(Scheduler, Vec<Local<Actor>>), String> {
        let (queues, locals) = Queues::new(workers);
        let poller = Poller::new()?;
        let interrupt = poller.interrupter();
        let scheduler = Scheduler {
            queues,
            idle: Idle::new(workers, move || interrupt.interrupt()),
            timers: Timers::new(workers),
            poller,
            monitor: Monitor::default(),
            seen: (0..workers).map(|_| Padded(Seen::default())).collect(),
            table: Table::new(SLOTS, workers + OTHER_THREADS),
            tick: AtomicU64::new(1),
            roots: Roots::default(),
            over: AtomicBool::new(false),
        };
        Ok((scheduler, locals))
    }

    /// Actors that live.
    pub fn alive(&self) -> u64 {
        let sum = |count: fn(&Seen) -> &AtomicU64| -> u64 {
            self.seen.iter().map(|seen| count(seen).load(Acquire)).sum()
        };
        // In this order an actor that ends in between counts as alive.
        let ended = sum(|seen| &seen.ended);
        sum(|seen| &seen.started) - ended
    }

    /// Turns that workers have begun.
    fn turns(&self) -> u64 {
        self.seen.iter().map(|seen| seen.turn.load(Relaxed)).sum()
    }

    /// Where sockets are watched.
    pub fn poller(&self) -> &Poller {
        &self.poller
    }

    /// The actors that live, more or less: some may end and others begin meanwhile.
    pub fn pids(&self) -> Vec<Pid> {
        self.table.pids()
    }

    /// The number of the monitor's round.
    fn tick(&self) -> u64 {
        self.tick.load(Relaxed)
    }

    /// Supervisors that no supervisor has started.
    pub fn roots(&self) -> &Roots {
        &self.roots
    }

    /// Ends the process, whatever the others do.
    fn end(&self, code: i32) -> ! {
        if self.over.swap(true, SeqCst) {
            // Somebody else ends it just now.
            loop {
                std::thread::park();
            }
        }
        crate::io::stdout::flush();
        exit(code)
    }
}

/// Runs a program, whose first actor runs `main`, on so many workers, of which this thread is one.
///
/// # Errors
/// What the system refused.
pub fn run(main: Body, workers: usize) -> Result<(), String> {
    let (scheduler, locals) = Scheduler::new(workers)?;
    let scheduler = SCHEDULER.get_or_init(|| scheduler);
    let made: Option<Vec<_>> = locals
        .into_iter()
        .map(|local| Worker::new(scheduler, local))
        .collect();
    let mut made = made.unwrap_or_default().into_iter();
    let Some(own) = made.next() else {
        return Err(String::from("there is no worker"));
    };
    for (number, worker) in made.enumerate() {
        let name = ["worker ", &crate::crash::number(number as i64 + 1)].concat();
        let work = move || {
            crate::actor::guard::install();
            worker.begin();
            worker.work()
        };
        if thread::start(&name, Box::new(work)).is_err() {
            return Err(String::from("the system starts no more threads"));
        }
    }
    stop::install(scheduler.poller.event());
    monitor::start(scheduler)?;
    own.begin();
    let started = own.spawn(|actor| {
        actor.body.set(Some(main));
        Ok(())
    });
    if started.is_err() {
        return Err(String::from("there is no memory for an actor"));
    }
    own.work()
}
