//! One Core function to one LLVM function: its entry, its blocks and how they end.

use crate::analysis::{Order, has_calls, is_self_loop};
use crate::debug::Scope;
use crate::emit::{Val, must};
use crate::layout::Word;
use crate::module::Unit;
use crate::signature::{Place, Returns, Signature};
use inkwell::IntPredicate;
use inkwell::basic_block::BasicBlock;
use inkwell::values::{BasicValue, FunctionValue, IntValue, PhiValue, PointerValue};
use mesh_abi::context::offset;
use mesh_core::ir::{
    Block, BlockId, Crash, FnId, FnKind, Function, Target, Term, Ty, TyId, ValueId,
};
use mesh_report::{Span, bug};
use rustc_hash::FxHashSet;
use std::rc::Rc;

/// Where the words of a value stand in [`Body::pool`].
#[derive(Clone, Copy)]
struct Words {
    start: u32,
    len: u32,
}

/// A function whose code is being generated.
pub struct Body<'u, 'ctx, 'p> {
    pub unit: &'u Unit<'ctx, 'p>,
    pub function: &'p Function,
    pub id: FnId,
    pub llvm: FunctionValue<'ctx>,
    pub signature: Rc<Signature<'ctx>>,
    /// The actor's context.
    pub ctx: PointerValue<'ctx>,
    /// The closure's own object, in a function of kind `Closure`.
    pub closure: Option<PointerValue<'ctx>>,
    /// How many tail calls were on record when the function was entered, in development builds.
    tail_count: Option<IntValue<'ctx>>,
    scope: Scope<'ctx>,
    order: Order,
    values: Vec<Option<Words>>,
    pool: Vec<Val<'ctx>>,
    /// The bits of `Bool` values that a comparison has just made.
    bits: Vec<Option<IntValue<'ctx>>>,
    blocks: Vec<Option<BasicBlock<'ctx>>>,
    phis: Vec<Vec<PhiValue<'ctx>>>,
    pub span: Span,
}

/// Defines a function of the unit.
pub fn define<'ctx, 'p>(unit: &Unit<'ctx, 'p>, id: FnId) {
    let function = &unit.program.functions[id.index()];
    let llvm = unit.function(id);
    let scope = unit.debug.function(function);
    llvm.set_subprogram(scope.subprogram);
    let Some(ctx) = llvm.get_nth_param(0) else {
        bug!(function.span, "a function without a context");
    };
    let closure = match function.kind {
        FnKind::Direct => None,
        FnKind::Closure { .. } => llvm.get_nth_param(1).map(Val::into_pointer_value),
    };
    let mut body = Body {
        unit,
        function,
        id,
        llvm,
        signature: unit.signature_of(id),
        ctx: ctx.into_pointer_value(),
        closure,
        tail_count: None,
        scope,
        order: Order::new(function, id),
        values: vec![None; function.values.len()],
        pool: Vec::new(),
        bits: vec![None; function.values.len()],
        blocks: vec![None; function.blocks.len()],
        phis: vec![Vec::new(); function.blocks.len()],
        span: function.span,
    };
    body.generate();
}

impl<'ctx, 'p> Body<'_, 'ctx, 'p> {
    fn generate(&mut self) {
        let emit = &self.unit.emit;
        let entry = emit.llvm.append_basic_block(self.llvm, "");
        let order = std::mem::take(&mut self.order.blocks);
        for &block in &order {
            self.make_block(block);
        }
        emit.go(entry);
        self.at(self.function.span);
        let params = self.receive_arguments();
        if let Some(need) = self.unit.calls.check(self.id) {
            self.entry_check(need, &params);
        }
        if !self.unit.options.release && has_calls(self.function) {
            let count = emit.load(Word::Int, self.ctx, offset::TAIL_COUNT);
            self.tail_count = Some(count.into_int_value());
        }
        self.enter(params);
        for &block in &order {
            self.block(block);
        }
        emit.builder.unset_current_debug_location();
    }

    /// The LLVM block of a Core block, with a phi for every word of its parameters.
    fn make_block(&mut self, id: BlockId) {
        let emit = &self.unit.emit;
        let block = emit.llvm.append_basic_block(self.llvm, "");
        self.blocks[id.index()] = Some(block);
        if id == BlockId(0) && self.order.preds[0] == 0 {
            return;
        }
        emit.go(block);
        for &param in &self.function.blocks[id.index()].params {
            let mut words = Vec::new();
            for &word in self.unit.words(self.ty(param)) {
                let phi = emit.phi(emit.word(word));
                self.phis[id.index()].push(phi);
                words.push(phi.as_basic_value());
            }
            self.define(param, &words);
        }
    }

    /// The parameters' words, those in the argument block read before anything else.
    fn receive_arguments(&self) -> Vec<Val<'ctx>> {
        let places = self.signature.places.iter();
        let words = places.zip(&self.signature.shape.params);
        words
            .map(|(place, &word)| match *place {
                Place::Register(number) => match self.llvm.get_nth_param(number) {
                    Some(value) => value,
                    None => bug!(self.span, "a parameter is missing"),
                },
                Place::Block(slot) => {
                    let at = offset::ARGS + 8 * u64::from(slot);
                    self.unit.emit.load(word, self.ctx, at)
                }
            })
            .collect()
    }

    /// From the entry into block 0.
    fn enter(&mut self, params: Vec<Val<'ctx>>) {
        let emit = &self.unit.emit;
        let here = emit.here();
        if self.order.preds[0] == 0 {
            let mut rest = params.as_slice();
            for &param in &self.function.blocks[0].params {
                let (words, after) = rest.split_at(self.unit.words(self.ty(param)).len());
                rest = after;
                self.define(param, words);
            }
        } else {
            for (phi, value) in self.phis[0].iter().zip(&params) {
                phi.add_incoming(&[(value, here)]);
            }
        }
        emit.jump(self.block_of(BlockId(0)));
    }

    /// Compares the stack pointer with the limit: `true` below it.
    fn below_limit(&self, need: u64) -> IntValue<'ctx> {
        let emit = &self.unit.emit;
        let frame = self.unit.intrinsic("llvm.frameaddress", Some(Word::Ptr));
        let zero = emit.i32.const_zero().into();
        let frame = emit.call_word(frame, &[zero]).into_pointer_value();
        let mut sp = must(emit.builder.build_ptr_to_int(frame, emit.i64, ""));
        if need > 0 {
            sp = emit.sub(sp, emit.int(need as i64));
        }
        let limit = emit.load_unordered(self.ctx, offset::LIMIT);
        emit.icmp(IntPredicate::ULT, sp, limit)
    }

    /// Serves requests, and goes on on the larger segment where this stack ends.
    fn entry_check(&mut self, need: u64, params: &[Val<'ctx>]) {
        let emit = &self.unit.emit;
        let below = self.below_limit(need);
        let go_on = emit.next_block();
        let slow = emit.cold_block(self.llvm);
        let segment = emit.cold_block(self.llvm);
        emit.branch(below, slow, go_on);
        emit.go(slow);
        let need = emit.int(need as i64).into();
        let native = self.unit.runtime("rt.stack_slow");
        let verdict = emit.call_word(native, &[self.ctx.into(), need]);
        let stay = emit.icmp(IntPredicate::EQ, verdict.into_int_value(), emit.int(0));
        emit.branch(stay, go_on, segment);
        emit.go(segment);
        self.on_segment(params);
        emit.go(go_on);
    }

    /// Packs the arguments and runs this very function on the segment.
    fn on_segment(&self, params: &[Val<'ctx>]) {
        let emit = &self.unit.emit;
        let slot = |n: usize| offset::ARGS + 8 * n as u64;
        let mut packed = Vec::new();
        packed.extend(self.closure.map(Val::from));
        for (place, &value) in self.signature.places.iter().zip(params) {
            match *place {
                Place::Register(_) => packed.push(value),
                Place::Block(n) => emit.store(self.ctx, slot(n as usize), value),
            }
        }
        for (n, value) in packed.into_iter().enumerate() {
            emit.store(self.ctx, slot(self.signature.overflow as usize + n), value);
        }
        let thunk = self.unit.thunk(&self.signature).as_global_value();
        let code = self.llvm.as_global_value();
        let args = [
            self.ctx.into(),
            thunk.as_pointer_value().into(),
            code.as_pointer_value().into(),
        ];
        emit.call(self.unit.on_segment(), &args);
        let words = match self.signature.returns {
            Returns::Nothing | Returns::Block => Vec::new(),
            Returns::Word | Returns::Words => self.read_results(),
        };
        self.emit_return(&words);
    }

    /// After a call has returned: the tail calls it made are over, and no later frame at the same
    /// address shall inherit them.
    pub fn forget_tail_calls(&self) {
        if let Some(count) = self.tail_count {
            self.unit.emit.store(self.ctx, offset::TAIL_COUNT, count);
        }
    }

    /// The result's words from the return block.
    pub fn read_results(&self) -> Vec<Val<'ctx>> {
        self.read_return_block(&self.signature.shape.result)
    }

    /// Words of these classes from the return block.
    pub fn read_return_block(&self, words: &[Word]) -> Vec<Val<'ctx>> {
        let at = |n: usize| offset::RET + 8 * n as u64;
        let emit = &self.unit.emit;
        let words = words.iter().enumerate();
        words.map(|(n, &w)| emit.load(w, self.ctx, at(n))).collect()
    }

    fn emit_return(&self, words: &[Val<'ctx>]) {
        let builder = &self.unit.emit.builder;
        match (self.signature.returns, words) {
            (Returns::Word, [word]) => must(builder.build_return(Some(word))),
            (Returns::Words, words) => must(builder.build_aggregate_return(words)),
            _ => must(builder.build_return(None)),
        };
    }

    fn block(&mut self, id: BlockId) {
        let function = self.function;
        let block: &'p Block = &function.blocks[id.index()];
        self.unit.emit.go(self.block_of(id));
        if self.order.is_header[id.index()] {
            self.at(block.stmts.first().map_or(block.term_span, |s| s.span));
            self.loop_check();
        }
        for stmt in &block.stmts {
            self.at(stmt.span);
            let words = self.op(stmt);
            self.define(stmt.value, &words);
        }
        self.at(block.term_span);
        self.term(&block.term);
    }

    /// What makes a loop preemptible. A function with a loop has checked its stack on entry, so
    /// here only requests can be meant.
    fn loop_check(&self) {
        let emit = &self.unit.emit;
        let below = self.below_limit(0);
        let go_on = emit.next_block();
        let slow = emit.cold_block(self.llvm);
        emit.branch(below, slow, go_on);
        emit.go(slow);
        let native = self.unit.runtime("rt.stack_slow");
        emit.call(native, &[self.ctx.into(), emit.int(0).into()]);
        emit.jump(go_on);
        emit.go(go_on);
    }

    fn term(&mut self, term: &'p Term) {
        let emit = &self.unit.emit;
        match term {
            Term::Return(value) => self.return_value(*value),
            Term::Jump(block, args) => {
                self.add_incoming(*block, args);
                emit.jump(self.block_of(*block));
            }
            Term::Branch { cond, then, els } => {
                let bit = self.bit_of(*cond);
                let mut seen = FxHashSet::default();
                let yes = self.edge(then, &mut seen);
                let no = self.edge(els, &mut seen);
                emit.branch(bit, yes, no);
            }
            Term::Switch { on, cases, default } => self.switch(*on, cases, default.as_ref()),
            Term::TailCall { callee, args } => {
                if is_self_loop(self.function, self.id, *callee) {
                    self.add_incoming(BlockId(0), args);
                    emit.jump(self.block_of(BlockId(0)));
                } else {
                    self.tail_call(*callee, args);
                }
            }
            Term::TailCallClosure { callee, args } => self.tail_call_closure(*callee, args),
            Term::Crash(crash) => self.crash_term(crash),
            Term::Unreachable => emit.unreachable(),
        }
    }

    fn return_value(&self, value: ValueId) {
        let words = self.value(value);
        if self.signature.returns == Returns::Block {
            for (n, &word) in words.iter().enumerate() {
                let at = offset::RET + 8 * n as u64;
                self.unit.emit.store(self.ctx, at, word);
            }
        }
        self.emit_return(words);
    }

    fn crash_term(&mut self, crash: &Crash) {
        use mesh_abi::values::CrashKind;
        let emit = &self.unit.emit;
        let zero = emit.int(0);
        let word = |value: ValueId| emit.as_int(self.one(value));
        let (kind, a, b) = match crash {
            Crash::Panic(text) => (CrashKind::Panic, word(*text), zero),
            Crash::NoMatch(text) => (CrashKind::NoMatch, word(*text), zero),
            Crash::IndexOutOfRange(index, length) => {
                (CrashKind::IndexOutOfRange, word(*index), word(*length))
            }
        };
        self.crash(kind, a, b);
    }

    fn switch(&mut self, on: ValueId, cases: &'p [(i64, Target)], default: Option<&'p Target>) {
        let emit = &self.unit.emit;
        let on = emit.as_int(self.one(on));
        let here = emit.here();
        let mut seen = FxHashSet::default();
        let mut rows = Vec::with_capacity(cases.len());
        for (value, target) in cases {
            rows.push((emit.int(*value), self.edge(target, &mut seen)));
        }
        let default = match default {
            Some(target) => self.edge(target, &mut seen),
            None => {
                let nowhere = emit.cold_block(self.llvm);
                emit.go(nowhere);
                emit.unreachable();
                emit.go(here);
                nowhere
            }
        };
        must(emit.builder.build_switch(on, default, &rows));
    }

    /// The block a terminator with several targets names for one of them. A second edge to a block
    /// with parameters gets a block of its own, for phis know only where control came from.
    fn edge(&mut self, target: &Target, seen: &mut FxHashSet<BlockId>) -> BasicBlock<'ctx> {
        let emit = &self.unit.emit;
        let to = self.block_of(target.block);
        if self.phis[target.block.index()].is_empty() {
            return to;
        }
        if seen.insert(target.block) {
            self.add_incoming(target.block, &target.args);
            return to;
        }
        let here = emit.here();
        let between = emit.cold_block(self.llvm);
        emit.go(between);
        self.add_incoming(target.block, &target.args);
        emit.jump(to);
        emit.go(here);
        between
    }

    /// The values of a block's parameters when control comes from the current block.
    fn add_incoming(&mut self, to: BlockId, args: &[ValueId]) {
        let here = self.unit.emit.here();
        let mut phis = self.phis[to.index()].iter();
        for &arg in args {
            for word in self.value(arg) {
                match phis.next() {
                    Some(phi) => phi.add_incoming(&[(word as &dyn BasicValue, here)]),
                    None => bug!(
                        self.span,
                        "a jump has more words than its block's parameters"
                    ),
                }
            }
        }
        if phis.next().is_some() {
            bug!(
                self.span,
                "a jump has fewer words than its block's parameters"
            );
        }
    }

    /// The LLVM block of a Core block.
    fn block_of(&self, id: BlockId) -> BasicBlock<'ctx> {
        match self.blocks[id.index()] {
            Some(block) => block,
            None => bug!(self.span, "a jump to a block nothing reaches"),
        }
    }

    /// Instructions from here on come from `span`.
    fn at(&mut self, span: Span) {
        let unit = self.unit;
        self.span = span;
        let location = unit.debug.location(unit.emit.llvm, &self.scope, span);
        unit.emit.builder.set_current_debug_location(location);
    }

    /// The type of a value.
    pub fn ty(&self, value: ValueId) -> TyId {
        self.function.values[value.index()].ty
    }

    /// The words of a value.
    pub fn value(&self, value: ValueId) -> &[Val<'ctx>] {
        match self.values[value.index()] {
            Some(Words { start, len }) => &self.pool[start as usize..(start + len) as usize],
            // A value of a type without words is whatever is wanted of it.
            None if self.unit.words(self.ty(value)).is_empty() => &[],
            None => bug!(self.span, "value {} is used before it is defined", value.0),
        }
    }

    /// The only word of a value.
    pub fn one(&self, value: ValueId) -> Val<'ctx> {
        match self.value(value) {
            [word] => *word,
            words => bug!(self.span, "{} words where one is meant", words.len()),
        }
    }

    /// The words of several values, one after another.
    pub fn all(&self, values: &[ValueId]) -> Vec<Val<'ctx>> {
        let words = values.iter().flat_map(|&value| self.value(value));
        words.copied().collect()
    }

    fn define(&mut self, value: ValueId, words: &[Val<'ctx>]) {
        let wanted = self.unit.words(self.ty(value)).len();
        if wanted != words.len() && *self.unit.program.types.get(self.ty(value)) != Ty::Never {
            bug!(self.span, "{} words for a value of {wanted}", words.len());
        }
        let start = self.pool.len() as u32;
        self.pool.extend_from_slice(words);
        let len = words.len() as u32;
        self.values[value.index()] = Some(Words { start, len });
    }

    /// Remembers the bit of a `Bool` that is about to be defined.
    pub fn note_bit(&mut self, value: ValueId, bit: IntValue<'ctx>) {
        self.bits[value.index()] = Some(bit);
    }

    /// A `Bool` as an `i1`.
    pub fn bit_of(&self, value: ValueId) -> IntValue<'ctx> {
        match self.bits[value.index()] {
            Some(bit) => bit,
            None => self.unit.emit.bit(self.one(value).into_int_value()),
        }
    }
}
