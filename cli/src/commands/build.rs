//! `mesh build`: an executable in the current folder, or a look at a stage.

use crate::arguments::{BuildOptions, Emit};
use crate::print;
use mesh_driver::{Compiler, Options, Report};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub fn run(options: &BuildOptions) -> ExitCode {
    let report = match build(options) {
        Ok(report) | Err(report) => report,
    };
    print::report(&report);
    print::exit_code(&report)
}

fn build(options: &BuildOptions) -> Result<Report, Report> {
    let compiler = Compiler::find()?;
    match options.emit {
        Some(stage) => emit(&compiler, options, stage),
        None if options.target.is_some() => emit(&compiler, options, Emit::Obj),
        None => {
            let built = compiler.build(
                &options.path,
                &Options {
                    release: options.release,
                },
            )?;
            let output = match &options.output {
                Some(output) => output.clone(),
                None => default_output(&options.path, &built.name),
            };
            compiler.install(&built, &options.path, &output)?;
            Ok(built.report)
        }
    }
}

fn emit(compiler: &Compiler, options: &BuildOptions, stage: Emit) -> Result<Report, Report> {
    let target = options.target.as_deref();
    let emitted = compiler.emit(
        &options.path,
        stage.stage(),
        &Options {
            release: options.release,
        },
        target,
    )?;
    let output = match (&options.output, stage) {
        (Some(output), _) => Some(output.clone()),
        (None, Emit::Obj) => Some(default_output(&options.path, &emitted.name).with_extension("o")),
        (None, _) => None,
    };
    match output {
        Some(output) => compiler.write(&emitted.bytes, &options.path, &output)?,
        None => {
            print::to_stdout(&emitted.bytes);
        }
    }
    Ok(emitted.report)
}

/// The program's name in the current folder; not the folder of a package of that name.
fn default_output(input: &Path, name: &str) -> PathBuf {
    let plain = PathBuf::from(name);
    if plain.is_dir() || plain == input {
        plain.with_extension("out")
    } else {
        plain
    }
}
