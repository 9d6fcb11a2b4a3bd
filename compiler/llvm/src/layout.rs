//! The one place that decides how a value of a Core type is represented: which machine words it
//! takes, and what each means. `mesh_abi::descriptor` says the same to the runtime.
//!
//! A value stands in at most [`FLAT_WORDS`] words wherever it is: in registers, in a field, in a
//! list's cell. What is larger, or contains itself, is a pointer to an object.

use mesh_abi::object::IMMEDIATE_LIMIT;
use mesh_core::ir::{Data, Ty, TyId, Types};

/// Structs, tuples and sums of more words than this are objects of their own.
pub const FLAT_WORDS: usize = 3;

/// The class of a machine word: which registers it travels in, and what the collector does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Word {
    /// An integer, or bits that mean different things by a tag beside them.
    Int,
    /// A double.
    Float,
    /// A pointer the collector follows, or null, or below [`IMMEDIATE_LIMIT`].
    Ptr,
}

/// How a type's values are represented.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layout {
    /// The words a value takes, by class.
    pub words: Vec<Word>,
    pub shape: Shape,
    /// One pointer word that is never null.
    pub never_null: bool,
}

/// What the words mean.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Shape {
    /// No word, or one word that is the value.
    Scalar,
    /// Two words: the buffer, and the offset and length packed.
    List { element: TyId },
    /// The fields one after another.
    Flat(Payload),
    /// A pointer to a record of the fields.
    Boxed(Payload),
    /// The variant's index.
    Enum(Vec<Payload>),
    /// Null for the variant `none`; for `some` its only payload word.
    Nullable {
        none: u32,
        some: u32,
        payloads: Vec<Payload>,
    },
    /// The variant's index, then the payload, its words shared by all variants.
    FlatSum(Vec<Payload>),
    /// The index of a variant without payload, below [`IMMEDIATE_LIMIT`]; else a pointer to a
    /// record with the index in its header.
    BoxedSum(Vec<Payload>),
}

/// The fields of a variant, a struct or a tuple.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Payload {
    /// The payload's words, by class.
    pub words: Vec<Word>,
    /// For each field its first word and its type.
    pub fields: Vec<(u32, TyId)>,
}

impl Shape {
    /// The payload of a variant (0 for structs and tuples).
    pub fn payload(&self, variant: u32) -> Option<&Payload> {
        match self {
            Shape::Scalar | Shape::List { .. } => None,
            Shape::Flat(payload) | Shape::Boxed(payload) => (variant == 0).then_some(payload),
            Shape::Enum(payloads)
            | Shape::Nullable { payloads, .. }
            | Shape::FlatSum(payloads)
            | Shape::BoxedSum(payloads) => payloads.get(variant as usize),
        }
    }
}

/// Whether a variant of a [`Shape::BoxedSum`] is a number instead of an object.
pub fn is_immediate(variant: u32, payload: &Payload) -> bool {
    payload.words.is_empty() && u64::from(variant) < IMMEDIATE_LIMIT
}

/// The layouts of all types of a program.
pub struct Layouts {
    list: Vec<Layout>,
    /// By type, see [`Layouts::unique_word`].
    unique: Vec<Option<usize>>,
}

impl Layouts {
    /// Decides every type's layout.
    pub fn new(types: &Types) -> Layouts {
        let mut decided = vec![None; types.list.len()];
        for group in components(types) {
            decide(types, &group, &mut decided);
        }
        let list: Vec<Layout> = decided
            .into_iter()
            .map(|layout| layout.unwrap_or_else(|| scalar(&[])))
            .collect();
        let mut layouts = Layouts {
            unique: vec![None; list.len()],
            list,
        };
        // In each round one level more of types within others.
        loop {
            let found = layouts
                .list
                .iter()
                .map(|l| layouts.find_unique(l))
                .collect();
            if layouts.unique == found {
                return layouts;
            }
            layouts.unique = found;
        }
    }

    /// Which of a type's words is the second one of a list, in all its values, so that
    /// [`LIST_UNIQUE`](mesh_abi::object::LIST_UNIQUE) may be set in it or cleared; `None` for types without a list
    /// among their words, and for sums that have other things in the place.
    pub fn unique_word(&self, ty: TyId) -> Option<usize> {
        self.unique[ty.index()]
    }

    fn find_unique(&self, layout: &Layout) -> Option<usize> {
        let of_payload = |payload: &Payload| {
            let mut fields = payload.fields.iter();
            fields.find_map(|&(first, ty)| Some(first as usize + self.unique[ty.index()]?))
        };
        match &layout.shape {
            Shape::List { element } => (!self.words(*element).is_empty()).then_some(1),
            Shape::Flat(payload) => of_payload(payload),
            Shape::FlatSum(payloads) => {
                let at = payloads.iter().find_map(of_payload)?;
                let fits = |p: &Payload| of_payload(p) == Some(at) || p.words.len() <= at;
                payloads.iter().all(fits).then_some(1 + at)
            }
            _ => None,
        }
    }

    /// The layout of a type.
    pub fn get(&self, ty: TyId) -> &Layout {
        &self.list[ty.index()]
    }

    /// The words of a value of a type.
    pub fn words(&self, ty: TyId) -> &[Word] {
        &self.get(ty).words
    }
}

fn scalar(words: &[Word]) -> Layout {
    Layout {
        words: words.to_vec(),
        shape: Shape::Scalar,
        never_null: false,
    }
}

fn pointer(shape: Shape, never_null: bool) -> Layout {
    Layout {
        words: vec![Word::Ptr],
        shape,
        never_null,
    }
}

/// The types a value of `ty` contains without a pointer between, if nothing is boxed.
fn contained(types: &Types, ty: TyId) -> Vec<TyId> {
    match types.get(ty) {
        Ty::Tuple(items) => items.clone(),
        Ty::Data(data) => {
            let variants = &types.data(*data).variants;
            let fields = variants.iter().flat_map(|variant| &variant.fields);
            fields.map(|field| field.ty).collect()
        }
        _ => Vec::new(),
    }
}

/// A group of types that contain each other; alone, a type that does not contain itself.
struct Group {
    members: Vec<TyId>,
    recursive: bool,
}

/// Tarjan's algorithm over containment, without recursion: every group after those it contains.
fn components(types: &Types) -> Vec<Group> {
    let edges: Vec<Vec<TyId>> = (0..types.list.len())
        .map(|at| contained(types, TyId(at as u32)))
        .collect();
    crate::graph::components(&edges, |id| id.index())
        .into_iter()
        .map(|members| {
            let first = members[0];
            Group {
                recursive: members.len() > 1 || edges[first].iter().any(|e| e.index() == first),
                members: members.into_iter().map(|at| TyId(at as u32)).collect(),
            }
        })
        .collect()
}

fn decide(types: &Types, group: &Group, decided: &mut [Option<Layout>]) {
    if !group.recursive {
        let ty = group.members[0];
        decided[ty.index()] = Some(plain(types, ty, decided));
        return;
    }
    // Every cycle passes through a declared type. Boxing all of the group's makes each of them one
    // word, whatever it contains; then tuples, and then the fields' places, can be computed.
    let data = |ty: &TyId| match types.get(*ty) {
        Ty::Data(id) => Some(types.data(*id)),
        _ => None,
    };
    for ty in &group.members {
        if let Some(data) = data(ty) {
            let never_null = data.variants.len() == 1;
            decided[ty.index()] = Some(pointer(Shape::Scalar, never_null));
        }
    }
    let mut tuples = group.members.clone();
    tuples.retain(|ty| data(ty).is_none());
    while !tuples.is_empty() {
        tuples.retain(|&ty| {
            let ready = contained(types, ty)
                .iter()
                .all(|part| decided[part.index()].is_some());
            if ready {
                decided[ty.index()] = Some(plain(types, ty, decided));
            }
            !ready
        });
    }
    let finished: Vec<(TyId, Layout)> = group
        .members
        .iter()
        .filter_map(|ty| Some((*ty, boxed(data(ty)?, decided))))
        .collect();
    for (ty, layout) in finished {
        decided[ty.index()] = Some(layout);
    }
}

/// The layout of a type whose parts are decided and which does not contain itself.
fn plain(types: &Types, ty: TyId, decided: &[Option<Layout>]) -> Layout {
    match types.get(ty) {
        Ty::Unit | Ty::Never => scalar(&[]),
        Ty::Int | Ty::Bool | Ty::Atom | Ty::Pid | Ty::Opaque(_) => scalar(&[Word::Int]),
        Ty::Float => scalar(&[Word::Float]),
        Ty::String | Ty::Bytes | Ty::Fn(..) => pointer(Shape::Scalar, true),
        Ty::Boxed => pointer(Shape::Scalar, false),
        Ty::List(element) => Layout {
            words: vec![Word::Ptr, Word::Int],
            shape: Shape::List { element: *element },
            never_null: false,
        },
        Ty::Tuple(items) => product(payload(items.iter().copied(), decided), decided),
        Ty::Data(id) => {
            let data = types.data(*id);
            match payloads(data, decided).as_mut_slice() {
                [] => scalar(&[]),
                [only] => product(std::mem::take(only), decided),
                all => sum(all.to_vec(), decided),
            }
        }
    }
}

/// The layout of a declared type in a recursive group.
fn boxed(data: &Data, decided: &[Option<Layout>]) -> Layout {
    let mut all = payloads(data, decided);
    if all.len() == 1 {
        return pointer(Shape::Boxed(all.remove(0)), true);
    }
    if let Some(layout) = nullable(&all, decided) {
        return layout;
    }
    pointer(Shape::BoxedSum(all), false)
}

fn payloads(data: &Data, decided: &[Option<Layout>]) -> Vec<Payload> {
    let of = |variant: &mesh_core::ir::Variant| {
        payload(variant.fields.iter().map(|field| field.ty), decided)
    };
    data.variants.iter().map(of).collect()
}

fn payload(types: impl Iterator<Item = TyId>, decided: &[Option<Layout>]) -> Payload {
    let mut out = Payload::default();
    for ty in types {
        out.fields.push((out.words.len() as u32, ty));
        if let Some(layout) = &decided[ty.index()] {
            out.words.extend(&layout.words);
        }
    }
    out
}

fn product(payload: Payload, decided: &[Option<Layout>]) -> Layout {
    if payload.words.len() > FLAT_WORDS {
        return pointer(Shape::Boxed(payload), true);
    }
    Layout {
        words: payload.words.clone(),
        never_null: never_null(&payload, decided),
        shape: Shape::Flat(payload),
    }
}

/// Whether a payload is exactly one pointer word, never null.
fn never_null(payload: &Payload, decided: &[Option<Layout>]) -> bool {
    payload.words == [Word::Ptr]
        && payload.fields.iter().any(|(_, ty)| {
            decided[ty.index()]
                .as_ref()
                .is_some_and(|layout| layout.never_null)
        })
}

fn nullable(all: &[Payload], decided: &[Option<Layout>]) -> Option<Layout> {
    let (none, some) = match all {
        [a, b] if a.words.is_empty() && never_null(b, decided) => (0, 1),
        [a, b] if b.words.is_empty() && never_null(a, decided) => (1, 0),
        _ => return None,
    };
    let payloads = all.to_vec();
    Some(pointer(
        Shape::Nullable {
            none,
            some,
            payloads,
        },
        false,
    ))
}

fn sum(all: Vec<Payload>, decided: &[Option<Layout>]) -> Layout {
    if all.iter().all(|payload| payload.words.is_empty()) {
        return Layout {
            words: vec![Word::Int],
            shape: Shape::Enum(all),
            never_null: false,
        };
    }
    if let Some(layout) = nullable(&all, decided) {
        return layout;
    }
    let widest = all.iter().map(|p| p.words.len()).max().unwrap_or(0);
    if 1 + widest > FLAT_WORDS {
        let never_null = (0u32..).zip(&all).all(|(at, p)| !is_immediate(at, p));
        return pointer(Shape::BoxedSum(all), never_null);
    }
    let mut words = vec![Word::Int];
    for at in 0..widest {
        let mut classes = all.iter().filter_map(|p| p.words.get(at).copied());
        let first = classes.next().unwrap_or(Word::Int);
        let same = classes.all(|class| class == first);
        words.push(if same { first } else { Word::Int });
    }
    Layout {
        words,
        shape: Shape::FlatSum(all),
        never_null: false,
    }
}

#[cfg(test)]
mod tests;
