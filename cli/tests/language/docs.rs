//! The examples in std's doc comments: an indented line is an expression that is true.

use crate::Setup;
use crate::case::Case;
use crate::kinds::{context, fresh};
use crate::process;

/// Runs all examples of a module as one program.
pub fn examples(setup: &Setup, case: &Case) -> Result<(), String> {
    let text = std::fs::read_to_string(case.full()).map_err(|error| error.to_string())?;
    let Some(program) = program(&text) else {
        return Ok(());
    };
    let file = fresh(setup, "mesh");
    std::fs::write(&file, &program).map_err(|error| error.to_string())?;
    let mut command = process::mesh(setup, &setup.scratch);
    let ended = process::run(command.arg("run").arg(&file), b"")?;
    let _ = std::fs::remove_file(&file);
    if ended.code == 0 {
        Ok(())
    } else {
        Err(format!("{program}\n{}", context(&ended)))
    }
}

/// A program that asserts every example; none where there is no example. What follows `   # ` shows
/// what is written, and is no test.
fn program(text: &str) -> Option<String> {
    let examples: Vec<&str> = text
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("##     "))
        .filter(|example| !example.contains("   # "))
        .collect();
    if examples.is_empty() {
        return None;
    }
    let mut out = String::from("fn main() do\n");
    for example in examples {
        out.push_str(&format!("  assert({example}, {:?})\n", plain(example)));
    }
    out.push_str("end\n");
    Some(out)
}

/// The example without what a string literal would interpolate.
fn plain(example: &str) -> String {
    example.replace("${", "$(").replace("#{", "#(")
}
