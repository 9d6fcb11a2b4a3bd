//! How fast programs compile and run: medians, with files in the page cache.
//!
//! `mesh-bench MESH` measures that binary, `mesh-bench MESH collections` what it makes of maps and lists, `mesh-bench MESH
//! compute` what it makes of calls, loops and numbers, `mesh-bench MESH actors` of actors and messages, `mesh-bench MESH
//! memory` of objects that come and go, `mesh-bench MESH latency` how long actors wait beside others, `mesh-bench MESH http`
//! what requests cost its server, `mesh-bench MESH soak` what a million of them leave behind; `mesh-bench generate
//! FOLDER LINES` only writes the package that is measured.

mod collections;
mod compile;
mod go;
mod http;
mod latency;
mod package;
mod process;
mod results;
mod rivals;
mod soak;

#[path = "../http/server.rs"]
mod http_rival;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words[..] {
        ["generate", folder, lines] => generate(folder, lines),
        ["rival", group] => {
            collections::run_rival(group);
            Ok(())
        }
        ["serve"] => http_rival::run(&std::env::var("PORT").unwrap_or_default()),
        [mesh] | [mesh, "compile"] => compile(mesh),
        [mesh, "all"] => all(mesh),
        [mesh, "collections"] => collections(mesh),
        [mesh, "latency"] => latency(mesh),
        [mesh, group @ ("compute" | "actors" | "memory")] => compare(mesh, group, ""),
        [mesh, group @ ("compute" | "actors" | "memory"), filter] => compare(mesh, group, filter),
        [mesh, "http"] => http(mesh, ""),
        [mesh, "http", filter] => http(mesh, filter),
        [mesh, "soak"] => soak(mesh),
        _ => Err(
            "usage: mesh-bench MESH [all|compile|collections|compute [NAME]|actors [NAME]|memory [NAME]|latency|http [NAME]|soak]\n       \
             mesh-bench generate FOLDER LINES"
                .to_string(),
        ),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("bench: {message}");
            ExitCode::FAILURE
        }
    }
}

fn generate(folder: &str, lines: &str) -> Result<(), String> {
    let lines = lines
        .parse()
        .map_err(|_| format!("`{lines}` is no number of lines"))?;
    let written =
        package::write(Path::new(folder), lines).map_err(|error| format!("{folder}: {error}"))?;
    println!("{written} lines in {folder}");
    Ok(())
}

/// Measures the programs of a group beside others', and saves the table if these are all.
fn compare(mesh: &str, group: &str, filter: &str) -> Result<(), String> {
    let table = rivals::measure(Path::new(mesh), &folder(group), filter, rounds())?;
    if filter.is_empty() {
        results::save(group, &table)?;
    }
    Ok(())
}

/// Measures a group with that `mesh`, and saves its table.
type Measurement = fn(&str) -> Result<(), String>;

/// Measures everything, group by group. One that fails keeps none of the others from it.
fn all(mesh: &str) -> Result<(), String> {
    let groups: [(&str, Measurement); 8] = [
        ("compile", compile),
        ("compute", |mesh| compare(mesh, "compute", "")),
        ("collections", collections),
        ("memory", |mesh| compare(mesh, "memory", "")),
        ("actors", |mesh| compare(mesh, "actors", "")),
        ("latency", latency),
        ("http", |mesh| http(mesh, "")),
        ("soak", soak),
    ];
    let mut failed = String::new();
    for (name, measure) in groups {
        println!("\n{name}\n");
        if let Err(message) = measure(mesh) {
            println!("{name}: {message}");
            failed.push_str(&format!("\n  {name}: {message}"));
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("not all could be measured:{failed}"))
    }
}

/// Measures maps and lists beside Rust's, and saves the table.
fn collections(mesh: &str) -> Result<(), String> {
    let table = collections::compare(Path::new(mesh))?;
    results::save("collections", &table)
}

/// Measures how fast programs compile, and saves the table.
fn compile(mesh: &str) -> Result<(), String> {
    let table = compile::measure(Path::new(mesh))?;
    results::save("compile", &table)
}

/// Measures how long actors wait, and saves the tables.
fn latency(mesh: &str) -> Result<(), String> {
    let tables = latency::measure(Path::new(mesh), &folder("latency"))?;
    results::save("latency", &tables)
}

/// Measures the server beside others, and saves the table if these are all paths.
fn http(mesh: &str, filter: &str) -> Result<(), String> {
    let table = http::measure(Path::new(mesh), &folder("http"), filter, rounds_or(3))?;
    if filter.is_empty() {
        results::save("http", &table)?;
    }
    Ok(())
}

/// Measures what many requests and connections leave behind, and saves the table.
fn soak(mesh: &str) -> Result<(), String> {
    let table = soak::measure(Path::new(mesh), &folder("http"))?;
    results::save("soak", &table)
}

/// Rounds of a comparison.
fn rounds() -> usize {
    rounds_or(7)
}

/// `MESH_BENCH_ROUNDS`, or so many.
fn rounds_or(enough: usize) -> usize {
    let wanted = std::env::var("MESH_BENCH_ROUNDS").ok();
    let wanted = wanted.and_then(|rounds| rounds.parse().ok());
    wanted.unwrap_or(enough).max(1)
}

/// A folder of programs beside this crate.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The processor's name, as the system gives it.
fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = info.lines().find(|line| line.starts_with("model name"));
    let name = line.and_then(|line| line.split(": ").nth(1));
    name.unwrap_or("an unnamed processor").to_string()
}
