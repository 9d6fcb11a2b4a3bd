//! Free slots whose memory went back to the system: their generations, which they need when they are used again.
//!
//! Pages of the system's are zero, and generation 0 is nobody's, so who looks such a slot up finds nobody, as in any free one.

use super::free::Run;
use super::{Slot, Table, place, vacant};
use crate::sync::atomic::Relaxed;
use crate::sync::lock;
use std::ptr::drop_in_place;

/// Free slots side by side without memory.
pub struct Bare {
    first: u32,
    generations: Vec<u32>,
}

impl Bare {
    /// Takes the last one, with its generation.
    pub fn pop(&mut self) -> Option<(u32, u32)> {
        let generation = self.generations.pop()?;
        Some((self.first + self.generations.len() as u32, generation))
    }

    /// Whether a slot is one of them.
    pub fn has(&self, slot: u32) -> bool {
        slot.wrapping_sub(self.first) < self.generations.len() as u32
    }
}

impl<T: Default> Table<T> {
    /// Gives the memory of free slots back, where so many lie side by side: `give_back` gets from where to where.
    pub fn shrink(&self, together: u32, give_back: impl Fn(usize, usize)) {
        let link = |slot: u32| &self.known(slot).next;
        let next = |slot: u32| link(slot).load(Relaxed);
        // Where nobody is inside a turn, all that is former is free then.
        (0..3).for_each(|_| self.turns.try_advance());
        let mut free = lock(&self.free);
        free.adopt(self.turns.safe(), link);
        let (run, used) = (free.take_all(), free.used());
        drop(free);
        let mut is_free = vec![false; used as usize];
        let mut rest = run;
        while let Some(slot) = rest.pop(next) {
            is_free[slot as usize] = true;
        }
        let mut groups: Vec<(u32, u32)> = Vec::new();
        for slot in (0..used).filter(|slot| is_free[*slot as usize]) {
            match groups.last_mut() {
                // Chunks are no neighbours.
                Some((_, end)) if *end == slot && place(slot).1 != 0 => *end += 1,
                _ => groups.push((slot, slot + 1)),
            }
        }
        groups.retain(|(first, end)| end - first >= together);
        for (first, end) in &groups {
            is_free[*first as usize..*end as usize].fill(false);
        }
        let mut kept = Run::EMPTY;
        rest = run;
        while let Some(slot) = rest.pop(next) {
            if is_free[slot as usize] {
                kept.push(slot, link);
            }
        }
        let stripped = groups
            .into_iter()
            .map(|group| self.strip(group, &give_back));
        let stripped: Vec<Bare> = stripped.collect();
        let mut free = lock(&self.free);
        free.append(kept, link);
        free.bare.extend(stripped);
    }

    /// Gives the memory of free slots from `first` to before `end` back, which nobody uses.
    fn strip(&self, (first, end): (u32, u32), give_back: impl Fn(usize, usize)) -> Bare {
        let of = |slot: u32| std::ptr::from_ref(self.known(slot)).cast_mut();
        let mut generations = Vec::with_capacity((end - first) as usize);
        for slot in first..end {
            generations.push(self.known(slot).generation.load(Relaxed));
            // SAFETY: a free slot's block is nobody's; it is made anew before it is anybody's.
            unsafe { drop_in_place(&raw mut (*of(slot)).block) };
        }
        let last = of(end - 1).addr();
        give_back(of(first).addr(), last + size_of::<Slot<T>>());
        Bare { first, generations }
    }

    /// Makes one of the slots without memory again, which the caller has taken from them.
    pub(super) fn make_again(&self, slot: u32, generation: u32) {
        let known = self.known(slot);
        let block = (&raw const known.block).cast_mut();
        // SAFETY: nobody has the block, which was dropped. Of the other two fields others may read the first.
        unsafe { block.write(vacant()) };
        known.generation.store(generation, Relaxed);
    }
}
