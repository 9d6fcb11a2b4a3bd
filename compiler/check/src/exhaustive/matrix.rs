//! The matrix algorithm: which values no row matches, and whether a row matches anything that
//! those above it do not.
//!
//! L. Maranget, "Warnings for pattern matching", Journal of Functional Programming 17(3), 2007.
//! Integers are split into ranges at the bounds that occur, lists by length up to the longest that
//! occurs; floats, strings and atoms have infinitely many values, so their literals never complete
//! a column.

use super::pattern::{ANY, Ctor, DPat};
use super::witness::Witness;
use mesh_resolve::hir::{TypeDefKind, TypeId, World};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// A row: one pattern for each value matched on.
pub type Row<'p> = Vec<&'p DPat>;

/// Work after which a match counts as too large to decide; the compiler then says nothing, and the
/// match crashes with `NoMatch` if it is not exhaustive.
const FUEL: u32 = 2_000_000;

/// The algorithm's state.
pub struct Matrix<'w> {
    world: &'w World,
    fuel: u32,
}

impl<'w> Matrix<'w> {
    /// For the types of `world`.
    pub fn new(world: &'w World) -> Self {
        Matrix { world, fuel: FUEL }
    }

    /// Up to `limit` examples of `columns` values that no row matches.
    pub fn missing(&mut self, rows: &[Row<'_>], columns: usize, limit: usize) -> Vec<Vec<Witness>> {
        if columns == 0 {
            return if rows.is_empty() {
                vec![Vec::new()]
            } else {
                Vec::new()
            };
        }
        if !self.spend(rows.len()) {
            return Vec::new();
        }
        let rows = expand(rows);
        let split = self.split(rows.iter().map(|row| row[0]));
        let mut found = Vec::new();
        if let Some(absent) = &split.absent {
            let below = self.missing(&default(&rows), columns - 1, limit);
            for tail in &below {
                for head in absent.examples() {
                    if found.len() < limit {
                        found.push(std::iter::once(head).chain(tail.iter().cloned()).collect());
                    }
                }
            }
        }
        let heads = Heads::new(&rows);
        for ctor in &split.present {
            if found.len() >= limit {
                break;
            }
            let arity = self.arity(ctor, &rows);
            let special = specialise(&rows, &heads, ctor, arity);
            for mut fields in self.missing(&special, arity + columns - 1, limit - found.len()) {
                let rest = fields.split_off(arity);
                let head = Witness::of(ctor, fields);
                found.push(std::iter::once(head).chain(rest).collect());
            }
        }
        found
    }

    /// Whether `row` matches a value that none of `rows` does.
    pub fn useful(&mut self, rows: &[Row<'_>], row: &[&DPat]) -> bool {
        let Some((&head, tail)) = row.split_first() else {
            return rows.is_empty();
        };
        if !self.spend(rows.len()) {
            return true;
        }
        if let DPat::Or(alternatives) = head {
            return alternatives.iter().any(|alternative| {
                let row: Row<'_> = std::iter::once(alternative)
                    .chain(tail.iter().copied())
                    .collect();
                self.useful(rows, &row)
            });
        }
        // Rows that cannot match what this one does say nothing, and of many literals most are such.
        let near: Vec<Row<'_>> = rows
            .iter()
            .filter(|row| may_meet(row[0], head))
            .cloned()
            .collect();
        let rows = expand(&near);
        if let DPat::Ctor(ctor, _) = head
            && ctor.is_one()
        {
            return self.useful_within(ctor, (&rows, &Heads::unsorted(&rows)), row);
        }
        let heads = Heads::new(&rows);
        let split = self.split(rows.iter().map(|row| row[0]).chain([head]));
        if matches!(head, DPat::Any) && split.absent.is_some() {
            return self.useful(&default(&rows), tail);
        }
        let mut present = split.present.iter();
        present.any(|ctor| overlaps(head, ctor) && self.useful_within(ctor, (&rows, &heads), row))
    }

    /// Whether `row` matches a value whose first part is of `ctor` that none of `rows` does.
    fn useful_within(
        &mut self,
        ctor: &Ctor,
        (rows, heads): (&[Row<'_>], &Heads<'_>),
        row: &[&DPat],
    ) -> bool {
        let (head, tail) = (row[0], &row[1..]);
        let arity = self.arity(ctor, rows).max(pattern_arity(head, ctor));
        let special = specialise(rows, heads, ctor, arity);
        let mut row = fields_of(head, arity);
        row.extend(tail.iter().copied());
        self.useful(&special, &row)
    }

    fn spend(&mut self, rows: usize) -> bool {
        self.fuel = self.fuel.saturating_sub(1 + rows as u32);
        self.fuel > 0
    }

    fn arity(&self, ctor: &Ctor, rows: &[Row<'_>]) -> usize {
        match ctor {
            Ctor::Variant(ty, variant) => self.variant_arity(*ty, *variant),
            Ctor::Tuple => rows
                .iter()
                .map(|row| pattern_arity(row[0], ctor))
                .max()
                .unwrap_or(0),
            Ctor::ListOf(length) | Ctor::ListFrom(length) => *length,
            _ => 0,
        }
    }

    fn variant_arity(&self, ty: TypeId, variant: u32) -> usize {
        match &self.def(ty).kind {
            TypeDefKind::Struct(fields) => fields.len(),
            TypeDefKind::Sum(variants) => variants[variant as usize].fields.len(),
            TypeDefKind::Alias(_) | TypeDefKind::Extern => 0,
        }
    }

    fn variants(&self, ty: TypeId) -> u32 {
        match &self.def(ty).kind {
            TypeDefKind::Sum(variants) => variants.len() as u32,
            _ => 1,
        }
    }

    fn def(&self, ty: TypeId) -> &'w mesh_resolve::hir::TypeDef {
        &self.world.modules[ty.module.0 as usize].types[ty.index as usize]
    }

    /// Divides the values of a column by what its patterns tell apart.
    fn split<'p>(&self, heads: impl Iterator<Item = &'p DPat>) -> Split {
        let heads: Vec<&DPat> = heads.filter(|head| !matches!(head, DPat::Any)).collect();
        match heads.first() {
            None => Split {
                present: Vec::new(),
                absent: Some(Absent::Anything),
            },
            Some(DPat::List { .. }) => split_lists(&heads),
            Some(DPat::Ctor(Ctor::Ints(..), _)) => split_ints(&heads),
            Some(DPat::Ctor(Ctor::Variant(ty, _), _)) => self.split_variants(*ty, &heads),
            Some(DPat::Ctor(Ctor::Tuple, _)) => Split {
                present: vec![Ctor::Tuple],
                absent: None,
            },
            Some(DPat::Ctor(Ctor::Bool(_), _)) => split_bools(&heads),
            Some(_) => split_open(&heads),
        }
    }

    fn split_variants(&self, ty: TypeId, heads: &[&DPat]) -> Split {
        let mut seen = vec![false; self.variants(ty) as usize];
        for head in heads {
            if let DPat::Ctor(Ctor::Variant(_, variant), _) = head {
                seen[*variant as usize] = true;
            }
        }
        let of = |wanted: bool| {
            let chosen = seen.iter().enumerate();
            chosen
                .filter(move |&(_, &seen)| seen == wanted)
                .map(|(variant, _)| variant as u32)
        };
        let absent = of(false).take(MOST_EXAMPLES).map(|variant| {
            let fields = vec![Witness::Any; self.variant_arity(ty, variant)];
            Witness::Variant(ty, variant, fields)
        });
        Split {
            absent: Absent::some(absent.collect()),
            present: of(true).map(|variant| Ctor::Variant(ty, variant)).collect(),
        }
    }
}

/// Examples of what a column's patterns leave out; nobody asks for more.
const MOST_EXAMPLES: usize = 8;

/// Rows by the one constructor that their first pattern is.
struct Heads<'p> {
    by_ctor: FxHashMap<&'p Ctor, Vec<usize>>,
    others: Vec<usize>,
}

/// Rows that are looked at one after another, and not sorted by their heads first.
const FEW: usize = 16;

impl<'p> Heads<'p> {
    /// Of rows that are not told apart.
    fn unsorted(rows: &[Row<'p>]) -> Heads<'p> {
        Heads {
            by_ctor: FxHashMap::default(),
            others: (0..rows.len()).collect(),
        }
    }

    fn new(rows: &[Row<'p>]) -> Heads<'p> {
        if rows.len() < FEW {
            return Heads::unsorted(rows);
        }
        let mut heads = Heads::unsorted(&[]);
        for (at, row) in rows.iter().enumerate() {
            match row[0] {
                DPat::Ctor(ctor, _) if ctor.is_one() => {
                    heads.by_ctor.entry(ctor).or_default().push(at);
                }
                _ => heads.others.push(at),
            }
        }
        heads
    }

    /// The rows whose first pattern may match a value of `ctor`, in their order.
    fn of(&self, ctor: &Ctor) -> Vec<usize> {
        let own = self.by_ctor.get(ctor).map_or(&[][..], Vec::as_slice);
        let mut all = [own, self.others.as_slice()].concat();
        all.sort_unstable();
        all
    }
}

/// A column's values: the constructors its patterns name, and examples of the others.
struct Split {
    present: Vec<Ctor>,
    absent: Option<Absent>,
}

enum Absent {
    Anything,
    Examples(Vec<Witness>),
}

impl Absent {
    fn some(examples: Vec<Witness>) -> Option<Absent> {
        (!examples.is_empty()).then_some(Absent::Examples(examples))
    }

    fn examples(&self) -> Vec<Witness> {
        match self {
            Absent::Anything => vec![Witness::Any],
            Absent::Examples(examples) => examples.clone(),
        }
    }
}

fn split_bools(heads: &[&DPat]) -> Split {
    let has = |b| {
        heads
            .iter()
            .any(|h| matches!(h, DPat::Ctor(Ctor::Bool(x), _) if *x == b))
    };
    let (present, absent): (Vec<bool>, Vec<bool>) =
        [true, false].into_iter().partition(|&b| has(b));
    Split {
        present: present.into_iter().map(Ctor::Bool).collect(),
        absent: Absent::some(absent.into_iter().map(Witness::Bool).collect()),
    }
}

fn split_ints(heads: &[&DPat]) -> Split {
    let ranges: Vec<(i128, i128)> = heads
        .iter()
        .filter_map(|head| match head {
            DPat::Ctor(Ctor::Ints(low, high), _) if low <= high => {
                Some((i128::from(*low), i128::from(*high) + 1))
            }
            _ => None,
        })
        .collect();
    let (min, end) = (i128::from(i64::MIN), i128::from(i64::MAX) + 1);
    let mut cuts: Vec<i128> = ranges
        .iter()
        .flat_map(|&(a, b)| [a, b])
        .chain([min, end])
        .collect();
    cuts.sort_unstable();
    cuts.dedup();
    // How many ranges are open at each cut: a sweep, so that many literals stay cheap.
    let mut edges: Vec<(i128, i32)> = ranges
        .iter()
        .flat_map(|&(a, b)| [(a, 1), (b, -1)])
        .collect();
    edges.sort_unstable();
    let (mut next, mut open) = (0, 0);
    let (mut present, mut absent) = (Vec::new(), Vec::new());
    for pair in cuts.windows(2) {
        while next < edges.len() && edges[next].0 <= pair[0] {
            open += edges[next].1;
            next += 1;
        }
        let (low, high) = (pair[0] as i64, (pair[1] - 1) as i64);
        if open > 0 {
            present.push(Ctor::Ints(low, high));
        } else {
            absent.push(Witness::Int(nearest_zero(low, high)));
        }
    }
    absent.sort_by_key(|w| matches!(w, Witness::Int(n) if *n < 0));
    Split {
        present,
        absent: Absent::some(absent),
    }
}

/// The value of a range that reads best in a message.
fn nearest_zero(low: i64, high: i64) -> i64 {
    if low > 0 {
        low
    } else if high < 0 {
        high
    } else {
        0
    }
}

fn split_lists(heads: &[&DPat]) -> Split {
    let (mut longest, mut open) = (0, None::<usize>);
    for head in heads {
        if let DPat::List { items, more } = head {
            longest = longest.max(items.len());
            if *more {
                open = Some(open.map_or(items.len(), |o| o.min(items.len())));
            }
        }
    }
    let exact = |n| {
        heads
            .iter()
            .any(|h| matches!(h, DPat::List { items, more: false } if items.len() == n))
    };
    let covered = |n| exact(n) || open.is_some_and(|o| n >= o);
    let (mut present, mut absent) = (Vec::new(), Vec::new());
    for length in 0..=longest {
        if covered(length) {
            present.push(Ctor::ListOf(length));
        } else {
            absent.push(Witness::List(vec![Witness::Any; length], false));
        }
    }
    if open.is_some() {
        present.push(Ctor::ListFrom(longest + 1));
    } else {
        absent.push(Witness::List(vec![Witness::Any; longest + 1], true));
    }
    Split {
        present,
        absent: Absent::some(absent),
    }
}

/// Floats, atoms, strings: always more than are named.
fn split_open(heads: &[&DPat]) -> Split {
    let mut present: Vec<Ctor> = Vec::new();
    let mut prefixes: Vec<Ctor> = Vec::new();
    let mut seen = FxHashSet::default();
    for head in heads {
        match head {
            DPat::Ctor(ctor, _) if seen.insert(ctor.clone()) => present.push(ctor.clone()),
            DPat::Prefix(prefix, _) => {
                let ctor = Ctor::Prefix(prefix.clone());
                if seen.insert(ctor.clone()) {
                    prefixes.push(ctor);
                }
            }
            _ => {}
        }
    }
    let example = absent_example(&present, heads);
    present.extend(prefixes);
    let total = heads.iter().any(
        |head| matches!(head, DPat::Prefix(p, rest) if p.is_empty() && matches!(**rest, DPat::Any)),
    );
    Split {
        present,
        absent: (!total).then(|| Absent::Examples(vec![example])),
    }
}

fn absent_example(present: &[Ctor], heads: &[&DPat]) -> Witness {
    match present.first() {
        Some(Ctor::Float(_)) => {
            let taken: FxHashSet<&Ctor> = present.iter().collect();
            let free = (0..)
                .map(f64::from)
                .find(|x| !taken.contains(&Ctor::Float(x.to_bits())));
            free.map_or(Witness::Any, Witness::Float)
        }
        Some(Ctor::Atom(_)) => Witness::Any,
        _ => {
            let taken = |text: &str| {
                present
                    .iter()
                    .any(|c| matches!(c, Ctor::Str(s) if **s == *text))
                    || heads
                        .iter()
                        .any(|h| matches!(h, DPat::Prefix(p, _) if text.starts_with(&**p)))
            };
            let free = ["", "a", "b", "other", "?"]
                .into_iter()
                .find(|text| !taken(text));
            free.map_or(Witness::Any, |text| Witness::Str(Arc::from(text)))
        }
    }
}

/// Replaces a row whose first pattern has alternatives by one row for each.
fn expand<'p>(rows: &[Row<'p>]) -> Vec<Row<'p>> {
    let mut out = Vec::with_capacity(rows.len());
    for row in rows {
        expand_row(row.clone(), &mut out);
    }
    out
}

fn expand_row<'p>(row: Row<'p>, out: &mut Vec<Row<'p>>) {
    if let DPat::Or(alternatives) = row[0] {
        for alternative in alternatives {
            let mut one = row.clone();
            one[0] = alternative;
            expand_row(one, out);
        }
    } else {
        out.push(row);
    }
}

/// Rows that match whatever the first value is, without it.
fn default<'p>(rows: &[Row<'p>]) -> Vec<Row<'p>> {
    rows.iter()
        .filter(|row| matches!(row[0], DPat::Any))
        .map(|row| row[1..].to_vec())
        .collect()
}

/// Rows that can match a first value of `ctor`, with its fields in its place.
fn specialise<'p>(rows: &[Row<'p>], heads: &Heads<'p>, ctor: &Ctor, arity: usize) -> Vec<Row<'p>> {
    let near = heads.of(ctor).into_iter().map(|at| &rows[at]);
    near.filter(|row| covers(row[0], ctor))
        .map(|row| {
            let mut special = fields_of(row[0], arity);
            special.extend(&row[1..]);
            special
        })
        .collect()
}

/// Whether `head` matches every value of `ctor` as far as the outermost part goes.
fn covers(head: &DPat, ctor: &Ctor) -> bool {
    match (head, ctor) {
        (DPat::Any, _) => true,
        (DPat::Ctor(Ctor::Ints(low, high), _), Ctor::Ints(a, b)) => low <= a && b <= high,
        (DPat::Ctor(own, _), ctor) => own == ctor,
        (DPat::List { items, more }, Ctor::ListOf(length)) => {
            items.len() == *length || (*more && items.len() <= *length)
        }
        (DPat::List { items, more }, Ctor::ListFrom(length)) => *more && items.len() <= *length,
        (DPat::Prefix(prefix, rest), Ctor::Prefix(start)) => {
            start.starts_with(&**prefix) && matches!(**rest, DPat::Any)
        }
        (DPat::Prefix(prefix, rest), Ctor::Str(text)) => match text.strip_prefix(&**prefix) {
            Some(remaining) => matches_text(rest, remaining),
            None => false,
        },
        _ => false,
    }
}

/// Whether two patterns may match one value, as far as literals tell.
fn may_meet(a: &DPat, b: &DPat) -> bool {
    match (a, b) {
        (
            DPat::Ctor(Ctor::Ints(low, high), _),
            DPat::Ctor(Ctor::Ints(other_low, other_high), _),
        ) => low <= other_high && other_low <= high,
        (DPat::Ctor(a, _), DPat::Ctor(b, _)) => a == b,
        _ => true,
    }
}

/// Whether `head` matches some value of `ctor`.
fn overlaps(head: &DPat, ctor: &Ctor) -> bool {
    covers(head, ctor)
        || matches!((head, ctor), (DPat::Prefix(own, _), Ctor::Prefix(start)) if own == start)
}

/// Whether the pattern after a prefix matches exactly this text.
fn matches_text(pat: &DPat, text: &str) -> bool {
    match pat {
        DPat::Any => true,
        DPat::Ctor(Ctor::Str(own), _) => **own == *text,
        DPat::Prefix(prefix, rest) => text
            .strip_prefix(&**prefix)
            .is_some_and(|t| matches_text(rest, t)),
        DPat::Or(alternatives) => alternatives.iter().any(|a| matches_text(a, text)),
        _ => false,
    }
}

fn pattern_arity(head: &DPat, ctor: &Ctor) -> usize {
    match (head, ctor) {
        (DPat::Ctor(_, fields), Ctor::Tuple | Ctor::Variant(..)) => fields.len(),
        (_, Ctor::ListOf(length) | Ctor::ListFrom(length)) => *length,
        _ => 0,
    }
}

fn fields_of<'p>(head: &'p DPat, arity: usize) -> Row<'p> {
    let own: &'p [DPat] = match head {
        DPat::Ctor(_, fields) => fields,
        DPat::List { items, .. } => items,
        _ => &[],
    };
    own.iter()
        .chain(std::iter::repeat(&ANY))
        .take(arity)
        .collect()
}
