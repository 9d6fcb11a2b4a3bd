//! How fast programs run beside others that do the same: every `NAME.mesh` of a folder, and the files of that name in
//! other languages, for those whose compiler is there. All must give the same answer; they run by turns, so that
//! what else the machine does meets all alike.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

const ROUNDS: usize = 7;

/// A way to make an executable of a file.
struct Rival {
    name: &'static str,
    ending: &'static str,
    compiler: &'static str,
    arguments: &'static [&'static str],
}

/// The first is the one that the ratios are to: what Mesh does too, with overflow checks.
const RIVALS: &[Rival] = &[
    Rival {
        name: "Rust, checked",
        ending: "rs",
        compiler: "rustc",
        arguments: &["--edition", "2024", "-O", "-C", "overflow-checks=on"],
    },
    Rival {
        name: "Rust",
        ending: "rs",
        compiler: "rustc",
        arguments: &["--edition", "2024", "-O"],
    },
    Rival {
        name: "C, checked",
        ending: "c",
        compiler: "cc",
        arguments: &["-O2", "-ftrapv"],
    },
    Rival {
        name: "Go",
        ending: "go",
        compiler: "go",
        arguments: &["build"],
    },
];

/// One executable and the times it took, in milliseconds.
struct Entrant {
    name: &'static str,
    executable: PathBuf,
    times: Vec<f64>,
}

impl Entrant {
    fn new(name: &'static str, executable: PathBuf) -> Entrant {
        Entrant {
            name,
            executable,
            times: Vec::new(),
        }
    }

    /// Runs once; what it printed.
    fn run(&mut self) -> Result<String, String> {
        let start = Instant::now();
        let output = Command::new(&self.executable).output();
        let time = start.elapsed();
        let output = output.map_err(|error| format!("{}: {error}", self.executable.display()))?;
        if !output.status.success() {
            let text = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{} failed:\n{text}", self.executable.display()));
        }
        self.times.push(time.as_secs_f64() * 1e3);
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn median(&self) -> f64 {
        let mut times = self.times.clone();
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    }
}

/// Measures all programs of a folder and prints a table of Markdown; `mesh` is the compiler.
pub fn measure(mesh: &Path, folder: &Path) -> Result<(), String> {
    let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut programs: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "mesh"))
        .collect();
    programs.sort();
    println!("| program | | median ms | Mesh to it |");
    println!("| --- | --- | ---: | ---: |");
    for program in programs {
        let mut entrants = build(mesh, &program, scratch.path())?;
        let mut answer = None;
        // The first round warms up, and is where a wrong answer shows.
        for _ in 0..=ROUNDS {
            for entrant in &mut entrants {
                let given = entrant.run()?;
                let expected = answer.get_or_insert_with(|| given.clone());
                if given != *expected {
                    let (name, program) = (entrant.name, program.display());
                    return Err(format!("{program}: {name} gives {given}, not {expected}"));
                }
            }
        }
        table(&program, &mut entrants);
    }
    Ok(())
}

/// Makes the executables of one program, Mesh's first.
fn build(mesh: &Path, program: &Path, scratch: &Path) -> Result<Vec<Entrant>, String> {
    let output = scratch.join("mesh");
    let mut command = Command::new(mesh);
    command.args(["build", "--release", "-o"]).arg(&output);
    compile(command.arg(program))?;
    let mut entrants = vec![Entrant::new("Mesh", output)];
    for (number, rival) in RIVALS.iter().enumerate() {
        let source = program.with_extension(rival.ending);
        if !source.is_file() || !is_there(rival.compiler) {
            continue;
        }
        let output = scratch.join(format!("rival{number}"));
        let mut command = Command::new(rival.compiler);
        command.args(rival.arguments).arg("-o").arg(&output);
        compile(command.arg(&source))?;
        entrants.push(Entrant::new(rival.name, output));
    }
    Ok(entrants)
}

fn is_there(compiler: &str) -> bool {
    let quiet = Command::new(compiler)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    quiet.is_ok()
}

fn compile(command: &mut Command) -> Result<(), String> {
    let output = command
        .output()
        .map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    Err(format!("{command:?} failed:\n{text}"))
}

fn table(program: &Path, entrants: &mut [Entrant]) {
    let mut name = program.file_stem().unwrap_or_default().to_string_lossy();
    for entrant in entrants.iter_mut() {
        // Without the round that warmed up.
        entrant.times.remove(0);
    }
    let own = entrants[0].median();
    for entrant in entrants.iter() {
        let (rival, median) = (entrant.name, entrant.median());
        let ratio = own / median;
        println!("| {name} | {rival} | {median:.1} | {ratio:.2} |");
        name = "".into();
    }
}
