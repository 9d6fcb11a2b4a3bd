//! Which words the collector follows, by masks or by type.

use super::*;
use mesh_core::ir::Ty;

/// The masks of the only payload of a declared struct of a piece of Core.
fn of(text: &str, name: &str) -> Masks {
    let lines = text.lines().flat_map(|line| [line.trim(), "\n"]);
    let program = match mesh_core::testing::parse(&lines.collect::<String>()) {
        Ok(program) => program,
        Err(why) => panic!("the Core of the test is wrong: {why}"),
    };
    let layouts = Layouts::new(&program.types);
    let is_it = |ty: &Ty| match ty {
        Ty::Data(id) => program.types.data(*id).key == name,
        _ => false,
    };
    let at = program.types.list.iter().position(is_it).expect("the type");
    let layout = layouts.get(TyId(at as u32));
    masks(&layouts, layout.shape.payload(0).expect("a payload"))
}

const TYPES: &str = "struct A.One = (text: String)
    struct A.Plain = (a: Int, b: String, c: Float, d: A.One)
    struct A.Lists = (a: Int, list: List<String>, none: List<()>, more: List<Int>)
    type A.Maybe = Nothing | Just(a: Int)
    type A.Text = Nothing | Just(text: String, n: Int)
    type A.Either = Left(n: Int) | Right(text: String)
    type A.Both = Left(list: List<Int>) | Right(text: String, n: Int)
    type A.Same = Left(list: List<Int>) | Right(list: List<String>) | Neither
    struct A.Sums = (m: A.Maybe, t: A.Text, s: A.Same, x: Int)
    struct A.Mixed = (e: A.Either, a: Int, b: Int, c: Int)
    struct A.Unlike = (b: A.Both, a: Int)";

#[test]
fn plain_words_and_lists() {
    let pointers = |pointers| Masks { pointers, lists: 0 };
    assert_eq!(of(TYPES, "A.One"), pointers(1));
    assert_eq!(of(TYPES, "A.Plain"), pointers(0b1010));
    // A list of what has no words has no buffer.
    let lists = Masks {
        pointers: 0,
        lists: 0b10_0010,
    };
    assert_eq!(of(TYPES, "A.Lists"), lists);
}

#[test]
fn sums_whose_variants_agree() {
    // A tag and a number; a tag, a text and a number; a tag and a list.
    let expected = Masks {
        pointers: 0b1000,
        lists: 0b100_0000,
    };
    assert_eq!(of(TYPES, "A.Sums"), expected);
}

#[test]
fn sums_whose_variants_differ_are_read_by_type() {
    assert_eq!(of(TYPES, "A.Mixed"), Masks::BY_TYPE);
    assert_eq!(of(TYPES, "A.Unlike"), Masks::BY_TYPE);
}

#[test]
fn more_words_than_a_mask_has() {
    let fields: Vec<String> = (0..70).map(|n| format!("f{n}: String")).collect();
    let text = format!("struct A.Wide = ({})", fields.join(", "));
    assert_eq!(of(&text, "A.Wide"), Masks::BY_TYPE);
    let fields: Vec<String> = (0..63).map(|n| format!("f{n}: String")).collect();
    let text = format!("struct A.Wide = ({})", fields.join(", "));
    assert_eq!(of(&text, "A.Wide").pointers, u64::MAX >> 1);
}
