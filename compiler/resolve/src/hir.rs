//! The resolved module: every name is an id or a lexical binding, sugar that needs no types is
//! gone, spans point at what the user wrote. Data only.
//!
//! Gone after resolve: pipes, clause grouping, trailing blocks, both spellings of everything,
//! operator sections of strings, services, supervisors, `actor`, `deriving(Json, Row, Default)`,
//! `json { }`. Left for the checker, because it needs types: methods, fields, operators, `for`,
//! `?`, index, constructors that share a name, default arguments, named payloads.

use mesh_report::Span;
use smol_str::SmolStr;
use std::sync::Arc;

macro_rules! global_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub struct $name {
            pub module: ModuleId,
            /// Position in the module's table of such items.
            pub index: u32,
        }
    };
}

/// A module of the program or of std.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ModuleId(pub u32);

global_id! { /// A function, method, default-argument body, or test body.
FnId }
global_id! { /// A struct, sum, alias or extern type.
TypeId }
global_id! { /// An interface.
InterfaceId }
global_id! { /// An impl.
ImplId }
global_id! { /// A constant.
ConstId }

/// A value bound in a function: parameters, `let`, patterns, local functions. Numbered per
/// top-level function; closures and local functions share the numbering of the one around them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct LocalId(pub u32);

/// A type parameter in scope: an item's own and, in a method, first its impl's or interface's.
/// In an interface, parameter 0 is `Self`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ParamId(pub u32);

/// A whole program: std, the package, its dependencies.
#[derive(Debug, Default)]
pub struct World {
    /// By `ModuleId`.
    pub modules: Vec<Arc<Module>>,
    /// Modules that import each other, together; a group stands after all it imports. Only std has
    /// groups of more than one: its modules may mention each other freely.
    pub groups: Vec<Vec<ModuleId>>,
    pub lang: LangItems,
    /// The module whose `main` runs.
    pub root: Option<ModuleId>,
}

/// A resolved module.
#[derive(Debug)]
pub struct Module {
    pub id: ModuleId,
    /// `Types.UserName`
    pub name: SmolStr,
    pub is_std: bool,
    /// Modules this one may need: those it mentions, and unless it is std's all of std.
    pub imports: Vec<ModuleId>,
    pub functions: Vec<Function>,
    pub types: Vec<TypeDef>,
    pub interfaces: Vec<Interface>,
    pub impls: Vec<Impl>,
    pub consts: Vec<Const>,
    pub tests: Vec<Test>,
    /// Whether its tests are to run: it belongs to the package that is tested.
    pub is_tested: bool,
    /// Interfaces whose methods `v.name(…)` may mean here, besides those of v's own module.
    pub interfaces_in_scope: Vec<InterfaceId>,
    pub docs: Option<SmolStr>,
}

/// Items that syntax needs, by the argument of their `@lang("…")`.
#[derive(Debug, Default, Clone)]
pub struct LangItems {
    pub types: rustc_hash::FxHashMap<SmolStr, TypeId>,
    pub interfaces: rustc_hash::FxHashMap<SmolStr, InterfaceId>,
    pub functions: rustc_hash::FxHashMap<SmolStr, FnId>,
}

/// A function item. Those of a service or supervisor are called `Store.get`.
#[derive(Debug)]
pub struct Function {
    pub id: FnId,
    pub name: SmolStr,
    pub name_span: Span,
    /// The whole item.
    pub span: Span,
    pub is_pub: bool,
    pub kind: FnKind,
    /// The impl's or interface's parameters first, then the function's own.
    pub generics: Vec<GenericParam>,
    pub params: Vec<Param>,
    pub result: Option<Ty>,
    pub process: ProcessClause,
    /// Empty exactly where there is no body. One clause for an ordinary function; its patterns
    /// must then be irrefutable. Several: tried in order.
    pub clauses: Vec<Clause>,
    pub locals: Vec<Local>,
    pub lang: Option<SmolStr>,
    /// Other attributes, as `(name, argument)`.
    pub attributes: Vec<(SmolStr, Option<SmolStr>)>,
    pub docs: Option<SmolStr>,
    /// Of a function made for a service's sections.
    pub state: Option<StateOf>,
    /// Whether there are clauses of this name with another number of parameters, which has been reported.
    pub overloaded: bool,
}

/// A function's part in a service, whose state is what `init` gives: the first parameter is the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateOf {
    pub init: FnId,
    pub gives: Gives,
}

/// What a service's section gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gives {
    /// The new state.
    State,
    /// The new state and the reply.
    StateAndReply,
    /// Something else: the loop.
    Other,
}

/// Where a function stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FnKind {
    /// At the top level.
    Item,
    /// `extern fn`: a row of `mesh_abi::native::STD` named `Module.name`.
    Native,
    /// `@intrinsic extern fn`: an operation of Core named `Module.name`.
    Intrinsic,
    /// Declared in an interface; a body is a default. `has_self`: the first parameter is `self`.
    InterfaceMethod {
        interface: InterfaceId,
        has_self: bool,
    },
    ImplMethod {
        impl_: ImplId,
        has_self: bool,
    },
    /// The default of parameter `param` of `of`, as a function without parameters. Of a field or of a local function's
    /// parameter `of` is the function itself.
    Default {
        of: FnId,
        param: u32,
    },
    Test,
    /// Made by desugaring (a service's loop, a supervisor's specification …).
    Generated,
}

/// A type parameter with its bounds.
#[derive(Debug, Clone)]
pub struct GenericParam {
    pub id: ParamId,
    pub name: SmolStr,
    pub bounds: Vec<Bound>,
    pub span: Span,
}

/// `Add<Output = T>`; `From<A>`.
#[derive(Debug, Clone)]
pub struct Bound {
    pub interface: InterfaceId,
    pub args: Vec<Ty>,
    pub assoc: Vec<(SmolStr, Ty)>,
    pub span: Span,
}

/// A parameter's declared facts; its pattern stands in each clause.
#[derive(Debug)]
pub struct Param {
    /// For labels and messages; `_` where every clause has a pattern.
    pub name: SmolStr,
    pub span: Span,
    pub ty: Option<Ty>,
    /// A function of kind [`FnKind::Default`].
    pub default: Option<FnId>,
    /// `spawned` in a signature without a body.
    pub spawned: bool,
}

/// The process part of a signature.
#[derive(Debug, Clone)]
pub enum ProcessClause {
    Unspecified,
    /// `receives none`
    None,
    /// `receives M replies R`; what is left out is inferred.
    Process {
        receives: Option<Ty>,
        replies: Option<Ty>,
        span: Span,
    },
}

/// One clause of a function or closure.
#[derive(Debug)]
pub struct Clause {
    pub params: Vec<Pat>,
    pub guard: Option<Expr>,
    pub body: Expr,
    pub span: Span,
}

/// A bound value.
#[derive(Debug, Clone)]
pub struct Local {
    pub name: SmolStr,
    pub span: Span,
}

/// A type declaration.
#[derive(Debug)]
pub struct TypeDef {
    pub id: TypeId,
    pub name: SmolStr,
    pub name_span: Span,
    pub span: Span,
    pub is_pub: bool,
    pub is_opaque: bool,
    pub generics: Vec<GenericParam>,
    pub kind: TypeDefKind,
    /// `None`: no clause. Only `Eq Ord Hash Debug Display` are left here.
    pub deriving: Option<Vec<(InterfaceId, Span)>>,
    pub lang: Option<SmolStr>,
    pub docs: Option<SmolStr>,
}

#[derive(Debug)]
pub enum TypeDefKind {
    Struct(Vec<FieldDef>),
    Sum(Vec<VariantDef>),
    /// Transparent.
    Alias(Ty),
    /// `extern type Int`: known to Core by its lang name.
    Extern,
}

#[derive(Debug)]
pub struct FieldDef {
    /// Empty for a positional payload.
    pub name: SmolStr,
    pub ty: Ty,
    /// A function of kind [`FnKind::Default`].
    pub default: Option<FnId>,
    pub span: Span,
}

#[derive(Debug)]
pub struct VariantDef {
    pub name: SmolStr,
    pub fields: Vec<FieldDef>,
    pub span: Span,
    pub docs: Option<SmolStr>,
}

#[derive(Debug)]
pub struct Interface {
    pub id: InterfaceId,
    pub name: SmolStr,
    pub name_span: Span,
    pub span: Span,
    pub is_pub: bool,
    /// `Self` first, then the declared ones.
    pub generics: Vec<GenericParam>,
    /// Bounds on `Self`.
    pub supers: Vec<Bound>,
    pub assoc_types: Vec<AssocType>,
    /// In order of declaration.
    pub methods: Vec<FnId>,
    pub lang: Option<SmolStr>,
    pub docs: Option<SmolStr>,
}

#[derive(Debug)]
pub struct AssocType {
    pub name: SmolStr,
    pub bounds: Vec<Bound>,
    pub span: Span,
}

#[derive(Debug)]
pub struct Impl {
    pub id: ImplId,
    pub span: Span,
    pub generics: Vec<GenericParam>,
    pub interface: InterfaceId,
    /// Arguments after `Self`.
    pub interface_args: Vec<Ty>,
    pub self_ty: Ty,
    pub assoc_types: Vec<(SmolStr, Ty, Span)>,
    pub methods: Vec<FnId>,
    /// Desugared from this type's `deriving` clause.
    pub derived: bool,
}

/// `const name = e`: a function without parameters that is evaluated at each use unless Core can
/// fold it.
#[derive(Debug)]
pub struct Const {
    pub id: ConstId,
    pub name: SmolStr,
    pub name_span: Span,
    pub is_pub: bool,
    pub ty: Option<Ty>,
    pub value: FnId,
    pub docs: Option<SmolStr>,
}

/// `test "name" do … end`, with the names of the `describe`s around it.
#[derive(Debug)]
pub struct Test {
    pub name: String,
    pub body: FnId,
    pub span: Span,
}

/// A type as written.
#[derive(Debug, Clone)]
pub struct Ty {
    pub kind: TyKind,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub enum TyKind {
    /// Omitted arguments leave `args` shorter than the declaration: inferred in a signature.
    Named(TypeId, Vec<Ty>),
    Param(ParamId),
    /// `Self` inside an impl: its type.
    SelfTy,
    /// `T.Output`, `Self.Item`
    Assoc(Box<Ty>, SmolStr),
    Tuple(Vec<Ty>),
    Unit,
    Fn(Vec<Ty>, Box<Ty>),
    /// `_`, or left out.
    Infer,
    /// An error has been reported.
    Error,
}

/// An expression.
#[derive(Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

/// A literal.
#[derive(Debug, Clone, PartialEq)]
pub enum Lit {
    Int(i64),
    Float(f64),
    Bool(bool),
    Str(Arc<str>),
    Atom(SmolStr),
    Unit,
}

/// What a constructor name may mean: more than one only where several types in scope have it.
pub type Ctors = Vec<CtorRef>;

/// A variant (or a struct used as one, index 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CtorRef {
    pub ty: TypeId,
    pub variant: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    /// `<>`
    Join,
    /// `++`
    Concat,
    /// `h :: t`
    Cons,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    And,
    Or,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    Neg,
    Not,
}

#[derive(Debug)]
pub struct Arg {
    /// `Rect(w: 1.0)`
    pub label: Option<(SmolStr, Span)>,
    pub value: Expr,
}

#[derive(Debug)]
pub enum ExprKind {
    /// An error has been reported; has every type.
    Error,
    Lit(Lit),
    /// Also an out-of-range magnitude is kept for the checker's message.
    IntOutOfRange(SmolStr),
    /// `"a ${b} c"`
    Interpolation(Vec<InterpPart>),
    /// The body of `~r/…/flags`, whose syntax the checker's caller has verified.
    Regex {
        pattern: Arc<str>,
        flags: SmolStr,
    },
    Local(LocalId),
    Fn(FnId),
    Const(ConstId),
    Ctor(Ctors),
    /// `Float.from`, `Point.default`, `Area.area`: an interface's method named through a type, or
    /// through the interface itself (`base` is then [`PathBase::Interface`]).
    TypeItem {
        base: PathBase,
        name: SmolStr,
        name_span: Span,
    },
    Field {
        base: Box<Expr>,
        name: SmolStr,
        name_span: Span,
    },
    MethodCall {
        receiver: Box<Expr>,
        name: SmolStr,
        name_span: Span,
        args: Vec<Arg>,
        trailing: bool,
    },
    /// `trailing`: the last argument was a trailing block and fills the last parameter.
    Call {
        callee: Box<Expr>,
        args: Vec<Arg>,
        trailing: bool,
    },
    Index {
        base: Box<Expr>,
        index: Box<Expr>,
    },
    Try(Box<Expr>),
    Unary {
        op: UnaryOp,
        operand: Box<Expr>,
    },
    Binary {
        op: BinaryOp,
        op_span: Span,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    Range {
        low: Box<Expr>,
        high: Box<Expr>,
        inclusive: bool,
    },
    Tuple(Vec<Expr>),
    /// `[a, b | tail]`
    List {
        items: Vec<Expr>,
        tail: Option<Box<Expr>>,
    },
    Map(Vec<(Expr, Expr)>),
    /// `Point { x: 1.0, ..base }`
    Struct {
        ty: TypeId,
        base: Option<Box<Expr>>,
        fields: Vec<FieldInit>,
    },
    Block(Block),
    /// The value, which a local holds from here on: the parts of an `assert`.
    Held {
        local: LocalId,
        value: Box<Expr>,
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
    For {
        pat: Pat,
        iterable: Box<Expr>,
        guard: Option<Box<Expr>>,
        body: Box<Expr>,
    },
    While {
        cond: Box<Expr>,
        body: Box<Expr>,
    },
    Break,
    Continue,
    /// Leaves the innermost function or closure.
    Return(Option<Box<Expr>>),
    Closure(Closure),
    Ascribe {
        value: Box<Expr>,
        ty: Ty,
    },
    Receive {
        arms: Vec<ReceiveArm>,
        after: Option<Box<After>>,
    },
    /// `spawn(f, a, b)`; `link`: `spawn_link`.
    Spawn {
        callee: Box<Expr>,
        args: Vec<Expr>,
        link: bool,
    },
    /// `self()`
    SelfPid,
}

/// What stands before the dot of an [`ExprKind::TypeItem`].
#[derive(Debug)]
pub enum PathBase {
    /// `Float.from`; the type's arguments are inferred where left out.
    Type(Ty),
    Interface(InterfaceId),
}

#[derive(Debug)]
pub enum InterpPart {
    Text(Arc<str>),
    Value(Expr),
}

#[derive(Debug)]
pub struct FieldInit {
    pub name: SmolStr,
    pub name_span: Span,
    pub value: Expr,
}

#[derive(Debug)]
pub struct Block {
    pub stmts: Vec<Stmt>,
    /// `None`: the value is `()`.
    pub value: Option<Box<Expr>>,
}

#[derive(Debug)]
pub enum Stmt {
    Let {
        pat: Pat,
        ty: Option<Ty>,
        value: Expr,
        else_: Option<Expr>,
        span: Span,
    },
    /// A value nobody uses.
    Expr(Expr),
    /// Adjacent local functions, which may refer to each other.
    LocalFns(Vec<LocalFn>),
}

/// A function inside a block. Its defaults stand in its calls already.
#[derive(Debug)]
pub struct LocalFn {
    pub local: LocalId,
    pub name: SmolStr,
    pub generics: Vec<GenericParam>,
    pub params: Vec<Param>,
    pub result: Option<Ty>,
    pub process: ProcessClause,
    pub clauses: Vec<Clause>,
    pub span: Span,
    pub name_span: Span,
}

#[derive(Debug)]
pub struct Closure {
    /// Declared types of the parameters, where written.
    pub param_types: Vec<Option<Ty>>,
    pub result: Option<Ty>,
    pub clauses: Vec<Clause>,
    /// A trailing block: `break` inside is an error.
    pub trailing: bool,
}

#[derive(Debug)]
pub struct Arm {
    pub pat: Pat,
    pub guard: Option<Expr>,
    pub body: Expr,
    pub span: Span,
}

#[derive(Debug)]
pub struct ReceiveArm {
    /// `signal Down(…) -> …`
    pub signal: bool,
    pub arm: Arm,
}

#[derive(Debug)]
pub struct After {
    pub timeout: Expr,
    pub body: Expr,
}

/// A pattern.
#[derive(Debug)]
pub struct Pat {
    pub kind: PatKind,
    pub span: Span,
}

#[derive(Debug)]
pub enum PatKind {
    Error,
    Wild,
    Bind(LocalId),
    Lit(Lit),
    IntOutOfRange(SmolStr),
    /// `rest`: `..` was written; fields left out match anything then.
    Ctor {
        ctors: Ctors,
        fields: Vec<FieldPat>,
        rest: bool,
    },
    /// `Point { x, y: 0.0 }`: fields left out match anything.
    Struct {
        ty: TypeId,
        fields: Vec<FieldPat>,
    },
    Tuple(Vec<Pat>),
    /// `[a, b | rest]`
    List {
        items: Vec<Pat>,
        rest: Option<Box<Pat>>,
    },
    /// `"GET " <> path`
    Prefix {
        prefix: Arc<str>,
        rest: Box<Pat>,
    },
    /// Of `Int` literals; an open `high` is excluded.
    Range {
        low: Lit,
        high: Lit,
        inclusive: bool,
    },
    /// Every alternative binds the same locals.
    Or(Vec<Pat>),
    As {
        pat: Box<Pat>,
        local: LocalId,
    },
    Ascribe {
        pat: Box<Pat>,
        ty: Ty,
    },
}

#[derive(Debug)]
pub struct FieldPat {
    /// `None`: by position.
    pub name: Option<(SmolStr, Span)>,
    pub pat: Pat,
}
