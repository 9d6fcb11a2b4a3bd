//! The specialiser: from the entry, every function with concrete types, each instance once.
//!
//! A worklist. Asking for an instance declares its Core function and queues its body; lowering a body
//! asks for further instances. Instances that differ only in processes are one, because Core has none.

mod callee;
mod fields;
mod names;
mod types;

pub use callee::Callee;

use crate::diagnostics::{MissingOperation, RunawayInstances};
use crate::ir::{self, TyId, UnitId};
use crate::lower::{self, Analysis, LocalJob};
use crate::structural::{self, StructuralKey};
use mesh_check::program::Checked;
use mesh_check::thir;
use mesh_check::ty::Ty;
use mesh_report::{Diagnostic, Span, bug};
use mesh_resolve::hir::{FnId, ModuleId, ParamId};
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use std::collections::VecDeque;
use std::rc::Rc;

/// Types for the parameters in scope, outermost first.
pub type Scope = Rc<[(ParamId, Ty)]>;

/// What remains to be given a body.
pub enum Job<'a> {
    /// An instance of a function item.
    Item { id: FnId, args: Rc<[Ty]> },
    /// A closure or local function.
    Local(LocalJob<'a>),
    /// A method made from the structure of its type.
    Structural(StructuralKey),
    /// A closure without captures that calls `callee`.
    Wrapper { callee: Callee, params: Vec<TyId> },
    /// A closure without captures that makes a variant.
    Constructor { variant: u32, params: Vec<TyId> },
    /// A closure that a spawned actor runs: calls `callee`, or its first capture, with the others.
    Spawned { callee: Option<Callee> },
    /// Runs the program.
    Entry(crate::Entry),
    /// A closure without captures that runs the test of a number.
    Test,
}

/// A declared function without its body, and where it is first needed.
pub struct Pending<'a> {
    pub function: ir::FnId,
    pub job: Job<'a>,
}

/// What a wrapper closure stands for.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum WrapperKey {
    Callee(Callee, TyId),
    Constructor(TyId, u32),
}

/// The state of specialising one program.
pub struct Specialiser<'a> {
    pub checked: &'a Checked,
    pub program: ir::Program,
    pub diagnostics: Vec<Diagnostic>,
    queue: VecDeque<Pending<'a>>,
    instances: FxHashMap<(FnId, Rc<[Ty]>), ir::FnId>,
    pub locals: FxHashMap<lower::LocalKey, ir::FnId>,
    structural: FxHashMap<StructuralKey, ir::FnId>,
    /// The types that structural methods go through, found once.
    pub parts: FxHashMap<StructuralKey, Rc<[Ty]>>,
    wrappers: FxHashMap<WrapperKey, ir::FnId>,
    callees: FxHashMap<(FnId, Rc<[Ty]>), Callee>,
    analyses: FxHashMap<FnId, Rc<Analysis<'a>>>,
    units: FxHashMap<ModuleId, UnitId>,
    symbols: FxHashSet<SmolStr>,
    /// The next number for each symbol that was asked for more than once.
    symbol_numbers: FxHashMap<SmolStr, u32>,
    types: types::Memo,
    /// Of the natives used so far that have boxed parameters or results, by name.
    pub boxing: FxHashMap<&'static str, Boxing>,
    pub common: Common,
    /// Functions already reported as having ever larger instances.
    runaways: FxHashSet<FnId>,
}

/// Types that lowering needs all the time.
#[derive(Clone, Copy)]
pub struct Common {
    pub int: TyId,
    pub float: TyId,
    pub bool: TyId,
    pub string: TyId,
    pub atom: TyId,
    pub unit: TyId,
    pub never: TyId,
    pub boxed: TyId,
}

/// Which of a native's parameters, and whether its result, are of a type that is one of its own type
/// parameters: such values are passed boxed.
pub struct Boxing {
    pub params: Vec<bool>,
    pub result: bool,
}

impl<'a> Specialiser<'a> {
    pub fn new(checked: &'a Checked, name: &str) -> Specialiser<'a> {
        let mut program = ir::Program {
            name: name.into(),
            ..ir::Program::default()
        };
        let types = &mut program.types;
        let common = Common {
            int: types.intern(ir::Ty::Int),
            float: types.intern(ir::Ty::Float),
            bool: types.intern(ir::Ty::Bool),
            string: types.intern(ir::Ty::String),
            atom: types.intern(ir::Ty::Atom),
            unit: types.intern(ir::Ty::Unit),
            never: types.intern(ir::Ty::Never),
            boxed: types.intern(ir::Ty::Boxed),
        };
        Specialiser {
            checked,
            program,
            diagnostics: Vec::new(),
            queue: VecDeque::new(),
            instances: FxHashMap::default(),
            locals: FxHashMap::default(),
            structural: FxHashMap::default(),
            parts: FxHashMap::default(),
            wrappers: FxHashMap::default(),
            callees: FxHashMap::default(),
            analyses: FxHashMap::default(),
            units: FxHashMap::default(),
            symbols: FxHashSet::default(),
            symbol_numbers: FxHashMap::default(),
            types: types::Memo::default(),
            boxing: FxHashMap::default(),
            common,
            runaways: FxHashSet::default(),
        }
    }

    /// Gives every declared function its body, and every function those ask for.
    pub fn run(&mut self) {
        while let Some(Pending { function, job }) = self.queue.pop_front() {
            let (values, blocks) = match job {
                Job::Item { id, args } => lower::item(self, function, id, &args),
                Job::Local(job) => lower::local(self, function, job),
                Job::Structural(key) => structural::generate(self, function, &key),
                Job::Wrapper { callee, params } => lower::wrapper(self, function, &callee, &params),
                Job::Constructor { variant, params } => {
                    lower::constructor(self, function, variant, &params)
                }
                Job::Spawned { callee } => lower::spawned(self, function, callee.as_ref()),
                Job::Entry(entry) => crate::entry::run(self, entry),
                Job::Test => crate::entry::test(self),
            };
            let done = &mut self.program.functions[function.index()];
            done.values = values;
            done.blocks = blocks;
        }
    }

    /// The hir function behind an id.
    pub fn hir_function(&self, id: FnId) -> &'a mesh_resolve::hir::Function {
        &self.checked.world.modules[id.module.0 as usize].functions[id.index as usize]
    }

    /// The typed body of a function.
    pub fn body(&self, id: FnId) -> Option<&'a thir::Body> {
        let module: &'a thir::Module = &self.checked.modules[id.module.0 as usize];
        module.bodies.get(id.index as usize)?.as_ref()
    }

    /// Facts about a body's closures, found once.
    pub fn analysis(&mut self, body: &'a thir::Body) -> Rc<Analysis<'a>> {
        let analyses = &mut self.analyses;
        analyses
            .entry(body.id)
            .or_insert_with(|| Rc::new(Analysis::of(body)))
            .clone()
    }

    /// The unit for what a module defines.
    pub fn unit(&mut self, module: ModuleId) -> UnitId {
        let units = &mut self.program.units;
        let name = &self.checked.world.modules[module.0 as usize].name;
        *self.units.entry(module).or_insert_with(|| {
            units.push(ir::Unit {
                module: name.clone(),
                functions: Vec::new(),
            });
            UnitId(units.len() as u32 - 1)
        })
    }

    /// Declares a function whose body comes later.
    pub fn declare(&mut self, declaration: Declaration, job: Job<'a>) -> ir::FnId {
        let id = ir::FnId(self.program.functions.len() as u32);
        let symbol = self.unique_symbol(declaration.symbol);
        self.program.units[declaration.unit.index()]
            .functions
            .push(id);
        self.program.functions.push(ir::Function {
            symbol,
            name: declaration.name,
            unit: declaration.unit,
            span: declaration.span,
            kind: declaration.kind,
            result: declaration.result,
            blocks: Vec::new(),
            values: Vec::new(),
            inlined: Vec::new(),
            exported: true,
            always_inline: false,
            fates: Vec::new(),
        });
        self.queue.push_back(Pending { function: id, job });
        id
    }

    /// The instance of a function that has a body.
    fn instance(&mut self, id: FnId, args: &Rc<[Ty]>, span: Span) -> ir::FnId {
        if let Some(&function) = self.instances.get(&(id, args.clone())) {
            return function;
        }
        let Some(body) = self.body(id) else {
            let name = &self.hir_function(id).name;
            bug!(span, "Core: `{name}` has no body");
        };
        let scope = scope_of(&body.generics, args);
        let result = self.ir_type(body.result, &scope);
        let declaration = Declaration {
            symbol: self.item_symbol(id, args),
            name: self.report_name(id),
            unit: self.unit(id.module),
            span: body.span,
            kind: ir::FnKind::Direct,
            result,
        };
        let args = args.clone();
        let job = Job::Item {
            id,
            args: args.clone(),
        };
        let function = self.declare(declaration, job);
        self.instances.insert((id, args), function);
        function
    }

    /// The structural method with this key.
    pub fn structural(&mut self, key: StructuralKey) -> ir::FnId {
        if let Some(&function) = self.structural.get(&key) {
            return function;
        }
        let declaration = structural::declaration(self, &key);
        let function = self.declare(declaration, Job::Structural(key.clone()));
        self.structural.insert(key, function);
        function
    }

    /// A closure-kind function without captures for a callee or constructor of type `ty`.
    pub fn wrapper(&mut self, key: WrapperKey, span: Span) -> ir::FnId {
        if let Some(&function) = self.wrappers.get(&key) {
            return function;
        }
        let ty = match &key {
            WrapperKey::Callee(_, ty) | WrapperKey::Constructor(ty, _) => *ty,
        };
        let ir::Ty::Fn(params, result) = self.program.types.get(ty).clone() else {
            bug!(span, "Core: a function value of a type that is none");
        };
        let (symbol, name, unit) = match &key {
            WrapperKey::Callee(callee, _) => self.callee_names(callee),
            WrapperKey::Constructor(_, variant) => self.constructor_names(result, *variant),
        };
        let declaration = Declaration {
            symbol: format!("{symbol}$value").into(),
            name,
            unit,
            span,
            kind: ir::FnKind::Closure {
                captures: Vec::new(),
            },
            result,
        };
        let job = match &key {
            WrapperKey::Callee(callee, _) => Job::Wrapper {
                callee: callee.clone(),
                params,
            },
            WrapperKey::Constructor(_, variant) => Job::Constructor {
                variant: *variant,
                params,
            },
        };
        let function = self.declare(declaration, job);
        self.wrappers.insert(key, function);
        function
    }

    /// Reports instances that would go on growing. Says whether these do.
    fn grows(&mut self, id: FnId, args: &[Ty], span: Span) -> bool {
        let Some(&ty) = args.iter().find(|&&arg| self.types.is_too_large(arg)) else {
            return false;
        };
        if self.runaways.insert(id) {
            self.diagnostics.push(
                RunawayInstances {
                    function: &self.hir_function(id).name,
                    ty: &self.short_type(ty),
                    span,
                    declared: self.hir_function(id).name_span,
                }
                .into(),
            );
        }
        true
    }

    /// Reports an `extern fn` that neither Core nor the runtime knows.
    fn missing_operation(&mut self, name: String, native: bool, span: Span) {
        self.diagnostics
            .push(MissingOperation { name, native, span }.into());
    }
}

/// What is said of a function before its body.
pub struct Declaration {
    pub symbol: SmolStr,
    pub name: SmolStr,
    pub unit: UnitId,
    pub span: Span,
    pub kind: ir::FnKind,
    pub result: TyId,
}

/// Pairs a scheme's parameters with an instance's types; processes that were left open are `()`.
pub fn scope_of(generics: &[ParamId], args: &[Ty]) -> Scope {
    let unit = std::iter::repeat(Ty::unit());
    let types = args.iter().copied().chain(unit);
    generics.iter().copied().zip(types).collect()
}
