//! Rows of tests, and how they are shared out among the branches of a node.

use super::{Lowerer, Tree};
use crate::ir::ValueId;
use mesh_check::thir::{Lit, Pat, PatKind};
use mesh_resolve::hir::{LocalId, TypeId};
use rustc_hash::FxHashMap;
use std::hash::Hash;

/// An arm with the tests that are left for it.
#[derive(Clone)]
pub struct Row<'a> {
    pub tests: Vec<(ValueId, &'a Pat)>,
    pub binds: Vec<(LocalId, ValueId)>,
    pub arm: usize,
}

impl<'a> Row<'a> {
    pub fn new(arm: usize, pats: &'a [Pat], values: &[ValueId]) -> Row<'a> {
        Row {
            tests: values.iter().copied().zip(pats).collect(),
            binds: Vec::new(),
            arm,
        }
    }

    /// The test of a value, without taking it out.
    pub fn test(&self, value: ValueId) -> Option<&'a Pat> {
        let found = self.tests.iter().find(|(tested, _)| *tested == value);
        found.map(|&(_, pat)| pat)
    }

    /// Takes the test of a value out.
    pub fn take(&mut self, value: ValueId) -> Option<&'a Pat> {
        let at = self.tests.iter().position(|(tested, _)| *tested == value)?;
        Some(self.tests.remove(at).1)
    }
}

/// What decides the tests of one value.
pub enum Shape {
    Variant(TypeId),
    /// Literals only.
    Int,
    Bool,
    /// Literals that are compared one after another.
    Equal,
    IntRange,
    Prefix,
    List,
}

/// The shape of the tests of `value`.
pub fn shape(rows: &[Row<'_>], value: ValueId) -> Shape {
    let mut found = Shape::Bool;
    for pat in rows.iter().filter_map(|row| row.test(value)) {
        match &pat.kind {
            PatKind::Variant { ty, .. } => return Shape::Variant(*ty),
            PatKind::IntRange { .. } => return Shape::IntRange,
            PatKind::Prefix { .. } => return Shape::Prefix,
            PatKind::List { .. } => return Shape::List,
            PatKind::Lit(Lit::Bool(_)) => return Shape::Bool,
            PatKind::Lit(Lit::Int(_)) => found = Shape::Int,
            PatKind::Lit(_) => found = Shape::Equal,
            _ => {}
        }
    }
    found
}

/// The value among the first row's tests that most rows test.
pub fn most_shared(rows: &[Row<'_>]) -> ValueId {
    let tests = &rows[0].tests;
    if let [(only, _)] = tests[..] {
        return only;
    }
    let mut counts: FxHashMap<ValueId, usize> = tests.iter().map(|&(v, _)| (v, 0)).collect();
    for row in rows {
        for (value, _) in &row.tests {
            if let Some(count) = counts.get_mut(value) {
                *count += 1;
            }
        }
    }
    let mut best = tests[0].0;
    for (value, _) in tests {
        if counts[value] > counts[&best] {
            best = *value;
        }
    }
    best
}

/// Rows by what they ask of a value; those that ask nothing are in every group.
pub struct Groups<'a, K> {
    pub cases: Vec<(K, Vec<Row<'a>>)>,
    pub default: Vec<Row<'a>>,
}

/// Groups by an integer; cases in order of appearance. The tests stay in the rows.
pub fn group<'a>(
    rows: Vec<Row<'a>>,
    value: ValueId,
    key: impl Fn(&'a Pat) -> Option<i64>,
) -> Groups<'a, i64> {
    group_by(rows, value, |pat| key(pat).map(|key| (key, key)))
}

/// Groups by a literal.
pub fn group_by_literal(rows: Vec<Row<'_>>, value: ValueId) -> Groups<'_, &Lit> {
    group_by(rows, value, |pat| match &pat.kind {
        PatKind::Lit(lit) => {
            let key = match lit {
                Lit::Str(text) => (text.to_string(), 0),
                Lit::Atom(name) => (name.to_string(), 1),
                // All zeros are equal.
                Lit::Float(x) if *x == 0.0 => (String::new(), 0f64.to_bits()),
                Lit::Float(x) => (String::new(), x.to_bits()),
                _ => (String::new(), 0),
            };
            Some((key, lit))
        }
        _ => None,
    })
}

fn group_by<'a, K: Hash + Eq, T>(
    rows: Vec<Row<'a>>,
    value: ValueId,
    key: impl Fn(&'a Pat) -> Option<(K, T)>,
) -> Groups<'a, T> {
    let mut numbers: FxHashMap<K, usize> = FxHashMap::default();
    let mut cases: Vec<(T, Vec<Row<'a>>)> = Vec::new();
    let mut places = Vec::with_capacity(rows.len());
    for row in &rows {
        let place = row.test(value).and_then(&key).map(|(key, shown)| {
            *numbers.entry(key).or_insert_with(|| {
                cases.push((shown, Vec::new()));
                cases.len() - 1
            })
        });
        places.push(place);
    }
    let mut default = Vec::new();
    for (row, place) in rows.into_iter().zip(places) {
        match place {
            Some(place) => cases[place].1.push(row),
            None => {
                for (_, rows) in &mut cases {
                    rows.push(row.clone());
                }
                default.push(row);
            }
        }
    }
    Groups { cases, default }
}

/// Rows without their tests of a value.
pub fn without(rows: Vec<Row<'_>>, value: ValueId) -> Vec<Row<'_>> {
    rows.into_iter()
        .map(|mut row| {
            row.take(value);
            row
        })
        .collect()
}

impl<'a> Lowerer<'_, 'a> {
    pub(super) fn settle_all(&mut self, tree: &mut Tree<'a>, rows: Vec<Row<'a>>) -> Vec<Row<'a>> {
        rows.into_iter()
            .filter_map(|row| self.settle(tree, row))
            .collect()
    }

    /// Turns tests that need no decision into bindings and further tests.
    pub(super) fn settle(&mut self, tree: &mut Tree<'a>, mut row: Row<'a>) -> Option<Row<'a>> {
        let mut open: Vec<(ValueId, &'a Pat)> = std::mem::take(&mut row.tests);
        open.reverse();
        while let Some((value, pat)) = open.pop() {
            match &pat.kind {
                PatKind::Wild | PatKind::Lit(Lit::Unit) => {}
                PatKind::Bind(local) => row.binds.push((*local, value)),
                PatKind::As { pat, local } => {
                    row.binds.push((*local, value));
                    open.push((value, pat));
                }
                PatKind::Or(all) if all.len() == 1 => open.push((value, &all[0])),
                PatKind::Tuple(items) => {
                    self.open_fields(tree, value, items, &mut open);
                }
                PatKind::Variant { ty, fields, .. } if self.has_one_variant(*ty) => {
                    self.open_fields(tree, value, fields, &mut open);
                }
                PatKind::List {
                    items,
                    rest: Some(rest),
                } if items.is_empty() => {
                    open.push((value, rest));
                }
                PatKind::Prefix { prefix, rest } if prefix.is_empty() => open.push((value, rest)),
                _ => row.tests.push((value, pat)),
            }
        }
        Some(row)
    }

    fn open_fields(
        &mut self,
        tree: &mut Tree<'a>,
        value: ValueId,
        items: &'a [Pat],
        open: &mut Vec<(ValueId, &'a Pat)>,
    ) {
        for (index, item) in items.iter().enumerate().rev() {
            if !matches!(item.kind, PatKind::Wild) {
                let part = self.field_part(tree, value, 0, index as u32);
                open.push((part, item));
            }
        }
    }

    /// Rows whose test of `value` is of alternatives become one row for each.
    pub(super) fn split_alternatives(
        &mut self,
        tree: &mut Tree<'a>,
        rows: Vec<Row<'a>>,
        value: ValueId,
    ) -> Vec<Row<'a>> {
        let is_or =
            |row: &Row<'a>| matches!(row.test(value).map(|p| &p.kind), Some(PatKind::Or(_)));
        if !rows.iter().any(is_or) {
            return rows;
        }
        let mut out = Vec::with_capacity(rows.len() * 2);
        for mut row in rows {
            if !is_or(&row) {
                out.push(row);
                continue;
            }
            let Some(pat) = row.take(value) else {
                continue;
            };
            for alternative in alternatives(pat) {
                let mut each = row.clone();
                each.tests.insert(0, (value, alternative));
                out.extend(self.settle(tree, each));
            }
        }
        out
    }
}

/// The alternatives of a pattern, nested ones flattened.
fn alternatives(pat: &Pat) -> Vec<&Pat> {
    match &pat.kind {
        PatKind::Or(all) => all.iter().flat_map(alternatives).collect(),
        _ => vec![pat],
    }
}
