//! Core: the monomorphic, first-order, SSA form between the type checker and LLVM.
//!
//! A function is a control-flow graph of blocks with parameters (in place of phis). Every value is
//! defined once and its definition dominates its uses; the verifier checks both. No type variable,
//! no interface, no pattern and no lambda survives into Core. What a type looks like in memory is
//! *not* known here: `mesh-llvm::layout` alone decides it.

use mesh_report::Span;
use smol_str::SmolStr;
use std::sync::Arc;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub struct $name(pub u32);
        impl $name {
            /// The id as an index.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

id! { /// A type: an index into [`Program::types`].
TyId }
id! { /// A function: an index into [`Program::functions`].
FnId }
id! { /// A value: an index into [`Function::values`].
ValueId }
id! { /// A block: an index into [`Function::blocks`]. Block 0 is the entry.
BlockId }
id! { /// A call that its callee's body stands for: an index into [`Function::inlined`].
InlineId }
id! { /// A code generation unit: an index into [`Program::units`].
UnitId }

/// A whole program.
#[derive(Debug, Default)]
pub struct Program {
    pub types: Types,
    pub functions: Vec<Function>,
    pub units: Vec<Unit>,
    /// Runs `main`, or in a test build the test that is wanted; prints an `Err`, gives the exit code: takes nothing,
    /// gives an `Int`.
    pub entry: Option<FnId>,
    /// In a test build, by number.
    pub tests: Vec<Test>,
    /// Name for reports: the package's, or the file's without its ending.
    pub name: String,
}

/// A test: a function without parameters that crashes where the test fails.
#[derive(Debug, Clone)]
pub struct Test {
    pub module: SmolStr,
    pub name: String,
    pub span: Span,
    pub function: FnId,
}

/// The instances one module defines: the unit of code generation and of its cache.
#[derive(Debug, Clone)]
pub struct Unit {
    /// `Main`, `Types.User`, or `List` for std's modules.
    pub module: SmolStr,
    pub functions: Vec<FnId>,
}

/// A monomorphic type. Structurally equal types have one id.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Ty {
    Int,
    Float,
    Bool,
    String,
    Bytes,
    Atom,
    /// Also what a value nobody looks at has.
    Unit,
    /// No value.
    Never,
    /// A pid, whatever its message and reply types.
    Pid,
    Tuple(Vec<TyId>),
    List(TyId),
    /// A closure value.
    Fn(Vec<TyId>, TyId),
    /// A struct or a sum, by its instance; see [`Types::data`].
    Data(DataId),
    /// A handle only the runtime understands, by the type's name.
    Opaque(SmolStr),
    /// A pointer to an object that says itself what value it holds, or null: how natives take and
    /// give values of any type. See [`Op::Box`].
    Boxed,
}

id! { /// An instance of a struct or sum: an index into [`Types::data`].
DataId }

/// One instance of a declared struct or sum type, with its type arguments applied.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Data {
    /// As a user would write it, arguments included: `Option<Int>`.
    pub name: SmolStr,
    /// Unique among instances, stable between compilations: module, name, arguments.
    pub key: SmolStr,
    pub is_struct: bool,
    pub variants: Vec<Variant>,
}

/// One variant, or the single one of a struct.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Variant {
    pub name: SmolStr,
    pub fields: Vec<Field>,
}

/// A field; positional ones have an empty name.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Field {
    pub name: SmolStr,
    pub ty: TyId,
}

/// The program's types. `data` entries are made before their fields are known, so that recursive
/// types close; [`Data::variants`] is complete in a finished program.
#[derive(Debug, Default)]
pub struct Types {
    pub list: Vec<Ty>,
    pub data: Vec<Data>,
    pub(crate) ids: rustc_hash::FxHashMap<Ty, TyId>,
}

impl Types {
    /// The id of `ty`, made if it is new.
    pub fn intern(&mut self, ty: Ty) -> TyId {
        if let Some(&id) = self.ids.get(&ty) {
            return id;
        }
        let id = TyId(self.list.len() as u32);
        self.list.push(ty.clone());
        self.ids.insert(ty, id);
        id
    }

    /// The type behind an id.
    pub fn get(&self, id: TyId) -> &Ty {
        &self.list[id.index()]
    }

    /// The data type behind an id.
    pub fn data(&self, id: DataId) -> &Data {
        &self.data[id.index()]
    }

    /// A new data type, whose variants may be filled in later, and the type that names it.
    pub fn add_data(&mut self, data: Data) -> (DataId, TyId) {
        let id = DataId(self.data.len() as u32);
        self.data.push(data);
        (id, self.intern(Ty::Data(id)))
    }

    /// The fields of a variant of a data type, or of a tuple (variant 0).
    pub fn field_types(&self, ty: TyId, variant: u32) -> Option<Vec<TyId>> {
        match self.get(ty) {
            Ty::Tuple(items) if variant == 0 => Some(items.clone()),
            Ty::Data(data) => {
                let variant = self.data(*data).variants.get(variant as usize)?;
                Some(variant.fields.iter().map(|field| field.ty).collect())
            }
            _ => None,
        }
    }

    /// The type of one field of a variant, or of a tuple (variant 0).
    pub fn field_type(&self, ty: TyId, variant: u32, field: u32) -> Option<TyId> {
        match self.get(ty) {
            Ty::Tuple(items) if variant == 0 => items.get(field as usize).copied(),
            Ty::Data(data) => {
                let variant = self.data(*data).variants.get(variant as usize)?;
                Some(variant.fields.get(field as usize)?.ty)
            }
            _ => None,
        }
    }

    /// What a list holds.
    pub fn element(&self, list: TyId) -> Option<TyId> {
        match self.get(list) {
            Ty::List(element) => Some(*element),
            _ => None,
        }
    }
}

/// One monomorphic function.
#[derive(Debug, Clone)]
pub struct Function {
    /// Linker symbol: unique in the program and stable between compilations.
    pub symbol: SmolStr,
    /// As reports and debuggers show it: `List.map`, `main`, `fn in main`.
    pub name: SmolStr,
    pub unit: UnitId,
    pub span: Span,
    pub kind: FnKind,
    /// Parameters are the parameters of block 0. A closure's environment is not among them.
    pub result: TyId,
    pub blocks: Vec<Block>,
    pub values: Vec<ValueInfo>,
    /// The calls that were replaced by bodies, each after the one its own code came with.
    pub inlined: Vec<Inlined>,
    /// Another unit may refer to it.
    pub exported: bool,
    /// Worth inlining everywhere, also in development builds (a wrapper of one operation).
    pub always_inline: bool,
    /// By parameter, what becomes of the lists in it. The pass `lent` finds out; empty before.
    pub fates: Vec<Fate>,
}

/// What becomes of a list that a function is called with, and of its slices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Nothing that the function gives or keeps refers to the list's buffer.
    LookedAt,
    /// What the function gives may refer to it.
    GivenBack,
    /// Anything; it may also have grown.
    Kept,
}

/// How a function is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FnKind {
    /// Called by [`Op::Call`] and tail calls only.
    Direct,
    /// Called through a closure value; its captures, in order, are read with [`Op::Capture`].
    Closure { captures: Vec<TyId> },
}

/// A value's type and, for debuggers, its source name.
#[derive(Debug, Clone)]
pub struct ValueInfo {
    pub ty: TyId,
    pub name: Option<SmolStr>,
    /// The name is one of a function whose body stands here in place of a call.
    pub inlined: bool,
}

impl Function {
    /// What becomes of an argument's lists.
    pub fn fate(&self, param: usize) -> Fate {
        self.fates.get(param).copied().unwrap_or(Fate::Kept)
    }
}

impl ValueInfo {
    /// A value without a name.
    pub fn new(ty: TyId) -> ValueInfo {
        ValueInfo {
            ty,
            name: None,
            inlined: false,
        }
    }
}

/// Lets a value that takes the place of another one stand for the variable that was, unless it is one already.
pub fn take_name(values: &mut [ValueInfo], from: ValueId, to: ValueId) {
    let (name, inlined) = (
        values[from.index()].name.clone(),
        values[from.index()].inlined,
    );
    let info = &mut values[to.index()];
    if name.is_some() && !inlined && (info.name.is_none() || info.inlined) {
        (info.name, info.inlined) = (name, false);
    }
}

/// A basic block.
#[derive(Debug, Clone)]
pub struct Block {
    pub params: Vec<ValueId>,
    pub stmts: Vec<Stmt>,
    pub term: Term,
    pub term_place: Place,
}

/// One operation and the value it defines (of type `Unit` where it gives nothing).
#[derive(Debug, Clone)]
pub struct Stmt {
    pub value: ValueId,
    pub op: Op,
    pub place: Place,
}

/// Where code stood in the source, and how it came into the function it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub span: Span,
    /// The call in whose place it stands; `None` for what is the function's own.
    pub within: Option<InlineId>,
}

impl Place {
    /// No place at all.
    pub const NOWHERE: Place = Place {
        span: Span::DUMMY,
        within: None,
    };
}

impl From<Span> for Place {
    fn from(span: Span) -> Place {
        Place { span, within: None }
    }
}

/// A call that was replaced by its callee's body, so that reports and debuggers can still tell of it.
#[derive(Debug, Clone)]
pub struct Inlined {
    /// The callee's, which may be no function of the program any more.
    pub symbol: SmolStr,
    pub name: SmolStr,
    pub span: Span,
    /// Where the call stood.
    pub call: Place,
}

/// A constant.
#[derive(Debug, Clone, PartialEq)]
pub enum Const {
    Int(i64),
    /// By bits, so that NaNs and signed zeros stay what they are.
    Float(u64),
    Bool(bool),
    String(Arc<str>),
    Bytes(Arc<[u8]>),
    Atom(SmolStr),
    Unit,
}

/// What a statement computes.
#[derive(Debug, Clone)]
pub enum Op {
    Const(Const),
    /// A primitive of the machine; see [`Prim`].
    Prim(Prim, Vec<ValueId>),
    /// A tuple, a struct or a variant (index 0 for the first two) of the value's type.
    Construct {
        variant: u32,
        fields: Vec<ValueId>,
    },
    /// A field of a value known to be of `variant`.
    Field {
        base: ValueId,
        variant: u32,
        field: u32,
    },
    /// The variant's index of a sum value, as an `Int`.
    Tag(ValueId),
    /// A fresh list of these elements.
    List(Vec<ValueId>),
    Call {
        callee: FnId,
        args: Vec<ValueId>,
    },
    /// A runtime function, by its row in `mesh_abi::native`.
    CallNative {
        native: &'static mesh_abi::native::Native,
        args: Vec<ValueId>,
    },
    CallClosure {
        callee: ValueId,
        args: Vec<ValueId>,
    },
    /// A closure over `function`, whose kind is `Closure`.
    MakeClosure {
        function: FnId,
        captures: Vec<ValueId>,
    },
    /// In a function of kind `Closure`: capture number `n`.
    Capture(u32),
    /// In a function of kind `Closure`: the closure value itself.
    SelfClosure,
    /// The strings joined, in order.
    Concat(Vec<ValueId>),
    /// A list operation of the code generator; see [`ListOp`].
    ListOp(ListOp, Vec<ValueId>),
    /// The value in an object of its own, whose header describes its type.
    Box(ValueId),
    /// What the object holds, which is a value of the result's type.
    Unbox(ValueId),
    /// The next message that the `receive` at hand has not looked at, as `(Int, Boxed)`: one of
    /// [`received`] and, for a message, the message. Waits for one. What it gives stays in the
    /// mailbox: it must not be used any more once the message is taken.
    ///
    /// `resume` is a function of kind `Closure` without parameters and with the same result, which
    /// does what this function does from here on: an actor that waits in its entry frame is parked as
    /// a closure over it with these captures, and gives its stack back. The pass `resume` makes it.
    ReceiveNext {
        resume: Option<FnId>,
        captures: Vec<ValueId>,
    },
}

/// What [`Op::ReceiveNext`] may find.
pub mod received {
    /// The time is up, and the `receive` over.
    pub const NOTHING: i64 = 0;
    pub const MESSAGE: i64 = 1;
    /// A signal, whose parts natives give.
    pub const SIGNAL: i64 = 2;
}

/// Operations on lists that depend on the element's layout. The list's type is that of the first
/// operand (of the result for `WithCapacity`). None checks bounds: std does, in Mesh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListOp {
    /// `(xs) -> Int`
    Length,
    /// `(xs, i) -> T`
    Get,
    /// `(xs, from, length) -> List<T>`: shares the buffer.
    Slice,
    /// `(xs, x) -> List<T>`: in place where the list ends its buffer's filled range.
    Push,
    /// `(xs, x) -> List<T>`: the same at the front.
    Unshift,
    /// `(xs, ys) -> List<T>`
    Concat,
    /// `(n) -> List<T>`: empty, with room for `n` behind.
    WithCapacity,
    /// `(xs, i, x) -> List<T>`: a copy with element `i` replaced.
    Replaced,
    /// `(xs, i, x) -> List<T>`: a copy with `x` before element `i`.
    Inserted,
    /// `(xs, i) -> List<T>`: a copy without element `i`.
    Removed,
}

/// Machine primitives. `Int` arithmetic without `Wrapping` crashes on overflow; divisions crash on
/// zero; shifts crash on a count outside 0..=63. Comparisons give `Bool`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Prim {
    IntAdd,
    IntSub,
    IntMul,
    IntDiv,
    IntRem,
    IntNeg,
    IntWrappingAdd,
    IntWrappingSub,
    IntWrappingMul,
    IntAnd,
    IntOr,
    IntXor,
    IntNot,
    IntShl,
    IntShr,
    IntUshr,
    IntPopCount,
    IntLeadingZeros,
    IntTrailingZeros,
    IntEq,
    IntLt,
    IntLe,
    IntToFloat,
    /// The bits as a double.
    IntBitsToFloat,
    /// High 64 bits of the unsigned 128-bit product.
    IntMulHigh,
    FloatAdd,
    FloatSub,
    FloatMul,
    FloatDiv,
    FloatRem,
    FloatNeg,
    /// IEEE's, except that NaN equals itself.
    FloatEq,
    /// NaN is greater than all numbers.
    FloatLt,
    FloatLe,
    FloatFloor,
    FloatCeil,
    FloatRound,
    FloatTrunc,
    FloatSqrt,
    FloatAbs,
    /// Towards zero; crashes with `ArithmeticOverflow` out of range or for NaN.
    FloatToInt,
    FloatBits,
    BoolEq,
    BoolNot,
    StringEq,
    /// -1, 0 or 1, by bytes.
    StringCompare,
    AtomEq,
    /// The atom's name without its colon.
    AtomName,
    PidEq,
    /// The pid's word.
    PidBits,
    /// The pid that a word is.
    PidOfBits,
    /// A closure's function name, for `Debug`.
    FnName,
}

/// How a block ends.
#[derive(Debug, Clone)]
pub enum Term {
    Return(ValueId),
    Jump(BlockId, Vec<ValueId>),
    Branch {
        cond: ValueId,
        then: Target,
        els: Target,
    },
    /// On an `Int` (a tag, or a number).
    Switch {
        on: ValueId,
        cases: Vec<(i64, Target)>,
        default: Option<Target>,
    },
    TailCall {
        callee: FnId,
        args: Vec<ValueId>,
    },
    TailCallClosure {
        callee: ValueId,
        args: Vec<ValueId>,
    },
    /// Ends the actor.
    Crash(Crash),
    /// Never reached: control does not come here because a call before it diverges.
    Unreachable,
}

/// A block and the values for its parameters.
#[derive(Debug, Clone)]
pub struct Target {
    pub block: BlockId,
    pub args: Vec<ValueId>,
}

/// A crash by compiled code.
#[derive(Debug, Clone)]
pub enum Crash {
    /// A string.
    Panic(ValueId),
    /// The value's `Debug` text.
    NoMatch(ValueId),
    /// Index and length.
    IndexOutOfRange(ValueId, ValueId),
}
