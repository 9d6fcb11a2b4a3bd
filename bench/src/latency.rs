//! How long actors wait that do a little now and then, beside others that compute without end.

use crate::process::run;
use std::path::Path;
use std::process::Command;

/// How many compute, for each worker.
const BUSY: [&str; 3] = ["0", "1", "10"];

/// Builds the program, runs it beside ever more actors that compute, and gives the tables as Markdown.
pub fn measure(mesh: &Path, folder: &Path) -> Result<String, String> {
    let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
    let program = scratch.path().join("latency");
    let mut build = Command::new(mesh);
    build.args(["build", "--release", "-o"]).arg(&program);
    run(build.arg(folder.join("latency.mesh")))?;
    let mut tables = String::new();
    for busy in BUSY {
        let table = run(Command::new(&program).arg(busy))?.text;
        println!("{table}");
        tables.push_str(&table);
        tables.push('\n');
    }
    Ok(tables)
}
