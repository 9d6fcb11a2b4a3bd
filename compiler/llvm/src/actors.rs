//! What only actors need: values of any type in boxes, the waiting for a message, and the trampoline
//! that enters an actor's function.
//!
//! A function that begins with a `receive` and finds nothing to receive looks at its frame. Where the
//! saved frame pointer is the trampoline's, nothing of the actor is on the stack but this frame, whose
//! live values are the captures of the closure that goes on later: the function parks the actor as that
//! closure and returns to the trampoline, whatever its result. Anywhere else it waits with its stack.
//! So such a function must never be inlined: in another frame it would return to the wrong place.

use crate::emit::{Emit, TAILCC, Val, must};
use crate::function::Body;
use crate::layout::Word;
use crate::op::HEADER;
use inkwell::IntPredicate;
use inkwell::intrinsics::Intrinsic;
use inkwell::llvm_sys::LLVMTailCallKind;
use inkwell::module::{Linkage, Module};
use inkwell::values::{FunctionValue, PointerValue};
use mesh_abi::context::offset;
use mesh_core::ir::{FnId, Function, Op, TyId, ValueId};
use mesh_report::{Span, bug};

/// What `rt.receive_next` gives where there is nothing yet.
const NOTHING_YET: i64 = 3;
/// Offset of the code pointer in a closure's object.
const CLOSURE_CODE: u64 = 8;

/// Whether a function may park the actor.
pub fn parks(function: &Function) -> bool {
    let stmts = function.blocks.iter().flat_map(|block| &block.stmts);
    stmts
        .into_iter()
        .any(|stmt| matches!(stmt.op, Op::ReceiveNext { .. }))
}

impl<'ctx> Body<'_, 'ctx, '_> {
    /// The value in an object of its own; a constant one where it has no words.
    pub fn box_value(&self, held: ValueId) -> PointerValue<'ctx> {
        let unit = self.unit;
        let words = self.stored(&[held]);
        let header = unit.header(unit.box_object(self.ty(held)), 0);
        if words.is_empty() {
            let object = unit.private_constant(header.into(), crate::emit::gc_space());
            return object.as_pointer_value();
        }
        let object = self.allocate(HEADER + 8 * words.len() as u64, header);
        for (at, &word) in words.iter().enumerate() {
            unit.emit.store(object, HEADER + 8 * at as u64, word);
        }
        object
    }

    /// What a box holds.
    pub fn unbox(&self, held: ValueId, ty: TyId) -> Vec<Val<'ctx>> {
        let object = self.one(held).into_pointer_value();
        let at = |n: usize| HEADER + 8 * n as u64;
        let classes = self.unit.words(ty).iter().enumerate();
        classes
            .map(|(n, &class)| self.unit.emit.load(class, object, at(n)))
            .collect()
    }

    /// The kind of what there is to receive, and the message.
    pub fn receive_next(&mut self, resume: Option<FnId>, captures: &[ValueId]) -> Vec<Val<'ctx>> {
        let emit = &self.unit.emit;
        let again = emit.next_block();
        emit.jump(again);
        emit.go(again);
        emit.call(self.unit.runtime("rt.receive_next"), &[self.ctx.into()]);
        let found = self.read_return_block(&[Word::Int, Word::Ptr]);
        let kind = emit.as_int(found[0]);
        let nothing = emit.icmp(IntPredicate::EQ, kind, emit.int(NOTHING_YET));
        let go_on = emit.next_block();
        let wait = emit.cold_block(self.llvm);
        emit.branch(nothing, wait, go_on);
        emit.go(wait);
        if let Some(resume) = resume {
            let deep = emit.cold_block(self.llvm);
            let park = emit.cold_block(self.llvm);
            emit.branch(self.is_entry_frame(), park, deep);
            emit.go(park);
            let closure = self.make_closure(resume, captures);
            let park = self.unit.runtime("rt.park");
            emit.call(park, &[self.ctx.into(), closure.into()]);
            let zeros = self.signature.shape.result.iter().map(|&w| emit.zero(w));
            self.emit_return(&zeros.collect::<Vec<_>>());
            emit.go(deep);
        }
        emit.call(self.unit.runtime("rt.receive_wait"), &[self.ctx.into()]);
        emit.jump(again);
        emit.go(go_on);
        found
    }

    /// Whether the caller of this function is the trampoline.
    fn is_entry_frame(&self) -> inkwell::values::IntValue<'ctx> {
        let emit = &self.unit.emit;
        let frame = self.unit.intrinsic("llvm.frameaddress", Some(Word::Ptr));
        let frame = emit.call_word(frame, &[emit.i32.const_zero().into()]);
        // Where the caller's frame pointer was saved, on x86-64 and AArch64 alike.
        let callers = emit.load(Word::Int, frame.into_pointer_value(), 0);
        let entry = emit.load(Word::Int, self.ctx, offset::ENTRY_FRAME);
        emit.icmp(
            IntPredicate::EQ,
            callers.into_int_value(),
            entry.into_int_value(),
        )
    }

    /// `rt.set_current`, in line: it stands behind many calls.
    pub fn set_current(&self, words: &[Val<'ctx>]) {
        for (n, &word) in words.iter().enumerate() {
            let at = offset::CURRENT_CALL + 8 * n as u64;
            self.unit.emit.store(self.ctx, at, word);
        }
    }
}

/// `mesh.enter(ctx, closure)`, with C's convention: notes its frame and calls the closure, whose result
/// is dropped: one that does not come in registers stands in the return block, so to the caller all
/// closures without parameters look alike.
pub fn trampoline<'ctx>(emit: &Emit<'ctx>, module: &Module<'ctx>) -> FunctionValue<'ctx> {
    let raw = emit.raw.into();
    let ty = emit.llvm.void_type().fn_type(&[raw, emit.gc.into()], false);
    let function = module.add_function("mesh.enter", ty, Some(Linkage::Internal));
    emit.go(emit.llvm.append_basic_block(function, ""));
    let params: Vec<Val<'ctx>> = function.get_param_iter().collect();
    if let [ctx, closure] = params[..] {
        let address = frame_address(emit, module);
        emit.store(ctx.into_pointer_value(), offset::ENTRY_FRAME, address);
        let object = closure.into_pointer_value();
        let code = emit.load_as(emit.raw.into(), object, CLOSURE_CODE);
        let args = [ctx.into(), closure.into()];
        let call = emit
            .builder
            .build_indirect_call(ty, code.into_pointer_value(), &args, "");
        let call = must(call);
        call.set_call_convention(TAILCC);
        call.set_tail_call_kind(LLVMTailCallKind::LLVMTailCallKindNoTail);
    }
    must(emit.builder.build_return(None));
    function
}

fn frame_address<'ctx>(emit: &Emit<'ctx>, module: &Module<'ctx>) -> Val<'ctx> {
    let found = Intrinsic::find("llvm.frameaddress");
    let declared = found.and_then(|i| i.get_declaration(module, &[emit.raw.into()]));
    match declared {
        Some(frame) => emit.call_word(frame, &[emit.i32.const_zero().into()]),
        None => bug!(Span::DUMMY, "LLVM has no llvm.frameaddress"),
    }
}
