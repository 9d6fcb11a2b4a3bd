//! Outcomes for people: a line for each module, what failed and why, and a summary.

use super::{Failure, Outcome, Show, full_name};
use crate::print;
use mesh_driver::TestCase;
use std::collections::BTreeMap;
use std::time::Duration;

/// A test that takes longer is named with its time.
const SLOW: Duration = Duration::from_millis(500);
/// So many calls of a crash are shown.
const MAX_CALLS: usize = 12;
/// So many lines of each stream of a failed test, the last ones.
const MAX_LINES: usize = 40;

pub struct Text {
    paint: Paint,
    verbose: bool,
    /// By module: the number of its tests that have not ended, and what came of the others.
    modules: BTreeMap<String, Module>,
    width: usize,
}

#[derive(Default)]
struct Module {
    open: usize,
    passed: usize,
    failed: usize,
    time: Duration,
    /// By number: the lines for single tests.
    lines: BTreeMap<usize, String>,
}

impl Text {
    pub fn new(tests: &[TestCase], chosen: &[usize], verbose: bool) -> Text {
        let mut modules: BTreeMap<String, Module> = BTreeMap::new();
        for &at in chosen {
            modules.entry(tests[at].module.clone()).or_default().open += 1;
        }
        let width = modules.keys().map(|name| name.chars().count()).max();
        Text {
            paint: Paint(print::colour_of(&std::io::stdout())),
            verbose,
            modules,
            width: width.unwrap_or(0),
        }
    }
}

impl Show for Text {
    fn outcome(&mut self, test: &TestCase, outcome: &Outcome) {
        let (paint, width) = (self.paint, self.width);
        let Some(module) = self.modules.get_mut(&test.module) else {
            return;
        };
        module.open -= 1;
        module.time += outcome.time;
        let passed = outcome.failure.is_none();
        *(if passed {
            &mut module.passed
        } else {
            &mut module.failed
        }) += 1;
        if self.verbose || !passed || outcome.time >= SLOW {
            let mark = paint.mark(passed);
            let time = paint.dim(&shown(outcome.time));
            let line = format!("    {mark} {} {time}\n", test.name);
            module.lines.insert(outcome.number, line);
        }
        if module.open > 0 {
            return;
        }
        let counts = match module.failed {
            0 => count(module.passed, "test"),
            failed => format!(
                "{failed} of {} failed",
                count(module.passed + failed, "test")
            ),
        };
        let mut out = format!(
            "  {} {:width$}  {counts} {}\n",
            paint.mark(module.failed == 0),
            test.module,
            paint.dim(&shown(module.time))
        );
        module.lines.values().for_each(|line| out.push_str(line));
        print::to_stdout(out.as_bytes());
    }

    fn end(&mut self, tests: &[TestCase], outcomes: &[Outcome], time: Duration) {
        if outcomes.is_empty() {
            print::to_stdout(
                b"no tests: write one as `test \"what it shows\" do \xe2\x80\xa6 end`, beside the code or in `tests/`\n",
            );
            return;
        }
        let mut out = String::new();
        for outcome in outcomes {
            if let Some(failure) = &outcome.failure {
                out.push('\n');
                self.failure(&tests[outcome.number], failure, &mut out);
            }
        }
        let failed = outcomes.iter().filter(|outcome| outcome.failure.is_some());
        let failed = failed.count();
        let passed = outcomes.len() - failed;
        let passed = format!("{passed} passed");
        let passed = self.paint.as_if(failed == 0, Colour::Green, &passed);
        let failed_text = format!("{failed} failed");
        let failed_text = self.paint.as_if(failed > 0, Colour::Red, &failed_text);
        out.push_str(&format!("\n{passed}, {failed_text}, in {}\n", shown(time)));
        print::to_stdout(out.as_bytes());
    }
}

impl Text {
    fn failure(&self, test: &TestCase, failure: &Failure, out: &mut String) {
        let paint = self.paint;
        let head = paint.painted(Colour::Red, &format!("failed: {}", full_name(test)));
        out.push_str(&format!("{head}\n"));
        let (file, line) = match &failure.place {
            Some((file, line)) => (file.as_str(), *line),
            None => (test.file.as_str(), test.line),
        };
        out.push_str(&format!("  {}\n", paint.dim(&format!("{file}:{line}"))));
        if let Some(code) = source_line(file, line) {
            out.push_str(&format!(
                "  {} {}\n",
                paint.dim(&format!("{line} |")),
                code.trim()
            ));
        }
        out.push('\n');
        for text in failure.message.lines() {
            out.push_str(&format!("  {}\n", paint.diff(text)));
        }
        let calls = calls_between(test, &failure.calls);
        if !calls.is_empty() {
            out.push_str(&format!("\n  {}\n", paint.dim("called from")));
            for call in calls.iter().take(MAX_CALLS) {
                out.push_str(&format!("    {}\n", paint.dim(call)));
            }
        }
        if let Some((seed, command)) = &failure.again {
            let text = format!("with the seed {seed}; again with");
            out.push_str(&format!("\n  {}\n    {command}\n", paint.dim(&text)));
        }
        for (name, text) in [
            ("standard output", &failure.out),
            ("standard error", &failure.err),
        ] {
            if text.trim().is_empty() {
                continue;
            }
            out.push_str(&format!("\n  {}\n", paint.dim(name)));
            let lines: Vec<&str> = text.lines().collect();
            let left_out = lines.len().saturating_sub(MAX_LINES);
            if left_out > 0 {
                out.push_str(&format!("    … {} before\n", count(left_out, "line")));
            }
            for line in &lines[left_out..] {
                out.push_str(&format!("    {line}\n"));
            }
        }
    }
}

/// The calls from the test to where it failed that its place and its name do not say: none of std's at either end, and
/// not the test itself.
fn calls_between<'a>(test: &TestCase, calls: &'a [String]) -> Vec<&'a str> {
    let calls = calls.iter().map(String::as_str);
    let calls = calls.filter(|call| !call.starts_with("… the same "));
    let own =
        calls.skip_while(|call| call.contains(" at std/") && !call.contains(" at std/tests/"));
    let of_test = |call: &str| {
        let call = call.strip_prefix("… tail call from ").unwrap_or(call);
        let mut name = call.rsplit_once(" at ").map_or(call, |(name, _)| name);
        while let Some(outer) = name.strip_prefix("fn in ") {
            name = outer;
        }
        name == test.name
    };
    // What runs the tests is no part of them.
    let mut all: Vec<&str> = own
        .take_while(|call| !call.starts_with("TestRun."))
        .collect();
    while all
        .last()
        .is_some_and(|call| call.starts_with("… tail calls"))
    {
        all.pop();
    }
    let end = all
        .iter()
        .position(|call| of_test(call))
        .unwrap_or(all.len());
    match end {
        0 => Vec::new(),
        // The innermost stands above with its code; here it is named, and those behind it are the way to it.
        _ => all[..=end.min(all.len() - 1)].to_vec(),
    }
}

fn source_line(file: &str, line: u32) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let at = (line as usize).checked_sub(1)?;
    text.lines().nth(at).map(str::to_string)
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn shown(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1e3;
    if ms < 1000.0 {
        format!("{ms:.0} ms")
    } else {
        format!("{:.1} s", ms / 1e3)
    }
}

/// Colours, where they are wanted.
#[derive(Clone, Copy)]
struct Paint(bool);

#[derive(Clone, Copy)]
enum Colour {
    Red = 31,
    Green = 32,
    Dim = 2,
}

impl Paint {
    fn painted(self, colour: Colour, text: &str) -> String {
        match self.0 {
            true => format!("\u{1b}[{}m{text}\u{1b}[0m", colour as u8),
            false => text.to_string(),
        }
    }

    fn as_if(self, painted: bool, colour: Colour, text: &str) -> String {
        match painted {
            true => self.painted(colour, text),
            false => text.to_string(),
        }
    }

    fn dim(self, text: &str) -> String {
        self.painted(Colour::Dim, text)
    }

    fn mark(self, passed: bool) -> String {
        match passed {
            true => self.painted(Colour::Green, "ok  "),
            false => self.painted(Colour::Red, "FAIL"),
        }
    }

    /// A line of a diff in its colour.
    fn diff(self, line: &str) -> String {
        match line.trim_start().as_bytes() {
            [b'-', b' ', ..] => self.painted(Colour::Red, line),
            [b'+', b' ', ..] => self.painted(Colour::Green, line),
            _ => line.to_string(),
        }
    }
}
