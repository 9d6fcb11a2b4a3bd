//! When every thread has been at a turn boundary: what a thread may have found before it must not be
//! reused until then. Epochs that advance when all have announced the present one; threads announce
//! at quiescent states, so that looking up costs nothing (McKenney and Slingwine, "Read-copy update",
//! 1998; Fraser, "Practical lock-freedom", 2004).
//!
//! # Why it is right
//!
//! Let G be the global epoch, and a thread's epoch what it announced last; 0 stands for a thread
//! outside of any turn.
//!
//! - G goes from g to g+1 only when each thread inside a turn has announced g. So a thread inside
//!   sees G at its own epoch or one past it, and G cannot move further without it.
//! - A thread with epoch e that makes something unreachable notes e+1, which is at least G then. Call
//!   that n. G reaches n+1 only after it has announced n, which it does (Release) after that step;
//!   the one that advances G reads it (Acquire), and publishes n+1 (AcqRel). So a thread that
//!   announces n+1 has read an epoch behind that step, and does not find the thing any more. What it
//!   found earlier it has given back. G reaches n+2 only when all threads have announced n+1, or were
//!   outside: then nobody has the thing. [`Turns::safe`] is G-2.
//! - A thread that enters stores its epoch, then a SeqCst fence, then looks whether G is still the
//!   same. The one that advances reads G, then a SeqCst fence, then the announcements. If its fence
//!   is first in their order, the one that enters sees that G and announces again; otherwise its
//!   announcement is seen. So no one is overlooked twice, and being overlooked once leaves its
//!   announcement one behind, which is allowed. It read its epoch with Acquire, so what was removed
//!   for good before that epoch it does not find.

use crate::sync::atomic::{
    AcqRel, Acquire, AtomicU64, AtomicUsize, Relaxed, Release, SeqCst, fence,
};
use crate::sync::{Arc, Mutex, Padded, lock};

/// Announced by a thread outside of any turn.
const OUTSIDE: u64 = 0;

/// See the module's comment.
pub struct Turns {
    /// The global epoch.
    epoch: Padded<AtomicU64>,
    /// What each thread announced.
    announced: Box<[Padded<AtomicU64>]>,
    /// How many of them have ever been used.
    used: AtomicUsize,
    /// Those that threads have left.
    vacant: Mutex<Vec<usize>>,
}

impl Turns {
    /// For so many threads at once.
    pub fn new(threads: usize) -> Arc<Turns> {
        Arc::new(Turns {
            epoch: Padded(AtomicU64::new(2)),
            announced: (0..threads)
                .map(|_| Padded(AtomicU64::new(OUTSIDE)))
                .collect(),
            used: AtomicUsize::new(0),
            vacant: Mutex::new(Vec::new()),
        })
    }

    /// A thread takes part, outside of any turn. `None` if there are too many.
    pub fn join(turns: &Arc<Turns>) -> Option<Visit> {
        let mut vacant = lock(&turns.vacant);
        let place = vacant.pop().or_else(|| {
            let next = turns.used.load(Relaxed);
            (next < turns.announced.len()).then(|| {
                // Before its thread announces anything, which is what the fences order.
                turns.used.store(next + 1, Release);
                next
            })
        })?;
        drop(vacant);
        Some(Visit {
            turns: turns.clone(),
            place,
            epoch: OUTSIDE,
        })
    }

    /// What was noted at this epoch or before is nobody's any more.
    pub fn safe(&self) -> u64 {
        self.epoch.load(Acquire) - 2
    }

    /// Advances the epoch if everybody has announced it. For any thread, inside a turn or not.
    pub fn try_advance(&self) {
        self.advance(self.epoch.load(Acquire));
    }

    /// Advances the epoch if everybody has announced `epoch`.
    fn advance(&self, epoch: u64) {
        fence(SeqCst);
        let used = self.used.load(Acquire);
        let all = self.announced[..used].iter().all(|announced| {
            let announced = announced.load(Acquire);
            announced == OUTSIDE || announced == epoch
        });
        if all {
            let _ = self
                .epoch
                .compare_exchange(epoch, epoch + 1, AcqRel, Relaxed);
        }
    }
}

/// A thread's part in it.
pub struct Visit {
    turns: Arc<Turns>,
    place: usize,
    /// What it announced.
    epoch: u64,
}

impl Visit {
    fn announce(&mut self, epoch: u64) {
        self.turns.announced[self.place].store(epoch, Release);
        self.epoch = epoch;
    }

    /// Goes inside a turn.
    pub fn enter(&mut self) {
        debug_assert!(!self.is_in());
        loop {
            let epoch = self.turns.epoch.load(Acquire);
            self.announce(epoch);
            fence(SeqCst);
            if self.turns.epoch.load(Acquire) == epoch {
                return;
            }
        }
    }

    /// Goes outside of any turn.
    pub fn leave(&mut self) {
        self.announce(OUTSIDE);
    }

    pub fn is_in(&self) -> bool {
        self.epoch != OUTSIDE
    }

    /// A turn boundary. `advance`: this thread waits for something to become safe, and looks
    /// whether the epoch can advance. Gives whether it has changed since the last boundary.
    #[inline]
    pub fn turn(&mut self, advance: bool) -> bool {
        debug_assert!(self.is_in());
        let epoch = self.turns.epoch.load(Acquire);
        if epoch != self.epoch {
            self.announce(epoch);
            return true;
        }
        if advance {
            self.turns.advance(epoch);
        }
        false
    }

    /// What is made unreachable now is nobody's when [`Turns::safe`] is this.
    pub fn retires_at(&self) -> u64 {
        self.epoch + 1
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.leave();
        lock(&self.turns.vacant).push(self.place);
    }
}
