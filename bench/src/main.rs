//! How fast programs compile and run: medians, with files in the page cache.
//!
//! `mesh-bench MESH` measures that binary, `mesh-bench MESH collections` what it makes of maps and lists, `mesh-bench MESH
//! compute` what it makes of calls, loops and numbers, `mesh-bench MESH actors` of actors and messages, `mesh-bench MESH
//! memory` of objects that come and go, `mesh-bench MESH latency` how long actors wait beside others, `mesh-bench MESH http`
//! what requests cost its server, `mesh-bench MESH soak` what a million of them leave behind; `mesh-bench generate
//! FOLDER LINES` only writes the package that is measured.

mod collections;
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
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

const ROUNDS: usize = 5;
const HELLO: &str = "fn main() do\n  println(\"hello\")\nend\n";

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
        [mesh] | [mesh, "compile"] => measure(Path::new(mesh)),
        [mesh, "collections"] => collections::compare(Path::new(mesh)),
        [mesh, "latency"] => latency(mesh),
        [mesh, group @ ("compute" | "actors" | "memory")] => compare(mesh, group, ""),
        [mesh, group @ ("compute" | "actors" | "memory"), filter] => compare(mesh, group, filter),
        [mesh, "http"] => http(mesh, ""),
        [mesh, "http", filter] => http(mesh, filter),
        [mesh, "soak"] => soak(mesh),
        _ => Err(
            "usage: mesh-bench MESH [compile|collections|compute [NAME]|actors [NAME]|memory [NAME]|latency|http [NAME]|soak]\n       \
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

/// One binary under measurement, with a folder for what it works on.
struct Bench {
    mesh: PathBuf,
    folder: tempfile::TempDir,
}

fn measure(mesh: &Path) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mesh = mesh
        .canonicalize()
        .map_err(|error| format!("{}: {error}", mesh.display()))?;
    let bench = Bench { mesh, folder };
    let cores = std::thread::available_parallelism().map_or(1, |count| count.get());
    println!("medians of {ROUNDS}, {cores} cores, {}", processor());
    bench.hello()?;
    bench.check(50_000)?;
    bench.edit(10_000)
}

/// The processor's name, as the system gives it.
fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = info.lines().find(|line| line.starts_with("model name"));
    let name = line.and_then(|line| line.split(": ").nth(1));
    name.unwrap_or("an unnamed processor").to_string()
}

impl Bench {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `mesh` with these arguments; `cores` limits it to the first so many.
    fn command(&self, cores: Option<usize>, arguments: &[&str]) -> Command {
        let mut command = match cores {
            Some(count) => {
                let mut command = Command::new("taskset");
                command
                    .arg("-c")
                    .arg(format!("0-{}", count - 1))
                    .arg(&self.mesh);
                command
            }
            None => Command::new(&self.mesh),
        };
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("MESH_CACHE_DIR", self.path("cache"));
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    fn time(&self, cores: Option<usize>, arguments: &[&str]) -> Result<Duration, String> {
        let mut command = self.command(cores, arguments);
        let start = Instant::now();
        let output = command
            .output()
            .map_err(|error| format!("{command:?}: {error}"))?;
        let time = start.elapsed();
        if output.status.success() {
            Ok(time)
        } else {
            Err(format!(
                "{arguments:?} failed:\n{}",
                String::from_utf8_lossy(&output.stderr)
            ))
        }
    }

    /// The median of what `round` gives, after one round that warms up.
    fn median(
        &self,
        round: impl Fn(usize) -> Result<Duration, String>,
    ) -> Result<Duration, String> {
        round(0)?;
        let mut times = (1..=ROUNDS).map(round).collect::<Result<Vec<_>, _>>()?;
        times.sort();
        Ok(times[ROUNDS / 2])
    }

    fn hello(&self) -> Result<(), String> {
        fs::write(self.path("hello.mesh"), HELLO).map_err(|error| error.to_string())?;
        let cold = self.median(|_| {
            let _ = fs::remove_dir_all(self.path("cache"));
            self.time(None, &["run", "hello.mesh"])
        })?;
        let edited = self.median(|round| {
            let text = HELLO.replace(
                "hello",
                &format!("hello {round} {:?}", Instant::now()).replace(['{', '}', '"'], ""),
            );
            fs::write(self.path("hello.mesh"), text).map_err(|error| error.to_string())?;
            self.time(None, &["run", "hello.mesh"])
        })?;
        let cached = self.median(|_| self.time(None, &["run", "hello.mesh"]))?;
        let release = self.median(|_| {
            let _ = fs::remove_dir_all(self.path("cache"));
            self.time(None, &["build", "--release", "hello.mesh", "-o", "hello"])
        })?;
        println!("hello, nothing cached      {:>8.3} s", cold.as_secs_f64());
        println!("hello, edited              {:>8.3} s", edited.as_secs_f64());
        println!("hello, unchanged           {:>8.3} s", cached.as_secs_f64());
        println!(
            "hello, release build       {:>8.3} s",
            release.as_secs_f64()
        );
        let size = fs::metadata(self.path("hello")).map_or(0, |data| data.len());
        println!("hello, release executable  {:>8} KB", size / 1024);
        Ok(())
    }

    fn check(&self, lines: usize) -> Result<(), String> {
        let folder = self.path("large");
        let lines = package::write(&folder, lines).map_err(|error| error.to_string())?;
        for cores in [Some(1), None] {
            let time = self.median(|_| self.time(cores, &["check", "large"]))?;
            let rate = lines as f64 / time.as_secs_f64();
            let on = if cores.is_some() {
                "one core"
            } else {
                "all cores"
            };
            println!(
                "check {lines} lines, {on:<9} {:>6.3} s  {rate:>9.0} lines/s",
                time.as_secs_f64()
            );
        }
        Ok(())
    }

    fn edit(&self, lines: usize) -> Result<(), String> {
        let folder = self.path("edited");
        let lines = package::write(&folder, lines).map_err(|error| error.to_string())?;
        let cold = self.time(None, &["run", "edited"])?;
        let main = folder.join("src/part_0.mesh");
        let text = fs::read_to_string(&main).map_err(|error| error.to_string())?;
        let time = self.median(|round| {
            let edited = text.replacen("let seed = 1", &format!("let seed = {}", round + 2), 1);
            fs::write(&main, edited).map_err(|error| error.to_string())?;
            self.time(None, &["run", "edited"])
        })?;
        println!(
            "run {lines} lines, nothing cached   {:>6.3} s",
            cold.as_secs_f64()
        );
        println!(
            "run {lines} lines, one body edited  {:>6.3} s",
            time.as_secs_f64()
        );
        Ok(())
    }
}
