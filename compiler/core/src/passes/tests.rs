//! What the passes make of whole programs, which must still do the same.

use crate::testing::interpret::{Outcome, Value, call};
use crate::testing::parse;
use crate::{Level, optimise, print, verify};

/// Runs `@main` before and after each level; the release form as text.
fn same_before_and_after(text: &str, args: &[Value]) -> (Outcome, String) {
    let mut program = parse(text).expect("parses");
    assert_eq!(verify(&program), Ok(()));
    let before = call(&program, "main", args);
    for level in [Level::Development, Level::Release] {
        optimise(&mut program, level);
        assert_eq!(call(&program, "main", args), before, "{}", print(&program));
    }
    (before, print(&program))
}

/// `map` and `fold` as std writes them.
const LISTS: &str = r#"
fn @List.map "List.map" unit List -> List<Int> {
b0(v0 xs: List<Int>, v1 f: fn(Int) -> Int):
  v2: Int = const 0
  v3: Int = List.length (v0)
  v4: List<Int> = List.raw_with_capacity (v3)
  tail @List.map_from (v0, v1, v2, v4)
}

fn @List.map_from "List.map_from" unit List -> List<Int> {
b0(v0 xs: List<Int>, v1 f: fn(Int) -> Int, v2 i: Int, v3 out: List<Int>):
  v4: Int = List.length (v0)
  v5: Bool = Int.raw_le (v4, v2)
  branch v5 b1() b2()
b1():
  return v3
b2():
  v6: Int = const 1
  v7: Int = Int.raw_add (v2, v6)
  v8: Int = List.raw_get (v0, v2)
  v9: Int = call_closure v1 (v8)
  v10: List<Int> = List.append (v3, v9)
  tail @List.map_from (v0, v1, v7, v10)
}

fn @List.fold "List.fold" unit List -> Int {
b0(v0 xs: List<Int>, v1 acc: Int, v2 f: fn(Int, Int) -> Int, v3 i: Int):
  v4: Int = List.length (v0)
  v5: Bool = Int.raw_le (v4, v3)
  branch v5 b1() b2()
b1():
  return v1
b2():
  v6: Int = const 1
  v7: Int = Int.raw_add (v3, v6)
  v8: Int = List.raw_get (v0, v3)
  v9: Int = call_closure v2 (v1, v8)
  tail @List.fold (v0, v9, v2, v7)
}

fn @List.sum "List.sum" unit List -> Int {
b0(v0 xs: List<Int>):
  v1: fn(Int, Int) -> Int = closure @List.sum.fn ()
  v2: Int = const 0
  tail @List.fold (v0, v2, v1, v2)
}

fn @List.sum.fn "fn in List.sum" unit List closure () -> Int {
b0(v0 a: Int, v1 b: Int):
  v2: Int = Int.raw_add (v0, v1)
  return v2
}

fn @List.each "List.each" unit List -> Int {
b0(v0 xs: List<Int>, v1 f: fn(Int) -> Int):
  v2: fn(Int, Int) -> Int = closure @List.each.fn (v1)
  v3: Int = const 0
  tail @List.fold (v0, v3, v2, v3)
}

fn @List.each.fn "fn in List.each" unit List closure (fn(Int) -> Int) -> Int {
b0(v0 acc: Int, v1 x: Int):
  v2: fn(Int) -> Int = capture 0
  v3: Int = call_closure v2 (v1)
  v4: Int = Int.bit_xor (v0, v3)
  return v4
}
"#;

#[test]
fn a_pipeline_of_closures_becomes_loops() {
    let text = format!(
        r#"
entry @main.run

fn @main.run "main" unit Main -> Int {{
b0():
  v0: Int = const 1
  v1: Int = const 2
  v2: Int = const 3
  v3: List<Int> = list (v0, v1, v2)
  tail @main (v3, v1)
}}

fn @main "main" unit Main -> Int {{
b0(v0 xs: List<Int>, v1 k: Int):
  v2: fn(Int) -> Int = closure @main.fn (v1)
  v3: List<Int> = call @List.map (v0, v2)
  tail @List.sum (v3)
}}

fn @main.fn "fn in main" unit Main closure (Int) -> Int {{
b0(v0 x: Int):
  v1: Int = capture 0
  v2: Int = Int.raw_mul (v0, v1)
  return v2
}}
{LISTS}"#
    );
    let args = [Value::ints([1, 2, 3]), Value::Int(2)];
    let mut program = parse(&text).expect("parses");
    let before = call(&program, "main.run", &[]);
    assert_eq!(before.result, Ok(Value::Int(12)));
    assert_eq!(call(&program, "main", &args), before);
    optimise(&mut program, Level::Release);
    let text = print(&program);
    assert_eq!(call(&program, "main.run", &[]), before, "{text}");
    assert!(!text.contains("closure"), "{text}");
    assert_eq!(text.matches("fn @").count(), 1, "{text}");
}

#[test]
fn a_closure_inside_a_closure_is_known_too() {
    let text = format!(
        r#"
entry @main

fn @main "main" unit Main -> Int {{
b0():
  v0: Int = const 1
  v1: Int = const 20
  v2: Int = const 300
  v3: List<Int> = list (v0, v1, v2)
  v4: fn(Int) -> Int = closure @main.fn (v1)
  tail @List.each (v3, v4)
}}

fn @main.fn "fn in main" unit Main closure (Int) -> Int {{
b0(v0 x: Int):
  v1: Int = capture 0
  v2: Int = Int.raw_mul (v0, v1)
  return v2
}}
{LISTS}"#
    );
    let (before, after) = same_before_and_after(&text, &[]);
    assert_eq!(before.result, Ok(Value::Int(20 ^ 400 ^ 6000)));
    assert!(!after.contains("closure"), "{after}");
}

#[test]
fn what_crashes_still_crashes() {
    let text = r#"
entry @main

fn @main "main" unit Main -> Int {
b0():
  v0: Int = const 9223372036854775807
  v1: Int = const 1
  v2: Int = Int.raw_add (v0, v1)
  return v1
}
"#;
    let (before, after) = same_before_and_after(text, &[]);
    assert_eq!(before.result, Err("overflow".into()));
    assert!(after.contains("raw_add"), "{after}");
}

#[test]
fn branches_that_are_known_go() {
    let text = r#"
type Option = None | Some(Int)
entry @main

fn @main "main" unit Main -> Int {
b0():
  v0: Int = const 7
  v1: Option = construct 1 (v0)
  v2: Int = tag v1
  switch v2 [0 => b1(), 1 => b2()]
b1():
  v3: Int = const 0
  return v3
b2():
  v4: Int = field v1 1.0
  v5: Bool = Int.raw_lt (v0, v4)
  branch v5 b1() b3()
b3():
  return v4
}
"#;
    let (before, after) = same_before_and_after(text, &[]);
    assert_eq!(before.result, Ok(Value::Int(7)));
    assert!(
        after.contains("b0():\n  v0: Int = const 7\n  return v0"),
        "{after}"
    );
}

#[test]
fn closures_that_grow_with_recursion_end() {
    // `fn go(n, k) = if n == 0 do k(0) else go(n - 1, fn x -> k(x + 1) end)`
    let text = r#"
entry @main

fn @main "main" unit Main -> Int {
b0():
  v0: Int = const 50
  v1: fn(Int) -> Int = closure @id ()
  tail @go (v0, v1)
}

fn @id "id" unit Main closure () -> Int {
b0(v0: Int):
  return v0
}

fn @go "go" unit Main -> Int {
b0(v0 n: Int, v1 k: fn(Int) -> Int):
  v2: Int = const 0
  v3: Bool = Int.raw_eq (v0, v2)
  branch v3 b1() b2()
b1():
  tail_closure v1 (v2)
b2():
  v4: Int = const 1
  v5: Int = Int.raw_sub (v0, v4)
  v6: fn(Int) -> Int = closure @go.fn (v1)
  tail @go (v5, v6)
}

fn @go.fn "fn in go" unit Main closure (fn(Int) -> Int) -> Int {
b0(v0 x: Int):
  v1: fn(Int) -> Int = capture 0
  v2: Int = const 1
  v3: Int = Int.raw_add (v0, v2)
  tail_closure v1 (v3)
}
"#;
    let (before, _) = same_before_and_after(text, &[]);
    assert_eq!(before.result, Ok(Value::Int(50)));
}

#[test]
fn parameters_that_nothing_reads_go() {
    let text = r#"
entry @main

fn @main "main" unit Main -> Int {
b0():
  v0: Int = const 12
  v1: Int = call @count (v0, v0)
  return v1
}

fn @count "count" unit Main -> Int {
b0(v0 n: Int, v1 unused: Int):
  v2: Int = const 0
  v3: Bool = Int.raw_eq (v0, v2)
  branch v3 b1() b2()
b1():
  return v2
b2():
  v4: Int = const 1
  v5: Int = Int.raw_sub (v0, v4)
  v6: Int = call @count (v5, v1)
  v7: Int = Int.raw_add (v6, v4)
  return v7
}
"#;
    let (before, after) = same_before_and_after(text, &[]);
    assert_eq!(before.result, Ok(Value::Int(12)));
    assert!(after.contains("b0(v0 n: Int):"), "{after}");
}
