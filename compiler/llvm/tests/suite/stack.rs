//! The stack: tail calls take none, deep recursion goes on on the second segment, a crash unwinds
//! from there, and the check that makes this work stands where it must in the assembly.

use crate::common::{WAYS, can_run, link, options, program, run};
use mesh_llvm::{Form, Target, print_program};
use mesh_report::SourceMap;

/// `depth` calls deep, then `last`.
fn recursion(depth: u64, last: &str) -> String {
    format!(
        r#"entry @Main.main
fn @down "down" unit Main exported -> Int {{
b0(v0: Int, v1: Float, v2: Int, v3: Int, v4: Int, v5: Int, v6: Int):
  v7: Int = const 0
  v8: Bool = Int.raw_eq (v0, v7)
  branch v8 b1() b2()
b1():
{last}
b2():
  v10: Int = const 1
  v11: Int = Int.raw_sub (v0, v10)
  v12: Int = call @down (v11, v1, v6, v2, v3, v4, v5)
  v13: Int = Int.raw_add (v12, v10)
  return v13
}}
fn @Main.main "main" unit Main exported -> Int {{
b0():
  v0: Int = const {depth}
  v1: Float = const 1.5
  v2: Int = const 2
  v3: Int = const 3
  v4: Int = const 4
  v5: Int = const 5
  v6: Int = const 6
  v7: Int = call @down (v0, v1, v2, v3, v4, v5, v6)
  v8: String = native Int.to_text (v7)
  v9: () = native Prelude.write_out (v8)
  return v2
}}
"#
    )
}

fn outputs(text: &str, environment: &[(&str, &str)]) -> Vec<(String, i32)> {
    let program = program(text);
    let ways = WAYS.iter().filter(|(target, _)| can_run(*target));
    ways.map(|&(target, release)| {
        let executable = link(&program, &SourceMap::new(), &options(target, release));
        let outcome = run(&executable, target, 256 * 1024, environment);
        (outcome.output, outcome.status)
    })
    .collect()
}

#[test]
fn a_million_frames_go_on_on_the_segment() {
    let text = recursion(1_000_000, "  return v6\n");
    for outcome in outputs(&text, &[("STATS", "1")]) {
        // The argument block carried `v2` to `v6` around: 1,000,000 is a multiple of five.
        assert_eq!(outcome, ("1000006slow 1 segment 1\n".to_string(), 2));
    }
}

#[test]
fn a_crash_unwinds_from_the_segment() {
    let text = recursion(100_000, "  v20: Int = Int.raw_div (v0, v0)\n  return v20\n");
    for (output, status) in outputs(&text, &[("FRAMES", "1")]) {
        let frames = output.strip_prefix("crash DivisionByZero\nframes ");
        let frames: u64 = frames.and_then(|n| n.trim().parse().ok()).unwrap_or(0);
        assert!((100_001..100_020).contains(&frames), "{output}");
        assert_eq!(status, 101);
    }
}

#[test]
fn endless_recursion_overflows() {
    for outcome in outputs(
        &recursion(u64::MAX >> 1, "  return v6\n"),
        &[("SEGMENT", "1000000")],
    ) {
        assert_eq!(outcome, ("crash StackOverflow\n".to_string(), 101));
    }
}

fn assembly(text: &str, target: Target, release: bool) -> String {
    let program = program(text);
    let printed = print_program(
        &program,
        &SourceMap::new(),
        &options(target, release),
        Form::Assembly,
    );
    printed.expect("assembly")
}

/// The instructions of a function.
fn body<'a>(assembly: &'a str, symbol: &str) -> Vec<&'a str> {
    let label = format!("\n{symbol}:");
    let at = assembly.find(&label).expect("the function");
    let lines = assembly[at..].lines().skip(2).map(str::trim);
    lines
        .take_while(|line| !line.starts_with(".cfi_endproc"))
        .filter(|line| !line.is_empty() && (!line.starts_with('.') || line.starts_with(".L")))
        .filter(|line| !line.starts_with(['#', ';']) && !line.starts_with("//"))
        .collect()
}

const COMPUTE: &str = r#"entry @Main.main
fn @compute "compute" unit Main exported -> Int {
b0(v0: Int):
  v1: Int = const 1
  jump b1(v0, v1)
b1(v2: Int, v3: Int):
  v4: Int = const 1
  v5: Bool = Int.raw_eq (v2, v4)
  branch v5 b2() b3()
b2():
  return v3
b3():
  v6: Int = Int.bit_and (v2, v4)
  v7: Int = Int.wrapping_mul (v2, v3)
  v8: Int = Int.wrapping_add (v7, v6)
  v9: Int = Int.wrapping_add (v3, v4)
  jump b1(v8, v9)
}
fn @Main.main "main" unit Main exported -> Int {
b0():
  v0: Int = const 27
  v1: Int = call @compute (v0)
  v2: Int = call @compute (v1)
  return v2
}
"#;

#[test]
fn a_compute_loop_reads_the_limit_each_time() {
    let found = |text: &str, symbol, compares: &dyn Fn(&str) -> bool| {
        let body = body(text, symbol);
        // From the label that the last backward jump leads to, up to that jump.
        let labels = |line: &str| line.strip_suffix(':').map(str::to_string);
        let mut seen: Vec<(String, usize)> = Vec::new();
        let mut inside = false;
        for (at, line) in body.iter().enumerate() {
            if let Some(label) = labels(line.split_whitespace().next().unwrap_or("")) {
                seen.push((label, at));
                continue;
            }
            let target = line.split_whitespace().last().unwrap_or("");
            if let Some((_, start)) = seen.iter().find(|(label, _)| label == target) {
                inside |= body[*start..at].iter().any(|line| compares(line));
            }
        }
        inside
    };
    for release in [false, true] {
        let text = assembly(COMPUTE, Target::X86_64Linux, release);
        let compares = |line: &str| line.starts_with("cmpq\t") && line.contains("16(%r");
        assert!(
            found(&text, "compute", &compares) || found(&text, "Main.main", &compares),
            "{text}"
        );
        let text = assembly(COMPUTE, Target::Aarch64Linux, release);
        let compares = |line: &str| line.starts_with("ldr\tx") && line.contains(", #16]");
        assert!(
            found(&text, "compute", &compares) || found(&text, "Main.main", &compares),
            "{text}"
        );
    }
}

/// A loop that counts, and takes long.
const COUNTED: &str = r#"entry @Main.main
fn @mix "mix" unit Main exported -> Int {
b0(v0: Int, v1: Int, v2: Int):
  v3: Bool = Int.raw_lt (v0, v1)
  branch v3 b1() b2()
b1():
  v4: Int = Int.wrapping_mul (v2, v2)
  v5: Int = Int.bit_xor (v4, v0)
  v6: Int = const 1
  v7: Int = Int.raw_add (v0, v6)
  tail @mix (v7, v1, v5)
b2():
  return v2
}
fn @Main.main "main" unit Main exported -> Int {
b0():
  v0: Int = const 0
  v1: Int = const 20000000
  v2: Int = const 3
  v3: Int = call @mix (v0, v1, v2)
  v4: Int = const 127
  v5: Int = Int.bit_and (v3, v4)
  return v5
}
"#;

#[test]
fn a_counted_loop_can_be_preempted_but_asks_seldom() {
    for outcome in outputs(COUNTED, &[("PREEMPT", "1"), ("STATS", "1")]) {
        assert_eq!(outcome, ("slow 1 segment 0\n".to_string(), 59));
    }
    let text = assembly(COUNTED, Target::X86_64Linux, true);
    let body = body(&text, "Main.main");
    let multiplies = body.iter().position(|line| line.starts_with("imulq"));
    let back = multiplies.and_then(|at| body[at..].iter().position(|line| line.starts_with('j')));
    let (Some(start), Some(length)) = (multiplies, back) else {
        panic!("no loop: {text}");
    };
    let inner = &body[start..start + length];
    assert!(inner.iter().all(|line| !line.contains("16(%r")), "{text}");
}

const TAILS: &str = r#"entry @Main.main
fn @few "few" unit Main exported -> Int {
b0(v0: Int):
  tail @many (v0, v0, v0, v0, v0, v0, v0, v0, v0, v0)
}
fn @many "many" unit Main exported -> Int {
b0(v0: Int, v1: Int, v2: Int, v3: Int, v4: Int, v5: Int, v6: Int, v7: Int, v8: Int, v9: Int):
  v10: Int = Int.wrapping_add (v0, v9)
  v11: fn(Int) -> Int = call @some ()
  tail_closure v11 (v10)
}
fn @some "some" unit Main exported -> fn(Int) -> Int {
b0():
  v0: fn(Int) -> Int = closure @back ()
  return v0
}
fn @back "back" unit Main exported closure () -> Int {
b0(v0: Int):
  tail @few (v0)
}
fn @Main.main "main" unit Main exported -> Int {
b0():
  v0: Int = const 1
  tail @few (v0)
}
"#;

#[test]
fn every_tail_call_is_a_jump() {
    for release in [false, true] {
        let text = assembly(TAILS, Target::X86_64Linux, release);
        assert!(
            !text.contains("callq\tfew") && !text.contains("callq\tmany"),
            "{text}"
        );
        // The optimiser makes a loop of the whole.
        if !release {
            assert!(
                text.contains("jmp\tmany") && text.contains("jmpq\t*"),
                "{text}"
            );
        }
        let text = assembly(TAILS, Target::Aarch64Linux, release);
        assert!(
            !text.contains("\tbl\tfew") && !text.contains("\tbl\tmany"),
            "{text}"
        );
        if !release {
            assert!(text.contains("\tbr\tx"), "{text}");
        }
    }
}
