//! The matrix on hand-made patterns.

use super::above::{self, Above};
use super::matrix::{Matrix, Row};
use super::pattern::{ANY, Ctor, DPat};
use mesh_report::Span;
use mesh_resolve::hir;
use mesh_resolve::hir::{Module, ModuleId, TypeDef, TypeDefKind, TypeId, VariantDef, World};
use std::sync::Arc;

const SHAPE: TypeId = TypeId {
    module: ModuleId(0),
    index: 0,
};

fn field() -> hir::FieldDef {
    let ty = hir::Ty {
        kind: hir::TyKind::Infer,
        span: Span::DUMMY,
    };
    hir::FieldDef {
        name: "".into(),
        ty,
        default: None,
        span: Span::DUMMY,
    }
}

/// `type Shape = | Circle(_) | Rect(_, _) | Empty`
fn world() -> World {
    let variant = |name: &str, fields: usize| VariantDef {
        name: name.into(),
        fields: (0..fields).map(|_| field()).collect(),
        span: Span::DUMMY,
        docs: None,
    };
    let shape = TypeDef {
        id: SHAPE,
        name: "Shape".into(),
        name_span: Span::DUMMY,
        span: Span::DUMMY,
        is_pub: true,
        is_opaque: false,
        generics: vec![],
        kind: TypeDefKind::Sum(vec![
            variant("Circle", 1),
            variant("Rect", 2),
            variant("Empty", 0),
        ]),
        deriving: None,
        lang: None,
        docs: None,
    };
    let module = Module {
        id: ModuleId(0),
        name: "Main".into(),
        is_std: false,
        imports: vec![],
        functions: vec![],
        types: vec![shape],
        interfaces: vec![],
        impls: vec![],
        consts: vec![],
        tests: vec![],
        is_tested: false,
        interfaces_in_scope: vec![],
        docs: None,
    };
    World {
        modules: vec![Arc::new(module)],
        ..World::default()
    }
}

fn variant(index: u32, fields: Vec<DPat>) -> DPat {
    DPat::Ctor(Ctor::Variant(SHAPE, index), fields)
}

fn float(x: f64) -> DPat {
    DPat::Ctor(Ctor::Float(x.to_bits()), vec![])
}

fn int(low: i64, high: i64) -> DPat {
    DPat::Ctor(Ctor::Ints(low, high), vec![])
}

fn text(s: &str) -> DPat {
    DPat::Ctor(Ctor::Str(s.into()), vec![])
}

fn prefix(s: &str, rest: DPat) -> DPat {
    DPat::Prefix(s.into(), Box::new(rest))
}

fn list(items: Vec<DPat>, more: bool) -> DPat {
    DPat::List { items, more }
}

fn missing(pats: &[DPat]) -> Vec<String> {
    let world = world();
    let rows: Vec<Row<'_>> = pats.iter().map(|p| vec![p]).collect();
    let found = Matrix::new(&world).missing(&rows, 1, 4);
    found.iter().map(|row| row[0].show(&world)).collect()
}

fn useful(above: &[DPat], pat: &DPat) -> bool {
    let world = world();
    let rows: Vec<Row<'_>> = above.iter().map(|p| vec![p]).collect();
    Matrix::new(&world).useful(&rows, &[pat])
}

#[test]
fn a_missing_variant_is_shown_with_its_shape() {
    assert_eq!(
        missing(&[variant(0, vec![DPat::Any]), variant(2, vec![])]),
        ["Rect(_, _)"]
    );
    assert_eq!(
        missing(&[variant(0, vec![DPat::Any]), variant(2, vec![]), ANY.clone()]),
        Vec::<String>::new()
    );
}

#[test]
fn a_literal_inside_leaves_the_others() {
    let rects = variant(1, vec![DPat::Any, float(0.0)]);
    let arms = [variant(0, vec![DPat::Any]), rects, variant(2, vec![])];
    assert_eq!(missing(&arms), ["Rect(_, 1.0)"]);
}

#[test]
fn integers_are_covered_by_ranges_that_meet() {
    assert_eq!(
        missing(&[int(i64::MIN, -1), int(0, 0), int(1, i64::MAX)]),
        Vec::<String>::new()
    );
    assert_eq!(
        missing(&[int(i64::MIN, -1), int(1, 9), int(11, i64::MAX)]),
        ["0", "10"]
    );
    assert!(!useful(&[int(0, 5), int(6, 9)], &int(2, 8)));
    assert!(useful(&[int(0, 5), int(7, 9)], &int(2, 8)));
}

#[test]
fn lists_are_told_apart_by_length() {
    let both = [list(vec![], false), list(vec![DPat::Any], true)];
    assert_eq!(missing(&both), Vec::<String>::new());
    assert_eq!(missing(&both[1..]), ["[]"]);
    assert_eq!(
        missing(&[list(vec![], false), list(vec![DPat::Any], false)]),
        ["[_, _ | _]"]
    );
    assert!(!useful(&both, &list(vec![DPat::Any, DPat::Any], false)));
}

#[test]
fn alternatives_count_each() {
    let yes = DPat::Ctor(Ctor::Bool(true), vec![]);
    let no = DPat::Ctor(Ctor::Bool(false), vec![]);
    assert_eq!(
        missing(&[DPat::Or(vec![yes.clone(), no])]),
        Vec::<String>::new()
    );
    assert_eq!(missing(&[yes]), ["false"]);
}

#[test]
fn prefixes_take_the_texts_that_start_so_and_no_others() {
    assert!(!useful(&[prefix("GET ", DPat::Any)], &text("GET /")));
    assert!(useful(&[text("GET ")], &prefix("GET ", DPat::Any)));
    assert!(!useful(
        &[prefix("G", DPat::Any)],
        &prefix("GET ", DPat::Any)
    ));
    assert!(useful(
        &[prefix("GET ", DPat::Any)],
        &prefix("G", DPat::Any)
    ));
    assert!(useful(&[prefix("a", text("b"))], &prefix("a", text("c"))));
    assert_eq!(missing(&[prefix("a", DPat::Any), text("")]), ["\"b\""]);
}

#[test]
fn columns_work_together() {
    let world = world();
    let yes = DPat::Ctor(Ctor::Bool(true), vec![]);
    let no = DPat::Ctor(Ctor::Bool(false), vec![]);
    let rows: Vec<Row<'_>> = vec![vec![&yes, &ANY], vec![&ANY, &no]];
    let found = Matrix::new(&world).missing(&rows, 2, 4);
    let shown: Vec<String> = found[0].iter().map(|w| w.show(&world)).collect();
    assert_eq!(shown, ["false", "true"]);
    assert!(Matrix::new(&world).useful(&rows, &[&no, &yes]));
}

#[test]
fn many_literals_stay_cheap() {
    let pats: Vec<DPat> = (0..2_000).map(|n| int(n, n)).collect();
    assert_eq!(missing(&pats), ["2000", "-1"]);
}

/// Which of the patterns match something that none above them does.
fn useful_ones(pats: &[DPat], cases: usize) -> Vec<bool> {
    let world = world();
    let mut matrix = Matrix::new(&world);
    let mut above = Above::new(cases);
    let mut useful = Vec::new();
    for (number, pat) in pats.iter().enumerate() {
        let row: Row<'_> = vec![pat];
        useful.push(above::alternatives(&row).iter().any(|part| {
            let near = above.near(part).into_iter();
            let near: Vec<Row<'_>> = near.map(|(_, row)| row.clone()).collect();
            matrix.useful(&near, part)
        }));
        above.add(number, &row);
    }
    useful
}

#[test]
fn rows_that_are_found_by_what_they_name_are_all_that_matter() {
    let leaf = |n: i64| match n % 5 {
        0 => DPat::Any,
        1 => int(n % 7, n % 7 + n % 3),
        2 => DPat::Or(vec![int(n % 4, n % 4), int(9, 9)]),
        _ => int(n % 11, n % 11),
    };
    let pats: Vec<DPat> = (1..400)
        .map(|n| match n * 7 % 13 {
            0 => variant(2, vec![]),
            1 => DPat::Or(vec![variant(0, vec![leaf(n)]), variant(2, vec![])]),
            2 if n > 200 => DPat::Any,
            3..8 => variant(0, vec![leaf(n)]),
            _ => variant(1, vec![leaf(n), leaf(n / 3)]),
        })
        .collect();
    let found = useful_ones(&pats, pats.len());
    assert_eq!(found, useful_ones(&pats, 0));
    assert!(found.contains(&true) && found.contains(&false));
}

/// Compared each with each, these take minutes.
#[test]
fn a_hundred_thousand_cases_are_not_compared_each_with_each() {
    const MANY: i64 = 100_000;
    let kinds: [fn(i64) -> DPat; 4] = [
        |n| int(n, n),
        |n| text(&n.to_string()),
        |n| variant(0, vec![int(n, n)]),
        |n| DPat::Or(vec![int(2 * n, 2 * n), int(2 * n + 1, 2 * n + 1)]),
    ];
    for kind in kinds {
        let mut pats: Vec<DPat> = (0..MANY).map(kind).collect();
        assert!(!missing(&pats).is_empty());
        pats.extend([kind(17), ANY.clone(), kind(18)]);
        let found = useful_ones(&pats, pats.len());
        assert!(found[..MANY as usize].iter().all(|useful| *useful));
        assert_eq!(found[MANY as usize..], [false, true, false]);
    }
}
