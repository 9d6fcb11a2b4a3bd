//! The order of the repository, checked: each rule is a function from the files to what it finds wrong.

mod codes;
mod comments;
mod crates;
mod lengths;
mod opening;
mod paths;
mod rust;
mod std_docs;

use std::fmt;
use std::path::Path;
use std::process::{Command, ExitCode};

/// A file of the repository with its text.
pub struct File {
    /// Relative to the workspace, with `/`.
    pub path: String,
    pub text: String,
}

impl File {
    /// What follows the last `.` of the name; empty without one.
    fn extension(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or("");
        name.rsplit_once('.').map_or("", |(_, ending)| ending)
    }

    /// Whether this is a shell script, by its ending or by its first line.
    fn is_shell(&self) -> bool {
        let first = self.text.lines().next().unwrap_or("");
        self.extension() == "sh" || (first.starts_with("#!") && first.contains("sh"))
    }
}

/// One finding.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    pub path: String,
    /// From 1; 0 for the file as a whole.
    pub line: usize,
    pub message: String,
}

impl Problem {
    fn new(file: &File, line: usize, message: impl Into<String>) -> Problem {
        Problem {
            path: file.path.clone(),
            line,
            message: message.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.message),
            line => write!(f, "{}:{}: {}", self.path, line, self.message),
        }
    }
}

/// Checks the repository at `root` and prints what is wrong.
pub fn run(root: &Path) -> ExitCode {
    let files = match read(root) {
        Ok(files) => files,
        Err(message) => {
            eprintln!("tidy: {message}");
            return ExitCode::from(2);
        }
    };
    let problems = check(&files);
    for problem in &problems {
        println!("{problem}");
    }
    println!("tidy: {} files, {} problems", files.len(), problems.len());
    ExitCode::from(u8::from(!problems.is_empty()))
}

/// All rules over all files.
fn check(files: &[File]) -> Vec<Problem> {
    let rules = [
        opening::check,
        lengths::check,
        comments::check,
        crates::check,
        codes::check,
        paths::check,
        std_docs::check,
    ];
    let mut problems: Vec<_> = rules.iter().flat_map(|rule| rule(files)).collect();
    problems.sort();
    problems
}

/// The text files that git knows or would add.
fn read(root: &Path) -> Result<Vec<File>, String> {
    let listing = Command::new("git")
        .args(["ls-files", "-z", "-c", "-o", "--exclude-standard"])
        .current_dir(root)
        .output()
        .map_err(|error| format!("git could not be started: {error}"))?;
    if !listing.status.success() {
        return Err(String::from_utf8_lossy(&listing.stderr).into_owned());
    }
    let names = String::from_utf8_lossy(&listing.stdout).into_owned();
    let mut files = Vec::new();
    for path in names.split('\0').filter(|path| !path.is_empty()) {
        // A file that is deleted but not committed is still listed; one that is not text has no rules.
        if let Ok(text) = std::fs::read_to_string(root.join(path)) {
            files.push(File {
                path: path.to_string(),
                text,
            });
        }
    }
    Ok(files)
}

#[cfg(test)]
mod testing {
    //! Small repositories for the tests of the rules.

    use super::{File, Problem};

    /// Runs one rule over files given as `(path, text)`; gives `path:line`.
    pub fn findings(rule: fn(&[File]) -> Vec<Problem>, files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| File {
                path: path.to_string(),
                text: text.to_string(),
            })
            .collect();
        rule(&files)
            .iter()
            .map(|problem| format!("{}:{}", problem.path, problem.line))
            .collect()
    }
}
