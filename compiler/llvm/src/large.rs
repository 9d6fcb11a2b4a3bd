//! Functions whose frames are larger than what is free below the limit of a stack: the room they ask for has to be there
//! before their frame is. So what callers call only asks, and goes on with the function itself, wherever that
//! then has room.

use crate::emit::Val;
use crate::frames::{self, HELPER_FRAME};
use crate::function::Body;
use crate::signature::Place;
use inkwell::llvm_sys::LLVMTailCallKind;
use inkwell::module::Linkage;
use mesh_abi::context::{STACK_RESERVE, offset};
use mesh_report::bug;

/// Frames up to here fit below the limit, with the frames of what asks for room.
pub const LARGE_FRAME: u64 = STACK_RESERVE as u64 / 2;

/// What the symbol of the function itself ends in.
pub const SUFFIX: &str = ".large";

impl Body<'_, '_, '_> {
    /// Makes the function at hand the one that asks, and goes on with the one that is meant.
    pub fn ask_first(&mut self, need: u64) {
        let unit = self.unit;
        let emit = &unit.emit;
        frames::bound(emit, self.llvm, HELPER_FRAME);
        emit.builder.unset_current_debug_location();
        emit.go(emit.llvm.append_basic_block(self.llvm, ""));
        let words = self.receive_arguments();
        self.entry_check(need, &words);
        let symbol = format!("{}{SUFFIX}", self.function.symbol);
        let own = unit.declare_mesh(&symbol, &self.signature, Linkage::Internal);
        emit.mark(own, "noinline");
        let mut registers: Vec<Val> = vec![self.ctx.into()];
        registers.extend(self.closure.map(Val::from));
        for (place, &word) in self.signature.places.iter().zip(&words) {
            match *place {
                Place::Register(_) => registers.push(word),
                Place::Block(slot) => {
                    let at = offset::ARGS + 8 * u64::from(slot);
                    emit.store(emit.blocks(self.ctx), at, word);
                }
            }
        }
        let call = emit.call(own, &registers);
        call.set_call_convention(self.signature.convention());
        call.set_tail_call_kind(LLVMTailCallKind::LLVMTailCallKindMustTail);
        self.pass_on(call);
        self.finish_asking();
        let parameter = |at| match own.get_nth_param(at) {
            Some(value) => value.into_pointer_value(),
            None => bug!(self.span, "a function without a context"),
        };
        (self.ctx, self.closure) = (parameter(0), self.closure.map(|_| parameter(1)));
        self.llvm = own;
    }
}
