//! How fast programs run beside others that do the same: every `NAME.mesh` of a folder, and the files of that name in
//! other languages, for those whose compiler is there. All must give the same answer; they run by turns, so that
//! what else the machine does meets all alike.
//!
//! A program may end with a line `elapsed TIME ns for COUNT`: then that is its time, by its own clock and without the
//! start of its runtime, and the table shows what each of so many operations took.

use crate::process::{Output, run};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A way to make a program of a file.
struct Rival {
    name: &'static str,
    ending: &'static str,
    compiler: &'static str,
    arguments: &'static [&'static str],
    runs: Runs,
}

/// How what the compiler made is started.
enum Runs {
    Itself,
    /// A module of the Erlang machine, in the folder that the compiler was given.
    Erlang,
}

/// The first is the one that the ratios are to: what Mesh does too, with overflow checks.
const RIVALS: &[Rival] = &[
    Rival {
        name: "Rust, checked",
        ending: "rs",
        compiler: "rustc",
        arguments: &["--edition", "2024", "-O", "-C", "overflow-checks=on"],
        runs: Runs::Itself,
    },
    Rival {
        name: "Rust",
        ending: "rs",
        compiler: "rustc",
        arguments: &["--edition", "2024", "-O"],
        runs: Runs::Itself,
    },
    Rival {
        name: "C, checked",
        ending: "c",
        compiler: "cc",
        arguments: &["-O2", "-ftrapv"],
        runs: Runs::Itself,
    },
    Rival {
        name: "Go",
        ending: "go",
        compiler: "go",
        arguments: &["build"],
        runs: Runs::Itself,
    },
    Rival {
        name: "Erlang",
        ending: "erl",
        compiler: "erlc",
        arguments: &[],
        runs: Runs::Erlang,
    },
];

/// For Erlang: many processes, and no reports of crashes that are meant.
const ERLANG: [&str; 6] = [
    "-noshell",
    "+P",
    "4000000",
    "-kernel",
    "logger_level",
    "none",
];

/// One program and what its runs took.
struct Entrant {
    name: &'static str,
    command: Command,
    /// Nanoseconds of each run.
    times: Vec<f64>,
    /// Operations of a run, if it says so.
    count: Option<f64>,
    /// The most memory that a run had, in bytes.
    memory: u64,
}

impl Entrant {
    fn new(name: &'static str, command: Command) -> Entrant {
        Entrant {
            name,
            command,
            times: Vec::new(),
            count: None,
            memory: 0,
        }
    }

    /// Runs once; what it printed, without the line that says how long it took.
    fn run(&mut self) -> Result<String, String> {
        let Output {
            mut text,
            time,
            memory,
        } = run(&mut self.command)?;
        self.memory = self.memory.max(memory);
        let mut nanoseconds = time.as_secs_f64() * 1e9;
        let said = text.lines().last().and_then(elapsed);
        if let Some((time, count)) = said {
            nanoseconds = time;
            self.count = Some(count);
            let line = text.trim_end().rfind('\n').map_or(0, |at| at + 1);
            text.truncate(line);
        }
        self.times.push(nanoseconds);
        Ok(text)
    }

    fn median(&self) -> f64 {
        let mut times = self.times.clone();
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    }

    /// What one operation took, or else all of it.
    fn figure(&self) -> String {
        match self.count {
            Some(count) => format!("{:.0} ns", self.median() / count),
            None => format!("{:.1} ms", self.median() / 1e6),
        }
    }
}

/// The time and the count of `elapsed TIME ns for COUNT`.
fn elapsed(line: &str) -> Option<(f64, f64)> {
    let (time, count) = line.strip_prefix("elapsed ")?.split_once(" ns for ")?;
    Some((time.parse().ok()?, count.parse().ok()?))
}

/// Measures the programs of a folder whose names contain `filter`, in so many rounds; the table, as Markdown.
/// `mesh` is the compiler.
pub fn measure(mesh: &Path, folder: &Path, filter: &str, rounds: usize) -> Result<String, String> {
    let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut programs: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "mesh"))
        .filter(|path| stem(path).contains(filter))
        .collect();
    programs.sort();
    let mut lines = String::new();
    show(&mut lines, "| program | | median | Mesh to it | memory |");
    show(&mut lines, "| --- | --- | ---: | ---: | ---: |");
    for program in programs {
        let mut entrants = build(mesh, &program, scratch.path())?;
        let mut answer = None;
        // The first round warms up, and is where a wrong answer shows.
        for _ in 0..=rounds {
            for entrant in &mut entrants {
                let given = entrant.run()?;
                let expected = answer.get_or_insert_with(|| given.clone());
                if given != *expected {
                    let (name, program) = (entrant.name, program.display());
                    return Err(format!("{program}: {name} gives {given}, not {expected}"));
                }
            }
        }
        table(&mut lines, &program, &mut entrants);
    }
    Ok(lines)
}

/// Prints a line of a table, and keeps it.
pub fn show(lines: &mut String, line: &str) {
    println!("{line}");
    lines.push_str(line);
    lines.push('\n');
}

fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

/// Makes the executable of a program in Mesh.
pub fn build_release(mesh: &Path, program: &Path, output: &Path) -> Result<(), String> {
    let mut command = Command::new(mesh);
    command.args(["build", "--release", "-o"]).arg(output);
    compile(command.arg(program))
}

/// Makes the executables of one program, Mesh's first.
fn build(mesh: &Path, program: &Path, scratch: &Path) -> Result<Vec<Entrant>, String> {
    let output = scratch.join("mesh");
    build_release(mesh, program, &output)?;
    let mut entrants = vec![Entrant::new("Mesh", Command::new(output))];
    for (number, rival) in RIVALS.iter().enumerate() {
        let source = program.with_extension(rival.ending);
        if !source.is_file() || !is_there(rival.compiler) {
            continue;
        }
        let mut compiler = Command::new(rival.compiler);
        compiler.args(rival.arguments).arg("-o");
        let command = match rival.runs {
            Runs::Itself => {
                let output = scratch.join(format!("rival{number}"));
                compile(compiler.arg(&output).arg(&source))?;
                Command::new(output)
            }
            Runs::Erlang => {
                compile(compiler.arg(scratch).arg(&source))?;
                let mut command = Command::new("erl");
                command.args(ERLANG).arg("-pa").arg(scratch);
                command.args(["-s", &stem(program), "main", "-s", "init", "stop"]);
                command
            }
        };
        entrants.push(Entrant::new(rival.name, command));
    }
    Ok(entrants)
}

/// Whether a program can be started.
pub fn is_there(compiler: &str) -> bool {
    let quiet = Command::new(compiler)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    quiet.is_ok()
}

/// Runs a compiler.
pub fn compile(command: &mut Command) -> Result<(), String> {
    let output = command
        .output()
        .map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    Err(format!("{command:?} failed:\n{text}"))
}

fn table(lines: &mut String, program: &Path, entrants: &mut [Entrant]) {
    let mut name = stem(program);
    for entrant in entrants.iter_mut() {
        // Without the round that warmed up.
        entrant.times.remove(0);
    }
    let own = entrants[0].median();
    for entrant in entrants.iter() {
        let ratio = own / entrant.median();
        let (rival, figure, memory) = (entrant.name, entrant.figure(), entrant.memory >> 20);
        show(
            lines,
            &format!("| {name} | {rival} | {figure} | {ratio:.2} | {memory} MB |"),
        );
        name = String::new();
    }
}
