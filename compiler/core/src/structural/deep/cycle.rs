//! Which types a structural method leads from a type back to it.

use super::super::{Method, StructuralKey, variants};
use crate::specialise::Specialiser;
use mesh_check::ty::{Ty, TyKind};
use mesh_resolve::hir::TypeDefKind;
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

/// A type that leads to more types than this is taken for one that does not lead back to itself.
const MOST: usize = 1024;

/// The types that a method goes through on its way from `ty` back to `ty`, this one first; none where there
/// is no such way. Only parts that have the method by structure, or are lists, are gone through.
pub fn cycle(sp: &mut Specialiser<'_>, method: Method, ty: Ty) -> Vec<Ty> {
    let mut from: FxHashMap<Ty, Vec<Ty>> = FxHashMap::default();
    let mut found = vec![ty];
    let mut at = 0;
    while let Some(&next) = found.get(at) {
        at += 1;
        for &part in parts(sp, method, next).iter() {
            let seen = from.entry(part).or_default();
            if seen.is_empty() && part != ty {
                found.push(part);
            }
            seen.push(next);
        }
        if found.len() > MOST {
            return Vec::new();
        }
    }
    let mut back = FxHashSet::default();
    let mut open = vec![ty];
    while let Some(next) = open.pop() {
        for &before in from.get(&next).map_or(&[][..], |all| all) {
            if back.insert(before) {
                open.push(before);
            }
        }
    }
    if !back.contains(&ty) {
        return Vec::new();
    }
    found.retain(|found| back.contains(found));
    found
}

/// The types of a value's parts that the method goes through one by one.
fn parts(sp: &mut Specialiser<'_>, method: Method, ty: Ty) -> Rc<[Ty]> {
    let key = StructuralKey { method, ty };
    if let Some(known) = sp.parts.get(&key) {
        return known.clone();
    }
    let mut parts: Vec<Ty> = Vec::new();
    if let Some(items) = sp.lang_args(ty, "list") {
        parts.extend(items);
    } else if goes_through(sp, method, ty) {
        let fields = variants(sp, ty).into_iter().flat_map(|shape| shape.fields);
        for field in fields {
            if !parts.contains(&field) && !sp.is_too_large(field) {
                parts.push(field);
            }
        }
    }
    let parts: Rc<[Ty]> = parts.into();
    sp.parts.insert(key, parts.clone());
    parts
}

/// Whether the method of a type that is no list is made from its structure and looks at its fields.
fn goes_through(sp: &mut Specialiser<'_>, method: Method, ty: Ty) -> bool {
    let shows = matches!(method, Method::Display | Method::Debug);
    match ty.kind() {
        TyKind::Tuple(_) => {}
        TyKind::Con(id, _) => {
            let def = sp.type_def(*id);
            let hidden = shows && def.is_opaque;
            if hidden || !matches!(def.kind, TypeDefKind::Struct(_) | TypeDefKind::Sum(_)) {
                return false;
            }
        }
        _ => return false,
    }
    let (interface, name) = method.names();
    sp.is_structural(interface, name, ty)
}
