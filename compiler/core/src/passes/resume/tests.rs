//! What a program that receives does before and after its functions are split.

use crate::testing::interpret::{Value, call};
use crate::testing::parse;

/// Splits every function of the program, and runs `main` before and after.
fn same(text: &str) -> (String, Value) {
    let mut program = parse(text).expect("parses");
    assert_eq!(crate::verify(&program), Ok(()));
    let before = call(&program, "main", &[]);
    for id in super::run(&mut program) {
        crate::passes::simplify_one(&mut program, id.index());
    }
    assert_eq!(
        crate::verify(&program),
        Ok(()),
        "{}",
        crate::print(&program)
    );
    let printed = crate::print(&program);
    assert_eq!(call(&program, "main", &[]), before, "{printed}");
    let again = parse(&printed).map(|program| crate::print(&program));
    assert_eq!(again.as_ref(), Ok(&printed));
    (printed, before.result.expect("a value"))
}

/// Sums messages until the first 0, in a loop whose state is redefined on every way round.
const SUM: &str = r#"
fn @main "main" unit Main -> Int {
b0():
  v0: Pid = native rt.self_pid ()
  v1: Int = const 5
  v2: Int = const 7
  v3: Int = const 0
  v4: Boxed = box v1
  v5: () = native Prelude.send (v0, v4)
  v6: Boxed = box v2
  v7: () = native Prelude.send (v0, v6)
  v8: () = native Prelude.send (v0, v4)
  v9: Boxed = box v3
  v10: () = native Prelude.send (v0, v9)
  v11: Int = call @sum (v3, v2)
  return v11
}

fn @sum "sum" unit Main -> Int {
b0(v0: Int, v9: Int):
  jump b1(v0, v0)
b1(v1 total: Int, v2 count: Int):
  v3: Int = const -1
  v4: () = native rt.receive_begin (v3)
  jump b2()
b2():
  v5: (Int, Boxed) = receive_next
  v6: Int = field v5 0.0
  switch v6 [1 => b3()]
b3():
  v7: Boxed = field v5 0.1
  v8: Int = unbox v7
  v16: (Boxed, Int, Int) = native rt.receive_take ()
  v10: Bool = Int.raw_eq (v8, v9)
  branch v10 b6() b4()
b4():
  v11: Int = Int.wrapping_add (v1, v8)
  v12: Int = const 1
  v13: Int = Int.wrapping_add (v2, v12)
  v14: Int = const 0
  v15: Bool = Int.raw_eq (v8, v14)
  branch v15 b5() b1(v11, v13)
b5():
  v18: Int = const 100
  v19: Int = Int.wrapping_mul (v13, v18)
  v20: Int = Int.wrapping_add (v11, v19)
  return v20
b6():
  # Another way to the head of the loop.
  v17: Int = Int.wrapping_add (v1, v9)
  jump b1(v17, v2)
}
"#;

#[test]
fn a_loop_around_a_receive() {
    let (printed, value) = same(SUM);
    assert_eq!(value, Value::Int(317));
    assert!(
        printed.contains("receive_next @sum.receive0.resume (v"),
        "{printed}"
    );
    assert!(printed.contains("tail @sum.receive0"), "{printed}");
}

#[test]
fn several_receives_and_ways_between_them() {
    // Skips the first message, takes the second, then the first; a branch joins behind both.
    let text = r#"
fn @main "main" unit Main -> Int {
b0():
  v0: Pid = native rt.self_pid ()
  v1: Int = const 5
  v2: Int = const 7
  v4: Boxed = box v1
  v5: () = native Prelude.send (v0, v4)
  v6: Boxed = box v2
  v7: () = native Prelude.send (v0, v6)
  v3: fn(Int) -> Int = closure @both (v2, v1)
  v8: Int = call_closure v3 (v1)
  return v8
}

fn @both "both" unit Main closure (Int, Int) -> Int {
b0(v0: Int):
  v1: Int = const 0
  v2: () = native rt.receive_begin (v1)
  jump b1()
b1():
  v3: (Int, Boxed) = receive_next
  v4: Int = field v3 0.0
  switch v4 [0 => b6(), 1 => b2()]
b2():
  v5: Boxed = field v3 0.1
  v6: Int = unbox v5
  v7: Int = capture 0
  v8: Bool = Int.raw_eq (v6, v7)
  branch v8 b4() b3()
b3():
  v9: () = native rt.receive_skip ()
  jump b1()
b4():
  v10: (Boxed, Int, Int) = native rt.receive_take ()
  v11: Bool = Int.raw_eq (v0, v6)
  branch v11 b5(v0) b5(v6)
b5(v12: Int):
  v13: () = native rt.receive_begin (v1)
  v14: (Int, Boxed) = receive_next
  v15: Boxed = field v14 0.1
  v16: Int = unbox v15
  v17: Int = capture 1
  v18: Int = Int.wrapping_mul (v16, v17)
  v19: Int = Int.wrapping_add (v12, v18)
  return v19
b6():
  return v1
}
"#;
    let (printed, value) = same(text);
    assert_eq!(value, Value::Int(32));
    assert_eq!(printed.matches("receive_next @").count(), 2, "{printed}");
}

#[test]
fn any_number_of_values_lives_on() {
    let numbers: String = (1..=100)
        .map(|n| format!("  v{n}: Int = native Hash.seed ()\n"))
        .collect();
    let sums: String = (1..=100)
        .map(|n| {
            format!(
                "  v{}: Int = Int.wrapping_add (v{}, v{n})\n",
                200 + n,
                199 + n
            )
        })
        .collect();
    let text = format!(
        r#"
fn @main "main" unit Main -> Int {{
b0():
{numbers}  jump b1(v1)
b1(v150 round: Int):
  v151: Int = const 0
  v152: () = native rt.receive_begin (v151)
  v153: (Int, Boxed) = receive_next
  v200: Int = field v153 0.0
{sums}  v301: Int = const -1
  v302: Int = Int.wrapping_add (v150, v301)
  v303: Bool = Int.raw_lt (v302, v151)
  branch v303 b2() b1(v302)
b2():
  return v300
}}
"#
    );
    let (printed, value) = same(&text);
    assert_eq!(value, Value::Int(4200));
    assert!(printed.contains("tail @main.receive0 (v"), "{printed}");
    assert!(
        !printed.contains("@main.receive0.resume (v0, v1"),
        "{printed}"
    );
}
