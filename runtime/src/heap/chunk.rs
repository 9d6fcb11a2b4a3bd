//! A chunk: one piece of memory of a heap, and what the collector notes beside it.

use super::pool;

/// Bytes that one bit stands for: the alignment of objects.
pub const GRAIN: usize = 8;
/// The smallest piece of free memory that is worth bumping through.
pub const MIN_GAP: usize = 64;

/// A bit for every place of a chunk where an object may start.
#[derive(Default)]
pub struct Bits(Box<[u64]>);

impl Bits {
    /// Clear bits for `bytes` of memory.
    pub fn new(bytes: usize) -> Bits {
        Bits(vec![0; bytes.div_ceil(GRAIN * 64)].into_boxed_slice())
    }

    /// Sets a bit; whether it was clear.
    #[inline]
    pub fn set(&mut self, at: usize) -> bool {
        let word = &mut self.0[at / 64];
        let bit = 1 << (at % 64);
        let clear = *word & bit == 0;
        *word |= bit;
        clear
    }

    /// Whether a bit is set; bits that are not there are clear.
    #[inline]
    pub fn get(&self, at: usize) -> bool {
        self.0
            .get(at / 64)
            .is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    /// Clears all bits.
    pub fn clear(&mut self) {
        self.0.fill(0);
    }

    /// Whether there are bits at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether no bit is set.
    pub fn is_clear(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// The first bit that is set in `from..to`.
    pub fn next(&self, from: usize, to: usize) -> Option<usize> {
        let mut at = from / 64;
        let mut word = self.0.get(at)? & (u64::MAX << (from % 64));
        while word == 0 {
            at += 1;
            if at * 64 >= to {
                return None;
            }
            word = *self.0.get(at)?;
        }
        let found = at * 64 + word.trailing_zeros() as usize;
        (found < to).then_some(found)
    }

    /// Where a bit stands.
    #[inline]
    pub fn place(&self, at: usize) -> usize {
        self.0.as_ptr() as usize + at / 64 * 8
    }

    /// The bits of a word, by the number of its first bit.
    #[inline]
    pub fn word_of(&self, at: usize) -> u64 {
        self.word(at / 64)
    }

    #[inline]
    fn word(&self, at: usize) -> u64 {
        self.0.get(at).copied().unwrap_or(0)
    }
}

/// Free memory, in its first two words.
#[repr(C)]
pub struct Gap {
    /// The next one of the chunk, at a higher address; 0 for none.
    pub next: usize,
    pub size: usize,
}

/// See the module's comment.
pub struct Chunk {
    pub start: usize,
    pub size: usize,
    /// Where objects start that the last collection left: the old ones.
    pub marks: Bits,
    /// During a collection, where objects start that it may free; clear otherwise.
    pub starts: Bits,
    /// The first of the chunk's free pieces, in the order of their addresses; 0 for none.
    pub gap: usize,
    /// Holds one object, at its start.
    pub large: bool,
}

impl Chunk {
    /// A chunk of `size` bytes, or nothing if the system has none.
    pub fn new(size: usize, large: bool) -> Option<Chunk> {
        Some(Chunk::of(pool::take(size)?, size, large))
    }

    /// A chunk of memory that came from the pool.
    pub fn of(start: usize, size: usize, large: bool) -> Chunk {
        let mut chunk = Chunk {
            start,
            size,
            marks: Bits::default(),
            starts: Bits::default(),
            gap: 0,
            large,
        };
        chunk.marks = Bits::new(chunk.marks_size());
        chunk
    }

    /// Whether an address lies in the chunk.
    #[inline]
    pub fn contains(&self, address: usize) -> bool {
        address.wrapping_sub(self.start) < self.size
    }

    /// Bytes that the chunk's bitmaps stand for.
    fn marks_size(&self) -> usize {
        if self.large { GRAIN } else { self.size }
    }

    /// Makes sure that there are bits for the starts of objects.
    pub fn make_starts(&mut self) -> &mut Bits {
        if self.starts.is_empty() {
            self.starts = Bits::new(self.marks_size());
        }
        &mut self.starts
    }

    /// The bit of an address.
    #[inline]
    pub fn bit(&self, address: usize) -> usize {
        (address - self.start) / GRAIN
    }

    /// The start of the last object, old or not, at or before an address in the chunk.
    pub fn object_before(&self, address: usize) -> Option<usize> {
        if self.large {
            return Some(self.start);
        }
        let bit = self.bit(address);
        let mut at = bit / 64;
        let mut word = (self.marks.word(at) | self.starts.word(at)) & (u64::MAX >> (63 - bit % 64));
        while word == 0 {
            at = at.checked_sub(1)?;
            word = self.marks.word(at) | self.starts.word(at);
        }
        let found = at * 64 + 63 - word.leading_zeros() as usize;
        Some(self.start + found * GRAIN)
    }

    /// Takes the first free piece: its start and its size.
    pub fn take_gap(&mut self) -> Option<(usize, usize)> {
        // SAFETY: a gap that the chunk knows of is free memory with its two words.
        let gap = unsafe { (self.gap as *const Gap).as_ref() }?;
        let found = (self.gap, gap.size);
        self.gap = gap.next;
        Some(found)
    }

    /// Puts free memory back that lies before all free pieces of the chunk.
    pub fn give_gap(&mut self, start: usize, size: usize) {
        if size < MIN_GAP {
            return;
        }
        // SAFETY: the memory is the chunk's, free, and has room for the two words.
        unsafe {
            (start as *mut Gap).write(Gap {
                next: self.gap,
                size,
            })
        };
        self.gap = start;
    }

    /// Makes these the chunk's free pieces: in the order of their addresses, not touching.
    pub fn set_gaps(&mut self, gaps: &[(usize, usize)]) {
        self.gap = 0;
        for &(start, end) in gaps.iter().rev() {
            self.give_gap(start, end - start);
        }
    }

    /// Whether its pages can go back to the system by themselves.
    pub fn is_mapped(&self) -> bool {
        self.size >= pool::MAPPED
    }

    /// The chunk's free pieces, which it then has no more.
    pub fn take_gaps(&mut self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let gaps = self.gaps();
        self.gap = 0;
        gaps
    }

    /// The chunk's free pieces.
    pub fn gaps(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let mut next = self.gap;
        std::iter::from_fn(move || {
            // SAFETY: as above.
            let gap = unsafe { (next as *const Gap).as_ref() }?;
            let start = next;
            next = gap.next;
            Some((start, start + gap.size))
        })
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        // SAFETY: taken in `new` with this size, given back once, and nobody uses it any more.
        unsafe { pool::give(self.start, self.size) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_found_in_both_directions() {
        let mut chunk = Chunk::new(4096, false).unwrap();
        assert_eq!(chunk.object_before(chunk.start + 4000), None);
        for bit in [0, 63, 64, 300] {
            assert!(chunk.marks.set(bit));
            assert!(!chunk.marks.set(bit));
        }
        chunk.starts = Bits::new(4096);
        chunk.starts.set(299);
        let before = |bit: usize| chunk.object_before(chunk.start + bit * 8 + 7);
        let at = |bit: usize| Some(chunk.start + bit * 8);
        assert_eq!(before(0), at(0));
        assert_eq!(before(62), at(0));
        assert_eq!(before(63), at(63));
        assert_eq!(before(298), at(64));
        assert_eq!(before(299), at(299));
        assert_eq!(before(511), at(300));
        let all: Vec<usize> = std::iter::successors(chunk.marks.next(0, 512), |bit| {
            chunk.marks.next(bit + 1, 512)
        })
        .collect();
        assert_eq!(all, [0, 63, 64, 300]);
        assert_eq!(chunk.marks.next(65, 300), None);
        assert_eq!(chunk.marks.next(65, 301), Some(300));
    }
}
