//! Compiles Core as text, links it with the C harness, and runs it: on this machine, and for
//! AArch64 under qemu.

use mesh_core::ir::{Program, UnitId};
use mesh_llvm::{Options, Target};
use mesh_report::{SourceMap, Span};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// What a program printed, and its exit code.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    pub output: String,
    pub status: i32,
}

/// A program that all of these functions can run.
pub fn program(text: &str) -> Program {
    let program = match mesh_core::testing::parse(text) {
        Ok(program) => program,
        Err(why) => panic!("the Core of the test is wrong: {why}"),
    };
    if let Err(faults) = mesh_core::verify(&program) {
        panic!("the Core of the test is not sound: {faults:?}");
    }
    program
}

/// A program that gives its own text as its source: every statement comes from its line.
pub fn program_with_lines(text: &str) -> (Program, SourceMap) {
    let mut program = program(text);
    let mut sources = SourceMap::new();
    let file = sources.add("src/test.mesh", text);
    let mut starts = text.lines().scan(0, |at, line| {
        let start = *at;
        *at += line.len() as u32 + 1;
        Some((Span::new(file, start, start + line.len() as u32), line))
    });
    let mut next = |wanted: &dyn Fn(&str) -> bool| {
        let found = starts.find(|(_, line)| wanted(line));
        found.map_or(Span::DUMMY, |(span, _)| span)
    };
    for function in &mut program.functions {
        function.span = next(&|line| line.starts_with("fn @"));
        for call in &mut function.inlined {
            call.span = next(&|line| line.starts_with("  inlined "));
            call.call.span = call.span;
        }
        for block in &mut function.blocks {
            for stmt in &mut block.stmts {
                stmt.place.span = next(&|line| line.contains(" = "));
            }
            block.term_place.span = next(&|line| line.starts_with("  "));
        }
    }
    (program, sources)
}

pub fn options(target: Target, release: bool) -> Options {
    Options { release, target }
}

/// All the ways a program is compiled.
pub const WAYS: [(Target, bool); 4] = [
    (Target::X86_64Linux, false),
    (Target::X86_64Linux, true),
    (Target::Aarch64Linux, false),
    (Target::Aarch64Linux, true),
];

/// A fresh folder for a test's files.
fn folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("{}-{number}", std::process::id());
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&path).expect("a folder for the test's files");
    path
}

fn tool(target: Target) -> &'static str {
    match target {
        Target::X86_64Linux => "cc",
        Target::Aarch64Linux => "aarch64-linux-gnu-gcc",
    }
}

/// The harness's object file, compiled once.
fn harness(target: Target) -> &'static Path {
    static X86: OnceLock<PathBuf> = OnceLock::new();
    static ARM: OnceLock<PathBuf> = OnceLock::new();
    let cell = match target {
        Target::X86_64Linux => &X86,
        Target::Aarch64Linux => &ARM,
    };
    cell.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/harness/rt.c");
        let object = folder().join("rt.o");
        let flags = ["-c", "-O1", "-w", "-fexceptions", "-fno-omit-frame-pointer"];
        run_tool(
            Command::new(tool(target))
                .args(flags)
                .arg(source)
                .arg("-o")
                .arg(&object),
        );
        object
    })
}

fn run_tool(command: &mut Command) {
    let done = command.output().expect("a C compiler for the tests");
    let errors = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?}: {errors}");
}

/// The executable of a program.
pub fn link(program: &Program, sources: &SourceMap, options: &Options) -> PathBuf {
    let folder = folder();
    let mut objects = vec![mesh_llvm::entry_object(program, options)];
    if options.release {
        objects.push(mesh_llvm::compile_program(program, sources, options).expect("code"));
    } else {
        for unit in 0..program.units.len() as u32 {
            let object = mesh_llvm::compile_unit(program, UnitId(unit), sources, options);
            objects.push(object.expect("code"));
        }
    }
    let mut command = Command::new(tool(options.target));
    for (n, object) in objects.iter().enumerate() {
        let path = folder.join(format!("{n}.o"));
        std::fs::write(&path, object).expect("an object file");
        command.arg(path);
    }
    let executable = folder.join("program");
    command
        .arg(harness(options.target))
        .arg("-o")
        .arg(&executable);
    if options.target == Target::Aarch64Linux {
        command.arg("-static");
    }
    run_tool(command.arg("-lm"));
    executable
}

/// Runs an executable; `slot` is the size of its first stack in bytes.
pub fn run(executable: &Path, target: Target, slot: u32, environment: &[(&str, &str)]) -> Outcome {
    let mut command = match target {
        Target::X86_64Linux => Command::new(executable),
        Target::Aarch64Linux => {
            let mut command = Command::new("qemu-aarch64");
            command.arg(executable);
            command
        }
    };
    command
        .arg(slot.to_string())
        .envs(environment.iter().copied());
    let done = command.output().expect("the program runs");
    Outcome {
        output: String::from_utf8_lossy(&done.stdout).into_owned(),
        status: done.status.code().unwrap_or(-1),
    }
}

/// Whether this machine has what running a program takes; without it only code is generated.
pub fn can_run(target: Target) -> bool {
    let found = |tool: &str| Command::new(tool).arg("--version").output().is_ok();
    match target {
        Target::X86_64Linux => true,
        Target::Aarch64Linux => found(tool(target)) && found("qemu-aarch64"),
    }
}
