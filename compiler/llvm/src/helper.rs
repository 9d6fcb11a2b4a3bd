//! What compiled code does often: inline in release builds; in development builds a function of the
//! module, for there the time goes into generating code, not into running it.

use crate::emit::{Val, must};
use crate::layout::Word;
use crate::module::Unit;
use inkwell::IntPredicate;
use inkwell::module::Linkage;
use inkwell::types::FunctionType;
use inkwell::values::{BasicValue, FunctionValue, IntValue, PointerValue};
use mesh_abi::context::{TAIL_RING, TailRecord, offset};
use std::mem::offset_of;

const _: () = assert!(TAIL_RING.is_power_of_two());

impl<'ctx> Unit<'ctx, '_> {
    /// `(ctx, bytes, header) -> object`, with only the header written.
    pub fn allocator(&self) -> FunctionValue<'ctx> {
        let emit = &self.emit;
        let params = [emit.raw.into(), emit.i64.into(), emit.i64.into()];
        let ty = emit.gc.fn_type(&params, false);
        self.helper("mesh.allocate", ty, |function, args| {
            let size = args[1].into_int_value();
            let object = bump(self, function, args[0].into_pointer_value(), size);
            emit.store(object, 0, args[2]);
            must(emit.builder.build_return(Some(&object)));
        })
    }

    /// `(ctx, site, frame)`: remembers a tail call.
    pub fn tail_recorder(&self) -> FunctionValue<'ctx> {
        let emit = &self.emit;
        let raw = emit.raw.into();
        let ty = emit.llvm.void_type().fn_type(&[raw, raw, raw], false);
        self.helper("mesh.record_tail_call", ty, |_, args| {
            let ctx = args[0].into_pointer_value();
            let count = emit.load(Word::Int, ctx, offset::TAIL_COUNT);
            let count = count.into_int_value();
            let slot = emit.and(count, emit.int(TAIL_RING as i64 - 1));
            let size = size_of::<TailRecord>() as i64;
            let ring = emit.load_as(emit.raw.into(), ctx, offset::TAIL_RING);
            let record = emit.at_dyn(ring.into_pointer_value(), emit.mul(slot, size));
            emit.store(record, offset_of!(TailRecord, site) as u64, args[1]);
            emit.store(record, offset_of!(TailRecord, sp) as u64, args[2]);
            let next = emit.add(count, emit.int(1));
            emit.store(ctx, offset::TAIL_COUNT, next);
            must(emit.builder.build_return(None));
        })
    }

    /// A function of this module with C's convention, made on first use.
    fn helper(
        &self,
        symbol: &str,
        ty: FunctionType<'ctx>,
        body: impl FnOnce(FunctionValue<'ctx>, &[Val<'ctx>]),
    ) -> FunctionValue<'ctx> {
        if let Some(found) = self.module.get_function(symbol) {
            return found;
        }
        let function = self
            .module
            .add_function(symbol, ty, Some(Linkage::Internal));
        self.add_attributes(function);
        crate::frames::bound(&self.emit, function, crate::frames::HELPER_FRAME);
        self.aside(|| {
            self.emit
                .go(self.emit.llvm.append_basic_block(function, ""));
            let args: Vec<_> = function.get_param_iter().collect();
            body(function, &args);
        });
        function
    }

    /// Emits another function in the middle of one.
    pub fn aside(&self, other: impl FnOnce()) {
        let builder = &self.emit.builder;
        let resume = builder.get_insert_block();
        let location = builder.get_current_debug_location();
        builder.unset_current_debug_location();
        other();
        if let Some(block) = resume {
            self.emit.go(block);
        }
        if let Some(location) = location {
            builder.set_current_debug_location(location);
        }
    }
}

/// The next `size` bytes of the bump region, or what the runtime gives instead.
pub fn bump<'ctx>(
    unit: &Unit<'ctx, '_>,
    function: FunctionValue<'ctx>,
    ctx: PointerValue<'ctx>,
    size: IntValue<'ctx>,
) -> PointerValue<'ctx> {
    let emit = &unit.emit;
    let start = emit.load(Word::Ptr, ctx, offset::ALLOC);
    let limit = emit.load(Word::Int, ctx, offset::ALLOC_END);
    let end = emit.add(emit.as_int(start), size);
    let fits = emit.icmp(IntPredicate::ULE, end, limit.into_int_value());
    let fast = emit.next_block();
    let slow = emit.cold_block(function);
    emit.branch(fits, fast, slow);
    emit.go(fast);
    let done = emit.next_block();
    // By arithmetic on the pointer, so that what is stored is still derived from it.
    let next = emit.at_dyn(start.into_pointer_value(), size);
    emit.store(ctx, offset::ALLOC, next);
    emit.jump(done);
    emit.go(slow);
    let native = unit.runtime("rt.alloc_slow");
    let other = emit.call_word(native, &[ctx.into(), size.into()]);
    emit.jump(done);
    emit.go(done);
    let object = emit.phi(emit.gc.into());
    object.add_incoming(&[(&start as &dyn BasicValue, fast), (&other, slow)]);
    object.as_basic_value().into_pointer_value()
}
