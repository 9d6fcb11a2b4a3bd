//! Machine primitives: checked integer arithmetic, floats with Mesh's order, conversions.

use crate::emit::{Val, must};
use crate::function::Body;
use crate::layout::Word;
use inkwell::values::{BasicValue, FloatValue, IntValue};
use inkwell::{FloatPredicate, IntPredicate};
use mesh_abi::object::STRING_BYTES;
use mesh_abi::values::CrashKind;
use mesh_core::ir::{Prim, ValueId};

impl<'ctx> Body<'_, 'ctx, '_> {
    /// What a primitive gives; an `i1` for a `Bool`.
    pub fn prim(&mut self, prim: Prim, args: &[ValueId]) -> Val<'ctx> {
        use Prim::*;
        match prim {
            IntAdd | IntSub | IntMul | IntDiv | IntRem | IntNeg | IntWrappingAdd
            | IntWrappingSub | IntWrappingMul | IntAnd | IntOr | IntXor | IntNot | IntShl
            | IntShr | IntUshr | IntPopCount | IntLeadingZeros | IntTrailingZeros | IntEq
            | IntLt | IntLe | IntToFloat | IntBitsToFloat | IntMulHigh => {
                let words: Vec<_> = args.iter().map(|&a| self.one(a).into_int_value()).collect();
                let a = words[0];
                let b = *words.get(1).unwrap_or(&a);
                self.int_prim(prim, a, b)
            }
            FloatAdd | FloatSub | FloatMul | FloatDiv | FloatRem | FloatNeg | FloatEq | FloatLt
            | FloatLe | FloatFloor | FloatCeil | FloatRound | FloatTrunc | FloatSqrt | FloatAbs
            | FloatToInt | FloatBits => {
                let words: Vec<_> = args
                    .iter()
                    .map(|&a| self.one(a).into_float_value())
                    .collect();
                let a = words[0];
                let b = *words.get(1).unwrap_or(&a);
                self.float_prim(prim, a, b)
            }
            BoolEq | AtomEq | PidEq => {
                let emit = &self.unit.emit;
                let [a, b] = [args[0], args[1]].map(|a| emit.as_int(self.one(a)));
                emit.icmp(IntPredicate::EQ, a, b).into()
            }
            BoolNot => {
                let bit = self.bit_of(args[0]);
                must(self.unit.emit.builder.build_not(bit, "")).into()
            }
            StringEq => {
                let emit = &self.unit.emit;
                let same = self.ask("rt.string_eq", &[self.one(args[0]), self.one(args[1])]);
                emit.icmp(IntPredicate::NE, same.into_int_value(), emit.int(0))
                    .into()
            }
            StringCompare => self.ask("rt.string_compare", &[self.one(args[0]), self.one(args[1])]),
            AtomName => self.unit.emit.cast(self.one(args[0]), Word::Ptr),
            PidBits | PidOfBits => self.one(args[0]),
            FnName => self.fn_name(self.one(args[0])),
        }
    }

    fn int_prim(&mut self, prim: Prim, a: IntValue<'ctx>, b: IntValue<'ctx>) -> Val<'ctx> {
        let emit = &self.unit.emit;
        let build = &emit.builder;
        match prim {
            Prim::IntAdd => self.checked("llvm.sadd.with.overflow", a, b),
            Prim::IntSub => self.checked("llvm.ssub.with.overflow", a, b),
            Prim::IntMul => self.checked("llvm.smul.with.overflow", a, b),
            Prim::IntNeg => self.checked("llvm.ssub.with.overflow", emit.int(0), a),
            Prim::IntDiv => {
                self.check_division(a, b);
                must(build.build_int_signed_div(a, b, "")).into()
            }
            Prim::IntRem => {
                self.check_division(a, b);
                must(build.build_int_signed_rem(a, b, "")).into()
            }
            Prim::IntWrappingAdd => emit.add(a, b).into(),
            Prim::IntWrappingSub => emit.sub(a, b).into(),
            Prim::IntWrappingMul => must(build.build_int_mul(a, b, "")).into(),
            Prim::IntAnd => emit.and(a, b).into(),
            Prim::IntOr => emit.or(a, b).into(),
            Prim::IntXor => must(build.build_xor(a, b, "")).into(),
            Prim::IntNot => must(build.build_not(a, "")).into(),
            Prim::IntShl => {
                self.check_shift(b);
                must(build.build_left_shift(a, b, "")).into()
            }
            Prim::IntShr => {
                self.check_shift(b);
                must(build.build_right_shift(a, b, true, "")).into()
            }
            Prim::IntUshr => {
                self.check_shift(b);
                must(build.build_right_shift(a, b, false, "")).into()
            }
            Prim::IntPopCount => self.intrinsic("llvm.ctpop", Word::Int, &[a.into()]),
            Prim::IntLeadingZeros => self.count_zeros("llvm.ctlz", a),
            Prim::IntTrailingZeros => self.count_zeros("llvm.cttz", a),
            Prim::IntEq => emit.icmp(IntPredicate::EQ, a, b).into(),
            Prim::IntLt => emit.icmp(IntPredicate::SLT, a, b).into(),
            Prim::IntLe => emit.icmp(IntPredicate::SLE, a, b).into(),
            Prim::IntToFloat => must(build.build_signed_int_to_float(a, emit.f64, "")).into(),
            Prim::IntBitsToFloat => emit.cast(a.into(), Word::Float),
            Prim::IntMulHigh => {
                let wide = emit.llvm.i128_type();
                let [a, b] = [a, b].map(|v| must(build.build_int_z_extend(v, wide, "")));
                let product = must(build.build_int_mul(a, b, ""));
                let bits = wide.const_int(64, false);
                let high = must(build.build_right_shift(product, bits, false, ""));
                must(build.build_int_truncate(high, emit.i64, "")).into()
            }
            _ => mesh_report::bug!(self.span, "{prim:?} does not take integers"),
        }
    }

    fn count_zeros(&self, name: &'static str, a: IntValue<'ctx>) -> Val<'ctx> {
        // 64 for zero.
        let defined = self.unit.emit.i1.const_zero();
        self.intrinsic(name, Word::Int, &[a.into(), defined.into()])
    }

    fn checked(&mut self, name: &'static str, a: IntValue<'ctx>, b: IntValue<'ctx>) -> Val<'ctx> {
        let emit = &self.unit.emit;
        let both = self.intrinsic(name, Word::Int, &[a.into(), b.into()]);
        let both = both.into_struct_value();
        let value = must(emit.builder.build_extract_value(both, 0, ""));
        let overflow = must(emit.builder.build_extract_value(both, 1, ""));
        let zero = emit.int(0);
        let kind = CrashKind::ArithmeticOverflow;
        self.crash_if(overflow.into_int_value(), kind, zero, zero);
        value
    }

    fn check_division(&mut self, a: IntValue<'ctx>, b: IntValue<'ctx>) {
        let emit = &self.unit.emit;
        let zero = emit.int(0);
        let divisor = b.get_sign_extended_constant();
        if divisor.is_none_or(|n| n == 0) {
            let by_zero = emit.icmp(IntPredicate::EQ, b, zero);
            self.crash_if(by_zero, CrashKind::DivisionByZero, zero, zero);
        }
        if divisor.is_none_or(|n| n == -1) {
            let least = emit.icmp(IntPredicate::EQ, a, emit.int(i64::MIN));
            let negates = emit.icmp(IntPredicate::EQ, b, emit.int(-1));
            let overflow = emit.and(least, negates);
            self.crash_if(overflow, CrashKind::ArithmeticOverflow, zero, zero);
        }
    }

    fn check_shift(&mut self, count: IntValue<'ctx>) {
        let emit = &self.unit.emit;
        if count.get_zero_extended_constant().is_some_and(|n| n < 64) {
            return;
        }
        let bad = emit.icmp(IntPredicate::UGT, count, emit.int(63));
        self.crash_if(bad, CrashKind::BadShift, count, emit.int(0));
    }

    /// Crashes where `cond` holds; goes on in a new block.
    pub fn crash_if(
        &mut self,
        cond: IntValue<'ctx>,
        kind: CrashKind,
        a: IntValue<'ctx>,
        b: IntValue<'ctx>,
    ) {
        let emit = &self.unit.emit;
        let go_on = emit.next_block();
        let bad = emit.cold_block(self.llvm);
        emit.branch(cond, bad, go_on);
        emit.go(bad);
        self.crash(kind, a, b);
        emit.go(go_on);
    }

    /// Ends the block with a crash. Each keeps a call of its own, for the report shows its line.
    pub fn crash(&self, kind: CrashKind, a: IntValue<'ctx>, b: IntValue<'ctx>) {
        let emit = &self.unit.emit;
        let kind = emit.int(kind as i64);
        let native = self.unit.runtime("rt.crash");
        let args = [self.ctx.into(), kind.into(), a.into(), b.into()];
        emit.mark_call(emit.call(native, &args), "nomerge");
        emit.unreachable();
    }

    fn float_prim(&mut self, prim: Prim, a: FloatValue<'ctx>, b: FloatValue<'ctx>) -> Val<'ctx> {
        use FloatPredicate as P;
        let emit = &self.unit.emit;
        let build = &emit.builder;
        let is_nan = |v| emit.fcmp(P::UNO, v, v);
        let unary = |name| self.intrinsic(name, Word::Float, &[a.into()]);
        match prim {
            Prim::FloatAdd => must(build.build_float_add(a, b, "")).into(),
            Prim::FloatSub => must(build.build_float_sub(a, b, "")).into(),
            Prim::FloatMul => must(build.build_float_mul(a, b, "")).into(),
            Prim::FloatDiv => must(build.build_float_div(a, b, "")).into(),
            Prim::FloatRem => must(build.build_float_rem(a, b, "")).into(),
            Prim::FloatNeg => must(build.build_float_neg(a, "")).into(),
            Prim::FloatEq => {
                let equal = emit.fcmp(P::OEQ, a, b);
                emit.or(equal, emit.and(is_nan(a), is_nan(b))).into()
            }
            // NaN is less than nothing, and everything else is less than it.
            Prim::FloatLt => {
                let number = emit.fcmp(P::ORD, a, a);
                emit.and(number, emit.fcmp(P::ULT, a, b)).into()
            }
            Prim::FloatLe => emit.or(is_nan(b), emit.fcmp(P::OLE, a, b)).into(),
            Prim::FloatFloor => unary("llvm.floor"),
            Prim::FloatCeil => unary("llvm.ceil"),
            Prim::FloatTrunc => unary("llvm.trunc"),
            Prim::FloatSqrt => unary("llvm.sqrt"),
            Prim::FloatAbs => unary("llvm.fabs"),
            Prim::FloatRound => self.round(a),
            Prim::FloatBits => emit.cast(a.into(), Word::Int),
            Prim::FloatToInt => self.float_to_int(a),
            _ => mesh_report::bug!(self.span, "{prim:?} does not take floats"),
        }
    }

    /// Half away from zero: what lies below one half is added with the number's sign, and the
    /// fraction cut off. One half itself would round its predecessor up.
    fn round(&self, a: FloatValue<'ctx>) -> Val<'ctx> {
        let emit = &self.unit.emit;
        let half = emit.f64.const_float(0.499_999_999_999_999_94);
        let half = self.intrinsic("llvm.copysign", Word::Float, &[half.into(), a.into()]);
        let sum = must(emit.builder.build_float_add(a, half.into_float_value(), ""));
        self.intrinsic("llvm.trunc", Word::Float, &[sum.into()])
    }

    fn float_to_int(&mut self, a: FloatValue<'ctx>) -> Val<'ctx> {
        use FloatPredicate as P;
        let emit = &self.unit.emit;
        let bound = 9_223_372_036_854_775_808.0;
        let too_low = emit.fcmp(P::ULT, a, emit.f64.const_float(-bound));
        let too_high = emit.fcmp(P::UGE, a, emit.f64.const_float(bound));
        let bad = emit.or(too_low, too_high);
        let zero = emit.int(0);
        self.crash_if(bad, CrashKind::ArithmeticOverflow, zero, zero);
        must(emit.builder.build_float_to_signed_int(a, emit.i64, "")).into()
    }

    /// The name stands in the closure's descriptor, its bytes in a string object.
    fn fn_name(&self, closure: Val<'ctx>) -> Val<'ctx> {
        let emit = &self.unit.emit;
        let header = emit.load(Word::Int, closure.into_pointer_value(), 0);
        let object = must(
            emit.builder
                .build_int_to_ptr(header.into_int_value(), emit.raw, ""),
        );
        let ty = std::mem::offset_of!(mesh_abi::descriptor::ObjectDesc, ty) as u64;
        let ty = emit
            .load_as(emit.raw.into(), object, ty)
            .into_pointer_value();
        let name = std::mem::offset_of!(mesh_abi::descriptor::TypeDesc, name) as u64;
        let bytes = emit.load(Word::Ptr, ty, name).into_pointer_value();
        emit.at_dyn(bytes, emit.int(-(STRING_BYTES as i64)))
            .as_basic_value_enum()
    }
}
