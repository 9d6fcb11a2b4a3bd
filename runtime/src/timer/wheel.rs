//! A hierarchical timing wheel: setting and cancelling a timer takes constant time, however many
//! there are (Varghese and Lauck, "Hashed and hierarchical timing wheels", 1987, scheme 7; the
//! levels are found from the bits in which the deadline differs from now, as in Linux and tokio).
//!
//! Level `l` has 64 slots of 64^l ms. A timer stands on the level of the highest digit, in base 64,
//! in which its deadline differs from `now`, in the slot of that digit. When `now` reaches the start
//! of a slot its timers expire or move to a lower level. A timer further away than the top level
//! reaches stands in the last slot that it has, and moves on from there.
//!
//! The wheel knows no clock: times are milliseconds since a moment of the caller's choice.

/// A base-64 digit.
const BITS: u32 = 6;
const SLOTS: usize = 1 << BITS;
const LEVELS: usize = 6;
/// Timers are put no further away than this, so that none comes into the slot of `now`.
const REACH: u64 = (1 << (BITS * LEVELS as u32)) - (1 << (BITS * (LEVELS as u32 - 1))) - 1;
/// The place of timers whose time has come.
const DUE: usize = SLOTS * LEVELS;
const PLACES: usize = DUE + 1;
const NONE: u32 = u32::MAX;
/// The place of a free entry.
const FREE: u32 = u32::MAX;

/// A timer that is set.
struct Entry {
    timer: Timer,
    /// In a ring of those in the same place; in the list of free entries, `next` only.
    next: u32,
    previous: u32,
    place: u32,
    /// How many timers this entry has been.
    life: u32,
}

/// Names a timer that was set. Where it is over, the name is another's no earlier than after
/// [`LIVES`] timers in the same entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name {
    pub entry: u32,
    pub life: u32,
}

/// Different values of [`Name::life`].
pub const LIVES: u32 = 1 << 22;

/// What a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timer {
    pub deadline: u64,
    /// Whatever the one who sets it wants back when it expires.
    pub payload: u64,
}

/// See the module's comment.
pub struct Wheel {
    now: u64,
    /// For each level a bit for each slot with timers.
    occupied: [u64; LEVELS],
    /// The first timer of each place.
    places: [u32; PLACES],
    entries: Vec<Entry>,
    free: u32,
    len: usize,
    /// How many of them are messages.
    messages: usize,
}

/// In a payload: the timer is a message that somebody will get.
pub const MESSAGE: u64 = 1 << 63;

impl Timer {
    fn messages(self) -> usize {
        usize::from(self.payload & MESSAGE != 0)
    }
}

impl Wheel {
    /// A wheel without timers at this time.
    pub fn new(now: u64) -> Wheel {
        Wheel {
            now,
            occupied: [0; LEVELS],
            places: [NONE; PLACES],
            entries: Vec::new(),
            free: NONE,
            len: 0,
            messages: 0,
        }
    }

    /// Timers that are set.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Those of them that are messages.
    pub fn messages(&self) -> usize {
        self.messages
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Sets a timer; one whose time has passed is due at once. Gives too when there is something to do for it.
    pub fn set(&mut self, timer: Timer) -> (Name, u64) {
        let index = self.free;
        let entry = if index == NONE {
            let index = u32::try_from(self.entries.len()).expect("memory ends before");
            self.entries.push(Entry {
                timer,
                next: NONE,
                previous: NONE,
                place: FREE,
                life: 0,
            });
            index
        } else {
            let entry = &mut self.entries[index as usize];
            self.free = entry.next;
            entry.timer = timer;
            index
        };
        self.len += 1;
        self.messages += timer.messages();
        let time = self.put(entry);
        let life = self.entries[entry as usize].life;
        (Name { entry, life }, time)
    }

    /// Takes back a timer. False if there is none of this name, or another one.
    pub fn cancel(&mut self, name: Name, timer: Timer) -> bool {
        let known = self.entries.get(name.entry as usize).is_some_and(|entry| {
            entry.place != FREE && entry.life == name.life && entry.timer == timer
        });
        if known {
            self.take_out(name.entry);
            self.release(name.entry);
        }
        known
    }

    /// When there is next something to do: a timer expires, or moves to a lower level.
    pub fn next(&self) -> Option<u64> {
        if self.places[DUE] != NONE {
            return Some(self.now);
        }
        self.next_slot().map(|(time, _)| time)
    }

    /// Moves on to `now`. Appends what expires to `out`, earlier deadlines first; of one deadline,
    /// what was set first. Handles about `most` timers at most; true if that was too few.
    pub fn expire(&mut self, now: u64, most: usize, out: &mut Vec<Timer>) -> bool {
        let mut left = most;
        loop {
            while self.places[DUE] != NONE {
                if left == 0 {
                    return true;
                }
                left -= 1;
                let first = self.places[DUE];
                self.take_out(first);
                out.push(self.entries[first as usize].timer);
                self.release(first);
            }
            let Some((time, place)) = self.next_slot().filter(|(time, _)| *time <= now) else {
                self.now = self.now.max(now);
                return false;
            };
            self.now = time;
            // What does not expire now goes to a lower level, hence never back to this place.
            while self.places[place] != NONE {
                if left == 0 {
                    return true;
                }
                left -= 1;
                let first = self.places[place];
                self.take_out(first);
                self.put(first);
            }
        }
    }

    /// The slot that `now` reaches first, and when.
    fn next_slot(&self) -> Option<(u64, usize)> {
        let mut next: Option<(u64, usize)> = None;
        for level in 0..LEVELS {
            if self.occupied[level] == 0 {
                continue;
            }
            let shift = BITS * level as u32;
            let here = (self.now >> shift) as u32 % SLOTS as u32;
            let ahead = self.occupied[level].rotate_right(here).trailing_zeros();
            let slot = (here + ahead) as usize % SLOTS;
            let time = ((self.now >> shift) + u64::from(ahead)) << shift;
            if next.is_none_or(|(first, _)| time < first) {
                next = Some((time, level * SLOTS + slot));
            }
        }
        next
    }

    /// Appends an entry to the place where it belongs; gives when that is reached.
    fn put(&mut self, index: u32) -> u64 {
        let deadline = self.entries[index as usize].timer.deadline;
        let (place, time) = if deadline <= self.now {
            (DUE, self.now)
        } else {
            let at = deadline.min(self.now.saturating_add(REACH));
            let highest = 63 - (at ^ self.now).leading_zeros();
            let level = (highest / BITS).min(LEVELS as u32 - 1);
            let slot = (at >> (BITS * level)) as usize % SLOTS;
            self.occupied[level as usize] |= 1 << slot;
            let shift = BITS * level;
            (level as usize * SLOTS + slot, at >> shift << shift)
        };
        let first = self.places[place];
        if first == NONE {
            self.places[place] = index;
            self.link(index, index);
        } else {
            let last = self.entries[first as usize].previous;
            self.link(last, index);
            self.link(index, first);
        }
        self.entries[index as usize].place = place as u32;
        time
    }

    fn link(&mut self, one: u32, next: u32) {
        self.entries[one as usize].next = next;
        self.entries[next as usize].previous = one;
    }

    /// Takes an entry out of its place.
    fn take_out(&mut self, index: u32) {
        let entry = &self.entries[index as usize];
        let (next, previous, place) = (entry.next, entry.previous, entry.place as usize);
        if next == index {
            self.places[place] = NONE;
            if place != DUE {
                self.occupied[place / SLOTS] &= !(1 << (place % SLOTS));
            }
            return;
        }
        self.link(previous, next);
        if self.places[place] == index {
            self.places[place] = next;
        }
    }

    fn release(&mut self, index: u32) {
        let entry = &mut self.entries[index as usize];
        self.messages -= entry.timer.messages();
        entry.place = FREE;
        entry.life = (entry.life + 1) % LIVES;
        entry.next = self.free;
        self.free = index;
        self.len -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timer(deadline: u64, payload: u64) -> Timer {
        Timer { deadline, payload }
    }

    fn expire(wheel: &mut Wheel, now: u64) -> Vec<u64> {
        let mut out = Vec::new();
        while wheel.expire(now, 3, &mut out) {}
        out.iter().map(|expired| expired.payload).collect()
    }

    #[test]
    fn expires_at_its_time_on_every_level() {
        for distance in [
            0,
            1,
            63,
            64,
            65,
            4095,
            4096,
            300_000,
            20_000_000,
            1 << 35,
            1 << 40,
        ] {
            for now in [0, 1, 63, 4095, 123_456_789] {
                let mut wheel = Wheel::new(now);
                wheel.set(timer(now + distance, 7));
                if distance > 0 {
                    assert_eq!(expire(&mut wheel, now + distance - 1), []);
                }
                assert!(wheel.next().is_some_and(|next| next <= now + distance));
                assert_eq!(
                    expire(&mut wheel, now + distance),
                    [7],
                    "{now} + {distance}"
                );
                assert_eq!((wheel.next(), wheel.len()), (None, 0));
            }
        }
    }

    #[test]
    fn one_that_is_taken_back_does_not_expire() {
        let mut wheel = Wheel::new(0);
        let names: Vec<_> = (0..10).map(|at| wheel.set(timer(at * 50, at)).0).collect();
        for at in [0, 3, 9] {
            assert!(wheel.cancel(names[at as usize], timer(at * 50, at)));
            assert!(!wheel.cancel(names[at as usize], timer(at * 50, at)));
        }
        assert!(!wheel.cancel(names[1], timer(50, 2)), "it is another's");
        assert_eq!(expire(&mut wheel, 1000), [1, 2, 4, 5, 6, 7, 8]);
        let again = wheel.set(timer(2000, 1)).0;
        assert!(!wheel.cancel(names[1], timer(50, 1)), "it has expired");
        assert!(wheel.cancel(again, timer(2000, 1)));
    }

    #[test]
    fn the_end_of_time_is_far_away() {
        let mut wheel = Wheel::new(5);
        let name = wheel.set(timer(u64::MAX, 1)).0;
        assert_eq!(expire(&mut wheel, 1 << 50), []);
        assert!(wheel.cancel(name, timer(u64::MAX, 1)));
    }
}
