//! Compiling as the driver does it: the same bytes each time, and on several threads at once.

use crate::common::{WAYS, options, program_with_lines};
use mesh_core::ir::UnitId;
use mesh_llvm::{compile_program, compile_unit};
use std::path::Path;

fn text(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("a program");
    read(name) + &read("prelude.core")
}

#[test]
fn the_same_program_gives_the_same_bytes_on_any_thread() {
    let (program, sources) = program_with_lines(&text("data.core"));
    for (target, release) in WAYS {
        let options = options(target, release);
        let compile = || {
            let units = 0..program.units.len() as u32;
            let mut objects: Vec<Vec<u8>> = units
                .map(|unit| compile_unit(&program, UnitId(unit), &sources, &options))
                .map(|object| object.expect("code"))
                .collect();
            objects.push(compile_program(&program, &sources, &options).expect("code"));
            objects
        };
        let first = compile();
        std::thread::scope(|scope| {
            let others: Vec<_> = (0..3).map(|_| scope.spawn(compile)).collect();
            for other in others {
                assert!(other.join().expect("a thread") == first);
            }
        });
    }
}

#[test]
fn a_unit_does_not_depend_on_what_others_contain() {
    let before = text("data.core");
    let after = before.replace("const \"deep\"", "const \"other\"");
    let options = options(mesh_llvm::Target::X86_64Linux, false);
    let unit = |text: &str, name: &str| {
        let (program, sources) = program_with_lines(text);
        let at = program.units.iter().position(|unit| unit.module == name);
        let unit = UnitId(at.expect("the unit") as u32);
        compile_unit(&program, unit, &sources, &options).expect("code")
    };
    assert!(unit(&before, "Other") != unit(&after, "Other"));
    assert!(unit(&before, "Main") == unit(&after, "Main"));
}

#[test]
fn a_function_with_hundreds_of_parameters_is_the_users_to_change() {
    let params: Vec<String> = (0..300).map(|n| format!("v{n}: Int")).collect();
    let text = format!(
        "fn @Main.wide \"wide\" unit Main exported -> Int {{\nb0({}):\n  return v0\n}}\n",
        params.join(", ")
    );
    let (program, sources) = program_with_lines(&text);
    let options = options(mesh_llvm::Target::X86_64Linux, false);
    let errors = compile_unit(&program, UnitId(0), &sources, &options).expect_err("too wide");
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].code, "E0701");
    assert_eq!(errors[0].message, "`wide` has too many parameters");
}
