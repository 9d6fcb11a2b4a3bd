//! Which layouts types get: the niches, what is boxed, and what recursion does.

use super::Word::{Float, Int, Ptr};
use super::*;

/// The layouts of the declared types of a piece of Core, by name.
fn layouts(text: &str) -> impl Fn(&str) -> Layout {
    let lines = text.lines().flat_map(|line| [line.trim(), "\n"]);
    let program = match mesh_core::testing::parse(&lines.collect::<String>()) {
        Ok(program) => program,
        Err(why) => panic!("the Core of the test is wrong: {why}"),
    };
    let layouts = Layouts::new(&program.types);
    move |name| {
        let is_it = |ty: &Ty| match ty {
            Ty::Data(id) => program.types.data(*id).key == name,
            _ => false,
        };
        let at = program.types.list.iter().position(is_it);
        layouts.get(TyId(at.expect("the type") as u32)).clone()
    }
}

fn kind(layout: &Layout) -> &'static str {
    match layout.shape {
        Shape::Scalar => "scalar",
        Shape::List { .. } => "list",
        Shape::Flat(_) => "flat",
        Shape::Boxed(_) => "boxed",
        Shape::Enum(_) => "enum",
        Shape::Nullable { .. } => "nullable",
        Shape::FlatSum(_) => "flat sum",
        Shape::BoxedSum(_) => "boxed sum",
    }
}

#[track_caller]
fn check(text: &str, expected: &[(&str, &str, &[Word])]) {
    let layouts = layouts(text);
    for (name, shape, words) in expected {
        let found = layouts(name);
        assert_eq!(
            (kind(&found), found.words.as_slice()),
            (*shape, *words),
            "{name}"
        );
    }
}

#[test]
fn products_up_to_three_words_are_flat() {
    check(
        "struct A.Empty = ()
         struct A.One = (text: String)
         struct A.Three = (list: List<Int>, f: Float)
         struct A.Four = (list: List<Int>, a: A.One, b: Int)
         struct A.Nested = (four: A.Four, unit: (), pair: (Int, Float))",
        &[
            ("A.Empty", "flat", &[]),
            ("A.One", "flat", &[Ptr]),
            ("A.Three", "flat", &[Ptr, Int, Float]),
            ("A.Four", "boxed", &[Ptr]),
            ("A.Nested", "flat", &[Ptr, Int, Float]),
        ],
    );
}

#[test]
fn the_null_niche_is_used_once() {
    check(
        "type A.Text = None | Some(String)
         type A.Turned = Some(String) | None
         type A.Twice = None | Some(A.Text)
         type A.Function = None | Some(fn(Int) -> Int)
         type A.Elements = None | Some(List<Int>)
         type A.Number = None | Some(Int)
         type A.Nothing = None | Some(())
         struct A.Email = (text: String)
         type A.MaybeEmail = None | Some(A.Email)
         struct A.Big = (a: Int, b: Int, c: Int, d: Int)
         type A.MaybeBig = None | Some(A.Big)
         type A.Symbol = None | Some(Atom)",
        &[
            ("A.Text", "nullable", &[Ptr]),
            ("A.Turned", "nullable", &[Ptr]),
            ("A.Twice", "flat sum", &[Int, Ptr]),
            ("A.Function", "nullable", &[Ptr]),
            ("A.Elements", "flat sum", &[Int, Ptr, Int]),
            ("A.Number", "flat sum", &[Int, Int]),
            ("A.Nothing", "enum", &[Int]),
            ("A.MaybeEmail", "nullable", &[Ptr]),
            ("A.MaybeBig", "nullable", &[Ptr]),
            ("A.Symbol", "flat sum", &[Int, Int]),
        ],
    );
}

#[test]
fn sums_share_their_words() {
    check(
        "type A.Color = Red | Green
         type A.Mixed = I(Int) | F(Float) | P(String)
         type A.Floats = F(Float) | G(Float, String)
         type A.Two = A(String) | B(String)
         type A.Wide = A(Int, Int, Int) | B
         type A.Wrapped = Only(Int)
         type A.Result = Ok(List<Int>) | Err(String)",
        &[
            ("A.Color", "enum", &[Int]),
            ("A.Mixed", "flat sum", &[Int, Int]),
            ("A.Floats", "flat sum", &[Int, Float, Ptr]),
            ("A.Two", "flat sum", &[Int, Ptr]),
            ("A.Wide", "boxed sum", &[Ptr]),
            ("A.Wrapped", "flat", &[Int]),
            ("A.Result", "flat sum", &[Int, Ptr, Int]),
        ],
    );
}

#[test]
fn a_pointer_cuts_recursion() {
    check(
        "type A.Tree = Leaf | Node(A.Tree, Int, A.Tree)
         struct A.Chain = (value: Int, next: A.Next)
         type A.Next = End | Link(A.Chain)
         type A.Json = Null | Bool(Bool) | Number(Float) | Text(String) | Array(List<A.Json>)
         type A.Even = Zero | Even((A.Odd, Int))
         type A.Odd = Odd(A.Even) | Never2
         struct A.Self = (fn: fn(A.Self) -> Int)
         type A.MaybeTree = None | Some(A.Tree)",
        &[
            ("A.Tree", "boxed sum", &[Ptr]),
            ("A.Chain", "boxed", &[Ptr]),
            ("A.Next", "nullable", &[Ptr]),
            // Lists and closures are pointers already.
            ("A.Json", "flat sum", &[Int, Int, Int]),
            ("A.Even", "boxed sum", &[Ptr]),
            ("A.Odd", "boxed sum", &[Ptr]),
            ("A.Self", "flat", &[Ptr]),
            ("A.MaybeTree", "flat sum", &[Int, Ptr]),
        ],
    );
}

#[test]
fn a_long_chain_of_types_does_not_recurse() {
    let mut text = String::from("struct A.T0 = (x: Int, y: Int)\n");
    for n in 1..20_000 {
        text += &format!("struct A.T{n} = (x: A.T{})\n", n - 1);
    }
    check(&text, &[("A.T19999", "flat", &[Int, Int])]);
}
