//! What debuggers, profilers and crash reports read: names and lines in DWARF.

use crate::common::{options, program_with_lines};
use mesh_llvm::{Form, Target, print_unit};

const TEXT: &str = r#"entry @Main.main
fn @Main.divide "Main.divide" unit Main exported -> Int {
b0(v0: Int):
  v1: Int = Int.raw_div (v0, v0)
  v2: Int = const 2
  v3: Int = Int.raw_mul (v1, v2)
  return v3
}
fn @Main.main "Main.main" unit Main exported -> Int {
b0():
  v0: Int = const 0
  v1: Int = call @Main.divide (v0)
  tail @Main.divide (v1)
}
"#;

#[test]
fn lines_and_names_are_the_users() {
    let (program, sources) = program_with_lines(TEXT);
    for release in [false, true] {
        let options = options(Target::X86_64Linux, release);
        let unit = mesh_core::ir::UnitId(0);
        let text = print_unit(&program, unit, &sources, &options, Form::Assembly);
        let text = text.expect("assembly");
        // File 1, line 4: the division; line 6: the multiplication.
        assert!(text.contains("\t.loc\t1 4 1"), "{text}");
        assert!(release || text.contains("\t.loc\t1 6 1"), "{text}");
        assert!(text.contains("\t.file\t1 \"src\" \"test.mesh\""), "{text}");
        assert!(text.contains("\"Main.divide\""), "{text}");
        assert!(!text.contains("DW_AT_linkage_name"), "{text}");
    }
}

const INLINED: &str = r#"entry @Main.main
fn @Main.main "Main.main" unit Main exported -> Int {
  inlined 0 @Main.half "Main.half"
  inlined 1 @List.sum "List.sum" in 0
b0():
  v0: Int = const 7
  v1: Int = call @Main.other (v0)
  v2: Int = Int.raw_div (v0, v1) in 1
  return v2
}
fn @Main.other "Main.other" unit Main exported -> Int {
b0(v0: Int):
  return v0
}
"#;

#[test]
fn what_was_inlined_is_in_the_scope_of_its_function() {
    let (program, sources) = program_with_lines(INLINED);
    let options = options(Target::X86_64Linux, false);
    let unit = mesh_core::ir::UnitId(0);
    let text = print_unit(&program, unit, &sources, &options, Form::Llvm).expect("IR");
    let number = |line: &str| line.split(' ').next().unwrap_or("").to_string();
    let subprogram = |name: &str| {
        let has = |line: &&str| line.contains("DISubprogram(") && line.contains(name);
        number(text.lines().find(has).expect("a subprogram"))
    };
    let location = |scope: &str| {
        let scope = format!("scope: {scope}");
        let is = |line: &&str| {
            line.contains("DILocation(") && line.contains(&scope) && line.contains("inlinedAt")
        };
        let line = text.lines().find(is).expect("a location");
        let at = line.split("inlinedAt: ").nth(1).expect("a place");
        (number(line), at.trim_end_matches(')').to_string())
    };
    let (_, sum_at) = location(&subprogram("List.sum"));
    let (half, half_at) = location(&subprogram("Main.half"));
    assert_eq!(sum_at, half);
    let outer = format!("{half_at} = !DILocation(");
    let outer = text.lines().find(|line| line.starts_with(&outer));
    let main = format!("scope: {})", subprogram("Main.main"));
    assert!(outer.is_some_and(|line| line.contains(&main)), "{text}");
}

#[test]
fn development_builds_record_tail_calls_with_their_line() {
    let (program, sources) = program_with_lines(TEXT);
    let unit = mesh_core::ir::UnitId(0);
    let ir = |release| {
        let options = options(Target::X86_64Linux, release);
        print_unit(&program, unit, &sources, &options, Form::Llvm).expect("IR")
    };
    let site = "i64 9, ptr @";
    assert!(
        ir(false).contains(site) && ir(false).contains("i64 13, i64 13 }"),
        "{}",
        ir(false)
    );
    assert!(!ir(true).contains("i64 13, i64 13 }"));
}
