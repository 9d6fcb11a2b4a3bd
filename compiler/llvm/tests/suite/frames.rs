//! Frames: what a function asks the stack for on entry is at least what it takes.

use crate::common::{options, program};
use mesh_llvm::{Form, Target, print_program};
use mesh_report::SourceMap;
use std::fmt::Write;

/// `keeps` keeps `count` numbers over calls.
fn keeps(count: usize) -> String {
    let mut text = String::from(
        "entry @Main.main
fn @again \"again\" unit Main exported -> Int {
b0(v0: Int):
  v1: Int = const 1
  v2: Bool = Int.raw_lt (v0, v1)
  branch v2 b1() b2()
b1():
  return v0
b2():
  v3: Int = Int.raw_sub (v0, v1)
  v4: Int = call @again (v3)
  v5: Int = call @again (v4)
  v6: Int = Int.raw_add (v4, v5)
  return v6
}
fn @keeps \"keeps\" unit Main exported -> Int {
b0(v0: Int):
",
    );
    for n in 1..=count {
        let _ = writeln!(text, "  v{n}: Int = call @again (v{})", n - 1);
    }
    for n in 1..=count {
        let (to, from) = (count + n, count + n - 1);
        let _ = writeln!(text, "  v{to}: Int = Int.bit_xor (v{from}, v{n})");
    }
    let _ = write!(
        text,
        "  return v{}
}}
fn @Main.main \"main\" unit Main exported -> Int {{
b0():
  v0: Int = const 7
  v1: Int = call @keeps (v0)
  return v1
}}
",
        2 * count
    );
    text
}

/// The largest number in those of the function's first lines that `wanted` says yes to.
fn number(assembly: &str, symbol: &str, wanted: impl Fn(&str) -> bool) -> u64 {
    let label = format!("\n{symbol}:");
    let at = assembly.find(&label).expect("the function");
    let lines = assembly[at..].lines().skip(2).take(60).map(str::trim);
    let named = lines.filter(|line| wanted(line)).filter_map(|line| {
        let digits = |c: char| !c.is_ascii_digit();
        line.trim_start_matches(digits)
            .split(digits)
            .next()?
            .parse()
            .ok()
    });
    named.max().unwrap_or(0)
}

#[test]
fn a_large_frame_is_asked_for() {
    for release in [false, true] {
        let program = program(&keeps(160));
        let options = options(Target::X86_64Linux, release);
        let text = print_program(&program, &SourceMap::new(), &options, Form::Assembly);
        let text = text.expect("assembly");
        let adds = |line: &str| {
            ["subq", "addq", "leaq"]
                .iter()
                .any(|name| line.starts_with(name))
        };
        let frame = number(&text, "keeps", |line| adds(line) && line.ends_with("%rsp"));
        let need = number(&text, "keeps", |line| adds(line) && line.ends_with("%rax"));
        assert!(frame > 1024, "{text}");
        assert!(need >= frame, "{need} for {frame}: {text}");
    }
}
