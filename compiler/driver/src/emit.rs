//! What each stage makes of a program, for people to read.

use crate::pipeline::{Log, Pipeline, Program};
use mesh_llvm::Form;
use mesh_syntax::Parse;
use std::fmt::Write;

/// A stage that can be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Tokens,
    Tree,
    Resolved,
    Types,
    Core,
    Llvm,
    Asm,
    /// An object file of the whole program, which is no text.
    Object,
}

/// The work of `stage`; none after an error before it.
pub fn emit(
    pipeline: &Pipeline,
    stage: Stage,
    program: &Program,
    log: &mut Log,
) -> Option<Vec<u8>> {
    match stage {
        Stage::Tokens => Some(trees(program, log, tokens)),
        Stage::Tree => Some(trees(program, log, |tree| format!("{:#?}", tree.syntax()))),
        Stage::Resolved => {
            let world = pipeline.resolve(program, log).world;
            let own = world.modules.iter().filter(|module| !module.is_std);
            let print = |module| mesh_resolve::print_module(&world, module);
            Some(
                own.map(|module| print(module))
                    .collect::<String>()
                    .into_bytes(),
            )
        }
        Stage::Types => {
            let checked = pipeline.check(program, log)?;
            let own = checked.world.modules.iter().filter(|module| !module.is_std);
            Some(
                own.map(|module| mesh_check::print_types(&checked, module.id))
                    .collect::<String>()
                    .into_bytes(),
            )
        }
        Stage::Core => Some(mesh_core::print(&pipeline.core(program, log)?.core).into_bytes()),
        Stage::Llvm => text(pipeline, program, log, Form::Llvm),
        Stage::Asm => text(pipeline, program, log, Form::Assembly),
        Stage::Object => {
            let lowered = pipeline.core(program, log)?;
            let options = log.keep(pipeline.machine())?;
            log.keep(mesh_llvm::compile_program(
                &lowered.core,
                &lowered.sources,
                &options,
            ))
        }
    }
}

fn text(pipeline: &Pipeline, program: &Program, log: &mut Log, form: Form) -> Option<Vec<u8>> {
    let lowered = pipeline.core(program, log)?;
    let options = log.keep(pipeline.machine())?;
    let text = log.keep(mesh_llvm::print_program(
        &lowered.core,
        &lowered.sources,
        &options,
        form,
    ))?;
    Some(text.into_bytes())
}

/// Something about the tree of each of the program's own files, under its path if there are several.
fn trees(program: &Program, log: &mut Log, show: impl Fn(&Parse) -> String + Sync) -> Vec<u8> {
    let own: Vec<_> = program
        .modules
        .iter()
        .filter(|module| !module.is_std)
        .collect();
    let shown = mesh_report::parallel::map(&own, |_, module| {
        let tree = mesh_syntax::parse(module.file, program.sources.text(module.file));
        (show(&tree), tree.diagnostics)
    });
    let mut out = String::new();
    for (module, (text, diagnostics)) in own.iter().zip(shown) {
        if own.len() > 1 {
            let _ = writeln!(out, "# {}", program.sources.path(module.file));
        }
        out.push_str(&text);
        log.add(diagnostics);
    }
    out.into_bytes()
}

/// One token a line: its place, its kind, its text.
fn tokens(tree: &Parse) -> String {
    let tokens = tree
        .syntax()
        .descendants_with_tokens()
        .filter_map(|element| element.into_token());
    tokens
        .map(|token| {
            let range = token.text_range();
            let (start, end): (u32, u32) = (range.start().into(), range.end().into());
            format!("{start}..{end} {:?} {:?}\n", token.kind(), token.text())
        })
        .collect()
}
