//! Timers: one wheel for each worker, which others may use too: a woken actor may run elsewhere when
//! its timer is taken back, and somebody has to fire the timers of a worker that is busy.
//!
//! So each wheel has a lock, which its worker hardly ever finds taken. When a wheel has next
//! something to do can be read without it; where timers were taken back that time may be too early.

pub mod deadline;
pub mod wheel;

use crate::sync::atomic::{AcqRel, Acquire, AtomicU64, Relaxed, Release};
use crate::sync::{Mutex, Padded, lock};
use wheel::{LIVES, Name, Wheel};

pub use wheel::{MESSAGE, Timer};

/// No time.
pub const NEVER: u64 = u64::MAX;

/// Names a timer, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(u64);

impl Key {
    /// No timer has it.
    pub const NONE: Key = Key(u64::MAX);

    /// As a word.
    pub fn bits(self) -> u64 {
        self.0
    }

    /// Of the word that [`Key::bits`] gave.
    pub fn from_bits(bits: u64) -> Key {
        Key(bits)
    }

    fn new(wheel: usize, name: Name) -> Key {
        debug_assert!(wheel < MAX_WHEELS);
        let high = wheel as u64 * u64::from(LIVES) + u64::from(name.life);
        Key(high << 32 | u64::from(name.entry))
    }

    fn parts(self) -> (usize, Name) {
        let high = (self.0 >> 32) as u32;
        let name = Name {
            entry: self.0 as u32,
            life: high % LIVES,
        };
        ((high / LIVES) as usize, name)
    }
}

/// So many wheels have a place in a key.
pub const MAX_WHEELS: usize = (1 << 10) - 1;

struct Shared {
    wheel: Mutex<Wheel>,
    /// When the wheel has something to do; changed under its lock.
    next: AtomicU64,
}

impl Shared {
    fn publish(&self, wheel: &Wheel) {
        self.next.store(wheel.next().unwrap_or(NEVER), Release);
    }
}

/// See the module's comment. Times are milliseconds since the program began, in deterministic mode
/// by its own clock.
pub struct Timers {
    wheels: Box<[Padded<Shared>]>,
    /// Messages that have left a wheel and are not sent yet.
    flying: AtomicU64,
}

impl Timers {
    /// For so many workers.
    pub fn new(wheels: usize) -> Timers {
        assert!(wheels <= MAX_WHEELS);
        let wheel = |_| {
            Padded(Shared {
                wheel: Mutex::new(Wheel::new(0)),
                next: AtomicU64::new(NEVER),
            })
        };
        Timers {
            wheels: (0..wheels).map(wheel).collect(),
            flying: AtomicU64::new(0),
        }
    }

    /// Sets a timer on a worker's wheel, which gives it back when its time has come.
    pub fn set(&self, worker: usize, timer: Timer) -> Key {
        let shared = &self.wheels[worker];
        let mut wheel = lock(&shared.wheel);
        let (name, time) = wheel.set(timer);
        // Not later than the deadline, and earlier only where something has to move.
        if time < shared.next.load(Relaxed) {
            shared.next.store(time, Release);
        }
        Key::new(worker, name)
    }

    /// Takes back a timer. False if there is none of that name, or it is another: then it has
    /// expired, and may be about to fire.
    pub fn cancel(&self, key: Key, timer: Timer) -> bool {
        let (worker, name) = key.parts();
        let shared = self.wheels.get(worker);
        shared.is_some_and(|shared| lock(&shared.wheel).cancel(name, timer))
    }

    /// Appends what has expired on a wheel to `out`, some hundred at a time; true if there is more.
    /// What is due is handled without the lock, so it may set timers again. Of messages say then how many
    /// were [sent](Timers::sent).
    pub fn expire(&self, worker: usize, now: u64, out: &mut Vec<Timer>) -> bool {
        const MOST: usize = 256;
        let shared = &self.wheels[worker];
        if shared.next.load(Acquire) > now {
            return false;
        }
        let mut wheel = lock(&shared.wheel);
        let messages = wheel.messages();
        let more = wheel.expire(now, MOST, out);
        let flying = messages - wheel.messages();
        if flying > 0 {
            // Within the lock: who finds them on the wheel no more finds them here.
            self.flying.fetch_add(flying as u64, Relaxed);
        }
        shared.publish(&wheel);
        more
    }

    /// So many messages that expired have been sent.
    pub fn sent(&self, messages: u64) {
        self.flying.fetch_sub(messages, AcqRel);
    }

    /// Whether a timer will send a message, or is just about to.
    pub fn has_messages(&self) -> bool {
        let on_wheel = |shared: &Padded<Shared>| lock(&shared.wheel).messages() > 0;
        self.wheels.iter().any(on_wheel) || self.flying.load(Acquire) > 0
    }

    /// When a wheel has something to do; [`NEVER`] for an empty one.
    pub fn next(&self, worker: usize) -> u64 {
        self.wheels[worker].next.load(Acquire)
    }

    /// When any wheel has something to do.
    pub fn next_of_all(&self) -> u64 {
        self.wheels
            .iter()
            .map(|wheel| wheel.next.load(Acquire))
            .min()
            .unwrap_or(NEVER)
    }

    /// Timers that are set.
    pub fn count(&self) -> usize {
        let len = |shared: &Padded<Shared>| lock(&shared.wheel).len();
        self.wheels.iter().map(len).sum()
    }
}
