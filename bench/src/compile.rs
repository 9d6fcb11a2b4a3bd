//! How fast programs compile: a small one, and packages of many lines, beside Go's compiler on programs of the same shape.

use crate::{go, package};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const ROUNDS: usize = 5;
const HELLO: &str = "fn main() do\n  println(\"hello\")\nend\n";
const CHECKED_LINES: usize = 50_000;
const RUN_LINES: usize = 10_000;

/// The table of all measurements.
pub fn measure(mesh: &Path) -> Result<String, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mesh = mesh
        .canonicalize()
        .map_err(|error| format!("{}: {error}", mesh.display()))?;
    let has_go = Command::new("go").arg("version").output().is_ok();
    let mut bench = Bench {
        mesh,
        folder,
        has_go,
        table: String::from("| | Mesh | Go | ratio |\n| --- | ---: | ---: | ---: |\n"),
    };
    println!("medians of {ROUNDS}");
    bench.hello()?;
    bench.check(CHECKED_LINES)?;
    bench.run(RUN_LINES)?;
    Ok(bench.table)
}

/// One binary under measurement, with a folder for what it works on.
struct Bench {
    mesh: PathBuf,
    folder: tempfile::TempDir,
    has_go: bool,
    table: String,
}

fn text<E: std::fmt::Display>(error: E) -> String {
    error.to_string()
}

/// A text that no other call gives.
fn stamp() -> String {
    let text = format!("{:?}", Instant::now());
    text.chars().filter(char::is_ascii_digit).collect()
}

fn seconds(time: Duration) -> String {
    format!("{:.3} s", time.as_secs_f64())
}

impl Bench {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Adds a row. `other`: the same figure of Go's, where there is one.
    fn row(&mut self, what: &str, own: (String, f64), other: Option<(String, f64)>) {
        let (shown, ratio) = match other {
            Some((shown, value)) => (shown, format!("{:.2}", own.1 / value)),
            None => ("–".to_string(), "–".to_string()),
        };
        println!("{what:<42} {:>10} {shown:>10} {ratio:>6}", own.0);
        let _ = writeln!(self.table, "| {what} | {} | {shown} | {ratio} |", own.0);
    }

    fn times(&mut self, what: &str, own: Duration, other: Option<Duration>) {
        let figure = |time: Duration| (seconds(time), time.as_secs_f64());
        self.row(what, figure(own), other.map(figure));
    }

    /// `mesh` with these arguments; `cores` limits it to the first so many.
    fn mesh(&self, cores: Option<usize>, arguments: &[&str]) -> Command {
        let mut command = match cores {
            Some(count) => {
                let mut command = Command::new("taskset");
                let cores = format!("0-{}", count - 1);
                command.args(["-c", &cores]).arg(&self.mesh);
                command
            }
            None => Command::new(&self.mesh),
        };
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("MESH_CACHE_DIR", self.path("cache"));
        command
    }

    fn time_mesh(&self, arguments: &[&str]) -> Result<Duration, String> {
        time(&mut self.mesh(None, arguments))
    }

    /// `go build` of a folder, and the run of what it gives where `run` says so.
    fn time_go(&self, folder: &str, run: bool) -> Result<Duration, String> {
        let folder = self.path(folder);
        let mut build = Command::new("go");
        build
            .args(["build", "-o", "program", "."])
            .current_dir(&folder);
        let mut all = time(&mut build)?;
        if run {
            all += time(&mut Command::new(folder.join("program")))?;
        }
        Ok(all)
    }

    /// The median of what Go's `round` takes, if it is there.
    fn go(
        &self,
        round: impl Fn(usize) -> Result<Duration, String>,
    ) -> Result<Option<Duration>, String> {
        self.has_go.then(|| median(round)).transpose()
    }

    fn hello(&mut self) -> Result<(), String> {
        fs::write(self.path("hello.mesh"), HELLO).map_err(text)?;
        if self.has_go {
            go::write_hello(&self.path("hello_go"), "hello").map_err(text)?;
        }
        let forget = || drop(fs::remove_dir_all(self.path("cache")));
        let cold = median(|_| {
            forget();
            self.time_mesh(&["run", "hello.mesh"])
        })?;
        let edited = median(|_| {
            let edited = HELLO.replace("hello", &stamp());
            fs::write(self.path("hello.mesh"), edited).map_err(text)?;
            self.time_mesh(&["run", "hello.mesh"])
        })?;
        let go_edited = self.go(|_| {
            go::write_hello(&self.path("hello_go"), &stamp()).map_err(text)?;
            self.time_go("hello_go", true)
        })?;
        let cached = median(|_| self.time_mesh(&["run", "hello.mesh"]))?;
        let go_cached = self.go(|_| self.time_go("hello_go", true))?;
        let release = median(|_| {
            forget();
            self.time_mesh(&["build", "--release", "hello.mesh", "-o", "hello"])
        })?;
        let go_release = self.go(|_| {
            go::write_hello(&self.path("hello_go"), &stamp()).map_err(text)?;
            self.time_go("hello_go", false)
        })?;
        let size = |path: PathBuf| {
            let bytes = fs::metadata(path).map_or(0, |data| data.len());
            (format!("{} KB", bytes / 1024), bytes as f64)
        };
        let sizes = (
            size(self.path("hello")),
            size(self.path("hello_go/program")),
        );
        self.times("hello: run, nothing cached", cold, None);
        self.times("hello: run, edited", edited, go_edited);
        self.times("hello: run, unchanged", cached, go_cached);
        self.times("hello: release build", release, go_release);
        self.row(
            "hello: release executable",
            sizes.0,
            self.has_go.then_some(sizes.1),
        );
        Ok(())
    }

    fn check(&mut self, lines: usize) -> Result<(), String> {
        let lines = package::write(&self.path("large"), lines).map_err(text)?;
        for (cores, on) in [(Some(1), "one core"), (None, "all cores")] {
            let time = median(|_| time(&mut self.mesh(cores, &["check", "large"])))?;
            let rate = lines as f64 / time.as_secs_f64();
            let what = format!("check {lines} lines, {on} ({rate:.0} lines/s)");
            self.times(&what, time, None);
        }
        Ok(())
    }

    fn run(&mut self, lines: usize) -> Result<(), String> {
        let folder = self.path("edited");
        let lines = package::write(&folder, lines).map_err(text)?;
        let modules = package::modules(RUN_LINES);
        if self.has_go {
            go::write(&self.path("edited_go"), modules, &stamp()).map_err(text)?;
            self.time_go("edited_go", false)?;
            self.compare_answers()?;
        }
        let cold = median(|_| {
            let _ = fs::remove_dir_all(self.path("cache"));
            self.time_mesh(&["run", "edited"])
        })?;
        let go_cold = self.go(|_| {
            go::write(&self.path("edited_go"), modules, &stamp()).map_err(text)?;
            self.time_go("edited_go", true)
        })?;
        let part = folder.join("src/part_0.mesh");
        let source = fs::read_to_string(&part).map_err(text)?;
        let edited = median(|round| {
            let edited = source.replacen("let seed = 1", &format!("let seed = {}", round + 2), 1);
            fs::write(&part, edited).map_err(text)?;
            self.time_mesh(&["run", "edited"])
        })?;
        let go_edited = self.go(|round| {
            go::edit(&self.path("edited_go"), round + 2).map_err(text)?;
            self.time_go("edited_go", true)
        })?;
        self.times(
            &format!("run {lines} lines, nothing of them cached"),
            cold,
            go_cold,
        );
        self.times(
            &format!("run {lines} lines, one body edited"),
            edited,
            go_edited,
        );
        Ok(())
    }

    /// Both packages are the same program only if they give the same answer.
    fn compare_answers(&self) -> Result<(), String> {
        let answer = |command: &mut Command| -> Result<String, String> {
            let output = command.output().map_err(text)?;
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        };
        let own = answer(&mut self.mesh(None, &["run", "edited"]))?;
        let other = answer(&mut Command::new(self.path("edited_go/program")))?;
        if own == other {
            Ok(())
        } else {
            Err(format!("Mesh's package gives {own:?}, and Go's {other:?}"))
        }
    }
}

/// What a command takes, which must succeed.
fn time(command: &mut Command) -> Result<Duration, String> {
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let start = Instant::now();
    let output = command
        .output()
        .map_err(|error| format!("{command:?}: {error}"))?;
    let time = start.elapsed();
    if output.status.success() {
        Ok(time)
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("{command:?} failed:\n{said}"))
    }
}

/// The median of what `round` gives, after one round that warms up.
fn median(round: impl Fn(usize) -> Result<Duration, String>) -> Result<Duration, String> {
    round(0)?;
    let mut times = (1..=ROUNDS).map(round).collect::<Result<Vec<_>, _>>()?;
    times.sort();
    Ok(times[ROUNDS / 2])
}
