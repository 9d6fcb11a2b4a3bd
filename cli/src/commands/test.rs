//! `mesh test`: the tests of a program in a few processes at once, each in an actor of its own, and what came of them.

mod crash;
mod json;
mod process;
mod programs;
mod seeds;
mod text;

use crate::arguments::TestOptions;
use crate::print;
use mesh_driver::{BuiltTests, Compiler, Options, Report, TestCase};
use process::{Ended, How, Limits};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
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

/// How many tests a process gets at most.
const MAX_SHARE: usize = 50;

/// Runs tests on as many threads as were asked for, each with a process at a time; the outcomes in the order of the tests.
fn run_all(
    built: &BuiltTests,
    chosen: &[usize],
    options: &TestOptions,
    show: &mut dyn Show,
) -> Vec<Outcome> {
    let Some(executable) = &built.executable else {
        return Vec::new();
    };
    let runner = Runner {
        executable,
        tests: &built.tests,
        options,
        limits: Limits {
            time: Duration::from_secs(options.timeout),
        },
        done: Mutex::new((Vec::new(), show)),
    };
    let machine = std::thread::available_parallelism().map_or(1, |count| count.get());
    let threads = options
        .jobs
        .unwrap_or(machine)
        .clamp(1, chosen.len().max(1));
    let left = Mutex::new(chosen);
    let seeds = seeds::of(options);
    let work = || {
        loop {
            match (share(&left, threads), &*seeds) {
                ([], _) => return,
                (tests, [None]) => runner.run_together(tests),
                (tests, seeds) => tests
                    .iter()
                    .for_each(|&test| runner.run_seeded(test, seeds)),
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    let mut outcomes = runner.done.into_inner().map(|done| done.0);
    if let Ok(outcomes) = &mut outcomes {
        outcomes.sort_by_key(|outcome| outcome.number);
    }
    outcomes.unwrap_or_default()
}

/// What all threads that run tests share.
struct Runner<'a> {
    executable: &'a Path,
    tests: &'a [TestCase],
    options: &'a TestOptions,
    limits: Limits,
    done: Mutex<(Vec<Outcome>, &'a mut dyn Show)>,
}

impl Runner<'_> {
    /// In one process, or those behind a test that took it with it in another one.
    fn run_together(&self, mut tests: &[usize]) {
        while !tests.is_empty() {
            let told = &mut |at: usize, ended: Ended| {
                let time = ended.time;
                self.came_of(tests[at], time, failure(ended, &self.limits));
            };
            let count = process::run(self.executable, tests, None, &self.limits, told);
            tests = &tests[count.max(1)..];
        }
    }

    /// In a process for each seed, so that nothing but the seed decides what happens, until it fails.
    fn run_seeded(&self, test: usize, seeds: &[Option<i64>]) {
        let start = Instant::now();
        let mut failed = None;
        for &seed in seeds {
            let told = &mut |_, ended| failed = failure(ended, &self.limits);
            process::run(self.executable, &[test], seed, &self.limits, told);
            if let Some(failure) = &mut failed {
                failure.again = seed.map(|seed| {
                    let name = full_name(&self.tests[test]);
                    (seed, seeds::command(self.options, seed, &name))
                });
                break;
            }
        }
        self.came_of(test, start.elapsed(), failed);
    }

    fn came_of(&self, number: usize, time: Duration, failure: Option<Failure>) {
        let outcome = Outcome {
            number,
            time,
            failure,
        };
        if let Ok(mut done) = self.done.lock() {
            done.1.outcome(&self.tests[number], &outcome);
            done.0.push(outcome);
        }
    }
}

/// Takes tests for a process: fewer towards the end, so that all threads have work until then.
fn share<'a>(left: &Mutex<&'a [usize]>, threads: usize) -> &'a [usize] {
    let Ok(mut left) = left.lock() else {
        return &[];
    };
    let count = left.len().div_ceil(threads * 4).min(MAX_SHARE);
    let (share, rest) = left.split_at(count);
    *left = rest;
    share
}

/// What the end of a test means.
fn failure(ended: Ended, limits: &Limits) -> Option<Failure> {
    let (crash, err) = crash::split(&ended.err);
    let crash = crash.unwrap_or_default();
    let message = match &ended.how {
        How::Passed => return None,
        How::TimedOut => format!(
            "still running after {} s (`--timeout`)",
            limits.time.as_secs()
        ),
        How::NotRun(error) => format!("the test's process could not run: {error}"),
        _ if !crash.message.is_empty() => crash.message,
        How::Failed(reason) => format!("the test's actor ended with `{reason}`"),
        How::Exit(code) => format!("ended the program itself, with exit code {code}"),
        How::Signal(signal) => format!("the process was ended by signal {signal}"),
    };
    let timed_out = ended.how == How::TimedOut;
    Some(Failure {
        kind: if timed_out { "timeout" } else { "failed" },
        message,
        place: crash.place,
        calls: crash.calls,
        out: ended.out,
        err,
        again: None,
    })
}
