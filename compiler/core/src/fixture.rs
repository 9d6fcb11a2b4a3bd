//! For this crate's tests: typed programs written down by hand, without the stages before.

use crate::testing::interpret::{Outcome, Value, call};
use crate::{Entry, Level, Options, ir};
use mesh_check::env::Env;
use mesh_check::program::Checked;
use mesh_check::thir::*;
use mesh_check::ty::Ty;
use mesh_report::Span;
use mesh_resolve::hir::{self, FnId, FnKind, LocalId, ModuleId, ParamId, TypeDefKind, TypeId};
use smol_str::SmolStr;
use std::sync::Arc;

/// A world under construction: module 0 is `Main`.
pub struct Fixture {
    modules: Vec<hir::Module>,
    bodies: Vec<Vec<Option<Body>>>,
    lang: hir::LangItems,
    pub int: Ty,
    pub bool: Ty,
    pub string: Ty,
}

pub fn at() -> Span {
    Span::DUMMY
}

impl Fixture {
    pub fn new() -> Fixture {
        let placeholder = Ty::unit();
        let mut fixture = Fixture {
            modules: Vec::new(),
            bodies: Vec::new(),
            lang: hir::LangItems::default(),
            int: placeholder,
            bool: placeholder,
            string: placeholder,
        };
        fixture.module("Main");
        fixture.int = fixture.extern_type("Int", "int");
        fixture.bool = fixture.extern_type("Bool", "bool");
        fixture.string = fixture.extern_type("String", "string");
        fixture.extern_type("Never", "never");
        fixture.extern_type("List", "list");
        fixture.sum(
            "Option",
            1,
            &[("None", vec![]), ("Some", vec![param_ty(0)])],
        );
        fixture
    }

    fn module(&mut self, name: &str) -> ModuleId {
        if let Some(at) = self.modules.iter().position(|m| m.name == name) {
            return ModuleId(at as u32);
        }
        let id = ModuleId(self.modules.len() as u32);
        self.modules.push(hir::Module {
            id,
            name: name.into(),
            is_std: name != "Main",
            imports: Vec::new(),
            functions: Vec::new(),
            types: Vec::new(),
            interfaces: Vec::new(),
            impls: Vec::new(),
            consts: Vec::new(),
            tests: Vec::new(),
            is_tested: false,
            interfaces_in_scope: Vec::new(),
            docs: None,
        });
        self.bodies.push(Vec::new());
        id
    }

    fn type_def(&mut self, name: &str, generics: u32, kind: TypeDefKind, lang: &str) -> TypeId {
        let module = self.module(name);
        let types = &mut self.modules[module.0 as usize].types;
        let id = TypeId {
            module,
            index: types.len() as u32,
        };
        types.push(hir::TypeDef {
            id,
            name: name.into(),
            name_span: at(),
            span: at(),
            is_pub: true,
            is_opaque: false,
            generics: (0..generics)
                .map(|index| hir::GenericParam {
                    id: ParamId(index),
                    name: "T".into(),
                    bounds: Vec::new(),
                    span: at(),
                })
                .collect(),
            kind,
            deriving: None,
            lang: Some(lang.into()),
            docs: None,
        });
        self.lang.types.insert(lang.into(), id);
        id
    }

    fn extern_type(&mut self, name: &str, lang: &str) -> Ty {
        let generics = u32::from(name == "List");
        let id = self.type_def(name, generics, TypeDefKind::Extern, lang);
        Ty::con(id, Vec::new())
    }

    pub fn sum(&mut self, name: &str, generics: u32, variants: &[(&str, Vec<hir::Ty>)]) -> TypeId {
        let variants = variants
            .iter()
            .map(|(name, fields)| hir::VariantDef {
                name: (*name).into(),
                fields: fields
                    .iter()
                    .map(|ty| hir::FieldDef {
                        name: SmolStr::default(),
                        ty: ty.clone(),
                        default: None,
                        span: at(),
                    })
                    .collect(),
                span: at(),
                docs: None,
            })
            .collect();
        let lang = name.to_lowercase();
        self.type_def(name, generics, TypeDefKind::Sum(variants), &lang)
    }

    pub fn list(&self, item: Ty) -> Ty {
        Ty::con(self.lang.types["list"], vec![item])
    }

    pub fn option(&self, item: Ty) -> Ty {
        Ty::con(self.lang.types["option"], vec![item])
    }

    pub fn option_id(&self) -> TypeId {
        self.lang.types["option"]
    }

    fn add_function(&mut self, module: &str, name: &str, kind: FnKind) -> FnId {
        let module = self.module(module);
        let functions = &mut self.modules[module.0 as usize].functions;
        let id = FnId {
            module,
            index: functions.len() as u32,
        };
        functions.push(hir::Function {
            id,
            name: name.into(),
            name_span: at(),
            span: at(),
            is_pub: true,
            kind,
            generics: Vec::new(),
            params: Vec::new(),
            result: None,
            process: hir::ProcessClause::Unspecified,
            clauses: Vec::new(),
            locals: Vec::new(),
            lang: None,
            attributes: Vec::new(),
            docs: None,
            state: None,
            overloaded: false,
        });
        self.bodies[module.0 as usize].push(None);
        id
    }

    /// A function of `Main`, to be defined later.
    pub fn declare(&mut self, name: &str) -> FnId {
        self.add_function("Main", name, FnKind::Item)
    }

    /// The intrinsic `Module.name`.
    pub fn intrinsic(&mut self, name: &str) -> FnId {
        let (module, short) = name.rsplit_once('.').expect("a qualified name");
        let module_id = self.module(module);
        let known = self.modules[module_id.0 as usize].functions.iter();
        if let Some(known) = known.clone().find(|f| f.name == short) {
            return known.id;
        }
        self.add_function(module, short, FnKind::Intrinsic)
    }

    /// Gives a declared function its body; locals are `(name, type)` by number.
    pub fn define(
        &mut self,
        id: FnId,
        generics: u32,
        signature: (&[Ty], Ty),
        locals: &[(&str, Ty)],
        clauses: Vec<Clause>,
    ) {
        let body = Body {
            id,
            generics: (0..generics).map(ParamId).collect(),
            params: signature.0.to_vec(),
            result: signature.1,
            process: Ty::no_process(),
            clauses,
            locals: locals
                .iter()
                .map(|&(name, ty)| Local {
                    name: name.into(),
                    ty,
                    span: at(),
                })
                .collect(),
            span: at(),
        };
        self.bodies[id.module.0 as usize][id.index as usize] = Some(body);
    }

    /// `a op b` through an intrinsic.
    pub fn op(&mut self, name: &str, ty: Ty, args: Vec<Expr>) -> Expr {
        let id = self.intrinsic(name);
        call_item(id, vec![], args, ty)
    }

    /// The program whose `main` is `id`, with everything in it instantiated.
    pub fn lower(self) -> ir::Program {
        let world = Arc::new(hir::World {
            groups: vec![(0..self.modules.len() as u32).map(ModuleId).collect()],
            modules: self.modules.into_iter().map(Arc::new).collect(),
            lang: self.lang,
            root: Some(ModuleId(0)),
        });
        let modules = self.bodies.into_iter().enumerate().map(|(index, bodies)| {
            Arc::new(Module {
                id: ModuleId(index as u32),
                bodies,
            })
        });
        // Dropping a deep tree recurses, which is not what these tests are about.
        let checked = std::mem::ManuallyDrop::new(Checked {
            modules: modules.collect(),
            env: Arc::new(Env::new(&world)),
            world,
            may_grow: false,
        });
        let options = Options {
            name: "test".into(),
            entry: Entry::Main,
        };
        let program = crate::lower_program(&checked, &options).expect("no errors");
        assert_eq!(
            crate::verify(&program),
            Ok(()),
            "{}",
            crate::print(&program)
        );
        program
    }

    /// Runs function `Main.main` unoptimised and at both levels, which must agree.
    pub fn run(self) -> Outcome {
        let mut program = self.lower();
        let plain = call(&program, "Main.main", &[]);
        for level in [Level::Development, Level::Release] {
            crate::optimise(&mut program, level);
            let symbol = if program.functions.iter().any(|f| f.symbol == "Main.main") {
                "Main.main"
            } else {
                continue;
            };
            assert_eq!(
                call(&program, symbol, &[]),
                plain,
                "{}",
                crate::print(&program)
            );
        }
        plain
    }

    /// Defines `main` as an expression and runs it.
    pub fn value_of(mut self, ty: Ty, locals: &[(&str, Ty)], body: Expr) -> Value {
        let main = self.declare("main");
        self.define(main, 0, (&[], ty), locals, vec![clause(vec![], body)]);
        self.run().result.expect("no crash")
    }
}

pub fn param_ty(index: u32) -> hir::Ty {
    hir::Ty {
        kind: hir::TyKind::Param(ParamId(index)),
        span: at(),
    }
}

pub fn expr(kind: ExprKind, ty: Ty) -> Expr {
    Expr {
        kind,
        ty,
        span: at(),
    }
}

pub fn local(id: u32, ty: Ty) -> Expr {
    poly(id, vec![], ty)
}

pub fn poly(id: u32, args: Vec<Ty>, ty: Ty) -> Expr {
    let id = LocalId(id);
    expr(ExprKind::Local { id, args }, ty)
}

pub fn lit(value: Lit, ty: Ty) -> Expr {
    expr(ExprKind::Lit(value), ty)
}

pub fn call_item(id: FnId, types: Vec<Ty>, args: Vec<Expr>, ty: Ty) -> Expr {
    let callee = FnRef::Item { id, args: types };
    expr(ExprKind::Call { callee, args }, ty)
}

pub fn call_value(callee: Expr, args: Vec<Expr>, ty: Ty) -> Expr {
    let callee = Box::new(callee);
    expr(ExprKind::CallValue { callee, args }, ty)
}

pub fn block(stmts: Vec<Stmt>, value: Expr) -> Expr {
    let ty = value.ty;
    let value = Some(Box::new(value));
    expr(ExprKind::Block { stmts, value }, ty)
}

pub fn if_(cond: Expr, then: Expr, els: Expr) -> Expr {
    let ty = then.ty;
    expr(
        ExprKind::If {
            cond: Box::new(cond),
            then: Box::new(then),
            else_: Some(Box::new(els)),
        },
        ty,
    )
}

pub fn match_(scrutinee: Expr, arms: Vec<Arm>) -> Expr {
    let ty = arms[0].body.ty;
    let scrutinee = Box::new(scrutinee);
    expr(ExprKind::Match { scrutinee, arms }, ty)
}

pub fn arm(pat: Pat, body: Expr) -> Arm {
    Arm {
        pat,
        guard: None,
        body,
    }
}

pub fn guarded(pat: Pat, guard: Expr, body: Expr) -> Arm {
    Arm {
        pat,
        guard: Some(guard),
        body,
    }
}

pub fn clause(params: Vec<Pat>, body: Expr) -> Clause {
    Clause {
        params,
        guard: None,
        body,
    }
}

pub fn pat(kind: PatKind, ty: Ty) -> Pat {
    Pat {
        kind,
        ty,
        span: at(),
    }
}

pub fn bind(id: u32, ty: Ty) -> Pat {
    pat(PatKind::Bind(LocalId(id)), ty)
}

pub fn closure(params: Vec<Pat>, body: Expr) -> Closure {
    Closure {
        params: params.iter().map(|p| p.ty).collect(),
        result: body.ty,
        clauses: vec![clause(params, body)],
    }
}

pub fn fn_ty(params: &[Ty], result: Ty) -> Ty {
    Ty::func(params.to_vec(), result, Ty::no_process())
}
