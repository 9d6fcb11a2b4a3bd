//! Impl heads against types: one-way matching for known types, "may it fit" for types with
//! inference variables, two-way unification for overlap.

use crate::ty::{FnTy, Ty, TyKind};
use mesh_resolve::hir::ParamId;

/// What the head's parameters stand for.
pub type Bindings = Vec<(ParamId, Ty)>;

/// Whether `ty` is an instance of `pattern`, whose parameters all belong to the head. Inference
/// variables in `ty` (seen through `shallow`) fit anything if `open`; they are not bound.
pub fn matches(
    pattern: Ty,
    ty: Ty,
    shallow: &dyn Fn(Ty) -> Ty,
    open: bool,
    bindings: &mut Bindings,
) -> bool {
    let ty = shallow(ty);
    if pattern == ty && !pattern.has_param() {
        return true;
    }
    let mut each = |a: Ty, b: Ty| matches(a, b, shallow, open, bindings);
    match (pattern.kind(), ty.kind()) {
        (TyKind::Error, _) | (_, TyKind::Error) => true,
        (TyKind::Param(id), _) => bind(*id, ty, shallow, open, bindings),
        (_, TyKind::Var(_) | TyKind::Proj { .. }) => open,
        (TyKind::Con(a, xs), TyKind::Con(b, ys)) => a == b && zip(xs, ys, &mut each),
        (TyKind::Tuple(xs), TyKind::Tuple(ys)) => zip(xs, ys, &mut each),
        // Impls do not depend on the process a function runs in.
        (TyKind::Fn(f), TyKind::Fn(g)) => {
            zip(&f.params, &g.params, &mut each) && each(f.result, g.result)
        }
        // A projection in a head is an equation for later.
        (TyKind::Proj { .. }, _) => true,
        _ => false,
    }
}

fn zip(xs: &[Ty], ys: &[Ty], each: &mut dyn FnMut(Ty, Ty) -> bool) -> bool {
    xs.len() == ys.len() && xs.iter().zip(ys).all(|(&x, &y)| each(x, y))
}

fn bind(
    id: ParamId,
    ty: Ty,
    shallow: &dyn Fn(Ty) -> Ty,
    open: bool,
    bindings: &mut Bindings,
) -> bool {
    match bindings.iter().find(|(p, _)| *p == id) {
        Some(&(_, earlier)) => same(earlier, ty, shallow, open),
        None => {
            bindings.push((id, ty));
            true
        }
    }
}

/// Whether two types are equal, or may become so if `open`. Processes of functions do not count.
pub fn same(a: Ty, b: Ty, shallow: &dyn Fn(Ty) -> Ty, open: bool) -> bool {
    let (a, b) = (shallow(a), shallow(b));
    if a == b {
        return true;
    }
    let mut each = |x: Ty, y: Ty| same(x, y, shallow, open);
    match (a.kind(), b.kind()) {
        (TyKind::Error, _) | (_, TyKind::Error) => true,
        (TyKind::Var(_) | TyKind::Proj { .. }, _) | (_, TyKind::Var(_) | TyKind::Proj { .. }) => {
            open
        }
        (TyKind::Con(x, xs), TyKind::Con(y, ys)) => x == y && zip(xs, ys, &mut each),
        (TyKind::Tuple(xs), TyKind::Tuple(ys)) => zip(xs, ys, &mut each),
        (TyKind::Fn(f), TyKind::Fn(g)) => {
            zip(&f.params, &g.params, &mut each) && each(f.result, g.result)
        }
        _ => false,
    }
}

/// Parameters of the second head are told from the first's by this offset.
const SECOND: u32 = 1 << 16;

/// Whether some types are instances of both heads.
pub fn overlap(a: &[Ty], b: &[Ty]) -> bool {
    let renamed: Vec<Ty> = b.iter().map(|&ty| rename(ty)).collect();
    let mut bindings = Bindings::new();
    a.len() == renamed.len()
        && a.iter()
            .zip(renamed)
            .all(|(&x, y)| unify(x, y, &mut bindings))
}

fn rename(ty: Ty) -> Ty {
    match ty.kind() {
        TyKind::Param(ParamId(n)) => Ty::param(ParamId(n + SECOND)),
        _ => ty.map_parts(rename),
    }
}

fn walk(mut ty: Ty, bindings: &Bindings) -> Ty {
    while let TyKind::Param(id) = ty.kind() {
        match bindings.iter().find(|(p, _)| p == id) {
            Some(&(_, to)) => ty = to,
            None => break,
        }
    }
    ty
}

fn unify(a: Ty, b: Ty, bindings: &mut Bindings) -> bool {
    let (a, b) = (walk(a, bindings), walk(b, bindings));
    if a == b {
        return true;
    }
    match (a.kind(), b.kind()) {
        (TyKind::Param(id), _) => !occurs(*id, b, bindings) && push(*id, b, bindings),
        (_, TyKind::Param(id)) => !occurs(*id, a, bindings) && push(*id, a, bindings),
        (TyKind::Con(x, xs), TyKind::Con(y, ys)) => x == y && unify_all(xs, ys, bindings),
        (TyKind::Tuple(xs), TyKind::Tuple(ys)) => unify_all(xs, ys, bindings),
        (TyKind::Fn(f), TyKind::Fn(g)) => unify_fns(f, g, bindings),
        // What has been reported already, and what cannot be told without more knowledge.
        (TyKind::Error, _) | (_, TyKind::Error) => false,
        (TyKind::Proj { .. }, _) | (_, TyKind::Proj { .. }) => true,
        _ => false,
    }
}

fn unify_fns(f: &FnTy, g: &FnTy, bindings: &mut Bindings) -> bool {
    unify_all(&f.params, &g.params, bindings) && unify(f.result, g.result, bindings)
}

fn unify_all(xs: &[Ty], ys: &[Ty], bindings: &mut Bindings) -> bool {
    xs.len() == ys.len() && xs.iter().zip(ys).all(|(&x, &y)| unify(x, y, bindings))
}

fn push(id: ParamId, ty: Ty, bindings: &mut Bindings) -> bool {
    bindings.push((id, ty));
    true
}

fn occurs(id: ParamId, ty: Ty, bindings: &Bindings) -> bool {
    let ty = walk(ty, bindings);
    if let TyKind::Param(other) = ty.kind() {
        return *other == id;
    }
    let mut found = false;
    ty.each_part(|part| found |= occurs(id, part, bindings));
    found
}
