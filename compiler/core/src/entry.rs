//! The function that runs the program: `main`, or what std makes of its tests; an `Err` of either printed, the exit code.

use crate::Entry;
use crate::build::Builder;
use crate::ir::{self, BlockId, Const, Op, Target, Term, ValueId};
use crate::lower::{self, Graph};
use crate::specialise::{Callee, Declaration, Job, Specialiser, scope_of};
use mesh_check::program::Checked;
use mesh_check::ty::{Ty, TyKind};
use mesh_report::{Span, bug};
use mesh_resolve::hir::{FnId, FnKind, Module, ModuleId, Test, TypeDefKind};

/// Declares the entry function and asks for everything it reaches.
pub fn declare(sp: &mut Specialiser<'_>, entry: Entry) {
    let module = match entry {
        Entry::Main => {
            let Some(root) = sp.checked.world.root else {
                bug!(Span::DUMMY, "Core: the program has no root module");
            };
            root
        }
        Entry::Tests => {
            tests(sp);
            run_tests(sp).module
        }
    };
    let unit = sp.unit(module);
    let declaration = Declaration {
        symbol: "mesh.entry".into(),
        name: "main".into(),
        unit,
        span: Span::DUMMY,
        kind: ir::FnKind::Direct,
        result: sp.common.int,
    };
    let function = sp.declare(declaration, Job::Entry(entry));
    sp.program.entry = Some(function);
}

/// An instance for every test of the modules that are tested.
fn tests(sp: &mut Specialiser<'_>) {
    let checked = sp.checked;
    for (module, test) in tested(checked) {
        let callee = sp.callee_of_item(test.body, [].into(), test.span);
        if let Callee::Function(function) = callee {
            sp.program.tests.push(ir::Test {
                module: module.name.clone(),
                name: test.name.clone(),
                span: test.span,
                function,
            });
        }
    }
}

/// The tests that a test build runs, in order.
fn tested(checked: &Checked) -> impl Iterator<Item = (&Module, &Test)> {
    let modules = checked.world.modules.iter();
    let modules = modules.filter(|module| module.is_tested);
    modules.flat_map(|module| module.tests.iter().map(move |test| (&**module, test)))
}

/// The function of std that runs the tests, given one that runs the test of a number.
fn run_tests(sp: &Specialiser<'_>) -> FnId {
    match sp.checked.world.lang.functions.get("run_tests") {
        Some(&id) => id,
        None => bug!(Span::DUMMY, "Core: std marks no function `run_tests`"),
    }
}

/// `main` of the root module.
fn main(sp: &Specialiser<'_>) -> Option<(ModuleId, FnId)> {
    let root = sp.checked.world.root?;
    let module = &sp.checked.world.modules[root.0 as usize];
    let main = module
        .functions
        .iter()
        .find(|f| f.name == "main" && f.kind == FnKind::Item)?;
    Some((root, main.id))
}

/// The graph of the entry function.
pub fn run(sp: &mut Specialiser<'_>, entry: Entry) -> Graph {
    // Without a place: reports show what the user wrote, and this function is not.
    let mut b = Builder::new(Span::DUMMY);
    match entry {
        Entry::Main => {
            let Some((_, main)) = main(sp) else {
                bug!(Span::DUMMY, "Core: the program has no `main`");
            };
            run_one(sp, &mut b, main);
        }
        Entry::Tests => all(sp, &mut b),
    }
    b.finish()
}

/// Gives std the function that runs one test; its result is the exit code.
fn all(sp: &mut Specialiser<'_>, b: &mut Builder) {
    let run = run_tests(sp);
    let callee = sp.callee_of_item(run, [].into(), Span::DUMMY);
    let int = sp.common.int;
    let declaration = Declaration {
        symbol: "mesh.test".into(),
        name: "test".into(),
        unit: sp.unit(run.module),
        span: Span::DUMMY,
        kind: ir::FnKind::Closure {
            captures: Vec::new(),
        },
        result: int,
    };
    let function = sp.declare(declaration, Job::Test);
    let captures = Vec::new();
    let ty = sp.program.types.intern(ir::Ty::Fn(vec![int], int));
    let one = b.push(Op::MakeClosure { function, captures }, ty);
    if let Some(code) = lower::emit(b, sp, &callee, vec![one], int) {
        b.end(Term::Return(code));
    }
}

/// The graph of the function that runs the test whose number it is given, and gives 0 for one that has ended well, 1 for one
/// that gives an `Err` and 2 for a number that no test has.
pub fn test(sp: &mut Specialiser<'_>) -> Graph {
    let mut b = Builder::new(Span::DUMMY);
    let number = b.param(BlockId(0), sp.common.int, None);
    let bodies: Vec<FnId> = tested(sp.checked).map(|(_, test)| test.body).collect();
    let blocks: Vec<_> = bodies.iter().map(|_| b.block()).collect();
    let none = b.block();
    let cases = blocks.iter().enumerate();
    b.end(Term::Switch {
        on: number,
        cases: cases
            .map(|(at, block)| (at as i64, Target::plain(*block)))
            .collect(),
        default: Some(Target::plain(none)),
    });
    for (body, block) in bodies.into_iter().zip(blocks) {
        b.switch_to(block);
        run_one(sp, &mut b, body);
    }
    b.switch_to(none);
    exit(sp, &mut b, 2);
    b.finish()
}

/// Calls a function without parameters, and returns 0 unless it gives an `Err`.
fn run_one(sp: &mut Specialiser<'_>, b: &mut Builder, function: FnId) {
    let span = sp.hir_function(function).name_span;
    let result = match sp.body(function) {
        Some(body) => {
            let scope = scope_of(&body.generics, &[]);
            sp.concrete(body.result, &scope)
        }
        None => bug!(span, "Core: what is to run has no body"),
    };
    let core = sp.core_type(result);
    let callee = sp.callee_of_item(function, [].into(), span);
    if let Some(value) = lower::emit(b, sp, &callee, Vec::new(), core) {
        match sp.lang_args(result, "result") {
            Some(args) => check_result(sp, b, value, result, args),
            None => exit(sp, b, 0),
        }
    }
}

fn exit(sp: &Specialiser<'_>, b: &mut Builder, code: i64) {
    let code = b.push(Op::Const(Const::Int(code)), sp.common.int);
    b.end(Term::Return(code));
}

/// Prints what an `Err` holds and returns 1 for it; anything else is 0.
fn check_result(sp: &mut Specialiser<'_>, b: &mut Builder, value: ValueId, ty: Ty, args: &[Ty]) {
    let TyKind::Con(id, _) = ty.kind() else {
        return exit(sp, b, 0);
    };
    let failed = match &sp.type_def(*id).kind {
        TypeDefKind::Sum(variants) => variants.iter().position(|v| v.name == "Err"),
        _ => None,
    };
    let (Some(variant), Some(&error)) = (failed, args.get(1)) else {
        bug!(Span::DUMMY, "Core: `Result` has no `Err`");
    };
    let tag = b.push(Op::Tag(value), sp.common.int);
    let (bad, good) = (b.block(), b.block());
    b.end(Term::Switch {
        on: tag,
        cases: vec![(variant as i64, Target::plain(bad))],
        default: Some(Target::plain(good)),
    });
    b.switch_to(good);
    exit(sp, b, 0);
    b.switch_to(bad);
    let field = Op::Field {
        base: value,
        variant: variant as u32,
        field: 0,
    };
    let error_ty = sp.core_type(error);
    let held = b.push(field, error_ty);
    let span = b.span();
    let show = sp.lang_method("display", "to_string", error, span);
    let string = sp.common.string;
    let Some(text) = lower::emit(b, sp, &show, vec![held], string) else {
        return;
    };
    let newline = b.push(Op::Const(Const::String("\n".into())), string);
    let label = b.push(Op::Const(Const::String("error: ".into())), string);
    let line = b.push(Op::Concat(vec![label, text, newline]), string);
    let native = Callee::native("Prelude.write_err");
    let args = vec![line];
    b.push(Op::CallNative { native, args }, sp.common.unit);
    exit(sp, b, 1);
}
