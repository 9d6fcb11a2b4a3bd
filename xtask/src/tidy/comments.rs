//! Comments say why things are as they are: they do not speak of plans, tickets or history.

use super::{File, Problem, rust};

/// Words that only such comments use.
const WORDS: &[&str] = &[
    "todo",
    "fixme",
    "xxx",
    "phase",
    "phases",
    "milestone",
    "ticket",
    "sprint",
    "roadmap",
    "formerly",
    "previously",
];

/// The same as sequences of words.
const PHRASES: &[&str] = &[
    "for now",
    "not yet implemented",
    "not implemented yet",
    "in a later version",
    "in the future",
    "was renamed",
    "used to be",
    "will be added",
    "in this commit",
    "issue #",
];

pub fn check(files: &[File]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in files {
        let comments = match file.extension() {
            "rs" => rust::comments_only(&file.text),
            "mesh" => hash_comments(&file.text),
            _ if file.is_shell() => hash_comments(&file.text),
            _ => continue,
        };
        for (at, line) in comments.lines().enumerate() {
            if let Some(found) = history(line) {
                let message = format!("the comment speaks of plans or history: `{found}`");
                problems.push(Problem::new(file, at + 1, message));
            }
        }
    }
    problems
}

/// What a line starts after its `#`, if a comment is all that stands on it; not an example in one, which is code.
fn hash_comments(text: &str) -> String {
    let comment = |line: &str| match line.trim_start().strip_prefix('#') {
        Some(words) if words.starts_with("#     ") => "\n".to_string(),
        Some(words) => format!("{words}\n"),
        None => "\n".to_string(),
    };
    text.lines().map(comment).collect()
}

fn history(comment: &str) -> Option<&'static str> {
    let comment = comment.to_lowercase();
    let mut words = comment.split(|c: char| !c.is_alphanumeric() && c != '_');
    let word = words.find_map(|word| WORDS.iter().find(|&&other| other == word));
    word.or_else(|| PHRASES.iter().find(|&&phrase| comment.contains(phrase)))
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::testing::findings;

    #[test]
    fn plans_and_history_are_found_in_comments_only() {
        let files = [
            (
                "a.rs",
                "//! Fine.\nlet phase = \"TODO\"; // fine\n// TODO: later\n/* in the\n next phase */\n",
            ),
            ("b.mesh", "# fine\nlet x = \"for now\"\n  # for now\n"),
            ("c.sh", "echo todo\n# a ticket\n"),
        ];
        assert_eq!(
            findings(check, &files),
            ["a.rs:3", "a.rs:5", "b.mesh:3", "c.sh:2"]
        );
    }
}
