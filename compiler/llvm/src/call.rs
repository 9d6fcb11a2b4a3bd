//! Calls: of Mesh functions, through closures, of natives, and in tail position.

use crate::emit::{Val, must};
use crate::function::Body;
use crate::layout::{Shape, Word};
use crate::module::letters;
use crate::signature::{Place, Returns, Signature};
use inkwell::llvm_sys::LLVMTailCallKind;
use inkwell::values::{CallSiteValue, PointerValue};
use mesh_abi::context::offset;
use mesh_abi::native::Native;
use mesh_core::ir::{FnId, Ty, TyId, ValueId};
use mesh_report::bug;

/// Offset of the code pointer in a closure's object.
const CLOSURE_CODE: u64 = 8;

impl<'ctx> Body<'_, 'ctx, '_> {
    pub fn call(&mut self, callee: FnId, args: &[ValueId]) -> Vec<Val<'ctx>> {
        let unit = self.unit;
        let function = &unit.program.functions[callee.index()];
        let signature = unit.signature_of(callee);
        let code = unit.function(callee).as_global_value().as_pointer_value();
        let call = self.build_call(&signature, code, None, args);
        self.finish_call(&signature, call, function.result)
    }

    pub fn call_closure(&mut self, callee: ValueId, args: &[ValueId]) -> Vec<Val<'ctx>> {
        let (signature, result) = self.unit.signature_of_closure(self.ty(callee), self.span);
        let closure = self.one(callee).into_pointer_value();
        let code = self.code_of(closure);
        let call = self.build_call(&signature, code, Some(closure), args);
        self.finish_call(&signature, call, result)
    }

    fn code_of(&self, closure: PointerValue<'ctx>) -> PointerValue<'ctx> {
        let emit = &self.unit.emit;
        emit.load_as(emit.raw.into(), closure, CLOSURE_CODE)
            .into_pointer_value()
    }

    /// Puts the arguments where they travel, and calls.
    fn build_call(
        &self,
        signature: &Signature<'ctx>,
        code: PointerValue<'ctx>,
        closure: Option<PointerValue<'ctx>>,
        args: &[ValueId],
    ) -> CallSiteValue<'ctx> {
        let emit = &self.unit.emit;
        let words = self.all(args);
        if words.len() != signature.places.len() {
            bug!(
                self.span,
                "{} words of arguments for {} of parameters",
                words.len(),
                signature.places.len()
            );
        }
        let mut registers: Vec<inkwell::values::BasicMetadataValueEnum> = vec![self.ctx.into()];
        registers.extend(closure.map(inkwell::values::BasicMetadataValueEnum::from));
        let blocks = (signature.overflow > 0).then(|| emit.blocks(self.ctx));
        for (place, &word) in signature.places.iter().zip(&words) {
            match *place {
                Place::Register(_) => registers.push(word.into()),
                Place::Block(slot) => {
                    let blocks = blocks.unwrap_or(self.ctx);
                    emit.store(blocks, offset::ARGS + 8 * u64::from(slot), word);
                }
            }
        }
        let call = emit
            .builder
            .build_indirect_call(signature.ty, code, &registers, "");
        let call = must(call);
        call.set_call_convention(signature.convention());
        call
    }

    fn finish_call(
        &self,
        signature: &Signature<'ctx>,
        call: CallSiteValue<'ctx>,
        result: TyId,
    ) -> Vec<Val<'ctx>> {
        self.forget_tail_calls();
        if signature.returns == Returns::Block {
            return self.read_return_block(self.unit.words(result));
        }
        self.unit.results(signature, call)
    }

    pub fn tail_call(&mut self, callee: FnId, args: &[ValueId]) {
        let unit = self.unit;
        let function = &unit.program.functions[callee.index()];
        let signature = unit.signature_of(callee);
        let code = unit.function(callee).as_global_value().as_pointer_value();
        self.jump_to(&signature, code, None, args, function.result);
    }

    pub fn tail_call_closure(&mut self, callee: ValueId, args: &[ValueId]) {
        let (signature, result) = self.unit.signature_of_closure(self.ty(callee), self.span);
        let closure = self.one(callee).into_pointer_value();
        let code = self.code_of(closure);
        self.jump_to(&signature, code, Some(closure), args, result);
    }

    fn jump_to(
        &mut self,
        signature: &Signature<'ctx>,
        code: PointerValue<'ctx>,
        closure: Option<PointerValue<'ctx>>,
        args: &[ValueId],
        result: TyId,
    ) {
        let emit = &self.unit.emit;
        if *self.unit.program.types.get(result) == Ty::Never && !self.span.is_dummy() {
            // Its frame stays, for the crash that ends it shall show where it was called.
            self.build_call(signature, code, closure, args);
            emit.unreachable();
            return;
        }
        if signature.shape.result != self.signature.shape.result {
            bug!(self.span, "a tail call of a function with another result");
        }
        if !self.unit.options.release && !self.span.is_dummy() {
            self.record_tail_call();
            // Quick instruction selection gives up on the block that ends so.
            let last = emit.next_block();
            emit.jump(last);
            emit.go(last);
        }
        let call = self.build_call(signature, code, closure, args);
        call.set_tail_call_kind(LLVMTailCallKind::LLVMTailCallKindMustTail);
        self.pass_on(call);
    }

    /// Returns what a call has given.
    pub fn pass_on(&self, call: CallSiteValue<'ctx>) {
        let builder = &self.unit.emit.builder;
        match call.try_as_basic_value().basic() {
            Some(value) => must(builder.build_return(Some(&value))),
            None => must(builder.build_return(None)),
        };
    }

    /// Remembers the frame that is about to be replaced, for crash reports of development builds.
    fn record_tail_call(&self) {
        let unit = self.unit;
        let emit = &unit.emit;
        let [name, name_len] = unit.text(&self.function.name);
        let [file, file_len] = unit.text(unit.debug.path(self.span));
        let line = emit.int(i64::from(unit.debug.line(self.span)));
        let site = [name, name_len, file, file_len, line.into()];
        let site = emit.llvm.const_struct(&site, false);
        let site = unit.private_constant(site.into(), Default::default());
        let frame = unit.intrinsic("llvm.frameaddress", Some(Word::Ptr));
        let frame = emit.call_word(frame, &[emit.i32.const_zero().into()]);
        let args = [self.ctx.into(), site.as_pointer_value().into(), frame];
        emit.call(unit.tail_recorder(), &args);
    }

    /// A native, with C's convention: one word comes in a register, more in the return block.
    pub fn call_native(&mut self, native: &'static Native, args: &[ValueId]) -> Vec<Val<'ctx>> {
        let emit = &self.unit.emit;
        let words = self.stored(args);
        if native.name == "rt.set_current" {
            self.set_current(&words);
            return Vec::new();
        }
        let mut passed: Vec<Val<'ctx>> = vec![self.ctx.into()];
        if words.len() != native.params.len() {
            bug!(
                self.span,
                "{} words of arguments for {}, which takes {}",
                words.len(),
                native.name,
                native.params.len()
            );
        }
        let classes = letters(native.params);
        passed.extend(
            words
                .iter()
                .zip(classes)
                .map(|(&w, class)| emit.cast(w, class)),
        );
        let call = emit.call(self.unit.native(native), &passed);
        let classes: Vec<Word> = letters(native.result).collect();
        match classes.as_slice() {
            [] => Vec::new(),
            [_] => vec![crate::emit::result_of(call)],
            _ => self.read_return_block(&classes),
        }
    }

    /// What a native gave, as a value. What has more words than stand flat becomes an object here, for natives know nothing of
    /// the program's types.
    pub fn native_result(&self, words: Vec<Val<'ctx>>, ty: TyId) -> Vec<Val<'ctx>> {
        let Shape::Boxed(payload) = &self.unit.layouts.get(ty).shape else {
            return self.as_words_of(words, ty);
        };
        if words.len() < 2 || words.len() != payload.words.len() {
            return self.as_words_of(words, ty);
        }
        let emit = &self.unit.emit;
        let words = words.into_iter().zip(&payload.words);
        let words: Vec<_> = words.map(|(word, &class)| emit.cast(word, class)).collect();
        vec![self.record(ty, 0, payload, &words).into()]
    }

    /// The words of a native's result as those of a type: the row may name other classes.
    pub fn as_words_of(&self, words: Vec<Val<'ctx>>, ty: TyId) -> Vec<Val<'ctx>> {
        let classes = self.unit.words(ty);
        if classes.len() != words.len() {
            return words;
        }
        let emit = &self.unit.emit;
        let words = words.into_iter().zip(classes);
        words.map(|(word, &class)| emit.cast(word, class)).collect()
    }
}
