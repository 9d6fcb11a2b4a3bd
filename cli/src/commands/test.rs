//! `mesh test`: every test in a process of its own, several at once, and what came of them.

mod crash;
mod json;
mod process;
mod seeds;
mod text;

use crate::arguments::TestOptions;
use crate::print;
use mesh_driver::{BuiltTests, Compiler, Options, Report, TestCase};
use process::{Ended, Limits};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What came of a test.
pub struct Outcome {
    /// Its number among all tests of the program.
    pub number: usize,
    pub time: Duration,
    /// `None` if it passed.
    pub failure: Option<Failure>,
}

/// Why a test failed.
pub struct Failure {
    /// `failed`, `timeout`.
    pub kind: &'static str,
    /// The first line says what, others show values.
    pub message: String,
    /// The file and line that the test reached last.
    pub place: Option<(String, u32)>,
    /// The calls that led there, innermost first.
    pub calls: Vec<String>,
    /// What it wrote.
    pub out: String,
    pub err: String,
    /// The seed it ran with, and the command that runs it so again.
    pub again: Option<(i64, String)>,
}

/// What is said while tests run and behind them.
trait Show: Send {
    /// A test has ended.
    fn outcome(&mut self, test: &TestCase, outcome: &Outcome);
    /// All have.
    fn end(&mut self, tests: &[TestCase], outcomes: &[Outcome], time: Duration);
}

pub fn run(options: &TestOptions) -> ExitCode {
    match test(options) {
        Ok(code) => code,
        Err(report) => {
            print::report(&report);
            ExitCode::FAILURE
        }
    }
}

fn test(options: &TestOptions) -> Result<ExitCode, Report> {
    let compiler = Compiler::find()?;
    let build = Options {
        release: options.release,
    };
    let built = compiler.build_tests(&options.path, &build)?;
    print::report(&built.report);
    let chosen = chosen(&built.tests, &options.filter);
    if options.list {
        let names = chosen.iter().map(|&at| full_name(&built.tests[at]) + "\n");
        print::to_stdout(names.collect::<String>().as_bytes());
        return Ok(ExitCode::SUCCESS);
    }
    if chosen.is_empty() && !options.filter.is_empty() && !built.tests.is_empty() {
        print::error(
            "no test has a name that contains what `--filter` asks for; `--list` shows the names",
        );
        return Ok(ExitCode::FAILURE);
    }
    let mut show: Box<dyn Show> = match options.json {
        true => Box::new(json::Json),
        false => Box::new(text::Text::new(&built.tests, &chosen, options.verbose)),
    };
    let start = Instant::now();
    let outcomes = run_all(&built, &chosen, options, &mut *show);
    show.end(&built.tests, &outcomes, start.elapsed());
    let failed = outcomes.iter().any(|outcome| outcome.failure.is_some());
    Ok(ExitCode::from(u8::from(failed)))
}

/// The numbers of the tests whose name has one of the texts in it; of all if there are none.
fn chosen(tests: &[TestCase], filters: &[String]) -> Vec<usize> {
    let wanted = |test: &TestCase| {
        let name = full_name(test);
        filters.is_empty() || filters.iter().any(|filter| name.contains(filter))
    };
    (0..tests.len()).filter(|&at| wanted(&tests[at])).collect()
}

/// `Main > greeting > is friendly`
fn full_name(test: &TestCase) -> String {
    format!("{} > {}", test.module, test.name)
}

/// Runs tests on as many threads as were asked for; the outcomes in the order of the tests.
fn run_all(
    built: &BuiltTests,
    chosen: &[usize],
    options: &TestOptions,
    show: &mut dyn Show,
) -> Vec<Outcome> {
    let Some(executable) = &built.executable else {
        return Vec::new();
    };
    let limits = Limits {
        time: Duration::from_secs(options.timeout),
    };
    let seeds = seeds::of(options);
    let machine = std::thread::available_parallelism().map_or(1, |count| count.get());
    let threads = options
        .jobs
        .unwrap_or(machine)
        .clamp(1, chosen.len().max(1));
    let next = AtomicUsize::new(0);
    let done = Mutex::new((Vec::new(), show));
    let work = || {
        while let Some(&number) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
            let start = Instant::now();
            let once = |seed: Option<i64>| {
                let ended = process::run(executable, number, seed, &limits);
                let mut failure = failure(ended, &limits)?;
                failure.again = seed.map(|seed| {
                    let name = full_name(&built.tests[number]);
                    (seed, seeds::command(options, seed, &name))
                });
                Some(failure)
            };
            let failure = seeds.iter().find_map(|seed| once(*seed));
            let outcome = Outcome {
                number,
                time: start.elapsed(),
                failure,
            };
            if let Ok(mut done) = done.lock() {
                done.1.outcome(&built.tests[number], &outcome);
                done.0.push(outcome);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    let mut outcomes = done.into_inner().map(|done| done.0).unwrap_or_default();
    outcomes.sort_by_key(|outcome| outcome.number);
    outcomes
}

/// What the end of a test's process means.
fn failure(ended: std::io::Result<Ended>, limits: &Limits) -> Option<Failure> {
    let ended = match ended {
        Ok(ended) if ended.code == Some(BuiltTests::ENDED) => return None,
        Ok(ended) => ended,
        Err(error) => {
            let message = format!("the test's process could not run: {error}");
            return Some(Failure {
                kind: "failed",
                message,
                place: None,
                calls: Vec::new(),
                out: String::new(),
                err: String::new(),
                again: None,
            });
        }
    };
    let (crash, err) = crash::split(&ended.err);
    let crash = crash.unwrap_or_default();
    let message = match (ended.timed_out, ended.code, ended.signal) {
        (true, ..) => format!(
            "still running after {} s (`--timeout`)",
            limits.time.as_secs()
        ),
        _ if !crash.message.is_empty() => crash.message,
        (_, Some(code), _) => format!("ended the program itself, with exit code {code}"),
        (_, _, Some(signal)) => format!("the process was ended by signal {signal}"),
        _ => "the process ended for no known reason".to_string(),
    };
    Some(Failure {
        kind: if ended.timed_out { "timeout" } else { "failed" },
        message,
        place: crash.place,
        calls: crash.calls,
        out: ended.out,
        err,
        again: None,
    })
}
