//! Sweeping: what was not marked is free again, and is bumped through next.
//!
//! The bitmaps say where the survivors are, their headers how long; what lies between is a gap. A minor
//! collection looks only at the regions that were bumped through since the last one. A chunk without
//! survivors goes back to the system.

use super::chunk::{Chunk, GRAIN, MIN_GAP};
use super::mark::prefetch;
use super::object;
use super::space::Region;

/// What a sweep found.
#[derive(Default)]
pub struct Swept {
    /// Bytes of survivors in what was swept.
    pub survived: usize,
    /// Bytes of chunks that went back.
    pub released: usize,
}

/// Sweeps all chunks after a major collection.
pub fn major(chunks: &mut Vec<Chunk>, poison: bool) -> Swept {
    let mut swept = Swept::default();
    let mut gaps = Vec::new();
    chunks.retain_mut(|chunk| {
        if chunk.marks.is_clear() {
            return release(chunk, poison, &mut swept);
        }
        chunk.starts.clear();
        if chunk.large {
            // SAFETY: the chunk's one object is marked, so it lives.
            swept.survived += unsafe { object::size(chunk.start) };
            return true;
        }
        gaps.clear();
        swept.survived += between(chunk, chunk.start, chunk.start + chunk.size, &mut gaps);
        spoil_all(&gaps, poison);
        chunk.set_gaps(&gaps);
        true
    });
    swept
}

/// Sweeps after a minor collection; the regions are in the order of their addresses.
pub fn minor(chunks: &mut Vec<Chunk>, regions: &[Region], poison: bool) -> Swept {
    let mut swept = Swept::default();
    let mut rest = regions;
    chunks.retain_mut(|chunk| {
        let here = rest.partition_point(|region| region.start < chunk.start + chunk.size);
        let (own, others) = rest.split_at(here);
        rest = others;
        if chunk.large {
            if chunk.marks.is_clear() {
                return release(chunk, poison, &mut swept);
            }
            if !chunk.starts.is_clear() {
                // SAFETY: the chunk's one object is marked, so it lives.
                swept.survived += unsafe { object::size(chunk.start) };
                chunk.starts.clear();
            }
            return true;
        }
        if own.is_empty() {
            return true;
        }
        if chunk.marks.is_clear() {
            return release(chunk, poison, &mut swept);
        }
        chunk.starts.clear();
        let mut gaps = Vec::new();
        for region in own {
            swept.survived += between(chunk, region.start, region.end, &mut gaps);
        }
        spoil_all(&gaps, poison);
        gaps.extend(chunk.take_gaps());
        settle(chunk, gaps);
        true
    });
    swept
}

fn release(chunk: &Chunk, poison: bool, swept: &mut Swept) -> bool {
    swept.released += chunk.size;
    if poison {
        // SAFETY: nothing in the chunk lives.
        unsafe { spoil(chunk.start, chunk.start + chunk.size) };
    }
    false
}

/// Finds the free pieces of a part of a chunk, which begins and ends where no object goes across;
/// gives the bytes of the objects.
fn between(chunk: &Chunk, from: usize, to: usize, gaps: &mut Vec<(usize, usize)>) -> usize {
    let end = (to - chunk.start) / GRAIN;
    let mut at = from;
    let mut survived = 0;
    let mut word = usize::MAX;
    while let Some(bit) = chunk.marks.next((at - chunk.start) / GRAIN, end) {
        let object = chunk.start + bit * GRAIN;
        // The headers of some objects further on are asked of memory already.
        if bit / 64 != word {
            word = bit / 64;
            let mut ahead = chunk.marks.word_of(bit + 64);
            while ahead != 0 {
                let bit = (word + 1) * 64 + ahead.trailing_zeros() as usize;
                prefetch(chunk.start + bit * GRAIN);
                ahead &= ahead - 1;
            }
        }
        if object > at {
            gaps.push((at, object));
        }
        // SAFETY: marked, so an object starts there.
        let size = unsafe { object::size(object) };
        survived += size;
        at = object + size;
        if at >= to {
            return survived;
        }
    }
    gaps.push((at, to));
    survived
}

/// Gives a chunk its free pieces: neighbours joined, and those left out that are too small.
fn settle(chunk: &mut Chunk, mut gaps: Vec<(usize, usize)>) {
    gaps.sort_unstable();
    let mut kept = 0;
    for at in 0..gaps.len() {
        let (start, end) = gaps[at];
        if kept > 0 && gaps[kept - 1].1 == start {
            gaps[kept - 1].1 = end;
            continue;
        }
        if kept > 0 && gaps[kept - 1].1 - gaps[kept - 1].0 < MIN_GAP {
            kept -= 1;
        }
        gaps[kept] = (start, end);
        kept += 1;
    }
    gaps.truncate(kept);
    chunk.set_gaps(&gaps);
}

fn spoil_all(gaps: &[(usize, usize)], poison: bool) {
    for (start, end) in gaps.iter().filter(|_| poison) {
        // SAFETY: free memory.
        unsafe { spoil(*start, *end) };
    }
}

/// Makes it seen if what is free is used.
///
/// # Safety
/// The memory is free.
unsafe fn spoil(start: usize, end: usize) {
    const SPOILED: u8 = 0xdb;
    // SAFETY: the caller's promise.
    unsafe { (start as *mut u8).write_bytes(SPOILED, end - start) };
}
