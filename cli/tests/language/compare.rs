//! What was expected and what was seen.

use crate::Setup;
use std::path::Path;

/// The checks made for a case.
#[derive(Default)]
pub struct Outcome {
    pub passed: usize,
    /// Name and what happened.
    pub failures: Vec<(String, String)>,
}

impl Outcome {
    /// Takes the result of one check in.
    pub fn add(&mut self, name: &str, result: Result<(), String>) {
        match result {
            Ok(()) => self.passed += 1,
            Err(message) => self.failures.push((name.to_string(), message)),
        }
    }
}

/// Compares `seen` with the file; writes it instead with `UPDATE=1`. What is empty need not have a file.
pub fn with_file(setup: &Setup, path: &Path, what: &str, seen: &str) -> Result<(), String> {
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    if expected == seen {
        return Ok(());
    }
    if setup.update {
        let result = if seen.is_empty() {
            std::fs::remove_file(path)
        } else {
            std::fs::write(path, seen)
        };
        return result.map_err(|error| format!("{}: {error}", path.display()));
    }
    Err(format!(
        "{what} differs from {}:\n{}",
        path.display(),
        difference(&expected, seen)
    ))
}

/// The lines around the first difference.
pub fn difference(expected: &str, seen: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (expected.lines().collect(), seen.lines().collect());
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let from = same.saturating_sub(2);
    let part = |lines: &[&str], sign: char| {
        let shown = lines.iter().skip(same).take(14);
        shown
            .map(|line| format!("{sign} {line}\n"))
            .collect::<String>()
    };
    let before: String = old[from..same.min(old.len())]
        .iter()
        .map(|line| format!("  {line}\n"))
        .collect();
    format!("{before}{}{}", part(&old, '-'), part(&new, '+'))
}
