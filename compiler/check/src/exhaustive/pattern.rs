//! Patterns in the form the matrix works on: names gone, lists flattened, alternatives kept.

use crate::thir::{Lit, Pat, PatKind};
use mesh_resolve::hir::TypeId;
use smol_str::SmolStr;
use std::sync::Arc;

/// What a value's outermost part can be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ctor {
    Variant(TypeId, u32),
    /// The only shape of a tuple, or of `()`.
    Tuple,
    Bool(bool),
    /// Both ends included.
    Ints(i64, i64),
    /// By bits, NaNs and zeros made equal as `==` has them.
    Float(u64),
    Atom(SmolStr),
    Str(Arc<str>),
    /// Texts that start so and that no longer literal or prefix names.
    Prefix(Arc<str>),
    /// A list of exactly this many elements.
    ListOf(usize),
    /// A list of at least this many; a split never gives an overlap with `ListOf`.
    ListFrom(usize),
}

impl Ctor {
    /// Whether no other constructor has a value of this one.
    pub fn is_one(&self) -> bool {
        match self {
            Ctor::Ints(low, high) => low == high,
            Ctor::Prefix(_) | Ctor::ListOf(_) | Ctor::ListFrom(_) => false,
            Ctor::Variant(..)
            | Ctor::Tuple
            | Ctor::Bool(_)
            | Ctor::Float(_)
            | Ctor::Atom(_)
            | Ctor::Str(_) => true,
        }
    }
}

/// A pattern.
#[derive(Clone, Debug)]
pub enum DPat {
    /// Matches anything.
    Any,
    Ctor(Ctor, Vec<DPat>),
    /// `more`: any further elements may follow.
    List {
        items: Vec<DPat>,
        more: bool,
    },
    Prefix(Arc<str>, Box<DPat>),
    Or(Vec<DPat>),
}

/// The one pattern that rows are padded with.
pub static ANY: DPat = DPat::Any;

fn float_key(value: f64) -> u64 {
    if value.is_nan() {
        f64::NAN.to_bits()
    } else if value == 0.0 {
        0
    } else {
        value.to_bits()
    }
}

/// Translates a typed pattern.
pub fn deconstruct(pat: &Pat) -> DPat {
    match &pat.kind {
        PatKind::Wild | PatKind::Bind(_) => DPat::Any,
        PatKind::As { pat, .. } => deconstruct(pat),
        PatKind::Lit(lit) => DPat::Ctor(literal(lit), Vec::new()),
        PatKind::IntRange { low, high } => DPat::Ctor(Ctor::Ints(*low, *high), Vec::new()),
        PatKind::Variant {
            ty,
            variant,
            fields,
        } => DPat::Ctor(Ctor::Variant(*ty, *variant), all(fields)),
        PatKind::Tuple(items) => DPat::Ctor(Ctor::Tuple, all(items)),
        PatKind::List { items, rest } => list(all(items), rest.as_deref().map(deconstruct)),
        PatKind::Prefix { prefix, rest } => {
            DPat::Prefix(prefix.clone(), Box::new(deconstruct(rest)))
        }
        PatKind::Or(alternatives) => DPat::Or(all(alternatives)),
    }
}

fn all(pats: &[Pat]) -> Vec<DPat> {
    pats.iter().map(deconstruct).collect()
}

fn literal(lit: &Lit) -> Ctor {
    match lit {
        Lit::Int(value) => Ctor::Ints(*value, *value),
        Lit::Float(value) => Ctor::Float(float_key(*value)),
        Lit::Bool(value) => Ctor::Bool(*value),
        Lit::Str(text) => Ctor::Str(text.clone()),
        Lit::Atom(name) => Ctor::Atom(name.clone()),
        Lit::Unit => Ctor::Tuple,
    }
}

/// `[items | rest]`, with a list pattern in `rest` taken into it.
fn list(mut items: Vec<DPat>, rest: Option<DPat>) -> DPat {
    match rest {
        None => DPat::List { items, more: false },
        Some(DPat::List {
            items: further,
            more,
        }) => {
            items.extend(further);
            DPat::List { items, more }
        }
        Some(DPat::Or(alternatives)) => DPat::Or(
            alternatives
                .into_iter()
                .map(|rest| list(items.clone(), Some(rest)))
                .collect(),
        ),
        Some(DPat::Any | DPat::Ctor(..) | DPat::Prefix(..)) => DPat::List { items, more: true },
    }
}
