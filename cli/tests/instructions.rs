//! What small programs cost: `tests/instructions/NAME.mesh`, built for release, takes about the instructions that
//! `NAME.count` says. Times differ from machine to machine and from run to run; instructions hardly do, so this shows when a
//! change makes programs slower. `UPDATE=1` writes what was counted. Valgrind counts, on one worker.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Percent that a program may take more than before.
const TOLERANCE: u64 = 10;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the crate is in the repository")
}

fn programs() -> Vec<PathBuf> {
    let folder = root().join("tests/instructions");
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut programs: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "mesh"))
        .collect();
    programs.sort();
    programs
}

/// Builds a program and counts the instructions of a run.
fn count(program: &Path, scratch: &Path) -> u64 {
    let executable = scratch.join(program.file_stem().expect("a program has a name"));
    let built = Command::new(env!("CARGO_BIN_EXE_mesh"))
        .args(["build", "--release", "-o"])
        .arg(&executable)
        .arg(program)
        .env("MESH_CACHE_DIR", scratch.join("cache"))
        .output()
        .expect("`mesh` starts");
    let errors = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "{}: {errors}", program.display());
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(&executable)
        .env("MESH_WORKERS", "1")
        .output()
        .expect("valgrind is needed: `./x setup` installs it");
    let errors = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{}: {errors}", program.display());
    let line = errors.lines().find(|line| line.contains("Collected :"));
    let number = line.and_then(|line| line.rsplit(' ').next()?.parse().ok());
    number.unwrap_or_else(|| panic!("valgrind says no count for {}: {errors}", program.display()))
}

#[test]
fn programs_take_the_instructions_they_took() {
    let scratch = tempfile::tempdir().expect("there is a folder for temporary files");
    let update = std::env::var_os("UPDATE").is_some();
    let mut slower = Vec::new();
    for program in programs() {
        let counted = count(&program, scratch.path());
        let noted = program.with_extension("count");
        if update {
            fs::write(&noted, format!("{counted}\n")).expect("the count can be written");
            continue;
        }
        let before = fs::read_to_string(&noted).unwrap_or_default();
        let before: u64 = before.trim().parse().unwrap_or(0);
        let percent = (counted as f64 / before as f64 - 1.0) * 100.0;
        let line = format!(
            "{}: {counted} instructions, {before} before ({percent:+.1} %)",
            program.display()
        );
        println!("{line}");
        if counted > before + before * TOLERANCE / 100 {
            slower.push(line);
        }
    }
    assert!(
        slower.is_empty(),
        "slower by more than {TOLERANCE} %; if that is meant, run it with UPDATE=1:\n{}",
        slower.join("\n")
    );
}
