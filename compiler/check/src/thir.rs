//! The typed module: what the checker hands to Core. Data only.
//!
//! Promises: no inference variable survives; every expression carries its type; every name is
//! resolved to an item with its type arguments, a local, or an interface's method with the types
//! that select the impl (chosen when Core specialises). Operators, index, `?`, ranges, map and
//! regex literals, pipes, default arguments, named payloads, struct updates and `From` conversions
//! are ordinary calls, matches and constructions here. Patterns are exhaustive where they must be.

use crate::ty::Ty;
use mesh_report::Span;
use mesh_resolve::hir::{FnId, InterfaceId, LocalId, ModuleId, ParamId, TypeId};
use smol_str::SmolStr;
use std::sync::Arc;

/// A typed module.
#[derive(Debug)]
pub struct Module {
    pub id: ModuleId,
    /// By `FnId::index`; `None` for a function without a body.
    pub bodies: Vec<Option<Body>>,
}

/// A function's body with its inferred scheme's parameters.
#[derive(Debug)]
pub struct Body {
    pub id: FnId,
    /// All type parameters of the scheme in order: an instance gives one type for each. Impl's or
    /// interface's (with `Self`) first, then declared, then inferred ones, processes included.
    pub generics: Vec<ParamId>,
    pub params: Vec<Ty>,
    pub result: Ty,
    /// The process it runs in.
    pub process: Ty,
    /// Tried in order; together exhaustive.
    pub clauses: Vec<Clause>,
    /// By `LocalId`.
    pub locals: Vec<Local>,
    pub span: Span,
}

/// One clause: a pattern for each parameter.
#[derive(Debug)]
pub struct Clause {
    pub params: Vec<Pat>,
    pub guard: Option<Expr>,
    pub body: Expr,
}

#[derive(Debug, Clone)]
pub struct Local {
    pub name: SmolStr,
    pub ty: Ty,
    pub span: Span,
}

#[derive(Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub ty: Ty,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Lit {
    Int(i64),
    Float(f64),
    Bool(bool),
    Str(Arc<str>),
    Atom(SmolStr),
    Unit,
}

/// A function item, or an interface's method, with the types that make the instance. The generics of
/// a method (declared in an interface, in an impl, or a default body) are: the interface's or impl's,
/// the method's own, and last its process.
#[derive(Debug, Clone)]
pub enum FnRef {
    /// `args` match `Body::generics` (for a native or intrinsic: its declared generics).
    Item { id: FnId, args: Vec<Ty> },
    /// `interface_args[0]` is the type whose impl is chosen. `method_args` match the method's
    /// generics after the interface's own.
    Method {
        interface: InterfaceId,
        method: u32,
        interface_args: Vec<Ty>,
        method_args: Vec<Ty>,
    },
}

#[derive(Debug)]
pub enum ExprKind {
    Lit(Lit),
    /// Pieces that are all strings, joined.
    Concat(Vec<Expr>),
    /// `args`: types for the generics of a generalised `let` or local function; empty otherwise.
    Local {
        id: LocalId,
        args: Vec<Ty>,
    },
    /// A function as a value.
    Fn(FnRef),
    /// A function called directly. Where the callee's declared result is `Never` the expression's
    /// type may be any: control does not come back. The same holds for `CallValue`, `Break`,
    /// `Continue` and `Return`.
    Call {
        callee: FnRef,
        args: Vec<Expr>,
    },
    /// A function value called.
    CallValue {
        callee: Box<Expr>,
        args: Vec<Expr>,
    },
    /// A variant or a struct (variant 0), all fields in order.
    Construct {
        ty: TypeId,
        variant: u32,
        fields: Vec<Expr>,
    },
    /// A constructor as a function value.
    Ctor {
        ty: TypeId,
        variant: u32,
    },
    /// A field of a struct.
    Field {
        base: Box<Expr>,
        index: u32,
    },
    Tuple(Vec<Expr>),
    /// `[a, b | tail]`
    List {
        items: Vec<Expr>,
        tail: Option<Box<Expr>>,
    },
    Block {
        stmts: Vec<Stmt>,
        value: Option<Box<Expr>>,
    },
    If {
        cond: Box<Expr>,
        then: Box<Expr>,
        else_: Option<Box<Expr>>,
    },
    Match {
        scrutinee: Box<Expr>,
        arms: Vec<Arm>,
    },
    /// `iter`: the `Iterable.iter` method of the iterable's type. `collect`: the value is used, and
    /// is the list of the bodies' values.
    For {
        pat: Pat,
        iterable: Box<Expr>,
        iter: FnRef,
        item: Ty,
        guard: Option<Box<Expr>>,
        body: Box<Expr>,
        collect: bool,
    },
    While {
        cond: Box<Expr>,
        body: Box<Expr>,
    },
    Break,
    Continue,
    Return(Option<Box<Expr>>),
    Closure(Closure),
    Receive {
        arms: Vec<ReceiveArm>,
        after: Option<Box<(Expr, Expr)>>,
    },
    /// An expression the checker makes later. Never leaves it.
    Hole(u32),
    Spawn {
        callee: Box<Expr>,
        args: Vec<Expr>,
        link: bool,
    },
    SelfPid,
}

#[derive(Debug)]
pub enum Stmt {
    /// `generics`: not empty where the `let` is generalised; its value is then a syntactic value,
    /// and Core may evaluate it at each use.
    Let {
        pat: Pat,
        generics: Vec<ParamId>,
        value: Expr,
        else_: Option<Expr>,
        span: Span,
    },
    Expr(Expr),
    LocalFns(Vec<LocalFn>),
}

#[derive(Debug)]
pub struct LocalFn {
    pub local: LocalId,
    pub generics: Vec<ParamId>,
    pub closure: Closure,
    pub span: Span,
}

#[derive(Debug)]
pub struct Closure {
    pub params: Vec<Ty>,
    pub result: Ty,
    pub clauses: Vec<Clause>,
}

#[derive(Debug)]
pub struct Arm {
    pub pat: Pat,
    pub guard: Option<Expr>,
    pub body: Expr,
}

#[derive(Debug)]
pub struct ReceiveArm {
    pub signal: bool,
    pub arm: Arm,
}

#[derive(Debug)]
pub struct Pat {
    pub kind: PatKind,
    pub ty: Ty,
    pub span: Span,
}

#[derive(Debug)]
pub enum PatKind {
    Wild,
    Bind(LocalId),
    Lit(Lit),
    /// All fields, in order. Structs are variant 0.
    Variant {
        ty: TypeId,
        variant: u32,
        fields: Vec<Pat>,
    },
    Tuple(Vec<Pat>),
    /// `rest`: `None` means exactly these items.
    List {
        items: Vec<Pat>,
        rest: Option<Box<Pat>>,
    },
    Prefix {
        prefix: Arc<str>,
        rest: Box<Pat>,
    },
    /// Both ends included.
    IntRange {
        low: i64,
        high: i64,
    },
    Or(Vec<Pat>),
    As {
        pat: Box<Pat>,
        local: LocalId,
    },
}
