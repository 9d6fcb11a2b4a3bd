//! What `mesh test` says of programs, and std's own tests, which it runs.

use crate::Setup;
use crate::case::Case;
use crate::compare::{Outcome, with_file};
use crate::kinds::context;
use crate::process;

/// Compares the report, without its times.
pub fn program(setup: &Setup, case: &Case) -> Result<(), String> {
    let mut command = process::mesh(setup, &case.base);
    command.args(["test", "--jobs", "1", "--timeout", "2"]);
    let arguments = std::fs::read_to_string(case.beside("args")).unwrap_or_default();
    command.args(arguments.split_whitespace()).arg(&case.path);
    let ended = process::run(&mut command, b"")?;
    let exit = format!("{}\n", ended.code);
    let exit = if ended.code == 0 { "" } else { &exit };
    let all = || {
        with_file(setup, &case.beside("exit"), "the exit code", exit)?;
        let said = without_std_lines(&without_times(&without_slow(&ended.out())));
        with_file(setup, &case.beside("out"), "the report", &said)?;
        with_file(setup, &case.beside("err"), "standard error", &ended.err())
    };
    all().map_err(|message| format!("{message}\n{}", context(&ended)))
}

/// Counts every test of std as one.
pub fn std(setup: &Setup, case: &Case, outcome: &mut Outcome) {
    let mut command = process::mesh(setup, &setup.scratch);
    command.env("MESH_STD", case.full());
    let ended = process::run(command.args(["test", "--json"]).arg(case.full()), b"");
    let ended = match ended {
        Ok(ended) => ended,
        Err(message) => return outcome.add("std", Err(message)),
    };
    let out = ended.out();
    let (mut seen, mut failed) = (0, 0);
    for line in out
        .lines()
        .filter(|line| line.contains("\"event\":\"test\""))
    {
        seen += 1;
        if line.contains("\"status\":\"passed\"") {
            outcome.add("std", Ok(()));
        } else {
            failed += 1;
            outcome.add("std", Err(line.to_string()));
        }
    }
    if seen == 0 || (ended.code != 0 && failed == 0) {
        outcome.add("std", Err(context(&ended)));
    }
}

/// Without the tests that passed, which are named where the machine was slow.
fn without_slow(text: &str) -> String {
    let lines = text
        .split('\n')
        .filter(|line| !line.starts_with("    ok   "));
    lines.collect::<Vec<_>>().join("\n")
}

/// `12 ms` and `1.2 s` as `_`.
fn without_times(text: &str) -> String {
    let words = text.split('\n').map(|line| {
        let mut out: Vec<&str> = Vec::new();
        for word in line.split(' ') {
            let number = out.last().is_some_and(|last| last.parse::<f64>().is_ok());
            if number && (word == "ms" || word == "s") {
                out.pop();
                out.push("_");
            } else {
                out.push(word);
            }
        }
        out.join(" ")
    });
    words.collect::<Vec<_>>().join("\n")
}

/// Calls in std without their lines, which any edit of std changes.
fn without_std_lines(text: &str) -> String {
    let line = |line: &str| match line.rsplit_once(':') {
        Some((place, _)) if place.contains(" at std/") => format!("{place}:_"),
        _ => line.to_string(),
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}
