//! What a module declares and what can be seen from inside it: the tables that paths are looked up in. Built once from all modules,
//! then only read, by all threads.

use crate::hir::{ConstId, CtorRef, FnId, InterfaceId, ModuleId, TypeId};
use mesh_report::Span;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

/// Where a module's source comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The standard library.
    Std,
    /// The package that is compiled.
    Package,
    /// A package it depends on, by name.
    Dependency(SmolStr),
}

/// A name with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    pub text: SmolStr,
    pub span: Span,
}

/// A function or constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueRef {
    Fn(FnId),
    Const(ConstId),
}

impl ValueRef {
    pub fn module(self) -> ModuleId {
        match self {
            ValueRef::Fn(id) => id.module,
            ValueRef::Const(id) => id.module,
        }
    }
}

/// A type or interface: they share their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TypeRef {
    Type(TypeId),
    Interface(InterfaceId),
}

impl TypeRef {
    pub fn module(self) -> ModuleId {
        match self {
            TypeRef::Type(id) => id.module,
            TypeRef::Interface(id) => id.module,
        }
    }
}

/// A declared name.
#[derive(Clone, Debug)]
pub(crate) struct Declared<T> {
    pub what: T,
    pub is_pub: bool,
    pub span: Span,
}

/// What a declared type is, as far as a path or a literal needs to know.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    Struct,
    Sum,
    Alias(Vec<Word>),
    Extern,
    Interface,
}

/// A declared type or interface.
#[derive(Clone, Debug)]
pub(crate) struct TypeName {
    pub what: TypeRef,
    pub is_pub: bool,
    pub opaque: bool,
    pub span: Span,
    pub shape: Shape,
    /// Constructors of a sum, in order.
    pub ctors: Vec<Word>,
    /// Interface methods that can be named through the type.
    pub methods: FxHashSet<SmolStr>,
}

/// The items of a service or supervisor, named through it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Namespace {
    pub is_pub: bool,
    pub span: Span0,
    pub values: FxHashMap<SmolStr, Declared<ValueRef>>,
    pub types: FxHashMap<SmolStr, TypeId>,
}

/// A span that is nowhere until it is set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span0(pub Span);

impl Default for Span0 {
    fn default() -> Span0 {
        Span0(Span::DUMMY)
    }
}

/// `import A.B as C`
#[derive(Clone, Debug)]
pub(crate) struct Import {
    pub path: Vec<Word>,
    pub span: Span,
    pub kind: ImportKind,
}

#[derive(Clone, Debug)]
pub(crate) enum ImportKind {
    /// The module under this name.
    Module(Word),
    /// Names of its items, each with the name it has here.
    Names(Vec<(Word, Word)>),
}

impl Import {
    pub fn module_name(&self) -> SmolStr {
        dotted(&self.path)
    }

    pub fn path_span(&self) -> Span {
        match (self.path.first(), self.path.last()) {
            (Some(first), Some(last)) => first.span.join(last.span),
            _ => self.span,
        }
    }
}

/// `A.B.c`
pub(crate) fn dotted(words: &[Word]) -> SmolStr {
    match words {
        [one] => one.text.clone(),
        _ => {
            let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
            SmolStr::from(texts.join("."))
        }
    }
}

/// The head of an `impl`: which methods can be named through which type.
#[derive(Clone, Debug)]
pub(crate) struct ImplHead {
    pub target: Vec<Word>,
    pub interface: Vec<Word>,
    pub methods: Vec<SmolStr>,
    /// The target is a type parameter.
    pub blanket: bool,
}

/// An item marked `@lang("name")`.
#[derive(Clone, Debug)]
pub(crate) enum LangRef {
    Type(TypeId),
    Interface(InterfaceId),
    Fn(FnId),
}

/// What a module declares at its top level.
#[derive(Debug)]
pub(crate) struct Declarations {
    pub name: SmolStr,
    pub origin: Origin,
    pub values: FxHashMap<SmolStr, Declared<ValueRef>>,
    pub types: FxHashMap<SmolStr, TypeName>,
    /// By `TypeId::index`.
    pub type_names: Vec<SmolStr>,
    /// By `InterfaceId::index`: the name and its methods.
    pub interfaces: Vec<(SmolStr, Vec<SmolStr>)>,
    pub ctors: FxHashMap<SmolStr, Vec<CtorRef>>,
    pub namespaces: FxHashMap<SmolStr, Namespace>,
    pub imports: Vec<Import>,
    pub impls: Vec<ImplHead>,
    pub lang: Vec<(SmolStr, LangRef)>,
    /// Number of functions with an id given here; lowering adds more after them.
    pub functions: u32,
}

impl Declarations {
    pub fn is_std(&self) -> bool {
        self.origin == Origin::Std
    }

    pub fn type_of(&self, id: TypeId) -> Option<&TypeName> {
        self.types.get(self.type_names.get(id.index as usize)?)
    }
}

/// Something an import brings in, and the import's position in [`Declarations::imports`] with the position of the name in it.
#[derive(Clone, Debug)]
pub(crate) struct Brought<T> {
    pub what: T,
    pub by: Bringer,
}

/// Which name of which import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Bringer {
    pub import: u32,
    pub name: u32,
}

/// The prelude brings its names without an import.
pub(crate) const PRELUDE: Bringer = Bringer {
    import: u32::MAX,
    name: 0,
};

/// What imports (or the prelude) bring into a module.
#[derive(Debug, Default)]
pub(crate) struct Imported {
    pub modules: FxHashMap<SmolStr, Vec<Brought<ModuleId>>>,
    pub values: FxHashMap<SmolStr, Vec<Brought<ValueRef>>>,
    pub types: FxHashMap<SmolStr, Vec<Brought<TypeRef>>>,
    pub ctors: FxHashMap<SmolStr, Vec<Brought<CtorRef>>>,
    pub namespaces: FxHashMap<SmolStr, Brought<(ModuleId, SmolStr)>>,
    /// Modules that an import names, in order.
    pub targets: Vec<ModuleId>,
    /// Names that a wrong import was to bring; nothing more is said about them.
    pub lost: FxHashSet<SmolStr>,
}

impl Imported {
    /// Whether a name that is not found may be one of those.
    pub fn may_have_lost(&self, name: &str) -> bool {
        self.lost.contains(name)
    }

    /// The same for a constructor, which may have been to come with its type.
    pub fn may_have_lost_ctor(&self, name: &str) -> bool {
        let is_type = |name: &SmolStr| name.starts_with(|c: char| c.is_uppercase());
        self.lost.contains(name) || self.lost.iter().any(is_type)
    }
}

/// All modules' tables.
pub(crate) struct Names {
    /// By `ModuleId`.
    pub modules: Vec<Declarations>,
    /// By `ModuleId`.
    pub imported: Vec<Imported>,
    pub prelude: Imported,
    pub by_name: FxHashMap<SmolStr, Vec<ModuleId>>,
    pub lang: crate::hir::LangItems,
    /// Methods that any type may have: of structural interfaces, and of impls for a type parameter.
    pub universal_methods: FxHashSet<SmolStr>,
}

impl Names {
    pub fn declarations(&self, id: ModuleId) -> &Declarations {
        &self.modules[id.0 as usize]
    }

    pub fn imported(&self, id: ModuleId) -> &Imported {
        &self.imported[id.0 as usize]
    }

    /// The module called `name` as seen from `from`: its own package first, then the package's dependencies, then std.
    pub fn module(&self, from: ModuleId, name: &str) -> Option<ModuleId> {
        let own = &self.declarations(from).origin;
        let rank = |id: &ModuleId| match &self.declarations(*id).origin {
            origin if origin == own => 0,
            Origin::Dependency(_) if *own == Origin::Package => 1,
            Origin::Std => 2,
            _ => 3,
        };
        let best = self.by_name.get(name)?.iter().min_by_key(|id| rank(id))?;
        (rank(best) < 3).then_some(*best)
    }

    /// The std module called `name`.
    pub fn std_module(&self, name: &str) -> Option<ModuleId> {
        let is_std = |id: &&ModuleId| self.declarations(**id).is_std();
        self.by_name.get(name)?.iter().find(is_std).copied()
    }

    pub fn type_name(&self, what: TypeRef) -> Option<&TypeName> {
        let module = self.declarations(what.module());
        match what {
            TypeRef::Type(id) => module.type_of(id),
            TypeRef::Interface(id) => module
                .types
                .get(&module.interfaces.get(id.index as usize)?.0),
        }
    }

    /// Whether an item of `owner` that is (or is not) `pub` can be seen from `from`.
    pub fn visible(&self, from: ModuleId, owner: ModuleId, is_pub: bool) -> bool {
        is_pub || from == owner
    }

    /// A module other than `from` that has a public value of this name and could be meant.
    pub fn module_with_value(&self, from: ModuleId, name: &str) -> Option<String> {
        self.module_where(from, |module| {
            module.values.get(name).is_some_and(|value| value.is_pub)
        })
    }

    /// A module other than `from` that has a public type of this name.
    pub fn module_with_type(&self, from: ModuleId, name: &str) -> Option<String> {
        self.module_where(from, |module| {
            module.types.get(name).is_some_and(|found| found.is_pub)
        })
    }

    /// A module other than `from` that has a public constructor of this name.
    pub fn module_with_ctor(&self, from: ModuleId, name: &str) -> Option<String> {
        self.module_where(from, |module| {
            module.ctors.get(name).is_some_and(|ctors| {
                let open = |ctor: &CtorRef| {
                    let ty = module.type_of(ctor.ty);
                    ty.is_some_and(|ty| ty.is_pub && !ty.opaque)
                };
                ctors.iter().any(open)
            })
        })
    }

    /// The only module that fits, or the alphabetically first of up to three.
    fn module_where(&self, from: ModuleId, fits: impl Fn(&Declarations) -> bool) -> Option<String> {
        let seen = |module: &&Declarations| self.module(from, &module.name).is_some();
        let found = self.modules.iter().enumerate();
        let mut found: Vec<_> = found
            .filter(|(at, module)| *at != from.0 as usize && fits(module))
            .map(|(_, module)| module)
            .filter(seen)
            .map(|module| module.name.to_string())
            .collect();
        found.sort();
        (found.len() <= 3)
            .then(|| found.into_iter().next())
            .flatten()
    }
}
