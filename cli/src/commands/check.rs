//! `mesh check`: diagnostics only, once or after every change.

use crate::arguments::CheckOptions;
use crate::print;
use mesh_driver::{Compiler, Report};
use std::process::ExitCode;
use std::time::Duration;

/// How often the files are looked at.
const TICK: Duration = Duration::from_millis(200);

pub fn run(options: &CheckOptions) -> ExitCode {
    let compiler = match Compiler::find() {
        Ok(compiler) => compiler,
        Err(report) => return show(&report, options.json),
    };
    if !options.watch {
        return show(&compiler.check(&options.path, true), options.json);
    }
    loop {
        let seen = compiler.stamp(&options.path);
        let report = compiler.check(&options.path, false);
        show(&report, options.json);
        let (errors, warnings) = count(&report);
        if options.json {
            let line = serde_json::json!({ "errors": errors, "warnings": warnings });
            if !print::to_stdout(format!("{line}\n").as_bytes()) {
                return ExitCode::FAILURE;
            }
        } else {
            print::to_stderr(&summary(errors, warnings));
        }
        while compiler.stamp(&options.path) == seen {
            std::thread::sleep(TICK);
        }
    }
}

fn show(report: &Report, json: bool) -> ExitCode {
    if json {
        print::report_json(report)
    } else {
        print::report(report)
    }
    print::exit_code(report)
}

/// How many errors and warnings there are.
fn count(report: &Report) -> (usize, usize) {
    let errors = report.diagnostics.iter().filter(|found| found.is_error());
    let errors = errors.count() + usize::from(report.bug.is_some());
    let all = report.diagnostics.len() + usize::from(report.bug.is_some());
    (errors, all - errors)
}

/// One line, so that an empty list of diagnostics is seen to be the answer.
fn summary(errors: usize, warnings: usize) -> String {
    let count = |number: usize, what: &str| {
        format!("{number} {what}{}", if number == 1 { "" } else { "s" })
    };
    format!(
        "{}, {}; watching for changes\n",
        count(errors, "error"),
        count(warnings, "warning")
    )
}
