//! Which block dominates which, by the iterative algorithm on the reverse postorder.

use crate::ir::{BlockId, Function};

const NONE: u32 = u32::MAX;

/// The dominator tree of a function's reachable blocks.
pub struct Dominators {
    order: Vec<BlockId>,
    /// By block: when a walk of the tree enters and leaves it; equal for unreachable blocks.
    spans: Vec<(u32, u32)>,
}

impl Dominators {
    pub fn of(function: &Function) -> Dominators {
        let order = function.reverse_postorder();
        let mut number = vec![NONE; function.blocks.len()];
        for (index, block) in order.iter().enumerate() {
            number[block.index()] = index as u32;
        }
        let mut predecessors: Vec<Vec<u32>> = vec![Vec::new(); order.len()];
        for (index, block) in order.iter().enumerate() {
            function.blocks[block.index()].term.each_target(|to, _| {
                predecessors[number[to.index()] as usize].push(index as u32);
            });
        }
        let idom = immediate(&predecessors);
        let spans = tree_spans(&idom);
        let mut by_block = vec![(0, 0); function.blocks.len()];
        for (index, block) in order.iter().enumerate() {
            by_block[block.index()] = spans[index];
        }
        Dominators {
            order,
            spans: by_block,
        }
    }

    /// Reachable blocks, each before those it dominates.
    pub fn order(&self) -> &[BlockId] {
        &self.order
    }

    /// Whether every path to `below` passes `above`.
    pub fn dominates(&self, above: BlockId, below: BlockId) -> bool {
        let (enter, leave) = self.spans[above.index()];
        let (at, _) = self.spans[below.index()];
        enter <= at && at < leave
    }
}

fn immediate(predecessors: &[Vec<u32>]) -> Vec<u32> {
    let mut idom = vec![NONE; predecessors.len()];
    if idom.is_empty() {
        return idom;
    }
    idom[0] = 0;
    let mut changed = true;
    while changed {
        changed = false;
        for block in 1..predecessors.len() {
            let mut new = NONE;
            for &pred in &predecessors[block] {
                if idom[pred as usize] == NONE {
                    continue;
                }
                new = if new == NONE {
                    pred
                } else {
                    meet(&idom, pred, new)
                };
            }
            if idom[block] != new {
                idom[block] = new;
                changed = true;
            }
        }
    }
    idom
}

fn meet(idom: &[u32], mut a: u32, mut b: u32) -> u32 {
    while a != b {
        while a > b {
            a = idom[a as usize];
        }
        while b > a {
            b = idom[b as usize];
        }
    }
    a
}

/// Entry and exit times of a walk over the tree. A parent's number is below its children's.
fn tree_spans(idom: &[u32]) -> Vec<(u32, u32)> {
    let mut sizes = vec![1u32; idom.len()];
    for block in (1..idom.len()).rev() {
        sizes[idom[block] as usize] += sizes[block];
    }
    let mut spans = vec![(0, 0); idom.len()];
    let mut next_child = vec![0u32; idom.len()];
    for block in 0..idom.len() {
        let enter = if block == 0 {
            1
        } else {
            let parent = idom[block] as usize;
            let at = next_child[parent];
            next_child[parent] += sizes[block];
            at
        };
        spans[block] = (enter, enter + sizes[block]);
        next_child[block] = enter + 1;
    }
    spans
}
