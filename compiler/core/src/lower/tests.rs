//! What lowered programs do when they run, before and after each level of optimisation.

use crate::fixture::*;
use crate::testing::interpret::Value;
use mesh_check::thir::*;
use mesh_resolve::hir::{LocalId, ParamId};

#[test]
fn clauses_with_guards_and_literals() {
    let mut f = Fixture::new();
    let int = f.int;
    let fib = f.declare("fib");
    let panic = f.intrinsic("Prelude.panic");
    let n = || local(0, int);
    let one = || lit(Lit::Int(1), int);
    let is_more = f.op("Int.raw_lt", f.bool, vec![one(), n()]);
    let less = |f: &mut Fixture, by: i64| {
        let arg = f.op("Int.raw_sub", int, vec![n(), lit(Lit::Int(by), int)]);
        call_item(fib, vec![], vec![arg], int)
    };
    let (a, b) = (less(&mut f, 1), less(&mut f, 2));
    let sum = f.op("Int.raw_add", int, vec![a, b]);
    let text = lit(Lit::Str("negative".into()), f.string);
    let clauses = vec![
        clause(
            vec![pat(PatKind::Lit(Lit::Int(0)), int)],
            lit(Lit::Int(0), int),
        ),
        clause(vec![pat(PatKind::Lit(Lit::Int(1)), int)], one()),
        Clause {
            params: vec![bind(0, int)],
            guard: Some(is_more),
            body: sum,
        },
        clause(
            vec![pat(PatKind::Wild, int)],
            call_item(panic, vec![], vec![text], int),
        ),
    ];
    f.define(fib, 0, (&[int], int), &[("n", int)], clauses);
    let call = call_item(fib, vec![], vec![lit(Lit::Int(15), int)], int);
    assert_eq!(f.value_of(int, &[], call), Value::Int(610));
}

/// `match xs do [] -> 0; [a] -> a; [a, b] -> a * b; [a | rest] -> a + f(rest)`
#[test]
fn lists_by_length_and_rest() {
    for (items, wanted) in [
        (vec![], 0),
        (vec![7], 7),
        (vec![3, 4], 12),
        (vec![100, 3, 4], 112),
        (vec![1, 1, 1, 1, 5], 8),
    ] {
        let mut f = Fixture::new();
        let int = f.int;
        let list = f.list(int);
        let go = f.declare("go");
        let (a, b) = (|| local(1, int), || local(2, int));
        let product = f.op("Int.raw_mul", int, vec![a(), b()]);
        let again = call_item(go, vec![], vec![local(3, list)], int);
        let sum = f.op("Int.raw_add", int, vec![a(), again]);
        let items_pat = |ids: &[u32], rest: Option<Pat>| {
            let items = ids.iter().map(|&id| bind(id, int)).collect();
            let rest = rest.map(Box::new);
            pat(PatKind::List { items, rest }, list)
        };
        let body = match_(
            local(0, list),
            vec![
                arm(items_pat(&[], None), lit(Lit::Int(0), int)),
                arm(items_pat(&[1], None), a()),
                arm(items_pat(&[1, 2], None), product),
                arm(items_pat(&[1], Some(bind(3, list))), sum),
            ],
        );
        let locals = [("xs", list), ("a", int), ("b", int), ("rest", list)];
        f.define(
            go,
            0,
            (&[list], int),
            &locals,
            vec![clause(vec![bind(0, list)], body)],
        );
        let items = items.into_iter().map(|n| lit(Lit::Int(n), int)).collect();
        let xs = expr(ExprKind::List { items, tail: None }, list);
        let call = call_item(go, vec![], vec![xs], int);
        assert_eq!(f.value_of(int, &[], call), Value::Int(wanted));
    }
}

/// `(Some(1 | 2), s) -> 1; (Some(3..=9) as o, "x") -> 2; (None, "y") -> 3; _ -> 4`
#[test]
fn alternatives_ranges_and_strings_in_a_tuple() {
    for (number, text, wanted) in [
        (Some(1), "x", 1),
        (Some(2), "", 1),
        (Some(3), "x", 2),
        (Some(9), "x", 2),
        (Some(9), "y", 4),
        (Some(10), "x", 4),
        (None, "y", 3),
        (None, "x", 4),
    ] {
        let f = Fixture::new();
        let (int, string) = (f.int, f.string);
        let option = f.option(int);
        let pair = mesh_check::ty::Ty::new(mesh_check::ty::TyKind::Tuple(vec![option, string]));
        let id = f.option_id();
        let variant = |variant, fields| {
            pat(
                PatKind::Variant {
                    ty: id,
                    variant,
                    fields,
                },
                option,
            )
        };
        let number_is = |n| pat(PatKind::Lit(Lit::Int(n)), int);
        let text_is = |s: &str| pat(PatKind::Lit(Lit::Str(s.into())), string);
        let both = |a, b| pat(PatKind::Tuple(vec![a, b]), pair);
        let result = |n| lit(Lit::Int(n), int);
        let either = pat(PatKind::Or(vec![number_is(1), number_is(2)]), int);
        let range = pat(PatKind::IntRange { low: 3, high: 9 }, int);
        let named = PatKind::As {
            pat: Box::new(variant(1, vec![range])),
            local: LocalId(0),
        };
        let arms = vec![
            arm(both(variant(1, vec![either]), bind(1, string)), result(1)),
            arm(both(pat(named, option), text_is("x")), result(2)),
            arm(both(variant(0, vec![]), text_is("y")), result(3)),
            arm(pat(PatKind::Wild, pair), result(4)),
        ];
        let made = match number {
            Some(n) => ExprKind::Construct {
                ty: id,
                variant: 1,
                fields: vec![lit(Lit::Int(n), int)],
            },
            None => ExprKind::Construct {
                ty: id,
                variant: 0,
                fields: vec![],
            },
        };
        let text = lit(Lit::Str(text.into()), string);
        let scrutinee = expr(ExprKind::Tuple(vec![expr(made, option), text]), pair);
        let body = match_(scrutinee, arms);
        let locals = [("o", option), ("s", string)];
        assert_eq!(f.value_of(int, &locals, body), Value::Int(wanted));
    }
}

/// `for x in [1, 2, 3, 4, 5, 6] when x != 2 do if x == 3 continue; if x == 5 break; x * k end`
#[test]
fn a_loop_that_collects_skips_and_stops() {
    let mut f = Fixture::new();
    let int = f.int;
    let list = f.list(int);
    let x = || local(0, int);
    let is = |f: &mut Fixture, n: i64| {
        let bool = f.bool;
        f.op("Int.raw_eq", bool, vec![x(), lit(Lit::Int(n), int)])
    };
    let two = is(&mut f, 2);
    let bool = f.bool;
    let guard = f.op("Bool.raw_not", bool, vec![two]);
    let unit = mesh_check::ty::Ty::unit();
    let leave = |cond, kind| {
        Stmt::Expr(expr(
            ExprKind::If {
                cond: Box::new(cond),
                then: Box::new(expr(kind, unit)),
                else_: None,
            },
            unit,
        ))
    };
    let (three, five) = (is(&mut f, 3), is(&mut f, 5));
    let product = f.op("Int.raw_mul", int, vec![x(), local(1, int)]);
    let body = block(
        vec![
            leave(three, ExprKind::Continue),
            leave(five, ExprKind::Break),
        ],
        product,
    );
    let items = (1..=6).map(|n| lit(Lit::Int(n), int)).collect();
    let iterable = expr(ExprKind::List { items, tail: None }, list);
    let unused = f.intrinsic("List.length");
    let loop_ = expr(
        ExprKind::For {
            pat: bind(0, int),
            iterable: Box::new(iterable),
            iter: FnRef::Item {
                id: unused,
                args: vec![],
            },
            item: int,
            guard: Some(Box::new(guard)),
            body: Box::new(body),
            collect: true,
        },
        list,
    );
    let let_k = let_(bind(1, int), lit(Lit::Int(10), int));
    let value = f.value_of(list, &[("x", int), ("k", int)], block(vec![let_k], loop_));
    assert_eq!(value, Value::ints([10, 40]));
}

fn let_(pat: Pat, value: Expr) -> Stmt {
    Stmt::Let {
        pat,
        generics: vec![],
        value,
        else_: None,
        span: at(),
    }
}

/// A local function that recurses, captures, is called and escapes:
/// `fn count(n) = if n == k do n else count(n + 1) end; let g = count; (g(0), count(5))`
#[test]
fn a_local_function_is_called_and_escapes() {
    let mut f = Fixture::new();
    let int = f.int;
    let fun = fn_ty(&[int], int);
    let (k, count, n, g) = (0, 1, 2, 3);
    let bool = f.bool;
    let done = f.op("Int.raw_eq", bool, vec![local(n, int), local(k, int)]);
    let next = f.op(
        "Int.raw_add",
        int,
        vec![local(n, int), lit(Lit::Int(1), int)],
    );
    let again = call_value(local(count, fun), vec![next], int);
    let body = if_(done, local(n, int), again);
    let counter = LocalFn {
        local: LocalId(count),
        generics: vec![],
        closure: closure(vec![bind(n, int)], body),
        span: at(),
    };
    let first = call_value(local(g, fun), vec![lit(Lit::Int(0), int)], int);
    let second = call_value(local(count, fun), vec![lit(Lit::Int(5), int)], int);
    let sum = f.op("Int.raw_add", int, vec![first, second]);
    let whole = block(
        vec![
            let_(bind(k, int), lit(Lit::Int(21), int)),
            Stmt::LocalFns(vec![counter]),
            let_(bind(g, fun), local(count, fun)),
        ],
        sum,
    );
    let locals = [("k", int), ("count", fun), ("n", int), ("g", fun)];
    assert_eq!(f.value_of(int, &locals, whole), Value::Int(42));
}

/// `let id = fn x -> x end; if id(true) do id(y) else 0 end` inside a closure that captures `y`.
#[test]
fn a_generalised_closure_has_an_instance_for_each_use() {
    let f = Fixture::new();
    let (int, bool) = (f.int, f.bool);
    let t = mesh_check::ty::Ty::param(ParamId(7));
    let (y, id, x, h) = (0, 1, 2, 3);
    let generic = fn_ty(&[t], t);
    let identity = Stmt::Let {
        pat: bind(id, generic),
        generics: vec![ParamId(7)],
        value: expr(
            ExprKind::Closure(closure(vec![bind(x, t)], local(x, t))),
            generic,
        ),
        else_: None,
        span: at(),
    };
    let use_at = |ty, arg| call_value(poly(id, vec![ty], fn_ty(&[ty], ty)), vec![arg], ty);
    let body = if_(
        use_at(bool, lit(Lit::Bool(true), bool)),
        use_at(int, local(y, int)),
        lit(Lit::Int(0), int),
    );
    let thunk = fn_ty(&[], int);
    let inner = expr(ExprKind::Closure(closure(vec![], body)), thunk);
    let wrapped = block(
        vec![identity, let_(bind(h, thunk), inner)],
        call_value(local(h, thunk), vec![], int),
    );
    let whole = block(vec![let_(bind(y, int), lit(Lit::Int(9), int))], wrapped);
    let locals = [("y", int), ("id", generic), ("x", t), ("h", thunk)];
    assert_eq!(f.value_of(int, &locals, whole), Value::Int(9));
}

/// A closure returned from a function, called in tail position through a variable.
#[test]
fn closures_capture_by_value() {
    let mut f = Fixture::new();
    let int = f.int;
    let fun = fn_ty(&[int], int);
    let adder = f.declare("adder");
    let sum = f.op("Int.raw_add", int, vec![local(0, int), local(1, int)]);
    let made = expr(ExprKind::Closure(closure(vec![bind(1, int)], sum)), fun);
    f.define(
        adder,
        0,
        (&[int], fun),
        &[("n", int), ("m", int)],
        vec![clause(vec![bind(0, int)], made)],
    );
    let add2 = call_item(adder, vec![], vec![lit(Lit::Int(2), int)], fun);
    let whole = block(
        vec![let_(bind(0, fun), add2)],
        call_value(local(0, fun), vec![lit(Lit::Int(40), int)], int),
    );
    assert_eq!(f.value_of(int, &[("add2", fun)], whole), Value::Int(42));
}

/// `let Some(x) = o else return -1; x`
#[test]
fn let_else_takes_the_other_way_out() {
    for (number, wanted) in [(Some(5), 5), (None, -1)] {
        let f = Fixture::new();
        let int = f.int;
        let option = f.option(int);
        let id = f.option_id();
        let made = match number {
            Some(n) => (1, vec![lit(Lit::Int(n), int)]),
            None => (0, vec![]),
        };
        let made = ExprKind::Construct {
            ty: id,
            variant: made.0,
            fields: made.1,
        };
        let never = expr(
            ExprKind::Return(Some(Box::new(lit(Lit::Int(-1), int)))),
            mesh_check::ty::Ty::unit(),
        );
        let some = PatKind::Variant {
            ty: id,
            variant: 1,
            fields: vec![bind(0, int)],
        };
        let stmt = Stmt::Let {
            pat: pat(some, option),
            generics: vec![],
            value: expr(made, option),
            else_: Some(never),
            span: at(),
        };
        let whole = block(vec![stmt], local(0, int));
        assert_eq!(f.value_of(int, &[("x", int)], whole), Value::Int(wanted));
    }
}

/// A guard that refuses lets the arms behind it go on.
#[test]
fn guards_fall_through() {
    for (n, wanted) in [(1, 10), (5, 50), (7, 70)] {
        let mut f = Fixture::new();
        let int = f.int;
        let option = f.option(int);
        let id = f.option_id();
        let variant = |v, fields| {
            pat(
                PatKind::Variant {
                    ty: id,
                    variant: v,
                    fields,
                },
                option,
            )
        };
        let bool = f.bool;
        let small = f.op(
            "Int.raw_lt",
            bool,
            vec![local(0, int), lit(Lit::Int(3), int)],
        );
        let middle = f.op(
            "Int.raw_lt",
            bool,
            vec![local(1, int), lit(Lit::Int(6), int)],
        );
        let arms = vec![
            guarded(
                variant(1, vec![bind(0, int)]),
                small,
                lit(Lit::Int(10), int),
            ),
            guarded(
                variant(1, vec![bind(1, int)]),
                middle,
                lit(Lit::Int(50), int),
            ),
            arm(variant(0, vec![]), lit(Lit::Int(0), int)),
            arm(pat(PatKind::Wild, option), lit(Lit::Int(70), int)),
        ];
        let made = ExprKind::Construct {
            ty: id,
            variant: 1,
            fields: vec![lit(Lit::Int(n), int)],
        };
        let body = match_(expr(made, option), arms);
        let value = f.value_of(int, &[("a", int), ("b", int)], body);
        assert_eq!(value, Value::Int(wanted));
    }
}

/// A sum of many terms nests as deeply as it is long.
#[test]
fn long_chains_do_not_overflow_the_stack() {
    let mut f = Fixture::new();
    let int = f.int;
    let mut sum = lit(Lit::Int(0), int);
    for _ in 0..20_000 {
        sum = f.op("Int.raw_add", int, vec![sum, lit(Lit::Int(1), int)]);
    }
    let main = f.declare("main");
    let body = vec![clause(vec![], sum)];
    f.define(main, 0, (&[], int), &[], body);
    let program = f.lower();
    let outcome = crate::testing::interpret::call(&program, "Main.main", &[]);
    assert_eq!(outcome.result, Ok(Value::Int(20_000)));
}
