//! Every program under `programs/`, compiled in every way and run. Its first lines say what it
//! prints (`#> `) and its exit code (`#! `, 0 if absent); `prelude.core` is put behind each.

use crate::common::{Outcome, WAYS, can_run, link, options, program, run};
use mesh_abi::native::{Native, Stack};
use mesh_core::ir::{Op, Program};
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

/// No native of the runtime has such a result: the harness has one.
static WIDE: Native = Native {
    name: "Test.wide",
    symbol: "mesh_test_wide",
    params: "i",
    result: "ifpi",
    stack: Stack::Leaf,
    diverges: false,
};

#[test]
fn a_native_may_give_more_words_than_stand_flat() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let prelude = std::fs::read_to_string(folder.join("prelude.core")).expect("the prelude");
    let text = r#"entry @Main.main
fn @Main.main "main" unit Main exported -> Int {
b0():
  v0: Int = const 7
  v1: (Int, Float, String, Int) = native Int.to_text (v0)
  v2: Int = field v1 0.0
  v3: () = call @say_int (v2)
  v4: Float = field v1 0.1
  v5: () = call @say_float (v4)
  v6: String = field v1 0.2
  v7: () = call @say (v6)
  v8: Int = field v1 0.3
  v9: () = call @say_int (v8)
  v10: Int = const 0
  return v10
}
"#;
    let mut program = program(&format!("{text}{prelude}"));
    let stmts = &mut program.functions[0].blocks[0].stmts;
    let native = stmts.iter_mut().find_map(|stmt| match &mut stmt.op {
        Op::CallNative { native, .. } => Some(native),
        _ => None,
    });
    *native.expect("a call of a native") = &WIDE;
    run_all(&program, "7\n3.5\nwide\n8\n", 0);
}

/// Compiles and runs in every way; all must give `expected`.
fn check(text: &str, expected: &str, status: i32) {
    run_all(&program(text), expected, status);
}

fn run_all(program: &Program, expected: &str, status: i32) {
    for (target, release) in WAYS {
        if !can_run(target) {
            let sources = SourceMap::new();
            let object = mesh_llvm::compile_program(program, &sources, &options(target, release));
            assert!(object.is_ok_and(|object| !object.is_empty()));
            continue;
        }
        let executable = link(program, &SourceMap::new(), &options(target, release));
        let outcome = run(&executable, target, 256 * 1024, &[]);
        let wanted = Outcome {
            output: expected.to_string(),
            status,
        };
        assert_eq!(outcome, wanted, "{target:?}, release: {release}");
    }
}
