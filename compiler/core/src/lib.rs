//! Typed modules to Core, the monomorphic first-order IR.
//!
//! In: [`mesh_check::program::Checked`], a program without errors. Out: [`ir::Program`], in which no
//! type variable, interface, pattern or lambda survives; every function is an SSA graph that
//! [`verify`] accepts. It never reads files and knows nothing of what a value looks like in memory.

mod build;
mod diagnostics;
mod dominance;
mod entry;
#[cfg(test)]
mod fixture;
pub mod intrinsics;
pub mod ir;
mod lower;
mod operands;
mod passes;
mod print;
mod specialise;
mod structural;
pub mod testing;
mod verify;

pub use passes::{Level, optimise};
pub use print::{print, print_function, type_name};
pub use verify::verify;

use mesh_check::program::Checked;
use mesh_report::Diagnostic;

/// What to make of a checked program.
#[derive(Debug, Clone)]
pub struct Options {
    /// Name for reports: the package's, or the file's without its ending.
    pub name: String,
    pub entry: Entry,
}

/// Where the program starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// `main` of the root module.
    Main,
    /// The function marked `run_tests`, with the tests of the modules that are tested.
    Tests,
}

/// Specialises everything the entry reaches.
pub fn lower_program(checked: &Checked, options: &Options) -> Result<ir::Program, Vec<Diagnostic>> {
    let mut specialiser = specialise::Specialiser::new(checked, &options.name);
    entry::declare(&mut specialiser, options.entry);
    specialiser.run();
    let mut errors = specialiser.diagnostics;
    if errors.is_empty() {
        return Ok(specialiser.program);
    }
    mesh_report::sort(&mut errors);
    Err(errors)
}

/// How deep the machine stack may get before a piece of it is added.
const RED_ZONE: usize = 128 * 1024;
const GROWTH: usize = 2 * 1024 * 1024;

/// Runs `work` with enough stack for its own recursion: programs nest as deeply as they like.
fn deep<T>(work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(RED_ZONE, GROWTH, work)
}
