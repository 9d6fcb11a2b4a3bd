//! Types as the checker and Core's specialiser see them: hash-consed for the whole process, so a
//! `Ty` is one pointer, copies freely and compares by address.

use mesh_resolve::hir::{InterfaceId, ParamId, TypeId};
use rustc_hash::FxHasher;
use smol_str::SmolStr;
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::{LazyLock, Mutex};

/// A type.
#[derive(Clone, Copy)]
pub struct Ty(&'static TyKind);

/// An inference variable: an index into the unifier that made it. Never leaves the checker.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct VarId(pub u32);

/// The shape of a type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum TyKind {
    Var(VarId),
    /// A parameter of the function, impl or type at hand.
    Param(ParamId),
    /// A declared type with all its arguments; `Int`, `List` and the like are declared in std.
    /// Never an alias: those are expanded.
    Con(TypeId, Vec<Ty>),
    /// The empty tuple is `()`.
    Tuple(Vec<Ty>),
    Fn(FnTy),
    /// The process a function runs in: message type, reply type.
    Process(Ty, Ty),
    /// The process `none`: uses no mailbox.
    NoProcess,
    /// `<args[0] as interface<args[1..]>>::name`, where `args[0]` is not known well enough.
    Proj {
        interface: InterfaceId,
        name: SmolStr,
        args: Vec<Ty>,
    },
    /// An error has been reported; unifies with everything.
    Error,
}

/// A function type: what it takes and gives, and the process it runs in (a `Process`, a
/// `NoProcess`, or a variable or parameter).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FnTy {
    pub params: Vec<Ty>,
    pub result: Ty,
    pub process: Ty,
}

const SHARDS: usize = 16;
type Shard = Mutex<HashSet<&'static TyKind, BuildHasherDefault<FxHasher>>>;
static TABLE: LazyLock<[Shard; SHARDS]> =
    LazyLock::new(|| std::array::from_fn(|_| Shard::default()));

impl Ty {
    /// The type of this shape.
    pub fn new(kind: TyKind) -> Ty {
        let mut hasher = FxHasher::default();
        kind.hash(&mut hasher);
        let shard = (hasher.finish() >> 57) as usize % SHARDS;
        let mut table = TABLE[shard].lock().unwrap_or_else(|e| e.into_inner());
        if let Some(&found) = table.get(&kind) {
            return Ty(found);
        }
        let made: &'static TyKind = Box::leak(Box::new(kind));
        table.insert(made);
        Ty(made)
    }

    /// `()`
    pub fn unit() -> Ty {
        Ty::new(TyKind::Tuple(Vec::new()))
    }

    /// The type that unifies with everything.
    pub fn error() -> Ty {
        Ty::new(TyKind::Error)
    }

    /// Its shape.
    pub fn kind(self) -> &'static TyKind {
        self.0
    }
}

impl PartialEq for Ty {
    fn eq(&self, other: &Ty) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Ty {}

impl Hash for Ty {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::ptr::hash(self.0, state);
    }
}

impl std::fmt::Debug for Ty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
