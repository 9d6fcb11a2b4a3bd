//! Whatever the input: no panic, no overflow, and the tree's text is the input.

use mesh_report::FileId;
use mesh_syntax::{CONTEXTUAL, PUNCTUATION, Parse, RESERVED, parse};
use proptest::prelude::*;

fn parsed(text: &str) -> Parse {
    let parse = parse(FileId(0), text);
    assert_eq!(parse.syntax().text().to_string(), text);
    for diagnostic in &parse.diagnostics {
        for label in &diagnostic.labels {
            assert!(label.span.end as usize <= text.len(), "{diagnostic:?}");
            assert!(
                text.is_char_boundary(label.span.start as usize),
                "{diagnostic:?}"
            );
        }
    }
    parse
}

fn codes(parse: &Parse) -> Vec<&'static str> {
    parse
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code)
        .collect()
}

fn depth(parse: &Parse) -> usize {
    let (mut depth, mut deepest) = (0usize, 0);
    for event in parse.syntax().preorder() {
        match event {
            rowan::WalkEvent::Enter(_) => depth += 1,
            rowan::WalkEvent::Leave(_) => depth -= 1,
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// One diagnostic, and a tree that a recursive walk can bear.
#[track_caller]
fn too_deep(text: &str) {
    let parse = parsed(text);
    assert_eq!(codes(&parse), ["E0103"], "{}", &text[..text.len().min(60)]);
    assert!(depth(&parse) <= 1100, "{} levels", depth(&parse));
}

#[test]
fn endless_nesting_is_one_diagnostic() {
    let n = 50_000;
    too_deep(&format!("const x = {}1{}\n", "(".repeat(n), ")".repeat(n)));
    let n = 3_000;
    let nested = |open: &str, middle: &str, close: &str| {
        format!(
            "fn main() do\n  {}{middle}{}\nend\n",
            open.repeat(n),
            close.repeat(n)
        )
    };
    too_deep(&nested("(", "1", ")"));
    too_deep(&nested("(", "", ""));
    too_deep(&nested("[", "1", "]"));
    too_deep(&nested("-", "1", ""));
    too_deep(&nested("not ", "x", ""));
    too_deep(&nested("f(", "1", ")"));
    too_deep(&nested("x.f(", "1", ")"));
    too_deep(&nested("%{1 => ", "1", "}"));
    too_deep(&nested("P { a: ", "1", "}"));
    too_deep(&nested("if x do ", "1", " end"));
    too_deep(&nested("if x { ", "1", " }"));
    too_deep(&nested("if ", "x", " do 1 end"));
    too_deep(&nested("fn x -> ", "x", " end"));
    too_deep(&nested("fn() { ", "x", " }"));
    too_deep(&nested("fn x -> x | y -> fn x -> ", "x", " end end"));
    too_deep(&nested("fn f() do ", "x", " end"));
    too_deep(&nested("f() do ", "x", " end"));
    too_deep(&nested("match x do\n A -> ", "1", "\nend"));
    too_deep(&nested("receive do\n A -> ", "1", "\nend"));
    too_deep(&nested("for x in xs do ", "1", " end"));
    too_deep(&nested("let x = do ", "1", " end"));
    too_deep(&nested("let x = { ", "1", " }"));
    too_deep(&nested("return ", "1", ""));
    too_deep(&nested("1 :: ", "[]", ""));
    too_deep(&nested("json { a: ", "1", " }"));
    too_deep(&nested("json { a: [", "1", "] }"));
    too_deep(&nested("\"${", "1", "}\""));
    too_deep(&nested("x[", "1", "]"));
}

#[test]
fn endless_chains_are_one_diagnostic() {
    let n = 20_000;
    let chain = |part: &str| format!("fn main() do\n  x{}\nend\n", part.repeat(n));
    too_deep(&chain(" + 1"));
    too_deep(&chain(" |> f"));
    too_deep(&chain(" |> f()?"));
    too_deep(&chain(".a"));
    too_deep(&chain("()"));
    too_deep(&chain("[1]"));
    too_deep(&chain("?"));
    too_deep(&chain(" and y"));
}

#[test]
fn endless_types_and_patterns_are_one_diagnostic() {
    let n = 3_000;
    let ty = |open: &str, close: &str| {
        format!("fn f(x: {}Int{}) = x\n", open.repeat(n), close.repeat(n))
    };
    too_deep(&ty("(", ")"));
    too_deep(&ty("List<", ">"));
    too_deep(&ty("fn(", ") -> Int"));
    too_deep(&ty("fn() -> ", ""));
    too_deep(&ty("", "?"));
    too_deep(&ty("", "!E"));
    let pattern =
        |open: &str, close: &str| format!("fn f({}x{}) = x\n", open.repeat(n), close.repeat(n));
    too_deep(&pattern("(", ")"));
    too_deep(&pattern("[", "]"));
    too_deep(&pattern("{", "}"));
    too_deep(&pattern("Some(", ")"));
    too_deep(&pattern("P { a: ", " }"));
    too_deep(&pattern("y :: ", ""));
    too_deep(&pattern("", " as y"));
    let arm = |open: &str, close: &str| {
        let (open, close) = (open.repeat(n), close.repeat(n));
        format!("fn f(x) do\n  match x do\n    A -> 1\n    {open}x{close} -> 2\n  end\nend\n")
    };
    too_deep(&arm("(", ")"));
    too_deep(&arm("{", "}"));
    let items = |open: &str, close: &str| format!("{}{}\n", open.repeat(n), close.repeat(n));
    too_deep(&items("describe \"a\" do\n", "end\n"));
}

#[test]
fn much_of_everything_is_fine() {
    let n = 5_000;
    let fine = |text: String| assert_eq!(codes(&parsed(&text)), [""; 0]);
    let elements = "1, ".repeat(n);
    fine(format!("const xs = [{elements}]\n"));
    fine(format!(
        "fn f(x) do\n  match x do\n{}  end\nend\n",
        "    1 | 2 -> 3\n".repeat(n)
    ));
    fine(format!(
        "fn f() do\n  if a do\n    1\n{}  end\nend\n",
        "  else if b do\n    2\n".repeat(n)
    ));
    fine(format!("type T =\n{}", "  | A(Int)\n".repeat(n)));
    fine(format!(
        "fn f(x) do\n  match x do\n    {} -> 1\n  end\nend\n",
        ["A"; 20_000].join(" | ")
    ));
    fine(format!("fn f() do\n{}end\n", "  foo(1)\n".repeat(n)));
    fine(format!("const s = \"{}\"\n", "${x}".repeat(n)));
    fine("fn f() = 1\n".repeat(n));
}

fn soup() -> impl Strategy<Value = String> {
    let words = [RESERVED, CONTEXTUAL, PUNCTUATION].concat();
    let extra = [
        "x",
        "foo",
        "Foo",
        "Bar",
        "1",
        "2.5",
        "\"a\"",
        "\"",
        "\"\"\"",
        "${",
        "#{",
        "\n",
        "\n  ",
        ":a",
        "# c\n",
        "## d\n",
        "~r/a/",
        "fn x ->",
        "fn f(",
        "match x do",
        "é",
        "$",
        "receive do",
        "\\",
    ];
    let all: Vec<&'static str> = words.into_iter().chain(extra).collect();
    let token = (
        proptest::sample::select(all),
        prop_oneof![Just(" "), Just(""), Just("\n")],
    );
    prop::collection::vec(token, 0..80)
        .prop_map(|tokens| tokens.into_iter().flat_map(|(a, b)| [a, b]).collect())
}

const PROGRAM: &str = include_str!("../../../tests/syntax/everything.mesh");

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_comes_back(text in "\\PC*") {
        parsed(&text);
    }

    #[test]
    fn any_bytes_that_are_text_come_back(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        parsed(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_tokens_come_back(text in soup()) {
        parsed(&text);
    }

    #[test]
    fn a_program_with_a_piece_cut_out_comes_back(from in 0usize..PROGRAM.len(), len in 1usize..20) {
        let mut text = PROGRAM.to_string();
        let clip = |mut at: usize| {
            while !PROGRAM.is_char_boundary(at) { at -= 1 }
            at
        };
        let range = clip(from)..clip((from + len).min(PROGRAM.len()));
        text.replace_range(range, "");
        parsed(&text);
    }

    #[test]
    fn a_program_with_tokens_put_in_comes_back(at in 0usize..PROGRAM.len(), junk in soup()) {
        let mut at = at;
        while !PROGRAM.is_char_boundary(at) { at -= 1 }
        let mut text = PROGRAM.to_string();
        text.insert_str(at, &junk);
        parsed(&text);
    }
}
