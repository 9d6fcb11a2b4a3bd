//! Lists among the types on the way: their elements one after another.

use super::{Deep, Frame, State};
use crate::ir::{BlockId, ListOp, Op, Prim, ValueId};
use crate::structural::Method;

impl Deep<'_, '_, '_> {
    /// Looks at a list.
    pub(super) fn visit_list(&mut self, member: usize, mut state: State) {
        let length = self.length(state.subjects[0]);
        match self.g.key.method {
            Method::Eq => {
                let other = self.length(state.subjects[1]);
                self.must_equal(length, other);
            }
            Method::Compare => {}
            Method::Hash => {
                let Some(all) = self.hash_number(state.all, length) else {
                    return;
                };
                state.all = Some(all);
            }
            Method::Display | Method::Debug => self.add_text(&mut state, "["),
        }
        let zero = self.g.int(0);
        let mut args = Self::args(&state, true);
        args.push(zero);
        self.g.b.jump(self.members[member].from, args);
    }

    /// Goes on in a list at a position.
    pub(super) fn list_from(&mut self, member: usize, state: State, index: ValueId) {
        let (more, over) = (self.g.b.block(), self.g.b.block());
        let length = self.length(state.subjects[0]);
        self.branch_below(index, length, more, over);
        self.g.b.switch_to(over);
        self.end_list(state.clone());
        self.g.b.switch_to(more);
        if self.g.key.method == Method::Compare {
            // The other may be shorter.
            let (both, shorter) = (self.g.b.block(), self.g.b.block());
            let other = self.length(state.subjects[1]);
            self.branch_below(index, other, both, shorter);
            self.g.b.switch_to(shorter);
            self.g.give_order("Greater");
            self.g.b.switch_to(both);
        }
        self.element(member, state, index, length);
    }

    fn element(&mut self, member: usize, mut state: State, index: ValueId, length: ValueId) {
        let Some(ty) = self.members[member].element else {
            return;
        };
        let core = self.g.sp.core_type(ty);
        let Some(next) = self.member_of(ty) else {
            return;
        };
        if self.shows() {
            let (first, later) = (self.g.b.block(), self.g.b.block());
            let joined = self.g.b.block();
            let pieces = self.g.b.param(joined, self.pieces, None);
            let zero = self.g.int(0);
            self.branch_below(zero, index, later, first);
            self.g.b.switch_to(later);
            let mut with = state.clone();
            self.add_text(&mut with, ", ");
            self.g.b.jump(joined, with.all.into_iter().collect());
            self.g.b.switch_to(first);
            self.g.b.jump(joined, state.all.into_iter().collect());
            self.g.b.switch_to(joined);
            state.all = Some(pieces);
        }
        let subjects = state.subjects.clone().into_iter();
        let parts = subjects.map(|list| {
            let get = Op::ListOp(ListOp::Get, vec![list, index]);
            self.g.b.push(get, core)
        });
        let parts: Vec<ValueId> = parts.collect();
        let one = self.g.int(1);
        let after = Op::Prim(Prim::IntWrappingAdd, vec![index, one]);
        let after = self.g.b.push(after, self.g.sp.common.int);
        if matches!(self.g.key.method, Method::Eq | Method::Hash) {
            // There is nothing to do behind the last one.
            let (more, last) = (self.g.b.block(), self.g.b.block());
            self.branch_below(after, length, more, last);
            self.g.b.switch_to(last);
            self.go_into(next, parts.clone(), state.clone());
            self.g.b.switch_to(more);
        }
        let frame = Frame {
            member,
            variant: 0,
            field: 0,
        };
        let state = self.push_frame(frame, Some(after), state);
        self.go_into(next, parts, state);
    }

    /// The first list is over.
    fn end_list(&mut self, mut state: State) {
        match self.g.key.method {
            Method::Compare => {
                let mine = self.length(state.subjects[0]);
                let theirs = self.length(state.subjects[1]);
                self.must_compare_equal(mine, theirs);
            }
            Method::Display | Method::Debug => self.add_text(&mut state, "]"),
            Method::Eq | Method::Hash => {}
        }
        self.end_value(&state);
    }

    fn length(&mut self, list: ValueId) -> ValueId {
        let length = Op::ListOp(ListOp::Length, vec![list]);
        self.g.b.push(length, self.g.sp.common.int)
    }

    fn branch_below(&mut self, low: ValueId, high: ValueId, then: BlockId, els: BlockId) {
        let below = Op::Prim(Prim::IntLt, vec![low, high]);
        let below = self.g.b.push(below, self.g.sp.common.bool);
        self.g.b.branch(below, then, els);
    }
}
