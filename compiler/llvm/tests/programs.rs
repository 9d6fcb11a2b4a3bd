//! Every program under `programs/`, compiled in every way and run. Its first lines say what it
//! prints (`#> `) and its exit code (`#! `, 0 if absent); `prelude.core` is put behind each.

mod common;

use std::path::Path;

#[test]
fn programs_print_what_they_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let prelude = std::fs::read_to_string(folder.join("prelude.core")).expect("the prelude");
    let only = std::env::var("PROGRAM").ok();
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .expect("programs")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| !path.ends_with("prelude.core"))
        .filter(|path| only.as_ref().is_none_or(|only| path.ends_with(only)))
        .collect();
    names.sort();
    for path in names {
        println!("{}", path.display());
        let text = std::fs::read_to_string(&path).expect("a program");
        let lines = |mark: &str| -> Vec<String> {
            let found = text.lines().filter_map(|line| line.strip_prefix(mark));
            found.map(str::to_string).collect()
        };
        let mut expected = lines("#> ").join("\n");
        expected.push('\n');
        let status = lines("#! ").first().and_then(|n| n.parse().ok());
        common::check(
            &format!("{text}\n{prelude}"),
            &expected,
            status.unwrap_or(0),
        );
    }
}
