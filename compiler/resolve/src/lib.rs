//! Names to ids; sugar that needs no types removed.
//!
//! In: the trees of all modules of a program, std's included. Out: the [`hir::World`] with every name an id or a local, and what is
//! wrong with the names. Whatever could not be resolved is an error node of the HIR and has been reported, so nothing that comes
//! later has to report it again. It never reads files and knows no type.
//!
//! Collecting looks at each module alone ([`collect`]), linking resolves imports ([`imports`]), lowering turns bodies into HIR
//! ([`lower`]); the first and the last work on all modules in parallel.

mod collect;
mod constants;
pub mod diagnostics;
mod drop;
mod graph;
pub mod hir;
mod html;
mod imports;
mod inherit;
mod layout;
mod lookup;
mod lower;
mod names;
mod print;
mod regex;
pub mod suggest;

pub use names::Origin;
pub use print::print_module;

use hir::{Module, ModuleId, World};
use mesh_report::{Diagnostic, Explain, parallel};
use mesh_syntax::Parse;
use smol_str::SmolStr;
use std::sync::Arc;

/// A module that has been read and parsed.
#[derive(Clone, Debug)]
pub struct SourceModule {
    /// `Types.UserName`
    pub name: SmolStr,
    pub parse: Parse,
    pub origin: Origin,
    /// Whether its tests are to run, and so the examples in its doc comments.
    pub is_tested: bool,
}

/// What resolving gives.
#[derive(Debug)]
pub struct Resolved {
    pub world: Arc<World>,
    /// In the order of their places; those of the trees are not among them. Warnings only if nothing is wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// Resolves a program. `ModuleId`s are the positions in `modules`; `root` is the module whose `main` runs.
pub fn resolve_program(modules: Vec<SourceModule>, root: Option<&str>) -> Resolved {
    let collected = parallel::map(&modules, |at, module| {
        collect::collect(ModuleId(at as u32), module)
    });
    let mut diagnostics = Vec::new();
    let mut declarations = Vec::new();
    for (declared, problems) in collected {
        declarations.push(declared);
        diagnostics.extend(problems);
    }
    let (names, problems) = imports::link(declarations);
    diagnostics.extend(problems);
    let root = root.and_then(|root| root_module(&modules, root));
    let lowered = parallel::map(&modules, |at, module| {
        let id = ModuleId(at as u32);
        lower::lower(&names, id, module, root == Some(id))
    });
    let mut world = World {
        lang: names.lang.clone(),
        root,
        ..World::default()
    };
    let mut lowered_modules = Vec::new();
    for (mut module, problems) in lowered {
        diagnostics.extend(problems);
        constants::check(&mut module, &mut diagnostics);
        lowered_modules.push(module);
    }
    inherit::fill(&mut lowered_modules);
    world.modules = lowered_modules.into_iter().map(Arc::new).collect();
    world.groups = groups(&world.modules);
    let wrong_tree =
        |module: &SourceModule| module.parse.diagnostics.iter().any(Diagnostic::is_error);
    let diagnostics = without_consequences(diagnostics, modules.iter().any(wrong_tree));
    Resolved {
        world: Arc::new(world),
        diagnostics,
    }
}

/// The diagnostics in order, without those that may be there because something else is wrong: what seems unused may be what the wrong
/// part was meant to use, and `main` what it was meant to be.
fn without_consequences(mut all: Vec<Diagnostic>, wrong_trees: bool) -> Vec<Diagnostic> {
    if wrong_trees || all.iter().any(Diagnostic::is_error) {
        all.retain(Diagnostic::is_error);
    }
    if wrong_trees || all.len() > 1 {
        all.retain(|found| found.code != diagnostics::NoMain::CODE);
    }
    mesh_report::sort(&mut all);
    all
}

fn root_module(modules: &[SourceModule], root: &str) -> Option<ModuleId> {
    let found = modules
        .iter()
        .position(|module| module.name == root && module.origin == Origin::Package);
    found.map(|at| ModuleId(at as u32))
}

/// Modules in the order of their imports.
fn groups(modules: &[Arc<Module>]) -> Vec<Vec<ModuleId>> {
    let edges = |module: &Arc<Module>| module.imports.iter().map(|to| to.0 as usize).collect();
    let edges: Vec<Vec<usize>> = modules.iter().map(edges).collect();
    let ids = |component: Vec<usize>| {
        let ids = component.into_iter();
        ids.map(|at| ModuleId(at as u32)).collect()
    };
    graph::components(&edges).into_iter().map(ids).collect()
}
