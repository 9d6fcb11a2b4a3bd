//! The passes over Core, in order. Each leaves a program that the verifier accepts.

use crate::ir::Program;

/// How much to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Only what is cheap and what the code generator relies on.
    Development,
    /// Everything, over the whole program.
    Release,
}

/// Improves the program.
pub fn optimise(program: &mut Program, level: Level) {
    let _ = (program, level);
}
