//! Every source file opens with a sentence on its purpose.

use super::{File, Problem};

/// Inputs whose every byte is what is tested: a comment in front would change the test.
const INPUTS: &[&str] = &[
    "examples/counter_server.mesh",
    "tests/syntax/",
    "tests/stages/",
    "tests/errors/",
    "tests/fmt/",
    "fuzz/",
];

pub fn check(files: &[File]) -> Vec<Problem> {
    files
        .iter()
        .filter(|file| !INPUTS.iter().any(|folder| file.path.starts_with(folder)))
        .filter_map(|file| Some((file, wanted(file)?)))
        .filter(|(file, wanted)| !opens_with(file, wanted))
        .map(|(file, wanted)| {
            let message = format!("opens without a sentence on its purpose (`{wanted}…`)");
            Problem::new(file, 1, message)
        })
        .collect()
}

/// How a comment on the file starts in its language; none where the rule does not hold.
fn wanted(file: &File) -> Option<&'static str> {
    match file.extension() {
        "rs" => Some("//! "),
        "mesh" if file.text.trim().is_empty() => None,
        "mesh" if file.path.starts_with("std/") => Some("##! "),
        "mesh" => Some("#"),
        _ if file.is_shell() => Some("# "),
        _ => None,
    }
}

fn opens_with(file: &File, wanted: &str) -> bool {
    let first = file.text.lines().find(|line| !line.starts_with("#!/"));
    first.is_some_and(|line| {
        let words = line.strip_prefix(wanted).map(|rest| rest.trim_matches('#'));
        words.is_some_and(|words| words.split_whitespace().count() > 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::testing::findings;

    #[test]
    fn a_sentence_is_wanted_in_front_of_code() {
        let files = [
            ("a.rs", "//! Does a thing.\n"),
            ("b.rs", "use std::fmt;\n"),
            ("std/a.mesh", "##! Whole numbers.\n"),
            ("std/b.mesh", "# Whole numbers.\n"),
            ("tests/run/a.mesh", "# A queue of two lists.\n"),
            ("tests/run/b.mesh", "fn main() = 1\n"),
            ("tests/syntax/c.mesh", "fn main() = 1\n"),
            ("x", "#!/usr/bin/env bash\n# The one script.\n"),
            ("y.sh", "#!/bin/sh\necho\n"),
            ("notes.md", "words"),
        ];
        let expected = ["b.rs:1", "std/b.mesh:1", "tests/run/b.mesh:1", "y.sh:1"];
        assert_eq!(findings(check, &files), expected);
    }
}
