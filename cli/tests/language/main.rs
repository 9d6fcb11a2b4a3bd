//! The language's own tests, as files: a new file under `tests/` or `examples/` is a new test.
//!
//! | folder | a case | what is compared |
//! | --- | --- | --- |
//! | `tests/run`, `examples` | `name.mesh`, or a package `name/` | standard output with `.out`, errors with `.err`, exit code with `.exit`; given `.args` and `.in` |
//! | the same, with a `.http` | a server | what it answers to the requests in the file, with the answers there |
//! | `tests/errors` | the same | all diagnostics of `mesh check`, with `.stderr` |
//! | `tests/check` | the same | that `mesh check` says nothing |
//! | `tests/stages` | `name.mesh` | `mesh build --emit STAGE` with each `name.STAGE` there is, and `--release` with `name.STAGE.release` |
//! | `tests/test` | as `tests/run` | what `mesh test` says, times left out, with `.out`; its exit code with `.exit` |
//! | `std` | its tests and the examples in doc comments | that `mesh test` passes each |
//! | `docs/errors` | the blocks marked `mesh` on each page | that the first gives the page's code and the others do not |
//! | `docs/reference` | the blocks marked `mesh` | that each runs and prints the `text` block behind it |
//!
//! Every program of `run` is also compiled for AArch64, some are run as release builds as well (`MESH_TEST_RELEASE`
//! percent of them, 20 unless it says otherwise), some with a collection at every allocation, in both kinds of build
//! (`MESH_TEST_STRESS`, 10), and each with several seeded mistakes, which must give one error
//! each. Every program of `run` and `errors` also has its tokens mixed up (`MESH_TEST_SCRAMBLES` times), which must not
//! bring the compiler down. `UPDATE=1` writes what was seen as what is expected. Arguments are parts of names: only such cases run.

mod case;
mod compare;
mod guide;
mod kinds;
mod mutate;
mod process;
mod served;
mod tested;

use case::{Case, Kind};
use compare::Outcome;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// What all cases share.
pub struct Setup {
    /// The repository.
    pub root: PathBuf,
    pub mesh: PathBuf,
    /// A folder for this run alone.
    pub scratch: PathBuf,
    pub update: bool,
    /// Percent of the programs that are run as release builds too.
    pub release: u64,
    /// Percent of the programs that are also run with a collection at every allocation.
    pub stress: u64,
    /// Mistakes put into each program.
    pub mutations: u64,
    /// How often the tokens of each program, right or wrong, are mixed up.
    pub scrambles: u64,
}

fn main() -> ExitCode {
    let filters: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let setup = match setup() {
        Ok(setup) => setup,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::FAILURE;
        }
    };
    let mut cases = case::find(&setup.root);
    cases.retain(|case| {
        filters.is_empty() || filters.iter().any(|filter| case.name().contains(filter))
    });
    // The long ones first, so that no thread is left alone with one at the end.
    cases.sort_by_key(|case| (case.kind != Kind::Run, case.path.clone()));
    let start = Instant::now();
    let (passed, mut failures) = run_all(&setup, &cases);
    failures.sort();
    for (name, message) in &failures {
        println!("---- {name}\n{message}\n");
    }
    let failed = failures.len();
    for (name, _) in &failures {
        println!("failed: {name}");
    }
    let _ = std::fs::remove_dir_all(&setup.scratch);
    let verdict = if failed == 0 { "ok" } else { "FAILED" };
    println!(
        "\ntest result: {verdict}. {passed} passed; {failed} failed; finished in {:.1}s",
        start.elapsed().as_secs_f64()
    );
    ExitCode::from(u8::from(failed > 0))
}

fn setup() -> Result<Setup, String> {
    // As cargo says when it runs this: the target folder may be a copy of another checkout's.
    let here = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let here = here.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    let root = here.parent().unwrap_or(&here).to_path_buf();
    let mesh = std::env::var_os("MESH_TEST_BINARY")
        .map_or(PathBuf::from(env!("CARGO_BIN_EXE_mesh")), PathBuf::from);
    let lib = mesh
        .parent()
        .and_then(Path::parent)
        .map(|top| top.join("lib/mesh/libmesh_runtime.so"));
    if !lib.is_some_and(|lib| lib.is_file()) {
        return Err("the runtime is not staged: `./x test` does it".to_string());
    }
    let scratch =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("language-{}", std::process::id()));
    std::fs::create_dir_all(&scratch).map_err(|error| format!("{}: {error}", scratch.display()))?;
    let number = |name: &str, otherwise: u64| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or(otherwise)
    };
    Ok(Setup {
        root,
        mesh,
        scratch,
        update: std::env::var_os("UPDATE").is_some_and(|value| value == "1"),
        release: number("MESH_TEST_RELEASE", 20),
        stress: number("MESH_TEST_STRESS", 10),
        mutations: number("MESH_TEST_MUTATIONS", 4),
        scrambles: number("MESH_TEST_SCRAMBLES", 1),
    })
}

/// Runs the cases on as many threads as there are; the number that passed, and what failed how.
fn run_all(setup: &Setup, cases: &[Case]) -> (usize, Vec<(String, String)>) {
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get());
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let results = Mutex::new((0, Vec::new()));
    let work = || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let Outcome { passed, failures } = kinds::run(setup, case);
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, cases.len());
            if let Ok(mut results) = results.lock() {
                results.0 += passed;
                results.1.extend(failures);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    results.into_inner().unwrap_or_default()
}

/// A line that counts on a terminal; elsewhere a line for every hundred.
fn progress(done: usize, all: usize) {
    use std::io::{IsTerminal, Write};
    let mut err = std::io::stderr();
    if err.is_terminal() {
        let end = if done == all { "\n" } else { "" };
        let _ = write!(err, "\r{done} of {all} language tests{end}");
        let _ = err.flush();
    } else if done % 100 == 0 {
        let _ = writeln!(err, "{done} of {all} language tests");
    }
}
