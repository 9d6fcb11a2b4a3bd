//! What a Core statement computes: constants, data, fields, closures; the rest is passed on to
//! `prim`, `list` and `call`.

use crate::constants::is_constant;
use crate::emit::{Val, must};
use crate::function::Body;
use crate::layout::{Payload, Shape, Word, is_immediate};
use inkwell::IntPredicate;
use inkwell::values::{BasicValue, IntValue, PointerValue};
use mesh_abi::context::{ARG_WORDS, offset};
use mesh_abi::object::{CLOSURE_CAPTURES, IMMEDIATE_LIMIT, TAG_SHIFT};
use mesh_core::ir::{Const, FnId, FnKind, Op, Stmt, TyId, ValueId};
use mesh_report::bug;

/// Bytes of an object's header.
pub const HEADER: u64 = 8;

impl<'ctx> Body<'_, 'ctx, '_> {
    /// The words of what a statement computes.
    pub fn op(&mut self, stmt: &Stmt) -> Vec<Val<'ctx>> {
        let result = self.ty(stmt.value);
        match &stmt.op {
            Op::Const(constant) => self.constant(constant),
            Op::Prim(prim, args) => {
                let value = self.prim(*prim, args);
                if let Val::IntValue(bit) = value
                    && bit.get_type() == self.unit.emit.i1
                {
                    self.note_bit(stmt.value, bit);
                    return vec![self.unit.emit.bool_word(bit).into()];
                }
                vec![value]
            }
            Op::Construct { variant, fields } => self.construct(result, *variant, fields),
            Op::Field {
                base,
                variant,
                field,
            } => self.field(*base, *variant, *field),
            Op::Tag(base) => vec![self.tag(*base).into()],
            Op::List(items) => self.list_of(result, items),
            Op::Call { callee, args } => self.call(*callee, args),
            Op::CallNative { native, args } => {
                let words = self.call_native(native, args);
                self.native_result(words, result)
            }
            Op::CallClosure { callee, args } => self.call_closure(*callee, args),
            Op::MakeClosure { function, captures } => {
                vec![self.make_closure(*function, captures).into()]
            }
            Op::Capture(number) => self.capture(*number),
            Op::SelfClosure => vec![self.own_closure().into()],
            Op::Concat(parts) => vec![self.concat(parts)],
            Op::ListOp(op, args) => self.list_op(*op, args, result),
            Op::Box(held) => vec![self.box_value(*held).into()],
            Op::Unbox(held) => self.unbox(*held, result),
            Op::ReceiveNext { resume, captures } => self.receive_next(*resume, captures),
        }
    }

    fn constant(&self, constant: &Const) -> Vec<Val<'ctx>> {
        let unit = self.unit;
        let emit = &unit.emit;
        vec![match constant {
            Const::Int(value) => emit.int(*value).into(),
            Const::Float(bits) => {
                let bits = emit.int(*bits as i64).into();
                emit.cast(bits, Word::Float)
            }
            Const::Bool(value) => emit.int(i64::from(*value)).into(),
            Const::String(text) => unit.string(text).into(),
            Const::Bytes(bytes) => unit.bytes(bytes).into(),
            Const::Atom(name) => unit.atom(name).const_to_int(emit.i64).into(),
            Const::Unit => return Vec::new(),
        }]
    }

    /// A fresh object of `bytes`, its header written. The rest must be written before anything
    /// else can allocate or suspend.
    pub fn allocate(&self, bytes: u64, header: IntValue<'ctx>) -> PointerValue<'ctx> {
        let emit = &self.unit.emit;
        let size = emit.int(bytes as i64);
        if self.unit.options.release {
            let object = crate::helper::bump(self.unit, self.llvm, self.ctx, size);
            emit.store(object, 0, header);
            return object;
        }
        let args = [self.ctx.into(), size.into(), header.into()];
        emit.call_word(self.unit.allocator(), &args)
            .into_pointer_value()
    }

    fn construct(&self, ty: TyId, variant: u32, fields: &[ValueId]) -> Vec<Val<'ctx>> {
        let emit = &self.unit.emit;
        // A value in registers has what its parts have, as long as that is the same word in all values of its type.
        let words = match self.unit.layouts.unique_word(ty) {
            Some(_) => self.all(fields),
            None => self.stored(fields),
        };
        match &self.unit.layouts.get(ty).shape {
            Shape::Flat(_) => words,
            Shape::Enum(_) => vec![emit.int(i64::from(variant)).into()],
            Shape::Nullable { none, .. } if *none == variant => vec![emit.zero(Word::Ptr)],
            Shape::Nullable { .. } => words,
            Shape::FlatSum(_) => {
                let classes = self.unit.words(ty);
                let mut out = vec![emit.int(i64::from(variant)).into()];
                for (at, &class) in classes.iter().enumerate().skip(1) {
                    out.push(match words.get(at - 1) {
                        Some(&word) => emit.cast(word, class),
                        None => emit.zero(class),
                    });
                }
                out
            }
            Shape::Boxed(payload) => vec![self.record(ty, 0, payload, &words).into()],
            Shape::BoxedSum(payloads) => {
                let payload = &payloads[variant as usize];
                if is_immediate(variant, payload) {
                    let number = emit.int(i64::from(variant));
                    vec![number.const_to_pointer(emit.gc).into()]
                } else {
                    vec![self.record(ty, variant, payload, &words).into()]
                }
            }
            // A value of a type without values, or one whose constructor has no words.
            Shape::Scalar => Vec::new(),
            Shape::List { .. } => bug!(self.span, "a list is not constructed by a variant"),
        }
    }

    /// A fresh object of a variant with these words.
    pub fn record(
        &self,
        ty: TyId,
        variant: u32,
        payload: &Payload,
        words: &[Val<'ctx>],
    ) -> PointerValue<'ctx> {
        let desc = self.unit.record_object(ty, variant, payload);
        let header = self.unit.header(desc, variant);
        if words.iter().all(is_constant) {
            return self.unit.static_record(header, words);
        }
        let bytes = HEADER + 8 * words.len() as u64;
        let object = self.allocate(bytes, header);
        for (at, &word) in words.iter().enumerate() {
            self.unit.emit.store(object, HEADER + 8 * at as u64, word);
        }
        object
    }

    fn field(&self, base: ValueId, variant: u32, field: u32) -> Vec<Val<'ctx>> {
        let emit = &self.unit.emit;
        let shape = &self.unit.layouts.get(self.ty(base)).shape;
        let place = shape
            .payload(variant)
            .and_then(|payload| payload.fields.get(field as usize));
        let Some(&(start, ty)) = place else {
            bug!(self.span, "no field {field} in variant {variant}");
        };
        let classes = self.unit.words(ty);
        let start = start as usize;
        let words = self.value(base);
        match shape {
            Shape::Flat(_) | Shape::Nullable { .. } | Shape::Enum(_) => {
                words[start..start + classes.len()].to_vec()
            }
            Shape::FlatSum(_) => (classes.iter().enumerate())
                .map(|(at, &class)| emit.cast(words[1 + start + at], class))
                .collect(),
            Shape::Boxed(_) | Shape::BoxedSum(_) => {
                let object = words[0].into_pointer_value();
                let at = |n: usize| HEADER + 8 * (start + n) as u64;
                let classes = classes.iter().enumerate();
                classes
                    .map(|(n, &class)| emit.load(class, object, at(n)))
                    .collect()
            }
            Shape::Scalar | Shape::List { .. } => bug!(self.span, "a field of no data"),
        }
    }

    /// The index of a sum value's variant.
    fn tag(&self, base: ValueId) -> IntValue<'ctx> {
        let emit = &self.unit.emit;
        match &self.unit.layouts.get(self.ty(base)).shape {
            Shape::Enum(_) => self.one(base).into_int_value(),
            Shape::FlatSum(_) => self.value(base)[0].into_int_value(),
            Shape::Nullable { none, some, .. } => {
                let null = emit.gc.const_null();
                let pointer = self.one(base).into_pointer_value();
                let is_none = emit.pcmp(IntPredicate::EQ, pointer, null);
                let index = |variant: u32| emit.int(i64::from(variant)).into();
                emit.select(is_none, index(*none), index(*some))
                    .into_int_value()
            }
            Shape::BoxedSum(payloads) => self.boxed_tag(self.one(base), payloads),
            Shape::Flat(_) | Shape::Boxed(_) | Shape::Scalar => emit.int(0),
            Shape::List { .. } => bug!(self.span, "a list has no tag"),
        }
    }

    fn boxed_tag(&self, value: Val<'ctx>, payloads: &[Payload]) -> IntValue<'ctx> {
        let emit = &self.unit.emit;
        let immediate = |(at, payload): (usize, &Payload)| is_immediate(at as u32, payload);
        let immediates = payloads
            .iter()
            .enumerate()
            .filter(|&p| immediate(p))
            .count();
        let pointer = value.into_pointer_value();
        let from_header = || {
            let header = emit.load(Word::Int, pointer, 0).into_int_value();
            emit.lshr(header, TAG_SHIFT)
        };
        if immediates == 0 {
            return from_header();
        }
        let word = emit.as_int(value);
        let limit = emit.int(IMMEDIATE_LIMIT as i64);
        let is_immediate_word = emit.icmp(IntPredicate::ULT, word, limit);
        if immediates + 1 == payloads.len() {
            // One variant has a payload: no need to look into the object.
            let boxed = payloads.iter().enumerate().position(|p| !immediate(p));
            let boxed = emit.int(boxed.unwrap_or(0) as i64);
            let tag = emit.select(is_immediate_word, word.into(), boxed.into());
            return tag.into_int_value();
        }
        let here = emit.here();
        let done = emit.next_block();
        let object = emit.next_block();
        emit.branch(is_immediate_word, done, object);
        emit.go(object);
        let tag = from_header();
        emit.jump(done);
        emit.go(done);
        let phi = emit.phi(emit.i64.into());
        phi.add_incoming(&[(&word as &dyn BasicValue, here), (&tag, object)]);
        phi.as_basic_value().into_int_value()
    }

    pub fn make_closure(&self, function: FnId, captures: &[ValueId]) -> PointerValue<'ctx> {
        let unit = self.unit;
        let words = self.stored(captures);
        if captures.is_empty() {
            return unit.static_closure(function);
        }
        let header = unit.header(unit.closure_object(function), 0);
        let object = self.allocate(CLOSURE_CAPTURES + 8 * words.len() as u64, header);
        let code = unit.function(function).as_global_value().as_pointer_value();
        unit.emit.store(object, HEADER, code);
        for (at, &word) in words.iter().enumerate() {
            unit.emit
                .store(object, CLOSURE_CAPTURES + 8 * at as u64, word);
        }
        object
    }

    fn own_closure(&self) -> PointerValue<'ctx> {
        match self.closure {
            Some(closure) => closure,
            None => bug!(self.span, "a function that is no closure asks for itself"),
        }
    }

    fn capture(&self, number: u32) -> Vec<Val<'ctx>> {
        let FnKind::Closure { captures } = &self.function.kind else {
            bug!(self.span, "a capture in a function that is no closure");
        };
        let number = number as usize;
        let before: usize = captures[..number]
            .iter()
            .map(|&ty| self.unit.words(ty).len())
            .sum();
        let closure = self.own_closure();
        let at = |n: usize| CLOSURE_CAPTURES + 8 * (before + n) as u64;
        let words = self.unit.words(captures[number]).iter().enumerate();
        words
            .map(|(n, &class)| self.unit.emit.load(class, closure, at(n)))
            .collect()
    }

    /// Strings joined, through the argument block; more than it holds in several steps.
    fn concat(&self, parts: &[ValueId]) -> Val<'ctx> {
        let emit = &self.unit.emit;
        let mut parts: std::collections::VecDeque<Val<'ctx>> = self.all(parts).into();
        let join = |some: &[Val<'ctx>]| {
            let blocks = emit.blocks(self.ctx);
            for (n, &part) in some.iter().enumerate() {
                emit.store(blocks, offset::ARGS + 8 * n as u64, part);
            }
            let count = emit.int(some.len() as i64).into();
            emit.call_word(self.unit.runtime("rt.concat"), &[self.ctx.into(), count])
        };
        while parts.len() > ARG_WORDS {
            let some: Vec<_> = parts.drain(..ARG_WORDS).collect();
            parts.push_front(join(&some));
        }
        match (parts.len(), parts.front()) {
            (0, _) => self.unit.string("").into(),
            (1, Some(&only)) => only,
            _ => join(parts.make_contiguous()),
        }
    }

    /// Calls a runtime function that gives one word.
    pub fn ask(&self, name: &str, args: &[Val<'ctx>]) -> Val<'ctx> {
        let mut all = vec![self.ctx.into()];
        all.extend(args);
        self.unit.emit.call_word(self.unit.runtime(name), &all)
    }

    /// An object's address as a word for a native.
    pub fn address(&self, global: inkwell::values::GlobalValue<'ctx>) -> Val<'ctx> {
        global
            .as_pointer_value()
            .const_to_int(self.unit.emit.i64)
            .into()
    }

    /// `llvm.name` of floats or integers.
    pub fn intrinsic(&self, name: &'static str, over: Word, args: &[Val<'ctx>]) -> Val<'ctx> {
        let function = self.unit.intrinsic(name, Some(over));
        let args: Vec<_> = args.iter().map(|&arg| arg.into()).collect();
        let call = must(
            self.unit
                .emit
                .builder
                .build_direct_call(function, &args, ""),
        );
        crate::emit::result_of(call)
    }
}
