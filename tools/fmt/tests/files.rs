//! The formatter on files: `tests/fmt` as stated there, and what holds for every file of the repository.

use mesh_fmt::{Unformatted, WIDTH, format};
use mesh_report::FileId;
use mesh_syntax::SyntaxKind::{self, *};
use mesh_syntax::SyntaxToken;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    let here = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    here.join("../..")
}

fn files(folder: &Path, ending: &str, out: &mut Vec<PathBuf>) {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files(&path, ending, out);
        } else if path.extension().is_some_and(|found| found == ending) {
            out.push(path);
        }
    }
}

/// Every text in Mesh that has no errors of syntax, under its name: files, and the blocks on pages.
fn texts() -> Vec<(String, String)> {
    let mut out = Vec::new();
    for folder in ["std", "examples", "tests"] {
        let mut paths = Vec::new();
        files(&root().join(folder), "mesh", &mut paths);
        for path in paths {
            let text = fs::read_to_string(&path).unwrap_or_default();
            out.push((path.display().to_string(), text));
        }
    }
    let mut pages = Vec::new();
    files(&root().join("docs"), "md", &mut pages);
    for page in pages {
        let text = fs::read_to_string(&page).unwrap_or_default();
        for (at, block) in text.split("```mesh").skip(1).enumerate() {
            let block = block.split_once('\n').map_or("", |(_, rest)| rest);
            let block = block.split("```").next().unwrap_or("");
            out.push((format!("{} {at}", page.display()), block.to_string()));
        }
    }
    out
}

fn formatted(name: &str, text: &str) -> Option<String> {
    match format(FileId(0), text) {
        Ok(out) => Some(out),
        Err(Unformatted::Errors(_)) => None,
        Err(Unformatted::Unsafe(at)) => panic!("{name}: would be another program at byte {at}"),
    }
}

#[test]
fn every_file_stays_the_same_program_and_formats_once() {
    let (mut count, texts) = (0, texts());
    for (name, text) in &texts {
        let Some(once) = formatted(name, text) else {
            continue;
        };
        count += 1;
        let twice = formatted(name, &once).unwrap_or_default();
        assert_eq!(twice, once, "{name} formats differently a second time");
        assert!(
            !once.contains(" \n"),
            "{name} has blanks at the end of a line"
        );
    }
    assert!(
        count > 400,
        "only {count} of {} texts were looked at",
        texts.len()
    );
}

#[test]
fn layout_that_means_nothing_does_not_matter() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut changed = 0;
    for (name, text) in texts() {
        let Some(expected) = formatted(&name, &text) else {
            continue;
        };
        for _ in 0..2 {
            let other = shaken(&text, &mut random);
            changed += usize::from(other != text);
            let seen = formatted(&name, &other);
            let same = seen.as_ref() == Some(&expected);
            assert!(
                same,
                "{name}, written as\n{other}\nbecomes\n{}",
                seen.unwrap_or_default()
            );
        }
    }
    assert!(changed > 400, "only {changed} texts were changed");
}

/// The text with other blanks: between arguments and the like also other lines, elsewhere other indentation.
fn shaken(text: &str, random: &mut Random) -> String {
    let tree = mesh_syntax::parse(FileId(0), text).syntax();
    let mut out = String::new();
    for token in tree
        .descendants_with_tokens()
        .filter_map(|it| it.into_token())
    {
        if token.kind() != WHITESPACE || beside_a_comment(&token) || in_a_string(&token) {
            out.push_str(token.text());
            continue;
        }
        let parent = token.parent().map(|parent| parent.kind());
        if parent.is_some_and(lines_mean_nothing) && !token.text().contains("\n\n") {
            out.push_str(["  ", "\n", " ", "\n        "][random.below(4)]);
        } else {
            let lines = token.text().matches('\n').count();
            let blanks = if lines == 0 { 1 } else { 0 } + random.below(5);
            out.push_str(&"\n".repeat(lines));
            out.push_str(&" ".repeat(blanks));
        }
    }
    out
}

fn lines_mean_nothing(parent: SyntaxKind) -> bool {
    matches!(
        parent,
        ARG_LIST | PAT_ARG_LIST | TYPE_ARG_LIST | TUPLE_EXPR | TUPLE_TYPE | VARIANT_FIELD_LIST
    )
}

/// Strings stay as they were written, with what is interpolated.
fn in_a_string(token: &SyntaxToken) -> bool {
    token
        .parent_ancestors()
        .any(|node| node.kind() == STRING_LIT)
}

fn beside_a_comment(token: &SyntaxToken) -> bool {
    let is_comment =
        |token: Option<SyntaxToken>| token.is_some_and(|token| token.kind().is_trivia());
    is_comment(token.prev_token()) || is_comment(token.next_token())
}

/// A small generator: the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

#[test]
fn files_with_a_result_beside_them() {
    let update = std::env::var_os("UPDATE").is_some_and(|value| value == "1");
    let mut paths = Vec::new();
    files(&root().join("tests/fmt"), "mesh", &mut paths);
    assert!(!paths.is_empty());
    for path in paths {
        let text = fs::read_to_string(&path).unwrap_or_default();
        let seen = formatted(&path.display().to_string(), &text).expect("no errors");
        let beside = path.with_extension("formatted");
        if update {
            fs::write(&beside, &seen).expect("written");
        }
        let expected = fs::read_to_string(&beside).unwrap_or_default();
        assert_eq!(seen, expected, "{}", path.display());
        let long = seen.lines().find(|line| line.chars().count() > WIDTH);
        assert_eq!(long, None, "{}", path.display());
    }
}

#[test]
fn errors_of_syntax_are_given_back() {
    let result = format(FileId(0), "fn f( do\n");
    assert!(matches!(result, Err(Unformatted::Errors(found)) if !found.is_empty()));
}

#[test]
fn what_there_is_none_of_is_nothing() {
    assert_eq!(format(FileId(0), "").expect("formatted"), "");
    assert_eq!(format(FileId(0), "\n\n").expect("formatted"), "");
    let comment = format(FileId(0), "\n\n  # alone").expect("formatted");
    assert_eq!(comment, "# alone\n");
}
