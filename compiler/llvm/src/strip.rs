//! Counted loops in strides. Around the loop's own header stands a block that makes the check and
//! decides how far the counter may go until the next:
//!
//! ```text
//! outside -> [outer: check; limit = min(bound, counter + stride)]
//!                 |      ^
//!                 v      | counter < bound
//!            [header: counter < limit] -> [between] -> exit
//!                 |      ^
//!                 v      |
//!                [the loop]
//! ```

use crate::emit::Val;
use crate::function::Body;
use crate::layout::Word;
use crate::loops::{Bound, Counted, STRIDE};
use inkwell::IntPredicate;
use inkwell::basic_block::BasicBlock;
use inkwell::values::{BasicValue, IntValue, PhiValue};
use mesh_core::ir::{BlockId, Target, ValueId};
use rustc_hash::FxHashSet;

/// The outer block of a counted loop.
pub struct Strip<'ctx> {
    pub counted: Counted,
    pub block: BasicBlock<'ctx>,
    /// For the words of the header's parameters.
    pub phis: Vec<PhiValue<'ctx>>,
}

impl<'ctx> Strip<'ctx> {
    pub fn new(counted: Counted, block: BasicBlock<'ctx>) -> Strip<'ctx> {
        Strip {
            counted,
            block,
            phis: Vec::new(),
        }
    }
}

impl<'ctx> Body<'_, 'ctx, '_> {
    /// The end of a counted loop's header, and its outer block.
    pub fn strip(&mut self, header: BlockId, then: &Target, els: &Target) {
        let emit = &self.unit.emit;
        let Some(strip) = self.strips.get(&header) else {
            mesh_report::bug!(self.span, "the header of no counted loop");
        };
        let outer = strip.block;
        let outer_phis = strip.phis.clone();
        let (counter, bound) = (strip.counted.counter, strip.counted.bound);
        let inclusive = strip.counted.inclusive;
        let (stay, leave) = if strip.counted.continues {
            (then, els)
        } else {
            (els, then)
        };
        let inner_phis = self.phis[header.index()].clone();
        let end = emit.here();

        emit.go(outer);
        self.loop_check();
        let first = self.outer_word(header, counter, &outer_phis);
        let furthest = self.bound_word(bound, Some((header, &outer_phis)));
        let stride = emit.int(STRIDE - i64::from(inclusive));
        let args = [first.into(), stride.into()];
        let next = self.intrinsic("llvm.sadd.sat", Word::Int, &args);
        let limit = self.intrinsic("llvm.smin", Word::Int, &[next, furthest.into()]);
        let from = emit.here();
        for (inner, outer) in inner_phis.iter().zip(&outer_phis) {
            inner.add_incoming(&[(&outer.as_basic_value() as &dyn BasicValue, from)]);
        }
        emit.jump(self.block_of(header));

        emit.go(end);
        let how = if inclusive {
            IntPredicate::SLE
        } else {
            IntPredicate::SLT
        };
        let now = self.one(counter).into_int_value();
        let goes_on = emit.icmp(how, now, limit.into_int_value());
        let stay = self.edge(stay, &mut FxHashSet::default());
        let between = emit.next_block();
        emit.branch(goes_on, stay, between);

        emit.go(between);
        let furthest = self.bound_word(bound, None);
        let again = emit.icmp(how, now, furthest);
        for (inner, outer) in inner_phis.iter().zip(&outer_phis) {
            outer.add_incoming(&[(&inner.as_basic_value() as &dyn BasicValue, between)]);
        }
        let leave = self.edge(leave, &mut FxHashSet::default());
        emit.branch(again, outer, leave);
    }

    fn bound_word(
        &self,
        bound: Bound,
        outer: Option<(BlockId, &[PhiValue<'ctx>])>,
    ) -> IntValue<'ctx> {
        let words = |value: ValueId| -> Vec<Val<'ctx>> {
            let moved = outer.and_then(|(header, phis)| self.outer_words(header, value, phis));
            moved.unwrap_or_else(|| self.value(value).to_vec())
        };
        match bound {
            Bound::Value(value) => words(value)[0].into_int_value(),
            Bound::Length(list) => self.length_of(&words(list)),
        }
    }

    /// The words of a parameter of the header, in the outer block.
    fn outer_words(
        &self,
        header: BlockId,
        value: ValueId,
        phis: &[PhiValue<'ctx>],
    ) -> Option<Vec<Val<'ctx>>> {
        let mut start = 0;
        for &param in &self.function.blocks[header.index()].params {
            let len = self.unit.words(self.ty(param)).len();
            if param == value {
                let words = phis[start..start + len].iter();
                return Some(words.map(|phi| phi.as_basic_value()).collect());
            }
            start += len;
        }
        None
    }

    fn outer_word(
        &self,
        header: BlockId,
        value: ValueId,
        phis: &[PhiValue<'ctx>],
    ) -> IntValue<'ctx> {
        match self.outer_words(header, value, phis).as_deref() {
            Some([word]) => word.into_int_value(),
            _ => mesh_report::bug!(self.span, "a counter that is no parameter"),
        }
    }
}
