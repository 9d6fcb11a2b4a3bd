//! Types as the checker and Core's specialiser see them: hash-consed for the whole process, so a
//! `Ty` is one pointer, copies freely and compares by address.

use mesh_resolve::hir::{InterfaceId, ParamId, TypeId};
use rustc_hash::FxHasher;
use smol_str::SmolStr;
use std::cell::RefCell;
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::sync::{LazyLock, Mutex};

/// A type.
#[derive(Clone, Copy)]
pub struct Ty(&'static Interned);

/// A shape with what is asked of it most often.
struct Interned {
    kind: TyKind,
    flags: u8,
}

impl PartialEq for Interned {
    fn eq(&self, other: &Interned) -> bool {
        self.kind == other.kind
    }
}

impl Eq for Interned {}

impl Hash for Interned {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.kind.hash(state);
    }
}

impl std::borrow::Borrow<TyKind> for &'static Interned {
    fn borrow(&self) -> &TyKind {
        &self.kind
    }
}

const HAS_VAR: u8 = 1;
const HAS_PARAM: u8 = 2;
const HAS_PROJ: u8 = 4;
const HAS_ERROR: u8 = 8;
const HAS_FN: u8 = 16;

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
type Shard = Mutex<HashSet<&'static Interned, BuildHasherDefault<FxHasher>>>;
/// Types that a thread remembers, so that it asks the table, which others hold as well, less often.
const RECENT: usize = 1 << 11;
thread_local! {
    static RECENTLY: RefCell<Box<[Option<&'static Interned>; RECENT]>> = RefCell::new(Box::new([None; RECENT]));
}
static TABLE: LazyLock<[Shard; SHARDS]> =
    LazyLock::new(|| std::array::from_fn(|_| Shard::default()));

impl Ty {
    /// The type of this shape.
    pub fn new(kind: TyKind) -> Ty {
        let mut hasher = FxHasher::default();
        kind.hash(&mut hasher);
        let hash = hasher.finish();
        let slot = (hash >> 44) as usize % RECENT;
        if let Some(known) = RECENTLY.with_borrow(|recent| recent[slot])
            && known.kind == kind
        {
            return Ty(known);
        }
        let made = Ty::shared(kind, (hash >> 57) as usize % SHARDS);
        RECENTLY.with_borrow_mut(|recent| recent[slot] = Some(made.0));
        made
    }

    fn shared(kind: TyKind, shard: usize) -> Ty {
        let mut table = TABLE[shard].lock().unwrap_or_else(|e| e.into_inner());
        if let Some(&found) = table.get(&kind as &TyKind) {
            return Ty(found);
        }
        let flags = flags_of(&kind);
        let made: &'static Interned = Box::leak(Box::new(Interned { kind, flags }));
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
        &self.0.kind
    }

    /// Whether an inference variable occurs in it.
    pub fn has_var(self) -> bool {
        self.0.flags & HAS_VAR != 0
    }

    /// Whether a type parameter occurs in it.
    pub fn has_param(self) -> bool {
        self.0.flags & HAS_PARAM != 0
    }

    /// Whether a projection occurs in it.
    pub fn has_proj(self) -> bool {
        self.0.flags & HAS_PROJ != 0
    }

    /// Whether the error type occurs in it.
    pub fn has_error(self) -> bool {
        self.0.flags & HAS_ERROR != 0
    }

    /// Whether a function type occurs in it.
    pub fn has_fn(self) -> bool {
        self.0.flags & HAS_FN != 0
    }

    /// The type parameter `id`.
    pub fn param(id: ParamId) -> Ty {
        Ty::new(TyKind::Param(id))
    }

    /// A declared type.
    pub fn con(id: TypeId, args: Vec<Ty>) -> Ty {
        Ty::new(TyKind::Con(id, args))
    }

    /// A function type.
    pub fn func(params: Vec<Ty>, result: Ty, process: Ty) -> Ty {
        Ty::new(TyKind::Fn(FnTy {
            params,
            result,
            process,
        }))
    }

    /// The process `none`.
    pub fn no_process() -> Ty {
        Ty::new(TyKind::NoProcess)
    }

    /// Whether this is the error type itself.
    pub fn is_error(self) -> bool {
        matches!(self.kind(), TyKind::Error)
    }

    /// Calls `visit` with each part directly below.
    pub fn each_part(self, mut visit: impl FnMut(Ty)) {
        match self.kind() {
            TyKind::Var(_) | TyKind::Param(_) | TyKind::NoProcess | TyKind::Error => {}
            TyKind::Con(_, args) | TyKind::Tuple(args) | TyKind::Proj { args, .. } => {
                args.iter().for_each(|&arg| visit(arg));
            }
            TyKind::Fn(f) => {
                f.params.iter().for_each(|&param| visit(param));
                visit(f.result);
                visit(f.process);
            }
            TyKind::Process(m, r) => {
                visit(*m);
                visit(*r);
            }
        }
    }

    /// The same shape with each part directly below replaced.
    pub fn map_parts(self, mut map: impl FnMut(Ty) -> Ty) -> Ty {
        let all = |args: &[Ty], map: &mut dyn FnMut(Ty) -> Ty| -> Vec<Ty> {
            args.iter().map(|&arg| map(arg)).collect()
        };
        match self.kind() {
            TyKind::Var(_) | TyKind::Param(_) | TyKind::NoProcess | TyKind::Error => self,
            TyKind::Con(_, args) | TyKind::Tuple(args) if args.is_empty() => self,
            TyKind::Con(id, args) => Ty::con(*id, all(args, &mut map)),
            TyKind::Tuple(args) => Ty::new(TyKind::Tuple(all(args, &mut map))),
            TyKind::Proj {
                interface,
                name,
                args,
            } => Ty::new(TyKind::Proj {
                interface: *interface,
                name: name.clone(),
                args: all(args, &mut map),
            }),
            TyKind::Fn(f) => {
                let params = all(&f.params, &mut map);
                let result = map(f.result);
                Ty::func(params, result, map(f.process))
            }
            TyKind::Process(m, r) => {
                let m = map(*m);
                Ty::new(TyKind::Process(m, map(*r)))
            }
        }
    }
}

fn flags_of(kind: &TyKind) -> u8 {
    let below = |args: &[Ty]| args.iter().fold(0, |flags, arg| flags | arg.0.flags);
    match kind {
        TyKind::Var(_) => HAS_VAR,
        TyKind::Param(_) => HAS_PARAM,
        TyKind::NoProcess => 0,
        TyKind::Error => HAS_ERROR,
        TyKind::Con(_, args) | TyKind::Tuple(args) => below(args),
        TyKind::Proj { args, .. } => HAS_PROJ | below(args),
        TyKind::Process(m, r) => below(&[*m, *r]),
        TyKind::Fn(f) => HAS_FN | below(&f.params) | below(&[f.result, f.process]),
    }
}

/// `ty` with parameters replaced; those not named stay.
pub fn substitute(ty: Ty, map: &[(ParamId, Ty)]) -> Ty {
    if !ty.has_param() || map.is_empty() {
        return ty;
    }
    if let TyKind::Param(id) = ty.kind() {
        return map
            .iter()
            .find(|(from, _)| from == id)
            .map_or(ty, |&(_, to)| to);
    }
    ty.map_parts(|part| substitute(part, map))
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
        self.0.kind.fmt(f)
    }
}
