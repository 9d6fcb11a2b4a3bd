//! Every diagnostic code in use has its page in `docs/errors`, and every page its code.

use super::{File, Problem};
use std::collections::BTreeMap;

const PAGES: &str = "docs/errors/";

pub fn check(files: &[File]) -> Vec<Problem> {
    let mut used: BTreeMap<&str, (&File, usize)> = BTreeMap::new();
    // `report` shows codes in examples of its own and has no diagnostics.
    let stages = |file: &&File| {
        file.path.starts_with("compiler/")
            && !file.path.starts_with("compiler/report/")
            && file.path.contains("/src/")
    };
    for file in files
        .iter()
        .filter(stages)
        .filter(|file| file.extension() == "rs")
    {
        let code = file.text.split("#[cfg(test)]").next().unwrap_or("");
        for (at, line) in code.lines().enumerate() {
            for literal in line
                .split('"')
                .skip(1)
                .step_by(2)
                .filter(|text| is_code(text))
            {
                used.entry(literal).or_insert((file, at + 1));
            }
        }
    }
    let pages: BTreeMap<&str, &File> = files
        .iter()
        .filter_map(|file| Some((file.path.strip_prefix(PAGES)?.strip_suffix(".md")?, file)))
        .collect();
    let mut problems = Vec::new();
    for (code, (file, line)) in &used {
        if !pages.contains_key(code) {
            problems.push(Problem::new(
                file,
                *line,
                format!("{code} has no page {PAGES}{code}.md"),
            ));
        }
    }
    for (code, file) in &pages {
        if is_code(code) && !used.contains_key(code) {
            problems.push(Problem::new(file, 0, format!("no stage gives {code}")));
        }
        let title = format!("# {code}: ");
        if is_code(code) && !file.text.starts_with(&title) {
            problems.push(Problem::new(
                file,
                1,
                format!("does not open with `{title}…`"),
            ));
        }
    }
    problems
}

/// `E0123` or `W0123`.
fn is_code(text: &str) -> bool {
    let digits = text.strip_prefix(['E', 'W']);
    digits.is_some_and(|digits| digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::testing::findings;

    #[test]
    fn codes_and_pages_are_compared_both_ways() {
        let files = [
            (
                "compiler/check/src/a.rs",
                "const CODE: &str = \"E0301\";\nconst B: &str = \"E0302\";\n#[cfg(test)]\n\"E0399\"",
            ),
            ("compiler/report/src/lib.rs", "\"E0000\""),
            ("docs/errors/E0301.md", "# E0301: a thing\n"),
            ("docs/errors/E0303.md", "words\n"),
            ("docs/errors/index.md", "words\n"),
        ];
        let expected = [
            "compiler/check/src/a.rs:2",
            "docs/errors/E0303.md:0",
            "docs/errors/E0303.md:1",
        ];
        assert_eq!(findings(check, &files), expected);
    }
}
