//! The passes over Core, in order. Each leaves a program that the verifier accepts.

mod closures;
mod current;
mod fields;
mod inline;
mod lent;
mod resume;
mod simplify;
mod sweep;
mod tail_loops;
#[cfg(test)]
mod tests;
mod thread;
mod unused;
mod whole;

use crate::ir::{FnId, Program};
use mesh_report::{Span, bug};

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
    check(program, "lowering");
    for index in 0..program.functions.len() {
        tail_loops::run(FnId(index as u32), &mut program.functions[index]);
    }
    check(program, "tail_loops");
    for index in 0..program.functions.len() {
        simplify_one(program, index);
    }
    check(program, "simplify");
    inline_tiny(program);
    check(program, "inline");
    sweep::run(program);
    if level == Level::Release {
        whole::run(program);
    }
    for id in current::run(program) {
        simplify_one(program, id.index());
    }
    check(program, "current");
    for id in resume::run(program) {
        simplify_one(program, id.index());
    }
    check(program, "resume");
    sweep::mark_exported(program);
    lent::run(program);
    check(program, "sweep");
}

fn simplify_one(program: &mut Program, index: usize) -> bool {
    simplify::run(&program.types, &mut program.functions[index])
}

/// Inlines what is smaller than a call of it, in development builds too: std's operators are such.
fn inline_tiny(program: &mut Program) {
    for function in &mut program.functions {
        function.always_inline = inline::is_tiny(function);
    }
    for index in 0..program.functions.len() {
        let id = FnId(index as u32);
        let wanted =
            |program: &Program, callee: FnId| program.functions[callee.index()].always_inline;
        if inline::run(program, id, wanted) {
            simplify_one(program, index);
        }
    }
}

/// In tests and debug builds: the verifier, after every pass.
fn check(program: &Program, pass: &str) {
    if !cfg!(debug_assertions) {
        return;
    }
    if let Err(errors) = crate::verify(program) {
        let all = errors.join("\n  ");
        bug!(Span::DUMMY, "Core is not sound after {pass}:\n  {all}");
    }
}
