//! What is done with each kind of case.

use crate::Setup;
use crate::case::{Case, Kind};
use crate::compare::{Outcome, with_file};
use crate::guide;
use crate::mutate;
use crate::process::{self, Ended};
use crate::served;
use crate::tested;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Stages whose work a file beside a case of `tests/stages` may state.
const STAGES: &[&str] = &[
    "tokens",
    "tree",
    "resolved",
    "types",
    "core",
    "core.release",
    "llvm",
];

pub fn run(setup: &Setup, case: &Case) -> Outcome {
    let mut outcome = Outcome::default();
    let name = case.name();
    match case.kind {
        Kind::Run => program(setup, case, &mut outcome),
        Kind::Errors => {
            outcome.add(&name, errors(setup, case));
            scrambles(setup, case, &mut outcome);
        }
        Kind::Check => outcome.add(&name, silent(setup, case)),
        Kind::Stages => stages(setup, case, &mut outcome),
        Kind::Page => outcome.add(&name, page(setup, case)),
        Kind::Guide => outcome.add(&name, guide::programs(setup, case)),
        Kind::Tests => outcome.add(&name, tested::program(setup, case)),
        Kind::Std => tested::std(setup, case, &mut outcome),
    }
    outcome
}

/// Runs a program in every way there is.
fn program(setup: &Setup, case: &Case, outcome: &mut Outcome) {
    let name = case.name();
    if case.beside("http").is_file() {
        outcome.add(&name, served::program(setup, case, false));
        if number(&name) % 100 < setup.release {
            let result = served::program(setup, case, true);
            outcome.add(&format!("{name} (release)"), result);
        }
        return;
    }
    let result = run_program(setup, case, false, false);
    let works = result.is_ok();
    outcome.add(&name, result);
    // What does not run as it is would only fail again.
    if !works {
        return;
    }
    if number(&name) % 100 < setup.release {
        let result = run_program(setup, case, true, false);
        outcome.add(&format!("{name} (release)"), result);
    }
    // Collecting so often takes minutes where there are millions of objects.
    let is_small = !name.starts_with("run/million/");
    if (number(&name) >> 32) % 100 < setup.stress && is_small && !setup.update {
        for (release, what) in [(false, "stress"), (true, "release, stress")] {
            let result = run_program(setup, case, release, true);
            outcome.add(&format!("{name} ({what})"), result);
        }
    }
    outcome.add(&format!("{name} (aarch64)"), aarch64(setup, case));
    if let Ok(text) = std::fs::read_to_string(case.full()) {
        for seed in 0..setup.mutations {
            let result = mutate::one_error(setup, &text, number(&name) ^ seed);
            outcome.add(&format!("{name} (mistake {seed})"), result);
        }
    }
    scrambles(setup, case, outcome);
}

/// What becomes of the program when its tokens are mixed up.
fn scrambles(setup: &Setup, case: &Case, outcome: &mut Outcome) {
    let name = case.name();
    if let Ok(text) = std::fs::read_to_string(case.full()) {
        for seed in 0..setup.scrambles {
            let result = mutate::survives(setup, &text, number(&name) ^ seed << 32);
            outcome.add(&format!("{name} (scrambled {seed})"), result);
        }
    }
}

/// The same number for the same text, always.
fn number(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Runs it as one build or the other, as it is or with a collection at every allocation.
fn run_program(setup: &Setup, case: &Case, release: bool, stress: bool) -> Result<(), String> {
    let text = |ending: &str| std::fs::read_to_string(case.beside(ending)).unwrap_or_default();
    let mut command = process::mesh(setup, &case.base);
    command.arg("run").arg(&case.path);
    if release {
        command.arg("--release");
    }
    if stress {
        command.env("MESH_GC", "stress");
    }
    command.arg("--").args(text("args").split_whitespace());
    let ended = process::run(&mut command, text("in").as_bytes())?;
    let code = text("exit").trim().parse().unwrap_or(0);
    // A release's report has gaps where a development build remembers tail calls.
    let err = without_variations(&ended.err());
    let same = text("err") == err;
    let own = release && (case.beside("release.err").is_file() || (setup.update && !same));
    let err_file = if own { "release.err" } else { "err" };
    let all = |ended: &Ended| {
        if !setup.update && ended.code != code {
            return Err(format!("exit code {} instead of {code}", ended.code));
        }
        with_file(
            setup,
            &case.beside("exit"),
            "the exit code",
            &exit_text(ended.code),
        )?;
        with_file(setup, &case.beside("out"), "standard output", &ended.out())?;
        with_file(setup, &case.beside(err_file), "standard error", &err)
    };
    all(&ended).map_err(|message| format!("{message}\n{}", context(&ended)))
}

/// What differs without a reason is left out: the number of a line in std, which any edit of std
/// changes, and pids of actors but `main`, which depend on who ran first.
fn without_variations(text: &str) -> String {
    let line = |line: &str| match line.rsplit_once(':') {
        Some((place, number))
            if place.contains(" at std/") && number.trim().parse::<u32>().is_ok() =>
        {
            format!("{place}:_")
        }
        _ => line.to_string(),
    };
    let lines = text.split('\n').map(line).map(|line| without_pids(&line));
    lines.collect::<Vec<_>>().join("\n")
}

fn without_pids(line: &str) -> String {
    const FIRST: &str = "<0.0.0>";
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("<0.") {
        out.push_str(before);
        let pid = after.split_once('>').filter(|(numbers, _)| {
            numbers.split('.').count() == 2
                && numbers.bytes().all(|b| b == b'.' || b.is_ascii_digit())
        });
        match pid {
            Some(("0.0", behind)) => {
                out.push_str(FIRST);
                rest = behind;
            }
            Some((_, behind)) => {
                out.push_str("<0._._>");
                rest = behind;
            }
            None => {
                out.push_str("<0.");
                rest = after;
            }
        }
    }
    out + rest
}

/// What an `.exit` file says; success needs none.
fn exit_text(code: i32) -> String {
    if code == 0 {
        String::new()
    } else {
        format!("{code}\n")
    }
}

/// The end of what a process wrote, for a message.
pub fn context(ended: &Ended) -> String {
    let last = |text: String| {
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(25)..].join("\n")
    };
    format!(
        "exit code {}\n--- stdout\n{}\n--- stderr\n{}",
        ended.code,
        last(ended.out()),
        last(ended.err())
    )
}

fn aarch64(setup: &Setup, case: &Case) -> Result<(), String> {
    let object = fresh(setup, "o");
    let mut command = process::mesh(setup, &case.base);
    command
        .args(["build", "--target", "aarch64-linux-gnu", "-o"])
        .arg(&object)
        .arg(&case.path);
    let ended = process::run(&mut command, b"")?;
    let bytes = std::fs::read(&object).unwrap_or_default();
    let _ = std::fs::remove_file(&object);
    // The ELF header's machine: 183 is AArch64.
    if ended.code == 0 && bytes.get(18..20) == Some(&[183, 0]) {
        Ok(())
    } else {
        Err(format!("no AArch64 object file\n{}", context(&ended)))
    }
}

/// A name in the scratch folder that nobody else has.
pub fn fresh(setup: &Setup, ending: &str) -> PathBuf {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    setup.scratch.join(format!("f{number}.{ending}"))
}

fn check(setup: &Setup, folder: &Path, path: &Path) -> Result<Ended, String> {
    process::run(process::mesh(setup, folder).arg("check").arg(path), b"")
}

fn errors(setup: &Setup, case: &Case) -> Result<(), String> {
    let ended = check(setup, &case.base, &case.path)?;
    let said = ended.err();
    if said.contains("this is a bug in the compiler") {
        return Err(context(&ended));
    }
    if said.is_empty() {
        return Err("there is no diagnostic".to_string());
    }
    let code = i32::from(said.contains("] Error: "));
    if ended.code != code {
        return Err(format!(
            "exit code {} instead of {code}\n{}",
            ended.code,
            context(&ended)
        ));
    }
    with_file(setup, &case.beside("stderr"), "what is said", &said)
}

fn silent(setup: &Setup, case: &Case) -> Result<(), String> {
    let ended = check(setup, &case.base, &case.path)?;
    if ended.code == 0 && ended.err.is_empty() {
        Ok(())
    } else {
        Err(context(&ended))
    }
}

fn stages(setup: &Setup, case: &Case, outcome: &mut Outcome) {
    let mut any = false;
    for stage in STAGES.iter().filter(|stage| case.beside(stage).is_file()) {
        any = true;
        let result = emit(setup, case, stage);
        outcome.add(&format!("{} ({stage})", case.name()), result);
    }
    if !any {
        let message = format!(
            "no file beside it states a stage's work; make one of {STAGES:?}, empty, and run with UPDATE=1"
        );
        outcome.add(&case.name(), Err(message));
    }
}

fn emit(setup: &Setup, case: &Case, stage: &str) -> Result<(), String> {
    let mut command: Command = process::mesh(setup, &case.base);
    let plain = stage.strip_suffix(".release");
    command.args(["build", "--emit", plain.unwrap_or(stage)]);
    command.arg(&case.path);
    if plain.is_some() {
        command.arg("--release");
    }
    let ended = process::run(&mut command, b"")?;
    if ended.code != 0 {
        return Err(context(&ended));
    }
    with_file(setup, &case.beside(stage), "the stage's work", &ended.out())
}

/// The first block marked `mesh` on a page shows the mistake, those after it how it is mended.
fn page(setup: &Setup, case: &Case) -> Result<(), String> {
    let text = std::fs::read_to_string(case.full()).map_err(|error| error.to_string())?;
    let code = case.path.with_extension("").display().to_string();
    for (at, block) in blocks(&text).into_iter().enumerate() {
        // What is shown need not be a whole program, except where that is the mistake.
        let block = if block.contains("fn main(") || code == "E0227" {
            block
        } else {
            format!("{block}\nfn main() do\nend\n")
        };
        let file = fresh(setup, "mesh");
        std::fs::write(&file, block).map_err(|error| error.to_string())?;
        let ended = check(setup, &setup.scratch, &file)?;
        let _ = std::fs::remove_file(&file);
        let gives = ended.err().contains(&format!("[{code}] "));
        if at == 0 && !gives {
            return Err(format!(
                "the first example does not give {code}\n{}",
                context(&ended)
            ));
        }
        if at > 0 && (gives || ended.code != 0) {
            return Err(format!(
                "example {} is not right\n{}",
                at + 1,
                context(&ended)
            ));
        }
    }
    Ok(())
}

fn blocks(text: &str) -> Vec<String> {
    let parts = text.split("```mesh\n").skip(1);
    parts
        .map(|part| part.split("```").next().unwrap_or("").to_string())
        .collect()
}
