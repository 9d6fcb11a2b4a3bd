//! Core to object files through LLVM.
//!
//! In: [`mesh_core::ir::Program`], verified. Out: object files as bytes, or LLVM IR and assembly as
//! text. The only crate that knows LLVM, and with `layout` the only place that knows what a value
//! looks like in memory. It never reads or writes files.
//!
//! A development build compiles each unit alone ([`compile_unit`], on as many threads as there are),
//! a release build all units as one module ([`compile_program`]); [`entry_object`] is what makes an
//! executable of either. Within a module `function` walks a Core function's blocks, `op`, `prim`,
//! `list` and `call` translate its statements, and `signature` says how words travel.

mod actors;
mod analysis;
mod call;
mod constants;
mod debug;
mod descriptor;
mod emit;
mod entry;
mod frames;
mod function;
mod graph;
mod helper;
mod large;
pub mod layout;
mod linear;
mod list;
mod loops;
mod module;
mod op;
mod prim;
mod signature;
mod strip;
mod target;
mod trace;
mod variables;
mod verify;

pub use target::Target;

use analysis::Calls;
use frames::{Larger, Watch};
use inkwell::GlobalVisibility;
use inkwell::context::Context;
use inkwell::module::{Linkage, Module};
use inkwell::passes::PassBuilderOptions;
use inkwell::targets::FileType;
use layout::Layouts;
use mesh_core::ir::{FnId, Program, UnitId};
use mesh_report::{Diagnostic, SourceMap, Span, bug};
use module::Unit;

/// How code is generated.
#[derive(Clone, Debug)]
pub struct Options {
    /// Optimise; leave out the record of tail calls.
    pub release: bool,
    pub target: Target,
}

/// What to print of a module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// LLVM's IR, after optimisation.
    Llvm,
    /// The target's assembly.
    Assembly,
}

/// The object file of one unit.
pub fn compile_unit(
    program: &Program,
    unit: UnitId,
    sources: &SourceMap,
    options: &Options,
) -> Result<Vec<u8>, Vec<Diagnostic>> {
    let unit = &program.units[unit.index()];
    let part = Part::Unit(&unit.module);
    generate(program, part, &unit.functions, sources, options, |module| {
        object(module, options)
    })
}

/// One object file of all units, in which the optimiser sees everything.
pub fn compile_program(
    program: &Program,
    sources: &SourceMap,
    options: &Options,
) -> Result<Vec<u8>, Vec<Diagnostic>> {
    let all = all_functions(program);
    generate(program, Part::Program, &all, sources, options, |module| {
        object(module, options)
    })
}

/// The text of one unit.
pub fn print_unit(
    program: &Program,
    unit: UnitId,
    sources: &SourceMap,
    options: &Options,
    form: Form,
) -> Result<String, Vec<Diagnostic>> {
    let unit = &program.units[unit.index()];
    let part = Part::Unit(&unit.module);
    generate(program, part, &unit.functions, sources, options, |module| {
        text(module, options, form)
    })
}

/// The text of all units as one module.
pub fn print_program(
    program: &Program,
    sources: &SourceMap,
    options: &Options,
    form: Form,
) -> Result<String, Vec<Diagnostic>> {
    let all = all_functions(program);
    generate(program, Part::Program, &all, sources, options, |module| {
        text(module, options, form)
    })
}

/// The object file every executable has besides its units': C's `main`, and the program's record.
pub fn entry_object(program: &Program, options: &Options) -> Vec<u8> {
    let llvm = Context::create();
    let module = entry::module(&llvm, program, options);
    check(&module, options);
    object(&module, options)
}

/// Frames that grew too large make others larger at most a few times.
const ATTEMPTS: u32 = 8;

/// What a module is made of.
#[derive(Clone, Copy)]
enum Part<'a> {
    Unit(&'a str),
    Program,
}

fn all_functions(program: &Program) -> Vec<FnId> {
    (0..program.functions.len() as u32).map(FnId).collect()
}

fn generate<T>(
    program: &Program,
    part: Part,
    functions: &[FnId],
    sources: &SourceMap,
    options: &Options,
    then: impl Fn(&Module) -> T,
) -> Result<T, Vec<Diagnostic>> {
    let layouts = Layouts::new(&program.types);
    check_widths(program, functions, &layouts)?;
    let whole = matches!(part, Part::Program);
    let mut known = Larger::default();
    for _ in 0..ATTEMPTS {
        let calls = analysis::calls(program, &layouts, functions, whole, &known);
        let (made, larger) = attempt(
            program,
            part,
            functions,
            sources,
            options,
            (&layouts, calls),
            &then,
        );
        if larger.is_empty() {
            return Ok(made);
        }
        known.extend(larger);
    }
    bug!(
        Span::DUMMY,
        "frames grow with every attempt to bound them: {known:?}"
    )
}

/// What `then` makes of the module, and the frames that are larger than the analysis had them.
fn attempt<T>(
    program: &Program,
    part: Part,
    functions: &[FnId],
    sources: &SourceMap,
    options: &Options,
    (layouts, calls): (&Layouts, Calls),
    then: &impl Fn(&Module) -> T,
) -> (T, Larger) {
    // Before the context, which it outlives.
    let watch = Watch::default();
    let llvm = Context::create();
    watch.listen(&llvm);
    let name = match part {
        Part::Unit(name) => name,
        Part::Program => program.name.as_str(),
    };
    let machine = options.target.machine(options.release);
    let unit = Unit::new(&llvm, name, calls, program, layouts, sources, options);
    // Before any code: how loads are aligned depends on it.
    target::describe(&unit.module, &machine);
    for &id in functions {
        function::define(&unit, id);
    }
    unit.finish_types();
    unit.debug.finish();
    check(&unit.module, options);
    let passes = if options.release {
        Some("default<O2>")
    } else {
        let inlines = |id: &FnId| program.functions[id.index()].always_inline;
        functions.iter().any(inlines).then_some("always-inline")
    };
    if let Some(passes) = passes {
        let run = unit
            .module
            .run_passes(passes, &machine, PassBuilderOptions::create());
        if let Err(error) = run {
            bug!(Span::DUMMY, "LLVM refused its passes: {error}");
        }
    }
    if options.release {
        name_functions(&unit.module);
    }
    let made = then(&unit.module);
    let larger = watch.larger();
    unit.check_helpers(&larger);
    (made, larger)
}

/// Profilers take names from the symbols that the linker keeps: those that are more than their file's own. The optimiser had
/// to know that there are no other callers, and is done.
fn name_functions(module: &Module) {
    let own = module.get_functions();
    for function in own.filter(|function| function.get_linkage() == Linkage::Internal) {
        function.set_linkage(Linkage::External);
        let symbol = function.as_global_value();
        symbol.set_visibility(GlobalVisibility::Hidden);
    }
}

fn check(module: &Module, options: &Options) {
    if let Err(why) = verify::verify(module, options.target) {
        bug!(Span::DUMMY, "the generated code is not sound: {why}");
    }
}

/// What no machine signature has room for is the user's to change.
fn check_widths(
    program: &Program,
    functions: &[FnId],
    layouts: &Layouts,
) -> Result<(), Vec<Diagnostic>> {
    let mut errors = Vec::new();
    for &id in functions {
        let function = &program.functions[id.index()];
        let params = function.blocks[0].params.iter();
        let words: usize = params
            .map(|p| layouts.words(function.values[p.index()].ty).len())
            .sum();
        if words > signature::MAX_ARG_WORDS {
            let message = format!("`{}` has too many parameters", function.name);
            let note = format!(
                "together they take {words} machine words; a call has room for {}",
                signature::MAX_ARG_WORDS
            );
            let error = Diagnostic::error("E0701", message)
                .primary(function.span, "declared here")
                .note(note)
                .help("put some of them into a struct");
            errors.push(error);
        }
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors)
    }
}

fn object(module: &Module, options: &Options) -> Vec<u8> {
    emit_file(module, options, FileType::Object)
}

fn text(module: &Module, options: &Options, form: Form) -> String {
    match form {
        Form::Llvm => module.print_to_string().to_string(),
        Form::Assembly => {
            let bytes = emit_file(module, options, FileType::Assembly);
            let text = String::from_utf8_lossy(&bytes);
            text.trim_end_matches('\0').to_string()
        }
    }
}

fn emit_file(module: &Module, options: &Options, kind: FileType) -> Vec<u8> {
    let machine = options.target.machine(options.release);
    match machine.write_to_memory_buffer(module, kind) {
        Ok(buffer) => buffer.as_slice().to_vec(),
        Err(error) => bug!(Span::DUMMY, "LLVM could not generate code: {error}"),
    }
}
