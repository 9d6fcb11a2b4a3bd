//! A thin layer over inkwell's builder: word types, memory by byte offsets, and no `Result` where
//! only a bug of the code generator could make an error.

use crate::layout::Word;
use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::basic_block::BasicBlock;
use inkwell::builder::{Builder, BuilderError};
use inkwell::context::Context;
use inkwell::types::{BasicTypeEnum, FloatType, IntType, PointerType};
use inkwell::values::{
    BasicMetadataValueEnum, BasicValue, BasicValueEnum, CallSiteValue, FloatValue, FunctionValue,
    IntValue, PhiValue, PointerValue,
};
use inkwell::{AddressSpace, AtomicOrdering, FloatPredicate, IntPredicate};
use mesh_abi::context::offset;
use mesh_report::{Span, bug};

/// A word of a Mesh value, or any other LLVM value.
pub type Val<'ctx> = BasicValueEnum<'ctx>;

/// LLVM's number of the `tailcc` calling convention.
pub const TAILCC: u32 = 18;

/// LLVM's number of C's calling convention.
pub const CCC: u32 = 0;

/// Unwraps what fails only if the code generator is wrong.
pub fn must<T>(result: Result<T, BuilderError>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => bug!(Span::DUMMY, "LLVM refused an instruction: {error}"),
    }
}

/// The types and the builder of one LLVM context.
pub struct Emit<'ctx> {
    pub llvm: &'ctx Context,
    pub builder: Builder<'ctx>,
    pub i1: IntType<'ctx>,
    pub i8: IntType<'ctx>,
    pub i32: IntType<'ctx>,
    pub i64: IntType<'ctx>,
    pub f64: FloatType<'ctx>,
    /// A pointer the collector follows: an address space of its own, which the driver of LLVM
    /// declares non-integral.
    pub gc: PointerType<'ctx>,
    /// Any other pointer: the context, code, descriptors.
    pub raw: PointerType<'ctx>,
}

impl<'ctx> Emit<'ctx> {
    pub fn new(llvm: &'ctx Context) -> Emit<'ctx> {
        Emit {
            llvm,
            builder: llvm.create_builder(),
            i1: llvm.bool_type(),
            i8: llvm.i8_type(),
            i32: llvm.i32_type(),
            i64: llvm.i64_type(),
            f64: llvm.f64_type(),
            gc: llvm.ptr_type(gc_space()),
            raw: llvm.ptr_type(AddressSpace::default()),
        }
    }

    /// The LLVM type of a word.
    pub fn word(&self, word: Word) -> BasicTypeEnum<'ctx> {
        match word {
            Word::Int => self.i64.into(),
            Word::Float => self.f64.into(),
            Word::Ptr => self.gc.into(),
        }
    }

    /// A constant `Int`.
    pub fn int(&self, value: i64) -> IntValue<'ctx> {
        self.i64.const_int(value as u64, true)
    }

    /// A word of zero bits.
    pub fn zero(&self, word: Word) -> Val<'ctx> {
        match word {
            Word::Int => self.int(0).into(),
            Word::Float => self.f64.const_zero().into(),
            Word::Ptr => self.gc.const_null().into(),
        }
    }

    /// The same bits as a word of another class.
    pub fn cast(&self, value: Val<'ctx>, to: Word) -> Val<'ctx> {
        let b = &self.builder;
        match (value, to) {
            (Val::IntValue(_), Word::Int)
            | (Val::FloatValue(_), Word::Float)
            | (Val::PointerValue(_), Word::Ptr) => value,
            (Val::IntValue(v), Word::Float) => must(b.build_bit_cast(v, self.f64, "")),
            (Val::IntValue(v), Word::Ptr) => must(b.build_int_to_ptr(v, self.gc, "")).into(),
            (Val::FloatValue(v), Word::Int) => must(b.build_bit_cast(v, self.i64, "")),
            (Val::PointerValue(v), Word::Int) => must(b.build_ptr_to_int(v, self.i64, "")).into(),
            (Val::FloatValue(_), Word::Ptr) => self.cast(self.cast(value, Word::Int), to),
            (Val::PointerValue(_), Word::Float) => self.cast(self.cast(value, Word::Int), to),
            _ => bug!(Span::DUMMY, "a value that is no word"),
        }
    }

    /// A word as an integer.
    pub fn as_int(&self, value: Val<'ctx>) -> IntValue<'ctx> {
        self.cast(value, Word::Int).into_int_value()
    }

    /// `base + bytes`, within the object.
    pub fn at(&self, base: PointerValue<'ctx>, bytes: u64) -> PointerValue<'ctx> {
        if bytes == 0 {
            return base;
        }
        self.at_dyn(base, self.int(bytes as i64))
    }

    /// `base + bytes`, within the object.
    pub fn at_dyn(&self, base: PointerValue<'ctx>, bytes: IntValue<'ctx>) -> PointerValue<'ctx> {
        // SAFETY: indices into `i8`, one per dimension.
        must(unsafe {
            self.builder
                .build_in_bounds_gep(self.i8, base, &[bytes], "")
        })
    }

    /// The word at `base + bytes`.
    pub fn load(&self, word: Word, base: PointerValue<'ctx>, bytes: u64) -> Val<'ctx> {
        self.load_as(self.word(word), base, bytes)
    }

    /// What stands at `base + bytes`.
    pub fn load_as(
        &self,
        ty: BasicTypeEnum<'ctx>,
        base: PointerValue<'ctx>,
        bytes: u64,
    ) -> Val<'ctx> {
        must(self.builder.build_load(ty, self.at(base, bytes), ""))
    }

    /// Where the words of calls stand now: to be read again behind every call.
    pub fn blocks(&self, ctx: PointerValue<'ctx>) -> PointerValue<'ctx> {
        self.load_as(self.raw.into(), ctx, offset::BLOCKS)
            .into_pointer_value()
    }

    /// A 64-bit load of a word that other threads write; it folds into a comparison.
    pub fn load_unordered(&self, base: PointerValue<'ctx>, bytes: u64) -> IntValue<'ctx> {
        let value = self.load(Word::Int, base, bytes);
        let atomic = value
            .as_instruction_value()
            .is_some_and(|load| load.set_atomic_ordering(AtomicOrdering::Unordered).is_ok());
        if !atomic {
            bug!(Span::DUMMY, "a load cannot be made atomic");
        }
        value.into_int_value()
    }

    /// Stores at `base + bytes`.
    pub fn store(&self, base: PointerValue<'ctx>, bytes: u64, value: impl BasicValue<'ctx>) {
        must(self.builder.build_store(self.at(base, bytes), value));
    }

    pub fn add(&self, a: IntValue<'ctx>, b: IntValue<'ctx>) -> IntValue<'ctx> {
        must(self.builder.build_int_add(a, b, ""))
    }

    pub fn sub(&self, a: IntValue<'ctx>, b: IntValue<'ctx>) -> IntValue<'ctx> {
        must(self.builder.build_int_sub(a, b, ""))
    }

    pub fn mul(&self, a: IntValue<'ctx>, b: i64) -> IntValue<'ctx> {
        must(self.builder.build_int_mul(a, self.int(b), ""))
    }

    pub fn and(&self, a: IntValue<'ctx>, b: IntValue<'ctx>) -> IntValue<'ctx> {
        must(self.builder.build_and(a, b, ""))
    }

    pub fn or(&self, a: IntValue<'ctx>, b: IntValue<'ctx>) -> IntValue<'ctx> {
        must(self.builder.build_or(a, b, ""))
    }

    pub fn shl(&self, a: IntValue<'ctx>, bits: u32) -> IntValue<'ctx> {
        must(
            self.builder
                .build_left_shift(a, self.int(i64::from(bits)), ""),
        )
    }

    pub fn lshr(&self, a: IntValue<'ctx>, bits: u32) -> IntValue<'ctx> {
        must(
            self.builder
                .build_right_shift(a, self.int(i64::from(bits)), false, ""),
        )
    }

    pub fn icmp(&self, how: IntPredicate, a: IntValue<'ctx>, b: IntValue<'ctx>) -> IntValue<'ctx> {
        must(self.builder.build_int_compare(how, a, b, ""))
    }

    /// Compares addresses.
    pub fn pcmp(
        &self,
        how: IntPredicate,
        a: PointerValue<'ctx>,
        b: PointerValue<'ctx>,
    ) -> IntValue<'ctx> {
        must(self.builder.build_int_compare(how, a, b, ""))
    }

    pub fn fcmp(
        &self,
        how: FloatPredicate,
        a: FloatValue<'ctx>,
        b: FloatValue<'ctx>,
    ) -> IntValue<'ctx> {
        must(self.builder.build_float_compare(how, a, b, ""))
    }

    pub fn select(&self, cond: IntValue<'ctx>, yes: Val<'ctx>, no: Val<'ctx>) -> Val<'ctx> {
        must(self.builder.build_select(cond, yes, no, ""))
    }

    /// An `i1` as the word of a `Bool`.
    pub fn bool_word(&self, bit: IntValue<'ctx>) -> IntValue<'ctx> {
        must(self.builder.build_int_z_extend(bit, self.i64, ""))
    }

    /// The word of a `Bool` as an `i1`.
    pub fn bit(&self, word: IntValue<'ctx>) -> IntValue<'ctx> {
        must(self.builder.build_int_truncate(word, self.i1, ""))
    }

    pub fn phi(&self, ty: BasicTypeEnum<'ctx>) -> PhiValue<'ctx> {
        must(self.builder.build_phi(ty, ""))
    }

    pub fn jump(&self, to: BasicBlock<'ctx>) {
        must(self.builder.build_unconditional_branch(to));
    }

    pub fn branch(&self, cond: IntValue<'ctx>, yes: BasicBlock<'ctx>, no: BasicBlock<'ctx>) {
        must(self.builder.build_conditional_branch(cond, yes, no));
    }

    pub fn unreachable(&self) {
        must(self.builder.build_unreachable());
    }

    /// The block instructions go to.
    pub fn here(&self) -> BasicBlock<'ctx> {
        match self.builder.get_insert_block() {
            Some(block) => block,
            None => bug!(Span::DUMMY, "no block to emit into"),
        }
    }

    pub fn go(&self, block: BasicBlock<'ctx>) {
        self.builder.position_at_end(block);
    }

    /// A new block after the current one.
    pub fn next_block(&self) -> BasicBlock<'ctx> {
        self.llvm.insert_basic_block_after(self.here(), "")
    }

    /// A new block at the end of the function, out of the way of what usually happens.
    pub fn cold_block(&self, function: FunctionValue<'ctx>) -> BasicBlock<'ctx> {
        self.llvm.append_basic_block(function, "")
    }

    pub fn call(&self, f: FunctionValue<'ctx>, args: &[Val<'ctx>]) -> CallSiteValue<'ctx> {
        let args: Vec<BasicMetadataValueEnum> = args.iter().map(|&arg| arg.into()).collect();
        must(self.builder.build_direct_call(f, &args, ""))
    }

    /// The single word a call gives.
    pub fn call_word(&self, f: FunctionValue<'ctx>, args: &[Val<'ctx>]) -> Val<'ctx> {
        result_of(self.call(f, args))
    }

    pub fn enum_attribute(&self, name: &str, value: u64) -> Attribute {
        let kind = Attribute::get_named_enum_kind_id(name);
        self.llvm.create_enum_attribute(kind, value)
    }

    /// Adds an attribute without a value to a function.
    pub fn mark(&self, function: FunctionValue<'ctx>, name: &str) {
        function.add_attribute(AttributeLoc::Function, self.enum_attribute(name, 0));
    }

    /// Adds an attribute without a value to a call.
    pub fn mark_call(&self, call: CallSiteValue<'ctx>, name: &str) {
        call.add_attribute(AttributeLoc::Function, self.enum_attribute(name, 0));
    }
}

/// The address space of pointers the collector follows.
pub fn gc_space() -> AddressSpace {
    AddressSpace::from(1u16)
}

/// What a call that is not void gives.
pub fn result_of<'ctx>(call: CallSiteValue<'ctx>) -> Val<'ctx> {
    match call.try_as_basic_value().basic() {
        Some(value) => value,
        None => bug!(Span::DUMMY, "a call without a result was asked for one"),
    }
}
