//! The rows above an arm, found by what they name, so that an arm of many is compared only with those that may match what it
//! does.

use super::matrix::Row;
use super::pattern::{Ctor, DPat};
use rustc_hash::FxHashMap;

/// Places in patterns that are told apart; more make rows no easier to find.
const MOST_PLACES: usize = 16;
/// Constructors within constructors that are looked into.
const DEEPEST: usize = 4;

/// Cases that are compared with all above them.
const FEW: usize = 16;

/// A place in a row: the number of the column, then of the field in what stands there, and so on.
type Place = Vec<usize>;

/// Rows, in the order of their cases.
pub struct Above<'p> {
    most_places: usize,
    rows: Vec<(usize, Row<'p>)>,
    places: Vec<Names<'p>>,
}

/// What rows name at one place.
struct Names<'p> {
    place: Place,
    by_name: FxHashMap<&'p Ctor, Vec<usize>>,
    /// Rows that name nothing there, or not one constructor.
    open: Vec<usize>,
}

impl<'p> Above<'p> {
    /// For so many cases.
    pub fn new(cases: usize) -> Above<'p> {
        Above {
            most_places: if cases < FEW { 0 } else { MOST_PLACES },
            rows: Vec::new(),
            places: Vec::new(),
        }
    }

    /// Adds the row of a case below the others.
    pub fn add(&mut self, case: usize, row: &Row<'p>) {
        for row in alternatives(row) {
            let number = self.rows.len();
            let mut named = match self.most_places {
                0 => Vec::new(),
                _ => named(&row),
            };
            for names in &mut self.places {
                match named.iter().position(|(place, _)| *place == names.place) {
                    Some(at) => {
                        let (_, ctor) = named.swap_remove(at);
                        names.by_name.entry(ctor).or_default().push(number);
                    }
                    None => names.open.push(number),
                }
            }
            for (place, ctor) in named {
                if self.places.len() < self.most_places {
                    self.places.push(Names {
                        place,
                        by_name: FxHashMap::from_iter([(ctor, vec![number])]),
                        open: (0..number).collect(),
                    });
                }
            }
            self.rows.push((case, row));
        }
    }

    /// The rows that may match a value that `row` matches, which has no alternatives where it names most, and their cases.
    pub fn near(&self, row: &Row<'p>) -> Vec<&(usize, Row<'p>)> {
        if self.places.is_empty() {
            return self.rows.iter().collect();
        }
        let named = named(row);
        let found = self.places.iter().filter_map(|names| {
            let (_, ctor) = named.iter().find(|(place, _)| *place == names.place)?;
            let same = names.by_name.get(ctor).map_or(&[][..], Vec::as_slice);
            Some((same, names.open.as_slice()))
        });
        let Some((same, open)) = found.min_by_key(|(same, open)| same.len() + open.len()) else {
            return self.rows.iter().collect();
        };
        let mut numbers = [same, open].concat();
        numbers.sort_unstable();
        numbers.into_iter().map(|at| &self.rows[at]).collect()
    }
}

/// A row for each of the alternatives that its column with most of them has.
pub fn alternatives<'p>(row: &Row<'p>) -> Vec<Row<'p>> {
    let count = |pat: &DPat| match pat {
        DPat::Or(alternatives) => alternatives.len(),
        _ => 0,
    };
    let column = (0..row.len()).max_by_key(|&column| count(row[column]));
    let Some((column, DPat::Or(alternatives))) = column.map(|column| (column, row[column])) else {
        return vec![row.clone()];
    };
    let with = |alternative| {
        let mut one = row.clone();
        one[column] = alternative;
        one
    };
    alternatives.iter().map(with).collect()
}

/// The constructors that a row names, and where.
fn named<'p>(row: &Row<'p>) -> Vec<(Place, &'p Ctor)> {
    let mut found = Vec::new();
    for (column, pat) in row.iter().enumerate() {
        names_in(pat, vec![column], &mut found);
    }
    found
}

fn names_in<'p>(pat: &'p DPat, place: Place, found: &mut Vec<(Place, &'p Ctor)>) {
    let DPat::Ctor(ctor, fields) = pat else {
        return;
    };
    if place.len() < DEEPEST {
        for (number, field) in fields.iter().enumerate() {
            let inner = [place.as_slice(), &[number]].concat();
            names_in(field, inner, found);
        }
    }
    if ctor.is_one() && !matches!(ctor, Ctor::Tuple) {
        found.push((place, ctor));
    }
}
