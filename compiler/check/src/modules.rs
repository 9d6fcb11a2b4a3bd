//! The program: groups of modules in order of their imports, those of one level in parallel.

use crate::env::Env;
use crate::groups::groups;
use crate::infer::{Demand, infer_group};
use crate::program::{CheckResult, Checked};
use crate::thir;
use mesh_report::Diagnostic;
use mesh_resolve::hir::{FnId, ModuleId, World};
use rustc_hash::FxHashMap;
use std::cell::{Cell, RefCell};
use std::sync::{Arc, Mutex};

/// What checking some modules gave.
#[derive(Default)]
struct Found {
    bodies: Vec<thir::Body>,
    diagnostics: Vec<Diagnostic>,
}

/// Checks a whole program; the modules of one level of the import graph in parallel.
pub fn check_program(world: &Arc<World>) -> CheckResult {
    let env = Arc::new(Env::new(world));
    let mut found = Found::default();
    for level in levels(world) {
        for part in in_parallel(&env, &level) {
            found.bodies.extend(part.bodies);
            found.diagnostics.extend(part.diagnostics);
        }
    }
    let mut diagnostics = std::mem::take(&mut found.diagnostics);
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    if !failed {
        crate::growth::check_functions(&env, &mut found.bodies, &mut diagnostics);
    }
    mesh_report::sort(&mut diagnostics);
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    CheckResult {
        checked: (!failed).then(|| Checked {
            world: world.clone(),
            modules: by_module(world, found.bodies),
            env,
        }),
        diagnostics,
    }
}

fn by_module(world: &World, bodies: Vec<thir::Body>) -> Vec<Arc<thir::Module>> {
    let mut modules: Vec<thir::Module> = world
        .modules
        .iter()
        .map(|m| thir::Module {
            id: m.id,
            bodies: m.functions.iter().map(|_| None).collect(),
        })
        .collect();
    for body in bodies {
        let id = body.id;
        modules[id.module.0 as usize].bodies[id.index as usize] = Some(body);
    }
    modules.into_iter().map(Arc::new).collect()
}

/// Groups of modules by how long their longest chain of imports is.
fn levels(world: &World) -> Vec<Vec<&[ModuleId]>> {
    let mut level_of: FxHashMap<ModuleId, usize> = FxHashMap::default();
    let mut levels: Vec<Vec<&[ModuleId]>> = Vec::new();
    for group in &world.groups {
        let below = group
            .iter()
            .flat_map(|id| &world.modules[id.0 as usize].imports)
            .filter_map(|import| level_of.get(import))
            .max();
        let level = below.map_or(0, |below| below + 1);
        level_of.extend(group.iter().map(|&id| (id, level)));
        if levels.len() <= level {
            levels.resize_with(level + 1, Vec::new);
        }
        levels[level].push(group);
    }
    levels
}

fn in_parallel(env: &Env, level: &[&[ModuleId]]) -> Vec<Found> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    if level.len() == 1 || workers == 1 {
        return level
            .iter()
            .map(|group| check_modules(env, group))
            .collect();
    }
    let next = Mutex::new(0);
    let results: Mutex<Vec<Option<Found>>> = Mutex::new(level.iter().map(|_| None).collect());
    let take = || {
        let mut next = next.lock().unwrap_or_else(|e| e.into_inner());
        *next += 1;
        *next - 1
    };
    std::thread::scope(|scope| {
        for _ in 0..workers.min(level.len()) {
            scope.spawn(|| {
                loop {
                    let at = take();
                    let Some(group) = level.get(at) else {
                        break;
                    };
                    let found = check_modules(env, group);
                    results.lock().unwrap_or_else(|e| e.into_inner())[at] = Some(found);
                }
            });
        }
    });
    let results = results.into_inner().unwrap_or_else(|e| e.into_inner());
    results.into_iter().flatten().collect()
}

/// The groups of functions of some modules, each inferred when its turn comes or when a method call
/// of another one reaches it.
struct Schedule<'e> {
    env: &'e Env,
    groups: Vec<Vec<FnId>>,
    group_of: FxHashMap<FnId, usize>,
    begun: Vec<Cell<bool>>,
    found: RefCell<Found>,
}

impl Schedule<'_> {
    fn run(&self, group: usize) {
        if self.begun[group].replace(true) {
            return;
        }
        let (bodies, diagnostics) = infer_group(self.env, self, &self.groups[group]);
        let mut found = self.found.borrow_mut();
        if !diagnostics.iter().any(Diagnostic::is_error) {
            for body in &bodies {
                let cases = crate::exhaustive::check_body(&self.env.world, body);
                found.diagnostics.extend(cases);
            }
        }
        found.bodies.extend(bodies);
        found.diagnostics.extend(diagnostics);
    }
}

impl Demand for Schedule<'_> {
    fn ensure(&self, id: FnId) {
        if let Some(&group) = self.group_of.get(&id) {
            self.run(group);
        }
    }
}

fn check_modules(env: &Env, modules: &[ModuleId]) -> Found {
    let groups = groups(&env.world, modules);
    let group_of = groups
        .iter()
        .enumerate()
        .flat_map(|(i, ids)| ids.iter().map(move |&id| (id, i)))
        .collect();
    let schedule = Schedule {
        env,
        begun: groups.iter().map(|_| Cell::new(false)).collect(),
        groups,
        group_of,
        found: RefCell::new(Found::default()),
    };
    for group in 0..schedule.groups.len() {
        schedule.run(group);
    }
    let mut found = schedule.found.into_inner();
    let show = |ty| crate::show::Namer::new(&env.world, &[], &crate::show::WHOLE).show(ty);
    let coherence = crate::impls::check_coherence(&env.table, modules, &show);
    found.diagnostics.extend(coherence);
    crate::growth::check_types(env, modules, &mut found.diagnostics);
    for &module in modules {
        declared_types(env, module, &mut found.diagnostics);
    }
    found
}

/// Types in declarations, which must be written whole.
fn declared_types(env: &Env, module: ModuleId, out: &mut Vec<Diagnostic>) {
    use mesh_resolve::hir::TypeDefKind;
    let module = &env.world.modules[module.0 as usize];
    for def in &module.types {
        let mut check = |ty| crate::infer::declared_arity(&env.world, ty, out);
        match &def.kind {
            TypeDefKind::Struct(fields) => fields.iter().for_each(|f| check(&f.ty)),
            TypeDefKind::Sum(variants) => variants
                .iter()
                .flat_map(|v| &v.fields)
                .for_each(|f| check(&f.ty)),
            TypeDefKind::Alias(ty) => check(ty),
            TypeDefKind::Extern => {}
        }
    }
}
