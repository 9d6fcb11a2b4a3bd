//! The `mesh` command: arguments and printing only.
//!
//! Exit codes: 0 when all went well, 1 for a program or a check that failed, 2 for misuse. What `mesh run` starts
//! replaces this process, so its own exit code, or the signal that ended it, is what the caller sees.

mod allocator;
mod arguments;
mod commands;
mod print;

use arguments::{Arguments, Command};
use clap::Parser;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: allocator::Allocator = allocator::Allocator;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help goes to standard output; where that is closed there is nobody to tell.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    match arguments.command {
        Command::Run(options) => commands::run::run(&options),
        Command::Build(options) => commands::build::run(&options),
        Command::Check(options) => commands::check::run(&options),
        Command::Fmt(options) => commands::fmt::run(&options),
        Command::Test(options) => commands::test::run(&options),
        Command::New { name } => commands::new::run(&name),
        Command::Explain { code } => commands::explain::run(&code),
    }
}
