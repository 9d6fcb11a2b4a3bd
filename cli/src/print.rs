//! Reports on the terminal.

use mesh_driver::Report;
use mesh_report::{Colour, json};
use std::io::{IsTerminal, Write};
use std::process::ExitCode;

/// Whether a stream shows colours: a terminal that was not told otherwise (`NO_COLOR`).
pub fn colour_of(stream: &impl IsTerminal) -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    !refused && stream.is_terminal()
}

/// The same of standard error, for reports.
pub fn colour() -> Colour {
    match colour_of(&std::io::stderr()) {
        true => Colour::Always,
        false => Colour::Never,
    }
}

/// Prints a report for people, on standard error.
pub fn report(report: &Report) {
    to_stderr(&report.render(colour()));
}

/// Prints a report for tools, on standard output, one JSON object a line.
pub fn report_json(report: &Report) {
    let mut out = String::new();
    for diagnostic in &report.diagnostics {
        out.push_str(&json::render(diagnostic, &report.sources));
        out.push('\n');
    }
    to_stdout(out.as_bytes());
    if let Some(bug) = &report.bug {
        to_stderr(&bug.render(&report.sources));
    }
}

/// What a report means for the caller.
pub fn exit_code(report: &Report) -> ExitCode {
    ExitCode::from(u8::from(report.failed()))
}

/// An error of the command itself: `error: …`.
pub fn error(message: &str) {
    to_stderr(&format!("error: {message}\n"));
}

/// Whoever closed the other end does not want to read it.
pub fn to_stderr(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// As [`to_stderr`], and says whether all was written.
pub fn to_stdout(bytes: &[u8]) -> bool {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).is_ok()
}
