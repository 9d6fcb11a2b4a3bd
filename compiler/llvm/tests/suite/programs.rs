//! Every program under `programs/`, compiled in every way and run. Its first lines say what it
//! prints (`#> `) and its exit code (`#! `, 0 if absent); `prelude.core` is put behind each.

use crate::common::{Outcome, WAYS, can_run, link, options, program, run};
use mesh_report::SourceMap;
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
        check(
            &format!("{text}\n{prelude}"),
            &expected,
            status.unwrap_or(0),
        );
    }
}

/// Compiles and runs in every way; all must give `expected`.
fn check(text: &str, expected: &str, status: i32) {
    let program = program(text);
    for (target, release) in WAYS {
        if !can_run(target) {
            let sources = SourceMap::new();
            let object = mesh_llvm::compile_program(&program, &sources, &options(target, release));
            assert!(object.is_ok_and(|object| !object.is_empty()));
            continue;
        }
        let executable = link(&program, &SourceMap::new(), &options(target, release));
        let outcome = run(&executable, target, 256 * 1024, &[]);
        let wanted = Outcome {
            output: expected.to_string(),
            status,
        };
        assert_eq!(outcome, wanted, "{target:?}, release: {release}");
    }
}
