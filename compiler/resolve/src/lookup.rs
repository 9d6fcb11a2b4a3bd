//! Finding what a path means, as seen from a module: its own items first, then imports, then the prelude, then std modules by name.

use crate::hir::{CtorRef, ModuleId};
use crate::names::{
    Bringer, Brought, Names, Namespace, PRELUDE, TypeName, TypeRef, ValueRef, Word, dotted,
};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

/// What a name was found to mean, and the import that brought it, if one did.
#[derive(Clone, Debug)]
pub(crate) enum Found<T> {
    One(T, Option<Bringer>),
    /// Several imports bring different things.
    Several(Vec<Bringer>),
    Nothing,
}

impl<T> Found<T> {
    fn or_else(self, next: impl FnOnce() -> Found<T>) -> Found<T> {
        match self {
            Found::Nothing => next(),
            found => found,
        }
    }
}

fn own<T>(what: T) -> Found<T> {
    Found::One(what, None)
}

fn brought<T: Copy>(table: &FxHashMap<SmolStr, Vec<Brought<T>>>, name: &str) -> Found<T> {
    match table.get(name).map(Vec::as_slice) {
        None | Some([]) => Found::Nothing,
        Some([one]) => Found::One(one.what, (one.by != PRELUDE).then_some(one.by)),
        Some(several) => Found::Several(several.iter().map(|one| one.by).collect()),
    }
}

/// A function or constant by its bare name.
pub(crate) fn value(names: &Names, from: ModuleId, name: &str) -> Found<ValueRef> {
    if let Some(value) = names.declarations(from).values.get(name) {
        return own(value.what);
    }
    brought(&names.imported(from).values, name).or_else(|| brought(&names.prelude.values, name))
}

/// A type or interface by its bare name, or the type a module in scope shares its name with.
pub(crate) fn type_(names: &Names, from: ModuleId, name: &str) -> Found<TypeRef> {
    if let Some(ty) = names.declarations(from).types.get(name) {
        return own(ty.what);
    }
    brought(&names.imported(from).types, name)
        .or_else(|| brought(&names.prelude.types, name))
        .or_else(|| match module(names, from, name) {
            Found::One(id, by) => match namesake(names, from, id) {
                Some(ty) => Found::One(ty, by),
                None => Found::Nothing,
            },
            _ => Found::Nothing,
        })
}

/// `Queue` of the module `Queue`.
fn namesake(names: &Names, from: ModuleId, id: ModuleId) -> Option<TypeRef> {
    let module = names.declarations(id);
    let last = module.name.rsplit('.').next()?;
    let ty = module.types.get(last)?;
    names.visible(from, id, ty.is_pub).then_some(ty.what)
}

/// A module by the name it has here: an import's, or a std module's own; last, the name of the module at hand, in which
/// its examples are written as its users would.
pub(crate) fn module(names: &Names, from: ModuleId, name: &str) -> Found<ModuleId> {
    brought(&names.imported(from).modules, name).or_else(|| match names.std_module(name) {
        Some(id) => own(id),
        None if names.declarations(from).name.rsplit('.').next() == Some(name) => own(from),
        None => Found::Nothing,
    })
}

/// All constructors of this bare name at the nearest level that has one.
pub(crate) fn ctors(names: &Names, from: ModuleId, name: &str) -> (Vec<CtorRef>, Vec<Bringer>) {
    if let Some(own) = names.declarations(from).ctors.get(name) {
        return (own.clone(), Vec::new());
    }
    if let Some(found) = names.imported(from).ctors.get(name) {
        let refs = found.iter().map(|one| one.what).collect();
        return (refs, found.iter().map(|one| one.by).collect());
    }
    let found = names.prelude.ctors.get(name).into_iter().flatten();
    (found.map(|one| one.what).collect(), Vec::new())
}

/// A service or supervisor by its bare name, or the one a module in scope shares its name with.
pub(crate) fn namespace<'a>(
    names: &'a Names,
    from: ModuleId,
    name: &str,
) -> Option<(ModuleId, &'a Namespace, Option<Bringer>)> {
    if let Some(space) = names.declarations(from).namespaces.get(name) {
        return Some((from, space, None));
    }
    if let Some(found) = names.imported(from).namespaces.get(name) {
        let (module, original) = &found.what;
        let space = names.declarations(*module).namespaces.get(original)?;
        return Some((*module, space, Some(found.by)));
    }
    // The service `Store` of the module `Store`.
    let Found::One(id, by) = module(names, from, name) else {
        return None;
    };
    let declared = names.declarations(id);
    let space = declared.namespaces.get(declared.name.rsplit('.').next()?)?;
    let visible = names.visible(from, id, space.is_pub);
    visible.then_some((id, space, by))
}

/// The longest beginning of a path that names a module, with the number of its words. `whole`: all words may name it.
pub(crate) fn module_prefix(
    names: &Names,
    from: ModuleId,
    path: &[Word],
    whole: bool,
) -> Option<(ModuleId, usize, Option<Bringer>)> {
    let longest = if whole { path.len() } else { path.len() - 1 };
    for length in (1..=longest).rev() {
        let found = match length {
            1 => module(names, from, &path[0].text),
            _ => full_name(names, from, &dotted(&path[..length])),
        };
        if let Found::One(id, by) = found {
            return Some((id, length, by));
        }
    }
    None
}

/// A module by its full name: std's, or one that an import names.
fn full_name(names: &Names, from: ModuleId, name: &str) -> Found<ModuleId> {
    if let Some(id) = names.std_module(name) {
        return own(id);
    }
    let imports = &names.declarations(from).imports;
    let found = imports
        .iter()
        .position(|import| import.module_name() == name);
    let by = |at: usize| Bringer {
        import: at as u32,
        name: 0,
    };
    match (found, names.module(from, name)) {
        (Some(at), Some(id)) => Found::One(id, Some(by(at))),
        _ => Found::Nothing,
    }
}

/// The type or interface that a path names, if it can be seen; for tables, so nothing is reported.
pub(crate) fn find_type(names: &Names, from: ModuleId, path: &[Word]) -> Option<TypeRef> {
    match path {
        [] => None,
        [one] => match type_(names, from, &one.text) {
            Found::One(ty, _) => Some(ty),
            _ => None,
        },
        [.., last] => {
            let (module, length, _) = module_prefix(names, from, path, false)?;
            let ty = names.declarations(module).types.get(&last.text)?;
            let fits = length + 1 == path.len() && names.visible(from, module, ty.is_pub);
            fits.then_some(ty.what)
        }
    }
}

/// The struct or sum behind a type: aliases are followed.
pub(crate) fn behind_aliases(names: &Names, mut ty: TypeRef) -> Option<(TypeRef, &TypeName)> {
    // An alias of itself is reported where it is declared.
    for _ in 0..32 {
        let facts = names.type_name(ty)?;
        let crate::names::Shape::Alias(path) = &facts.shape else {
            return Some((ty, facts));
        };
        ty = find_type(names, ty.module(), path)?;
    }
    None
}
