//! Tests with one branch: ranges of numbers, prefixes of strings, lengths of lists.

use super::rows::Row;
use super::{Lowerer, Tree, list_parts};
use crate::ir::{BlockId, Const, Op, Prim, Target, TyId, ValueId};
use mesh_check::thir::{Lit, Pat, PatKind};
use mesh_check::ty::Ty;
use mesh_report::bug;
use std::sync::Arc;

/// The numbers a pattern matches, both ends included.
fn bounds(pat: &Pat) -> Option<(i64, i64)> {
    match pat.kind {
        PatKind::Lit(Lit::Int(value)) => Some((value, value)),
        PatKind::IntRange { low, high } => Some((low, high)),
        _ => None,
    }
}

/// What a pattern asks of a string.
enum Text<'p> {
    Whole(&'p Arc<str>),
    Prefix(&'p Arc<str>, &'p Pat),
}

fn text(pat: &Pat) -> Option<Text<'_>> {
    match &pat.kind {
        PatKind::Lit(Lit::Str(text)) => Some(Text::Whole(text)),
        PatKind::Prefix { prefix, rest } => Some(Text::Prefix(prefix, rest)),
        _ => None,
    }
}

impl<'a> Lowerer<'_, 'a> {
    /// Is the number in the first row's range?
    pub(super) fn test_range(&mut self, tree: &mut Tree<'a>, rows: Vec<Row<'a>>, value: ValueId) {
        let Some((low, high)) = first_test(&rows, value).and_then(bounds) else {
            return self.node(tree, rows);
        };
        let (mut yes, mut no) = (Vec::new(), Vec::new());
        for row in rows {
            let Some((from, to)) = row.test(value).and_then(bounds) else {
                yes.push(row.clone());
                no.push(row);
                continue;
            };
            let is_within = low <= from && to <= high;
            if !is_within {
                no.push(row.clone());
            }
            if from <= low && high <= to {
                let mut row = row;
                row.take(value);
                yes.push(row);
            } else if from <= high && low <= to {
                yes.push(row);
            }
        }
        let (then, els) = (self.b.block(), self.b.block());
        self.branch_in_range(value, low, high, then, els);
        self.b.switch_to(then);
        self.node(tree, yes);
        if self.b.switch_to(els) {
            self.node(tree, no);
        }
    }

    fn branch_in_range(
        &mut self,
        value: ValueId,
        low: i64,
        high: i64,
        then: BlockId,
        els: BlockId,
    ) {
        let bool = self.sp.common.bool;
        let low_value = self.constant(Const::Int(low));
        if low == high {
            let same = Op::Prim(Prim::IntEq, vec![value, low_value]);
            let same = self.b.push(same, bool);
            return self.b.branch(same, then, els);
        }
        if low > i64::MIN {
            let above = self
                .b
                .push(Op::Prim(Prim::IntLe, vec![low_value, value]), bool);
            let next = self.b.block();
            self.b.branch(above, next, els);
            self.b.switch_to(next);
        }
        if high == i64::MAX {
            return self.b.jump(then, Vec::new());
        }
        let high = self.constant(Const::Int(high));
        let below = self.b.push(Op::Prim(Prim::IntLe, vec![value, high]), bool);
        self.b.branch(below, then, els);
    }

    /// Is the string the first row's, or does it begin with that row's prefix?
    pub(super) fn test_prefix(&mut self, tree: &mut Tree<'a>, rows: Vec<Row<'a>>, value: ValueId) {
        let (then, els) = (self.b.block(), self.b.block());
        match first_test(&rows, value).and_then(text) {
            Some(Text::Whole(wanted)) => {
                let wanted = wanted.clone();
                let (yes, no) = share_whole(rows, value, &wanted);
                let constant = self.constant(Const::String(wanted));
                let same = Op::Prim(Prim::StringEq, vec![value, constant]);
                let same = self.b.push(same, self.sp.common.bool);
                self.b.branch(same, then, els);
                self.b.switch_to(then);
                self.node(tree, yes);
                self.b.switch_to(els);
                self.node(tree, no);
            }
            Some(Text::Prefix(prefix, _)) => {
                let prefix = prefix.clone();
                self.branch_on_prefix(tree, rows, value, prefix, (then, els));
            }
            None => self.node(tree, rows),
        }
    }

    fn branch_on_prefix(
        &mut self,
        tree: &mut Tree<'a>,
        rows: Vec<Row<'a>>,
        value: ValueId,
        prefix: Arc<str>,
        (then, els): (BlockId, BlockId),
    ) {
        let Some(stripped) = self.strip_prefix(value, prefix.clone(), then, els) else {
            return;
        };
        let (yes, no) = share_prefix(rows, value, &prefix);
        self.b.switch_to(then);
        let mark = tree.trail.len();
        let mut settled = Vec::with_capacity(yes.len());
        for mut row in yes {
            if let Some(Text::Prefix(own, rest)) = row.test(value).and_then(text)
                && *own == prefix
            {
                row.take(value);
                let some = self.variant_index(self.b.ty(stripped), "Some");
                let rest_value = self.field_part(tree, stripped, some, 0);
                row.tests.insert(0, (rest_value, rest));
                settled.extend(self.settle(tree, row));
            } else {
                settled.push(row);
            }
        }
        self.node(tree, settled);
        for part in tree.trail.drain(mark..) {
            tree.parts.remove(&part);
        }
        self.b.switch_to(els);
        self.node(tree, no);
    }

    fn option_of_string(&mut self) -> TyId {
        let types = &self.sp.checked.world.lang.types;
        let (Some(&option), Some(&string)) = (types.get("option"), types.get("string")) else {
            bug!(
                self.b.span(),
                "Core: std marks no type `option` or `string`"
            );
        };
        let string = Ty::con(string, Vec::new());
        self.sp.core_type(Ty::con(option, vec![string]))
    }

    /// Branches on whether `value` begins with `prefix`; the option of the rest.
    fn strip_prefix(
        &mut self,
        value: ValueId,
        prefix: Arc<str>,
        then: BlockId,
        els: BlockId,
    ) -> Option<ValueId> {
        let span = self.b.span();
        let lang = &self.sp.checked.world.lang.functions;
        let Some(&strip) = lang.get("string_strip_prefix") else {
            bug!(span, "Core: std marks no function `string_strip_prefix`");
        };
        let strip = self.sp.callee_of_item(strip, [].into(), span);
        let constant = self.constant(Const::String(prefix));
        let ty = self.option_of_string();
        let stripped = self.emit(&strip, vec![value, constant], ty)?;
        let some = self.variant_index(self.b.ty(stripped), "Some");
        self.branch_on_variant(stripped, some, Target::plain(then), Target::plain(els));
        Some(stripped)
    }

    /// Has the list the first row's length, unless that is known?
    pub(super) fn test_length(&mut self, tree: &mut Tree<'a>, rows: Vec<Row<'a>>, value: ValueId) {
        let known = tree.lengths.get(&value).copied().unwrap_or((0, None));
        let Some(first) = first_test(&rows, value) else {
            return self.node(tree, rows);
        };
        let (items, rest) = list_parts(first);
        let (count, exact) = (items.len() as u32, rest.is_none());
        if implied(known, count, exact) || !possible(known, count, exact) {
            let rows = self.open_lists(tree, rows, value, known);
            return self.node(tree, rows);
        }
        let length = self.length_part(tree, value);
        let wanted = self.constant(Const::Int(i64::from(count)));
        let test = if exact {
            Op::Prim(Prim::IntEq, vec![length, wanted])
        } else {
            Op::Prim(Prim::IntLe, vec![wanted, length])
        };
        let test = self.b.push(test, self.sp.common.bool);
        let (then, els) = (self.b.block(), self.b.block());
        self.b.branch(test, then, els);
        let (min, max) = known;
        let (if_so, if_not) = if exact {
            let above = if min == count { min + 1 } else { min };
            let below = if max == Some(count) {
                count.checked_sub(1)
            } else {
                max
            };
            ((count, Some(count)), (above, below))
        } else {
            ((min.max(count), max), (min, count.checked_sub(1)))
        };
        let mut no = rows.clone();
        no.retain(|row| {
            let Some(pat) = row.test(value) else {
                return true;
            };
            let (items, rest) = list_parts(pat);
            !exact || rest.is_some() || items.len() as u32 != count
        });
        for (block, rows, known) in [(then, rows, if_so), (els, no, if_not)] {
            self.b.switch_to(block);
            let outer = tree.lengths.insert(value, known);
            let mark = tree.trail.len();
            let rows = self.open_lists(tree, rows, value, known);
            self.node(tree, rows);
            for part in tree.trail.drain(mark..) {
                tree.parts.remove(&part);
            }
            match outer {
                Some(outer) => tree.lengths.insert(value, outer),
                None => tree.lengths.remove(&value),
            };
        }
    }

    /// Opens the list patterns that the known length fulfils; drops rows it contradicts.
    fn open_lists(
        &mut self,
        tree: &mut Tree<'a>,
        rows: Vec<Row<'a>>,
        value: ValueId,
        known: (u32, Option<u32>),
    ) -> Vec<Row<'a>> {
        let mut out = Vec::with_capacity(rows.len());
        for mut row in rows {
            let Some(pat) = row.test(value) else {
                out.push(row);
                continue;
            };
            let (items, rest) = list_parts(pat);
            let (count, exact) = (items.len() as u32, rest.is_none());
            if !possible(known, count, exact) {
                continue;
            }
            if implied(known, count, exact) && matches!(pat.kind, PatKind::List { .. }) {
                row.take(value);
                self.open_items(tree, &mut row, value, &items, rest);
                out.extend(self.settle(tree, row));
            } else {
                out.push(row);
            }
        }
        out
    }

    fn open_items(
        &mut self,
        tree: &mut Tree<'a>,
        row: &mut Row<'a>,
        value: ValueId,
        items: &[&'a Pat],
        rest: Option<&'a Pat>,
    ) {
        for (index, item) in items.iter().enumerate() {
            if !matches!(item.kind, PatKind::Wild) {
                let element = self.element_part(tree, value, index as u32);
                row.tests.push((element, item));
            }
        }
        if let Some(rest) = rest
            && !matches!(rest.kind, PatKind::Wild)
        {
            let tail = self.rest_part(tree, value, items.len() as u32);
            row.tests.push((tail, rest));
        }
    }
}

fn first_test<'a>(rows: &[Row<'a>], value: ValueId) -> Option<&'a Pat> {
    rows.first().and_then(|row| row.test(value))
}

/// Whether every list with a length in `known` has the wanted one.
fn implied((min, max): (u32, Option<u32>), count: u32, exact: bool) -> bool {
    min >= count && (!exact || (min == count && max == Some(count)))
}

/// Whether some list with a length in `known` has the wanted one.
fn possible((min, max): (u32, Option<u32>), count: u32, exact: bool) -> bool {
    max.is_none_or(|max| count <= max) && (!exact || min <= count)
}

/// Rows for a string that is `wanted`, and for one that is not.
fn share_whole<'a>(
    rows: Vec<Row<'a>>,
    value: ValueId,
    wanted: &Arc<str>,
) -> (Vec<Row<'a>>, Vec<Row<'a>>) {
    let (mut yes, mut no) = (Vec::new(), Vec::new());
    for mut row in rows {
        match row.test(value).and_then(text) {
            Some(Text::Whole(own)) if own == wanted => {
                row.take(value);
                yes.push(row);
            }
            Some(Text::Whole(_)) => no.push(row),
            Some(Text::Prefix(prefix, _)) if !wanted.starts_with(&**prefix) => no.push(row),
            _ => {
                yes.push(row.clone());
                no.push(row);
            }
        }
    }
    (yes, no)
}

/// Rows for a string that begins with `prefix`, and for one that does not.
fn share_prefix<'a>(
    rows: Vec<Row<'a>>,
    value: ValueId,
    prefix: &str,
) -> (Vec<Row<'a>>, Vec<Row<'a>>) {
    let (mut yes, mut no) = (Vec::new(), Vec::new());
    for row in rows {
        let (with, without) = match row.test(value).and_then(text) {
            None => (true, true),
            Some(Text::Whole(own)) => {
                let begins = own.starts_with(prefix);
                (begins, !begins)
            }
            Some(Text::Prefix(own, _)) => (
                own.starts_with(prefix) || prefix.starts_with(&**own),
                !own.starts_with(prefix),
            ),
        };
        if with {
            yes.push(row.clone());
        }
        if without {
            no.push(row);
        }
    }
    (yes, no)
}
