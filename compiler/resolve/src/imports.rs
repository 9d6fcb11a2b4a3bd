//! Imports and the prelude: what each module can name besides its own items, and which modules import each other.

use crate::diagnostics::{
    DuplicateDefinition, ImportCycle, PrivateItem, UnknownItem, UnknownModule,
};
use crate::graph;
use crate::hir::{InterfaceId, LangItems, ModuleId};
use crate::names::{
    Bringer, Brought, Declarations, Import, ImportKind, Imported, LangRef, Names, PRELUDE, TypeRef,
    Word,
};
use crate::suggest;
use mesh_report::{Diagnostic, Span};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

/// Links the declarations of all modules.
pub(crate) fn link(modules: Vec<Declarations>) -> (Names, Vec<Diagnostic>) {
    let mut by_name: FxHashMap<SmolStr, Vec<ModuleId>> = FxHashMap::default();
    for (at, module) in modules.iter().enumerate() {
        let ids = by_name.entry(module.name.clone()).or_default();
        ids.push(ModuleId(at as u32));
    }
    let lang = lang_items(&modules);
    let mut names = Names {
        modules,
        imported: Vec::new(),
        prelude: Imported::default(),
        by_name,
        lang,
        universal_methods: FxHashSet::default(),
    };
    let mut diagnostics = Vec::new();
    let mut imported = Vec::new();
    for at in 0..names.modules.len() {
        let mut linker = Linker {
            names: &names,
            from: ModuleId(at as u32),
            out: Imported::default(),
            diagnostics: &mut diagnostics,
        };
        linker.imports();
        imported.push(linker.out);
    }
    names.imported = imported;
    names.prelude = prelude(&names);
    method_names(&mut names);
    cycles(&names, &mut diagnostics);
    (names, diagnostics)
}

fn lang_items(modules: &[Declarations]) -> LangItems {
    let mut lang = LangItems::default();
    for module in modules.iter().filter(|module| module.is_std()) {
        for (name, item) in &module.lang {
            match item {
                LangRef::Type(id) => drop(lang.types.insert(name.clone(), *id)),
                LangRef::Interface(id) => drop(lang.interfaces.insert(name.clone(), *id)),
                LangRef::Fn(id) => drop(lang.functions.insert(name.clone(), *id)),
            }
        }
    }
    lang
}

/// Resolves the imports of one module.
struct Linker<'a> {
    names: &'a Names,
    from: ModuleId,
    out: Imported,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Linker<'_> {
    fn imports(&mut self) {
        let names = self.names;
        for (at, import) in names.declarations(self.from).imports.iter().enumerate() {
            let name = import.module_name();
            let Some(target) = names.module(self.from, &name) else {
                self.unknown_module(import, &name);
                continue;
            };
            self.out.targets.push(target);
            match &import.kind {
                ImportKind::Module(alias) => {
                    let by = Bringer {
                        import: at as u32,
                        name: 0,
                    };
                    let entry = self.out.modules.entry(alias.text.clone()).or_default();
                    if let Some(first) = entry.first()
                        && first.what != target
                    {
                        let first =
                            &names.declarations(self.from).imports[first.by.import as usize];
                        let facts = DuplicateDefinition {
                            name: &alias.text,
                            what: "import",
                            span: import.span,
                            first: first.span,
                        };
                        self.diagnostics.push(facts.into());
                        continue;
                    }
                    entry.push(Brought { what: target, by });
                }
                ImportKind::Names(list) => {
                    for (position, (original, alias)) in list.iter().enumerate() {
                        let by = Bringer {
                            import: at as u32,
                            name: position as u32,
                        };
                        self.name(target, original, alias, by);
                    }
                }
            }
        }
    }

    fn unknown_module(&mut self, import: &Import, name: &str) {
        match &import.kind {
            ImportKind::Module(alias) => drop(self.out.lost.insert(alias.text.clone())),
            ImportKind::Names(list) => {
                let names = list.iter().map(|(_, alias)| alias.text.clone());
                self.out.lost.extend(names);
            }
        }
        let names = self.names;
        let candidates = names.modules.iter().map(|module| module.name.as_str());
        let seen = candidates.filter(|candidate| names.module(self.from, candidate).is_some());
        let facts = UnknownModule {
            name,
            span: import.path_span(),
            similar: suggest::nearest(name, seen),
            import: false,
        };
        self.diagnostics.push(facts.into());
    }

    /// `from target import original as alias`
    fn name(&mut self, target: ModuleId, original: &Word, alias: &Word, by: Bringer) {
        let module = self.names.declarations(target);
        let (text, alias) = (&original.text, alias.text.clone());
        let mut found = false;
        let mut hidden: Option<(Span, bool)> = None;
        if let Some(value) = module.values.get(text) {
            if self.names.visible(self.from, target, value.is_pub) {
                found = true;
                push(&mut self.out.values, alias.clone(), value.what, by);
            } else {
                hidden = Some((value.span, false));
            }
        }
        if let Some(ty) = module.types.get(text) {
            if self.names.visible(self.from, target, ty.is_pub) {
                found = true;
                push(&mut self.out.types, alias.clone(), ty.what, by);
                if !ty.opaque {
                    bring_ctors(module, ty.what, by, &mut self.out);
                }
            } else {
                hidden = Some((ty.span, false));
            }
        }
        if let Some(space) = module.namespaces.get(text) {
            if self.names.visible(self.from, target, space.is_pub) {
                found = true;
                let what = (target, text.clone());
                self.out
                    .namespaces
                    .insert(alias.clone(), Brought { what, by });
            } else {
                hidden = Some((space.span.0, false));
            }
        }
        for &ctor in module.ctors.get(text).into_iter().flatten() {
            let Some(ty) = module.type_of(ctor.ty) else {
                continue;
            };
            if ty.is_pub && !ty.opaque {
                found = true;
                push(&mut self.out.ctors, alias.clone(), ctor, by);
            } else if hidden.is_none() {
                hidden = Some((ty.span, ty.opaque && ty.is_pub));
            }
        }
        if !found {
            self.out.lost.insert(alias);
            self.not_found(target, original, hidden);
        }
    }

    fn not_found(&mut self, target: ModuleId, original: &Word, hidden: Option<(Span, bool)>) {
        let module = self.names.declarations(target);
        if let Some((declared, opaque)) = hidden {
            let facts = PrivateItem {
                name: &original.text,
                span: original.span,
                module: &module.name,
                declared,
                opaque,
            };
            self.diagnostics.push(facts.into());
            return;
        }
        let facts = UnknownItem {
            name: &original.text,
            span: original.span,
            owner: &module.name,
            owner_kind: "module",
            similar: suggest::nearest(&original.text, public_names(module)),
            module: None,
        };
        self.diagnostics.push(facts.into());
    }
}

/// The names of a module's public items.
pub(crate) fn public_names(module: &Declarations) -> impl Iterator<Item = &str> {
    let values = module.values.iter().filter(|(_, value)| value.is_pub);
    let types = module.types.iter().filter(|(_, ty)| ty.is_pub);
    let spaces = module.namespaces.iter().filter(|(_, space)| space.is_pub);
    let values = values.map(|(name, _)| name.as_str());
    let types = types.map(|(name, _)| name.as_str());
    let ctors = module.ctors.keys().map(SmolStr::as_str);
    let spaces = spaces.map(|(name, _)| name.as_str());
    values.chain(types).chain(ctors).chain(spaces)
}

fn push<T: PartialEq>(
    table: &mut FxHashMap<SmolStr, Vec<Brought<T>>>,
    name: SmolStr,
    what: T,
    by: Bringer,
) {
    let entry = table.entry(name).or_default();
    if !entry.iter().any(|found| found.what == what) {
        entry.push(Brought { what, by });
    }
}

/// A type comes with its constructors.
fn bring_ctors(module: &Declarations, ty: TypeRef, by: Bringer, out: &mut Imported) {
    let TypeRef::Type(id) = ty else { return };
    let Some(facts) = module.type_of(id) else {
        return;
    };
    for name in &facts.ctors {
        let own = module.ctors.get(&name.text).into_iter().flatten();
        for ctor in own.filter(|ctor| ctor.ty == id) {
            push(&mut out.ctors, name.text.clone(), *ctor, by);
        }
    }
}

/// What the std module `Prelude` exports: its public items, and whatever it imports by name.
fn prelude(names: &Names) -> Imported {
    let mut out = Imported::default();
    let Some(id) = names.std_module("Prelude") else {
        return out;
    };
    let module = names.declarations(id);
    for (name, value) in module.values.iter().filter(|(_, value)| value.is_pub) {
        push(&mut out.values, name.clone(), value.what, PRELUDE);
    }
    for (name, ty) in module.types.iter().filter(|(_, ty)| ty.is_pub) {
        push(&mut out.types, name.clone(), ty.what, PRELUDE);
        bring_ctors(module, ty.what, PRELUDE, &mut out);
    }
    let imported = names.imported(id);
    re_export(&imported.values, &mut out.values);
    re_export(&imported.types, &mut out.types);
    re_export(&imported.ctors, &mut out.ctors);
    out
}

fn re_export<T: PartialEq + Clone>(
    from: &FxHashMap<SmolStr, Vec<Brought<T>>>,
    to: &mut FxHashMap<SmolStr, Vec<Brought<T>>>,
) {
    for (name, found) in from {
        for brought in found {
            push(to, name.clone(), brought.what.clone(), PRELUDE);
        }
    }
}

/// Notes for every type which interface methods its impls let be named through it.
fn method_names(names: &mut Names) {
    let mut found = Vec::new();
    let mut universal = FxHashSet::default();
    for lang in ["eq", "ord", "hash", "debug", "display"] {
        let id = names.lang.interfaces.get(lang);
        universal.extend(id.into_iter().flat_map(|id| declared_methods(names, *id)));
    }
    for (at, module) in names.modules.iter().enumerate() {
        let from = ModuleId(at as u32);
        for head in &module.impls {
            let mut methods = head.methods.clone();
            let interface = crate::lookup::find_type(names, from, &head.interface);
            if let Some(TypeRef::Interface(id)) = interface {
                methods.extend(declared_methods(names, id));
            }
            if head.blanket {
                universal.extend(methods);
                continue;
            }
            let target = crate::lookup::find_type(names, from, &head.target);
            if let Some(TypeRef::Type(target)) = target {
                found.push((target, methods));
            }
        }
    }
    for (target, methods) in found {
        let module = &mut names.modules[target.module.0 as usize];
        let name = module.type_names[target.index as usize].clone();
        if let Some(facts) = module.types.get_mut(&name) {
            facts.methods.extend(methods);
        }
    }
    names.universal_methods = universal;
}

fn declared_methods(names: &Names, id: InterfaceId) -> Vec<SmolStr> {
    let module = names.declarations(id.module);
    let found = module.interfaces.get(id.index as usize);
    found.map_or(Vec::new(), |(_, methods)| methods.clone())
}

/// Reports modules outside std that import each other, every cycle once.
fn cycles(names: &Names, diagnostics: &mut Vec<Diagnostic>) {
    let is_std = |id: ModuleId| names.declarations(id).is_std();
    let edges: Vec<Vec<usize>> = names
        .imported
        .iter()
        .map(|imported| {
            let own = imported.targets.iter().filter(|&&to| !is_std(to));
            own.map(|to| to.0 as usize).collect()
        })
        .collect();
    for component in graph::components(&edges) {
        let first = component[0];
        let on_itself = edges[first].contains(&first);
        if (component.len() == 1 && !on_itself) || is_std(ModuleId(first as u32)) {
            continue;
        }
        let cycle = graph::cycle_through(&edges, first, &component);
        let step = |at: usize| {
            let (from, to) = (cycle[at], cycle[(at + 1) % cycle.len()]);
            let module = &names.modules[from];
            let imports = module.imports.iter();
            let span = imports
                .filter(|import| {
                    names.module(ModuleId(from as u32), &import.module_name())
                        == Some(ModuleId(to as u32))
                })
                .map(|import| import.span)
                .next();
            (module.name.to_string(), span.unwrap_or(Span::DUMMY))
        };
        let path = (0..cycle.len()).map(step).collect();
        diagnostics.push(ImportCycle { path }.into());
    }
}
