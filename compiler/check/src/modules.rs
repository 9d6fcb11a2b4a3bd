//! The program: groups of modules in order of their imports, several at once.

use crate::env::Env;
use crate::groups::groups;
use crate::infer::{Demand, infer_group};
use crate::program::{CheckResult, Checked};
use crate::thir;
use mesh_report::{Diagnostic, parallel};
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

/// Checks a whole program, on all cores. A module's functions are inferred by one thread at a time, while another one
/// may be at work on a module that imports it: it waits only for the functions it uses.
pub fn check_program(world: &Arc<World>) -> CheckResult {
    let env = Arc::new(Env::new(world));
    let parts = Parts::new(&env);
    let found = parallel::map(&parts.all, |at, _| parts.check(at));
    let mut bodies = Vec::new();
    let mut diagnostics = Vec::new();
    for part in found {
        bodies.extend(part.bodies);
        diagnostics.extend(part.diagnostics);
    }
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    let may_grow = !failed && crate::growth::check_functions(&env, &mut bodies, &mut diagnostics);
    mesh_report::sort(&mut diagnostics);
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    CheckResult {
        checked: (!failed).then(|| Checked {
            world: world.clone(),
            modules: by_module(world, bodies),
            env,
            may_grow,
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

/// For each group of modules how long its longest chain of imports is.
fn levels(world: &World) -> Vec<usize> {
    let mut level_of: FxHashMap<ModuleId, usize> = FxHashMap::default();
    let mut levels = Vec::new();
    for group in &world.groups {
        let below = group
            .iter()
            .flat_map(|id| &world.modules[id.0 as usize].imports)
            .filter_map(|import| level_of.get(import))
            .max();
        let level = below.map_or(0, |below| below + 1);
        level_of.extend(group.iter().map(|&id| (id, level)));
        levels.push(level);
    }
    levels
}

/// Modules that import each other, and how far the work on them is.
struct Part<'e> {
    modules: &'e [ModuleId],
    level: usize,
    /// Held by the thread that infers functions of these modules. It may ask for the lock of a part of a lower level
    /// meanwhile and of no other, so that no threads wait for each other in a circle.
    schedule: Mutex<Option<Schedule>>,
}

/// All parts, those of lower levels first, so that what a part needs has been taken up before it.
struct Parts<'e> {
    env: &'e Env,
    all: Vec<Part<'e>>,
    /// The part of a module, by `ModuleId`.
    of_module: Vec<usize>,
}

impl<'e> Parts<'e> {
    fn new(env: &'e Env) -> Parts<'e> {
        let levels = levels(&env.world);
        let mut order: Vec<usize> = (0..levels.len()).collect();
        order.sort_by_key(|&group| levels[group]);
        let mut of_module = vec![0; env.world.modules.len()];
        let mut all = Vec::new();
        for group in order {
            let modules = &env.world.groups[group];
            for id in modules {
                of_module[id.0 as usize] = all.len();
            }
            all.push(Part {
                modules,
                level: levels[group],
                schedule: Mutex::new(None),
            });
        }
        Parts {
            env,
            all,
            of_module,
        }
    }

    /// Infers what has not been inferred of a part and looks at its declarations.
    fn check(&self, at: usize) -> Found {
        let mut group = 0;
        // Released between groups, for threads that wait for one.
        while self.with_schedule(at, |schedule| {
            let more = group < schedule.groups.len();
            if more {
                schedule.run(self, at, group);
            }
            more
        }) {
            group += 1;
        }
        let mut found = self.with_schedule(at, |schedule| schedule.found.take());
        let (env, modules) = (self.env, self.all[at].modules);
        let show = |ty| crate::show::Namer::new(&env.world, &[], &crate::show::WHOLE).show(ty);
        let coherence = crate::impls::check_coherence(&env.table, modules, &show);
        found.diagnostics.extend(coherence);
        crate::growth::check_types(env, modules, &mut found.diagnostics);
        for &module in modules {
            declared_types(env, module, &mut found.diagnostics);
        }
        found
    }

    fn with_schedule<R>(&self, at: usize, work: impl FnOnce(&Schedule) -> R) -> R {
        let part = &self.all[at];
        let mut schedule = part.schedule.lock().unwrap_or_else(|e| e.into_inner());
        work(schedule.get_or_insert_with(|| Schedule::new(self.env, part.modules)))
    }
}

/// A part's groups of functions, each inferred when its turn comes or when a method call of another one reaches it.
struct Schedule {
    groups: Vec<Vec<FnId>>,
    group_of: FxHashMap<FnId, usize>,
    begun: Vec<Cell<bool>>,
    found: RefCell<Found>,
}

impl Schedule {
    fn new(env: &Env, modules: &[ModuleId]) -> Schedule {
        let groups = groups(&env.world, modules);
        let numbered = groups.iter().enumerate();
        let group_of = numbered.flat_map(|(i, ids)| ids.iter().map(move |&id| (id, i)));
        Schedule {
            begun: groups.iter().map(|_| Cell::new(false)).collect(),
            group_of: group_of.collect(),
            groups,
            found: RefCell::default(),
        }
    }

    /// Infers a group, unless that has begun. `at` is the part that this is the schedule of.
    fn run(&self, parts: &Parts, at: usize, group: usize) {
        if self.begun[group].replace(true) {
            return;
        }
        let env = parts.env;
        let demand = FromPart {
            parts,
            at,
            schedule: self,
        };
        let (bodies, diagnostics) = infer_group(env, &demand, &self.groups[group]);
        let mut found = self.found.borrow_mut();
        if !diagnostics.iter().any(Diagnostic::is_error) {
            // Of clauses that could not be joined nothing is missing.
            let whole = |body: &&thir::Body| !env.function(body.id).overloaded;
            for body in bodies.iter().filter(whole) {
                let cases = crate::exhaustive::check_body(&env.world, body);
                found.diagnostics.extend(cases);
            }
        }
        found.bodies.extend(bodies);
        found.diagnostics.extend(diagnostics);
    }

    fn run_group_of(&self, parts: &Parts, at: usize, id: FnId) {
        if let Some(&group) = self.group_of.get(&id) {
            self.run(parts, at, group);
        }
    }
}

/// What functions of a part ask for while the part is locked.
struct FromPart<'a, 'e> {
    parts: &'a Parts<'e>,
    at: usize,
    schedule: &'a Schedule,
}

impl Demand for FromPart<'_, '_> {
    fn ensure(&self, id: FnId) -> bool {
        let of = self.parts.of_module[id.module.0 as usize];
        if of == self.at {
            self.schedule.run_group_of(self.parts, of, id);
            return true;
        }
        let below = self.parts.all[of].level < self.parts.all[self.at].level;
        if below && self.parts.env.scheme(id).is_none() {
            self.parts
                .with_schedule(of, |schedule| schedule.run_group_of(self.parts, of, id));
        }
        below
    }
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
