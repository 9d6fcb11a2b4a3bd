//! What the words of an object are to the collector: which of them it follows. Where a mask cannot
//! say it, because variants differ or there are too many words, the collector reads the type.

use crate::layout::{Layouts, Payload, Shape, Word};
use mesh_abi::descriptor::BY_TYPE;
use mesh_core::ir::TyId;

/// As `mesh_abi::descriptor::ObjectDesc` has them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Masks {
    pub pointers: u64,
    pub lists: u64,
}

impl Masks {
    /// What is to be read from the type.
    pub const BY_TYPE: Masks = Masks {
        pointers: 0,
        lists: BY_TYPE,
    };

    fn and(self, other: Masks) -> Masks {
        Masks {
            pointers: self.pointers | other.pointers,
            lists: self.lists | other.lists,
        }
    }

    fn at(self, word: u32) -> (bool, bool) {
        let bit = |mask: u64| mask >> word & 1 == 1;
        (bit(self.pointers), bit(self.lists))
    }
}

/// The masks of a payload.
pub fn masks(layouts: &Layouts, payload: &Payload) -> Masks {
    of_payload(layouts, payload, 0).unwrap_or(Masks::BY_TYPE)
}

fn of_payload(layouts: &Layouts, payload: &Payload, start: u32) -> Option<Masks> {
    let mut all = Masks::default();
    for &(at, ty) in &payload.fields {
        all = all.and(of_type(layouts, ty, start + at)?);
    }
    Some(all)
}

fn of_type(layouts: &Layouts, ty: TyId, at: u32) -> Option<Masks> {
    let none = Masks::default();
    let layout = layouts.get(ty);
    // A list's range is the word behind; bit 63 stays free for it.
    let bit = || (at < 63).then(|| 1 << at);
    let pointer = || {
        let pointers = bit()?;
        Some(Masks { pointers, ..none })
    };
    match &layout.shape {
        Shape::Scalar if layout.words == [Word::Ptr] => pointer(),
        Shape::Scalar | Shape::Enum(_) => Some(none),
        Shape::List { element } if layouts.words(*element).is_empty() => Some(none),
        Shape::List { .. } => Some(Masks {
            lists: bit()?,
            ..none
        }),
        Shape::Boxed(_) | Shape::BoxedSum(_) | Shape::Nullable { .. } => pointer(),
        Shape::Flat(payload) => of_payload(layouts, payload, at),
        Shape::FlatSum(payloads) => of_sum(layouts, payloads, at + 1),
    }
}

/// The payloads of a sum share their words, and those that a variant does without are 0: masks can say
/// what is meant if all that have a word mean the same by it.
fn of_sum(layouts: &Layouts, payloads: &[Payload], at: u32) -> Option<Masks> {
    let mut all = Masks::default();
    let mut seen: u32 = 0;
    for payload in payloads {
        let own = of_payload(layouts, payload, at)?;
        let words = payload.words.len() as u32;
        let common = seen.min(words);
        if (at..at + common).any(|word| all.at(word) != own.at(word)) {
            return None;
        }
        all = all.and(own);
        seen = seen.max(words);
    }
    Some(all)
}

#[cfg(test)]
mod tests;
