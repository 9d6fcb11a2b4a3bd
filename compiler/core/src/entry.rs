//! The function that runs the program: `main`, an `Err` of it printed, the exit code.

use crate::Entry;
use crate::build::Builder;
use crate::ir::{self, Const, Op, Target, Term, ValueId};
use crate::lower::{self, Graph};
use crate::specialise::{Callee, Declaration, Job, Specialiser, scope_of};
use mesh_check::ty::{Ty, TyKind};
use mesh_report::{Span, bug};
use mesh_resolve::hir::{FnId, FnKind, ModuleId, TypeDefKind};

/// Declares the entry function and asks for everything it reaches.
pub fn declare(sp: &mut Specialiser<'_>, entry: Entry) {
    let Some(root) = sp.checked.world.root else {
        bug!(Span::DUMMY, "Core: the program has no root module");
    };
    match entry {
        Entry::Main => {
            let unit = sp.unit(root);
            let declaration = Declaration {
                symbol: "mesh.entry".into(),
                name: "main".into(),
                unit,
                span: Span::DUMMY,
                kind: ir::FnKind::Direct,
                result: sp.common.int,
            };
            let function = sp.declare(declaration, Job::Entry);
            sp.program.entry = Some(function);
        }
        Entry::Tests => tests(sp),
    }
}

/// An instance for every test of the program's own modules.
fn tests(sp: &mut Specialiser<'_>) {
    let modules = &sp.checked.world.modules;
    for module in modules.iter().filter(|module| !module.is_std) {
        for test in &module.tests {
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
pub fn run(sp: &mut Specialiser<'_>) -> Graph {
    let Some((_, main)) = main(sp) else {
        bug!(Span::DUMMY, "Core: the program has no `main`");
    };
    let span = sp.hir_function(main).name_span;
    // Without a place: reports show what the user wrote, and this function is not.
    let mut b = Builder::new(Span::DUMMY);
    let result = match sp.body(main) {
        Some(body) => {
            let scope = scope_of(&body.generics, &[]);
            sp.concrete(body.result, &scope)
        }
        None => bug!(span, "Core: `main` has no body"),
    };
    let core = sp.core_type(result);
    let callee = sp.callee_of_item(main, [].into(), span);
    if let Some(value) = lower::emit(&mut b, sp, &callee, Vec::new(), core) {
        match sp.lang_args(result, "result") {
            Some(args) => check_result(sp, &mut b, value, result, args),
            None => exit(sp, &mut b, 0),
        }
    }
    b.finish()
}

fn exit(sp: &Specialiser<'_>, b: &mut Builder, code: i64) {
    let code = b.push(Op::Const(Const::Int(code)), sp.common.int);
    b.end(Term::Return(code));
}

/// Prints what an `Err` holds and gives 1 for it.
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
