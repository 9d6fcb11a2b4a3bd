//! `tests/types`: the types of each program's items stand beside it in a `.types` file; with
//! `UPDATE=1` they are written anew. Every program of `tests/check` is accepted.

mod support;

use std::path::{Path, PathBuf};

fn programs(folder: &str) -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests")
        .join(folder);
    let entries = std::fs::read_dir(&dir).expect("the folder is there");
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "mesh"))
        .collect();
    found.sort();
    found
}

fn check(path: &Path) -> support::Outcome {
    let source = std::fs::read_to_string(path).expect("the program can be read");
    let name = path
        .file_name()
        .and_then(|n| n.to_str())
        .unwrap_or_default();
    support::check_text(name, &source)
}

#[test]
fn types_are_as_written_down() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut wrong = Vec::new();
    for path in programs("types") {
        let outcome = check(&path);
        let found = outcome.types().unwrap_or_else(|| outcome.rendered());
        let beside = path.with_extension("types");
        if update {
            std::fs::write(&beside, &found).expect("the types can be written");
        }
        let expected = std::fs::read_to_string(&beside).unwrap_or_default();
        if found != expected {
            wrong.push(format!("{}:\n{found}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn programs_without_mistakes_are_accepted() {
    let mut wrong = Vec::new();
    for path in programs("check") {
        let outcome = check(&path);
        if outcome.checked.is_none() {
            wrong.push(format!("{}:\n{}", path.display(), outcome.rendered()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
