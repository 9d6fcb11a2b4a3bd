//! Nothing names a folder of somebody's machine.

use super::{File, Problem};

/// In two parts, so that this file does not name them.
const ROOTS: &[(&str, &str)] = &[
    ("/wo", "rk/"),
    ("/ro", "ot/"),
    ("/ho", "me/"),
    ("/Us", "ers/"),
];

pub fn check(files: &[File]) -> Vec<Problem> {
    let roots: Vec<String> = ROOTS.iter().map(|(a, b)| format!("{a}{b}")).collect();
    let mut problems = Vec::new();
    for file in files {
        for (at, line) in file.text.lines().enumerate() {
            if let Some(root) = roots.iter().find(|root| names(line, root)) {
                problems.push(Problem::new(
                    file,
                    at + 1,
                    format!("names a folder of one machine: `{root}…`"),
                ));
            }
        }
    }
    problems
}

/// Whether the folder stands there as an absolute path, and not within a longer one.
fn names(line: &str, root: &str) -> bool {
    line.match_indices(root).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "._-~$}*/".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::testing::findings;

    #[test]
    fn absolute_paths_of_machines_are_found() {
        let home = format!("open(\"{}{}me/a\")", ROOTS[2].0, ROOTS[2].1);
        let inner = format!("see target{}{}a\n", ROOTS[0].0, ROOTS[0].1);
        let files = [
            ("a.rs", &home[..]),
            ("b.rs", "/usr/lib/x"),
            ("c.md", &inner),
        ];
        assert_eq!(findings(check, &files), ["a.rs:1"]);
    }
}
