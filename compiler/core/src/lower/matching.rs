//! Matching: rows of tests to a decision tree.
//!
//! A row is an arm with the tests that are left for it. At each node the first row's most shared test
//! is decided, by a switch where the tests are of variants or literals and by one branch otherwise;
//! rows without that test go on in every branch. A row without tests is the arm, unless its guard
//! refuses: then the rows behind it go on. Bodies stand once, in blocks that take the variables.

mod ranges;
mod rows;

use super::Lowerer;
use crate::deep;
use crate::ir::{BlockId, Const, Crash, ListOp, Op, Prim, Target, Term, ValueId};
use mesh_check::thir::{Expr, Lit, Pat, PatKind};
use mesh_check::ty::Ty;
use mesh_resolve::hir::{LocalId, TypeId};
use rustc_hash::FxHashMap;

pub use rows::Row;
use rows::Shape;

/// What happens where no row is left.
pub enum Fail {
    /// The patterns are exhaustive.
    Unreachable,
    /// A crash that shows these.
    NoMatch(Vec<(ValueId, Ty)>),
    Goto(BlockId, Vec<ValueId>),
}

/// An arm while its tree is built.
pub struct ArmState<'a> {
    pub guard: Option<&'a Expr>,
    /// Takes the values of `locals`.
    pub block: BlockId,
    pub locals: Vec<LocalId>,
}

/// A part of a value that was already taken out on the way to the node at hand.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Part {
    Field(ValueId, u32, u32),
    Length(ValueId),
    Element(ValueId, u32),
    Rest(ValueId, u32),
}

/// The state of building one tree.
pub struct Tree<'a> {
    pub arms: Vec<ArmState<'a>>,
    fail: Fail,
    parts: FxHashMap<Part, ValueId>,
    /// What to forget from `parts` when a branch is left.
    trail: Vec<Part>,
    /// Least and greatest length of lists on the way to the node at hand.
    lengths: FxHashMap<ValueId, (u32, Option<u32>)>,
}

impl<'a> Tree<'a> {
    pub fn new(fail: Fail) -> Tree<'a> {
        Tree {
            arms: Vec::new(),
            fail,
            parts: FxHashMap::default(),
            trail: Vec::new(),
            lengths: FxHashMap::default(),
        }
    }
}

impl<'a> Lowerer<'_, 'a> {
    /// Builds the tree in the current block; afterwards no block is current.
    pub(super) fn compile(&mut self, tree: &mut Tree<'a>, rows: Vec<Row<'a>>) {
        let rows = self.settle_all(tree, rows);
        self.node(tree, rows);
    }

    /// One node; what was learnt below it is forgotten.
    fn node(&mut self, tree: &mut Tree<'a>, rows: Vec<Row<'a>>) {
        let mark = tree.trail.len();
        deep(|| self.decide(tree, rows));
        for part in tree.trail.drain(mark..) {
            tree.parts.remove(&part);
        }
    }

    fn decide(&mut self, tree: &mut Tree<'a>, mut rows: Vec<Row<'a>>) {
        let Some(first) = rows.first() else {
            return self.fail(tree);
        };
        if first.tests.is_empty() {
            let first = rows.remove(0);
            return self.leaf(tree, first, rows);
        }
        let value = rows::most_shared(&rows);
        let rows = self.split_alternatives(tree, rows, value);
        if rows.iter().all(|row| row.test(value).is_none()) {
            return self.node(tree, rows);
        }
        match rows::shape(&rows, value) {
            Shape::Variant(ty) => self.switch_variant(tree, rows, value, ty),
            Shape::Int => self.switch_int(tree, rows, value),
            Shape::Bool => self.branch_bool(tree, rows, value),
            Shape::Equal => self.chain(tree, rows, value),
            Shape::IntRange => self.test_range(tree, rows, value),
            Shape::Prefix => self.test_prefix(tree, rows, value),
            Shape::List => self.test_length(tree, rows, value),
        }
    }

    /// A row without tests: the arm, or where its guard refuses the rows behind it.
    fn leaf(&mut self, tree: &mut Tree<'a>, row: Row<'a>, rest: Vec<Row<'a>>) {
        let arm = &tree.arms[row.arm];
        let block = arm.block;
        let value_of = |local: &LocalId| {
            let found = row.binds.iter().find(|(bound, _)| bound == local);
            found.map(|&(_, value)| value)
        };
        let args: Vec<ValueId> = arm.locals.iter().filter_map(value_of).collect();
        let Some(guard) = arm.guard else {
            return self.b.jump(block, args);
        };
        for &(local, value) in &row.binds {
            self.bind(local, value);
        }
        let (yes, no) = (self.b.block(), self.b.block());
        self.condition(guard, yes, no);
        if self.b.switch_to(yes) {
            self.b.jump(block, args);
        }
        if self.b.switch_to(no) {
            self.node(tree, rest);
        }
    }

    fn fail(&mut self, tree: &Tree<'a>) {
        match &tree.fail {
            Fail::Unreachable => self.b.end(Term::Unreachable),
            Fail::Goto(block, args) => self.b.jump(*block, args.clone()),
            Fail::NoMatch(values) => {
                let text = self.debug_text(values);
                if let Some(text) = text {
                    self.b.end(Term::Crash(Crash::NoMatch(text)));
                }
            }
        }
    }

    /// The `Debug` text of one value, or of several in parentheses.
    fn debug_text(&mut self, values: &[(ValueId, Ty)]) -> Option<ValueId> {
        let string = self.sp.common.string;
        let mut parts = Vec::new();
        for &(value, ty) in values {
            let ty = self.sp.concrete(ty, &self.scope);
            let span = self.b.span();
            let inspect = self.sp.lang_method("debug", "inspect", ty, span);
            parts.push(self.emit(&inspect, vec![value], string)?);
        }
        if let [one] = parts[..] {
            return Some(one);
        }
        let mut pieces = vec![self.constant(Const::String("(".into()))];
        for (index, part) in parts.into_iter().enumerate() {
            if index > 0 {
                pieces.push(self.constant(Const::String(", ".into())));
            }
            pieces.push(part);
        }
        pieces.push(self.constant(Const::String(")".into())));
        Some(self.b.push(Op::Concat(pieces), string))
    }

    /// A part of a value, taken out once on each path.
    fn part(
        &mut self,
        tree: &mut Tree<'a>,
        part: Part,
        make: impl FnOnce(&mut Self) -> ValueId,
    ) -> ValueId {
        if let Some(&known) = tree.parts.get(&part) {
            return known;
        }
        let value = make(self);
        tree.parts.insert(part, value);
        tree.trail.push(part);
        value
    }

    /// Field `field` of `value`.
    fn field_part(
        &mut self,
        tree: &mut Tree<'a>,
        value: ValueId,
        variant: u32,
        field: u32,
    ) -> ValueId {
        let part = Part::Field(value, variant, field);
        self.part(tree, part, |l| l.field(value, variant, field))
    }

    fn length_part(&mut self, tree: &mut Tree<'a>, list: ValueId) -> ValueId {
        self.part(tree, Part::Length(list), |l| {
            let int = l.sp.common.int;
            l.b.push(Op::ListOp(ListOp::Length, vec![list]), int)
        })
    }

    fn element_part(&mut self, tree: &mut Tree<'a>, list: ValueId, index: u32) -> ValueId {
        self.part(tree, Part::Element(list, index), |l| {
            let at = l.constant(Const::Int(i64::from(index)));
            l.element(list, at)
        })
    }

    fn rest_part(&mut self, tree: &mut Tree<'a>, list: ValueId, from: u32) -> ValueId {
        let length = self.length_part(tree, list);
        self.part(tree, Part::Rest(list, from), |l| {
            let int = l.sp.common.int;
            let from = l.constant(Const::Int(i64::from(from)));
            let left = Op::Prim(Prim::IntWrappingSub, vec![length, from]);
            let left = l.b.push(left, int);
            let ty = l.b.ty(list);
            l.b.push(Op::ListOp(ListOp::Slice, vec![list, from, left]), ty)
        })
    }

    fn switch_variant(
        &mut self,
        tree: &mut Tree<'a>,
        rows: Vec<Row<'a>>,
        value: ValueId,
        ty: TypeId,
    ) {
        let groups = rows::group(rows, value, |pat| match &pat.kind {
            PatKind::Variant { variant, .. } => Some(i64::from(*variant)),
            _ => None,
        });
        let int = self.sp.common.int;
        let on = self.b.push(Op::Tag(value), int);
        let all = self.variant_count(ty) == groups.cases.len();
        let can_fail = !matches!(tree.fail, Fail::Unreachable);
        let with_default = !all && (can_fail || !groups.default.is_empty());
        let (cases, default) = self.end_switch(on, &groups.cases, with_default);
        for (block, (variant, rows)) in cases.into_iter().zip(groups.cases) {
            self.b.switch_to(block);
            let mark = tree.trail.len();
            let rows = rows
                .into_iter()
                .flat_map(|mut row| {
                    let Some(pat) = row.take(value) else {
                        return vec![row];
                    };
                    if let PatKind::Variant { fields, .. } = &pat.kind {
                        for (index, field) in fields.iter().enumerate() {
                            if matches!(field.kind, PatKind::Wild) {
                                continue;
                            }
                            let part = self.field_part(tree, value, variant as u32, index as u32);
                            row.tests.push((part, field));
                        }
                    }
                    self.settle(tree, row).into_iter().collect()
                })
                .collect();
            self.node(tree, rows);
            for part in tree.trail.drain(mark..) {
                tree.parts.remove(&part);
            }
        }
        if let Some(block) = default {
            self.b.switch_to(block);
            self.node(tree, groups.default);
        }
    }

    /// Ends the block with a switch to new blocks, one for each case, and one for the default.
    fn end_switch(
        &mut self,
        on: ValueId,
        cases: &[(i64, Vec<Row<'a>>)],
        with_default: bool,
    ) -> (Vec<BlockId>, Option<BlockId>) {
        let blocks: Vec<BlockId> = cases.iter().map(|_| self.b.block()).collect();
        let default = with_default.then(|| self.b.block());
        let targets = cases.iter().zip(&blocks);
        self.b.end(Term::Switch {
            on,
            cases: targets
                .map(|((case, _), &block)| (*case, Target::plain(block)))
                .collect(),
            default: default.map(Target::plain),
        });
        (blocks, default)
    }

    fn switch_int(&mut self, tree: &mut Tree<'a>, rows: Vec<Row<'a>>, value: ValueId) {
        let groups = rows::group(rows, value, |pat| match pat.kind {
            PatKind::Lit(Lit::Int(value)) => Some(value),
            _ => None,
        });
        let (cases, default) = self.end_switch(value, &groups.cases, true);
        for (block, (_, rows)) in cases.into_iter().zip(groups.cases) {
            self.b.switch_to(block);
            self.node(tree, rows::without(rows, value));
        }
        if let Some(block) = default {
            self.b.switch_to(block);
            self.node(tree, groups.default);
        }
    }

    fn branch_bool(&mut self, tree: &mut Tree<'a>, rows: Vec<Row<'a>>, value: ValueId) {
        let mut yes = Vec::new();
        let mut no = Vec::new();
        for mut row in rows {
            match row.take(value).map(|pat| &pat.kind) {
                Some(PatKind::Lit(Lit::Bool(true))) => yes.push(row),
                Some(_) => no.push(row),
                None => {
                    yes.push(row.clone());
                    no.push(row);
                }
            }
        }
        let (then, els) = (self.b.block(), self.b.block());
        self.b.branch(value, then, els);
        self.b.switch_to(then);
        self.node(tree, yes);
        self.b.switch_to(els);
        self.node(tree, no);
    }

    /// Literals that are compared one after another.
    fn chain(&mut self, tree: &mut Tree<'a>, rows: Vec<Row<'a>>, value: ValueId) {
        let groups = rows::group_by_literal(rows, value);
        for (lit, rows) in groups.cases {
            let prim = match lit {
                Lit::Str(_) => Prim::StringEq,
                Lit::Float(_) => Prim::FloatEq,
                _ => Prim::AtomEq,
            };
            let wanted = self.literal(lit);
            let bool = self.sp.common.bool;
            let same = self.b.push(Op::Prim(prim, vec![value, wanted]), bool);
            let (then, els) = (self.b.block(), self.b.block());
            self.b.branch(same, then, els);
            self.b.switch_to(then);
            self.node(tree, rows::without(rows, value));
            self.b.switch_to(els);
        }
        self.node(tree, groups.default);
    }
}

/// The items and the rest of a list pattern, through rests that are list patterns themselves.
fn list_parts(mut pat: &Pat) -> (Vec<&Pat>, Option<&Pat>) {
    let mut all = Vec::new();
    loop {
        match &pat.kind {
            PatKind::List { items, rest } => {
                all.extend(items);
                match rest {
                    Some(rest) => pat = rest,
                    None => return (all, None),
                }
            }
            _ => return (all, Some(pat)),
        }
    }
}
