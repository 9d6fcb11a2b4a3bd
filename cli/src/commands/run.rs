//! `mesh run`: the program takes this process's place.

use crate::arguments::RunOptions;
use crate::print;
use mesh_driver::{Compiler, Options};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

pub fn run(options: &RunOptions) -> ExitCode {
    let compiler = match Compiler::find() {
        Ok(compiler) => compiler,
        Err(report) => {
            print::report(&report);
            return ExitCode::FAILURE;
        }
    };
    let built = match compiler.build(
        &options.path,
        &Options {
            release: options.release,
        },
    ) {
        Ok(built) => built,
        Err(report) => {
            print::report(&report);
            return ExitCode::FAILURE;
        }
    };
    print::report(&built.report);
    let error = Command::new(&built.executable)
        .args(&options.arguments)
        .exec();
    print::error(&format!("the program could not be started: {error}"));
    ExitCode::FAILURE
}
