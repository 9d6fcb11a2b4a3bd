//! The object file that makes an executable of a program: C's `main`, the program's record, and
//! the shim through which the runtime runs the entry function.

use crate::Options;
use crate::emit::{Emit, TAILCC, must, result_of};
use inkwell::GlobalVisibility;
use inkwell::attributes::AttributeLoc;
use inkwell::context::Context;
use inkwell::module::{Linkage, Module};
use inkwell::values::FunctionValue;
use mesh_core::ir::Program;

/// The module with `main` and `mesh_program`.
pub fn module<'ctx>(llvm: &'ctx Context, program: &Program, options: &Options) -> Module<'ctx> {
    let module = llvm.create_module("entry");
    let emit = Emit::new(llvm);
    let machine = options.target.machine(options.release);
    crate::target::describe(&module, &machine);
    let shim = shim(&emit, &module, program);
    let enter = crate::actors::trampoline(&emit, &module);
    attributes(&emit, enter);
    let name = program.name.as_bytes();
    let text = llvm.const_string(name, true);
    let global = module.add_global(text.get_type(), None, "");
    global.set_linkage(Linkage::Private);
    global.set_constant(true);
    global.set_initializer(&text);
    let record = llvm.const_struct(
        &[
            emit.int(mesh_abi::ABI_VERSION as i64).into(),
            shim.as_global_value().as_pointer_value().into(),
            global.as_pointer_value().into(),
            emit.int(name.len() as i64).into(),
            emit.int(i64::from(options.release)).into(),
            enter.as_global_value().as_pointer_value().into(),
        ],
        false,
    );
    let table = module.add_global(record.get_type(), None, mesh_abi::program::PROGRAM);
    table.set_constant(true);
    table.set_initializer(&record);
    // `main(argc, argv)` passes both on with the record.
    let (i32, raw) = (emit.i32, emit.raw);
    let start_type = i32.fn_type(&[raw.into(), i32.into(), raw.into()], false);
    let start = module.add_function(mesh_abi::program::START, start_type, None);
    let main_type = i32.fn_type(&[i32.into(), raw.into()], false);
    let main = module.add_function("main", main_type, None);
    attributes(&emit, main);
    emit.go(llvm.append_basic_block(main, ""));
    let mut args = vec![table.as_pointer_value().into()];
    args.extend(main.get_param_iter());
    let status = emit.call_word(start, &args);
    must(emit.builder.build_return(Some(&status)));
    module
}

/// `mesh.entry.shim(ctx) -> i64`, with C's convention.
fn shim<'ctx>(emit: &Emit<'ctx>, module: &Module<'ctx>, program: &Program) -> FunctionValue<'ctx> {
    let ty = emit.i64.fn_type(&[emit.raw.into()], false);
    let shim = module.add_function("mesh.entry.shim", ty, Some(Linkage::Internal));
    attributes(emit, shim);
    emit.go(emit.llvm.append_basic_block(shim, ""));
    let status = program.entry.map(|id| {
        let symbol = &program.functions[id.index()].symbol;
        let entry = module.add_function(symbol, ty, None);
        entry.set_call_conventions(TAILCC);
        entry
            .as_global_value()
            .set_visibility(GlobalVisibility::Hidden);
        let ctx: Vec<_> = shim.get_param_iter().collect();
        let call = emit.call(entry, &ctx);
        call.set_call_convention(TAILCC);
        result_of(call)
    });
    let status = status.unwrap_or_else(|| emit.int(0).into());
    must(emit.builder.build_return(Some(&status)));
    shim
}

fn attributes<'ctx>(emit: &Emit<'ctx>, function: FunctionValue<'ctx>) {
    let frame = emit.llvm.create_string_attribute("frame-pointer", "all");
    for attribute in [emit.enum_attribute("uwtable", 2), frame] {
        function.add_attribute(AttributeLoc::Function, attribute);
    }
}
