//! The tests of a program: one executable that runs those whose numbers it is given, and the list of them.
//!
//! One for the whole program and not one for each module: a module's code is compiled once however it is linked, and
//! linking one executable takes less than linking many that share nearly everything.

use crate::input::{Input, Purpose};
use crate::pipeline::{self, Lowered, Pipeline};
use crate::report::Report;
use crate::{Compiler, Options, fingerprint};
use mesh_core::Entry;
use std::path::{Path, PathBuf};

/// Stands between the fields of a test in the list that is kept; no name or path has it.
const FIELD: char = '\u{1f}';

/// A test of a program. Its number is its place in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestCase {
    /// `Main`, `Types.UserName`
    pub module: String,
    /// With the names of the `describe`s around it.
    pub name: String,
    /// Where it stands.
    pub file: String,
    pub line: u32,
}

/// An executable of tests. It runs those that the variable [`BuiltTests::WANTED`] lists, and says on both output streams where
/// the output of each ends: `std/test/test_run.mesh` says how.
pub struct BuiltTests {
    /// In the cache; nothing where there are no tests.
    pub executable: Option<PathBuf>,
    pub tests: Vec<TestCase>,
    /// Warnings.
    pub report: Report,
}

impl BuiltTests {
    /// Numbers of tests, with commas between them.
    pub const WANTED: &str = "MESH_TEST";
    /// What lines that say where a test ends begin with, so that no other line is one.
    pub const MARK: &str = "MESH_TEST_MARK";
    /// How many milliseconds a test may take.
    pub const TIMEOUT: &str = "MESH_TEST_TIMEOUT";
    /// What properties draw their values from.
    pub const SEED: &str = "MESH_TEST_SEED";
}

impl Compiler {
    /// The tests of the program at `path`, which may be the folder of std: out of the cache if nothing has changed.
    pub fn build_tests(&self, path: &Path, options: &Options) -> Result<BuiltTests, Report> {
        let runtime = self.install.runtime(options.release)?;
        let input = Input::read(path, &self.install, Purpose::Tests)?;
        let key = fingerprint(&input, &runtime, options, b"tests");
        let list = self.cache.get("tests", &key);
        if let Some(tests) = list.and_then(|path| std::fs::read_to_string(path).ok()) {
            let tests = read_list(&tests);
            let executable = self.cache.get("exe", &key);
            if executable.is_some() || tests.is_empty() {
                return Ok(BuiltTests {
                    executable,
                    tests,
                    report: self.said(&key),
                });
            }
        }
        let name = input.name.clone();
        let pipeline = Pipeline {
            name: &name,
            entry: Entry::Tests,
            release: options.release,
            target: None,
        };
        let (built, report) = pipeline::guarded(input, |program, log| {
            let core = pipeline.core(program, log)?;
            let tests = list_of(&core);
            if tests.is_empty() {
                return Some((None, tests));
            }
            let executable = self.executable(&pipeline, &core, &runtime, &key, log)?;
            Some((Some(executable), tests))
        });
        let Some((executable, tests)) = built else {
            return Err(report);
        };
        if let Some(said) = report.to_replay() {
            let _ = self.cache.put("say", &key, said.as_bytes());
        }
        // Without it the tests are compiled again.
        let _ = self.cache.put("tests", &key, write_list(&tests).as_bytes());
        self.cache.clean();
        Ok(BuiltTests {
            executable,
            tests,
            report,
        })
    }
}

fn list_of(program: &Lowered) -> Vec<TestCase> {
    let tests = program.core.tests.iter();
    let case = |test: &mesh_core::ir::Test| TestCase {
        module: test.module.to_string(),
        name: test.name.replace(|c: char| c.is_control(), " "),
        file: program.sources.path(test.span.file).to_string(),
        line: program.sources.start(test.span).map_or(0, |at| at.line),
    };
    tests.map(case).collect()
}

fn write_list(tests: &[TestCase]) -> String {
    let mut out = String::new();
    for TestCase {
        module,
        name,
        file,
        line,
    } in tests
    {
        out.push_str(&format!(
            "{module}{FIELD}{name}{FIELD}{file}{FIELD}{line}\n"
        ));
    }
    out
}

fn read_list(text: &str) -> Vec<TestCase> {
    let case = |line: &str| {
        let mut fields = line.split(FIELD).map(str::to_string);
        Some(TestCase {
            module: fields.next()?,
            name: fields.next()?,
            file: fields.next()?,
            line: fields.next()?.parse().ok()?,
        })
    };
    text.lines().filter_map(case).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_comes_back_as_it_was() {
        let tests = vec![TestCase {
            module: "Types.User".to_string(),
            name: "names > are not empty".to_string(),
            file: "src/types/user.mesh".to_string(),
            line: 7,
        }];
        assert_eq!(read_list(&write_list(&tests)), tests);
        assert!(read_list("").is_empty());
    }
}
