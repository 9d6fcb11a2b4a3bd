//! The compiler as one list: sources, trees, names, types, Core, object files; an executable is linked from those.

use crate::cache::Cache;
use crate::diagnostics::NoMainModule;
use crate::input::{Input, Source};
use crate::needed;
use crate::report::Report;
use crate::units;
use mesh_check::Checked;
use mesh_core::{Entry, ir};
use mesh_report::{Bug, Diagnostic, Explain, FileId, SourceMap, Span, parallel};
use mesh_resolve::diagnostics::UnknownModule;
use mesh_resolve::hir::{ModuleId, World};
use mesh_resolve::{Origin, SourceModule};
use mesh_syntax::Parse;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A program's files as text.
pub struct Program {
    pub sources: SourceMap,
    pub modules: Vec<Source>,
}

/// How this run compiles.
pub struct Pipeline<'a> {
    pub name: &'a str,
    pub entry: Entry,
    pub release: bool,
    pub target: Option<&'a str>,
}

/// The diagnostics of the stages so far.
#[derive(Default)]
pub struct Log(Vec<Diagnostic>);

impl Log {
    /// Takes a stage's diagnostics in.
    pub fn add(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        self.0.extend(diagnostics);
    }

    /// A result without its errors, which are noted.
    pub fn keep<T, E: Errors>(&mut self, result: Result<T, E>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(errors) => {
                self.add(errors.list());
                None
            }
        }
    }

    /// Whether a stage found an error.
    pub fn failed(&self) -> bool {
        self.0.iter().any(Diagnostic::is_error)
    }
}

/// One error or several.
pub trait Errors {
    fn list(self) -> Vec<Diagnostic>;
}

impl Errors for Diagnostic {
    fn list(self) -> Vec<Diagnostic> {
        vec![self]
    }
}

impl Errors for Vec<Diagnostic> {
    fn list(self) -> Vec<Diagnostic> {
        self
    }
}

/// Runs stages on a thread with a large stack; what they find, and a bug in one of them, comes back as a report. They run
/// on the part of std that the program needs, and with all of it where that did not go well: so an error is always
/// told by somebody who knows everything.
pub fn guarded<T: Send>(
    input: Input,
    run: impl Fn(&Program, &mut Log) -> Option<T> + Sync,
) -> (Option<T>, Report) {
    let belongs_to = input.belongs_to.clone();
    let (sources, modules) = match input.into_sources() {
        Ok(parts) => parts,
        Err(unusable) => return (None, unusable.into()),
    };
    let program = Program { sources, modules };
    let first = needed::part(&program).map(|part| attempt(&part, &run));
    let done = first.filter(Attempt::stands);
    let Attempt {
        value,
        mut log,
        bug,
    } = done.unwrap_or_else(|| attempt(&program, &run));
    // What an error left out may be what a warning misses.
    if log.failed() {
        log.0.retain(Diagnostic::is_error);
    }
    if let Some(package) = belongs_to {
        explain_lone_file(&mut log.0, &package);
    }
    (value, Report::new(program.sources, log.0, bug))
}

/// What came of running stages.
struct Attempt<T> {
    value: Option<T>,
    log: Log,
    bug: Option<Bug>,
}

impl<T> Attempt<T> {
    /// Whether more of std could not change it: nothing is wrong, or something that is in no source.
    fn stands(&self) -> bool {
        let mut errors = self.log.0.iter().filter(|found| found.is_error());
        self.bug.is_none() && errors.all(|error| error.labels.is_empty())
    }
}

fn attempt<T: Send>(
    program: &Program,
    run: &(impl Fn(&Program, &mut Log) -> Option<T> + Sync),
) -> Attempt<T> {
    let mut log = Log::default();
    let work = || mesh_report::bug::catch(|| run(program, &mut log));
    let result = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .name("mesh".to_string())
            .stack_size(parallel::STACK_BYTES)
            .spawn_scoped(scope, work);
        thread.map(|thread| thread.join())
    });
    let (value, bug) = match result {
        Ok(Ok(Ok(value))) => (value, None),
        Ok(Ok(Err(bug))) => (None, Some(bug)),
        Ok(Err(_)) | Err(_) => {
            let message = "the compiler's thread could not run".to_string();
            let location = concat!(file!(), ":", line!()).to_string();
            let span = Span::DUMMY;
            (
                None,
                Some(Bug {
                    span,
                    message,
                    location,
                }),
            )
        }
    };
    Attempt { value, log, bug }
}

/// A module that a file misses may be one of the package it lies in, which is read only as a whole.
fn explain_lone_file(diagnostics: &mut [Diagnostic], package: &Path) {
    let package = package.display();
    let missing = diagnostics
        .iter_mut()
        .filter(|found| found.code == UnknownModule::CODE);
    for found in missing {
        found.help.push(format!(
            "this file was read alone, but belongs to the package in `{package}`: `mesh run {package}` runs it"
        ));
    }
}

impl Pipeline<'_> {
    /// The trees of all files, in the order of the files.
    pub fn parse(&self, program: &Program) -> Vec<Parse> {
        parallel::map(&program.modules, |_, module| {
            let all = || program.sources.text(module.file);
            mesh_syntax::parse(module.file, module.needed.as_deref().unwrap_or_else(all))
        })
    }

    /// Names resolved.
    pub fn resolve(&self, program: &Program, log: &mut Log) -> Named {
        let trees = self.parse(program);
        let broken = trees
            .iter()
            .map(|tree| tree.diagnostics.iter().any(Diagnostic::is_error));
        let broken: Vec<bool> = broken.collect();
        log.add(trees.iter().flat_map(|tree| tree.diagnostics.clone()));
        let modules = program.modules.iter().zip(trees);
        let modules = modules.map(|(source, parse)| SourceModule {
            name: source.module.as_str().into(),
            parse,
            origin: if source.is_std {
                Origin::Std
            } else {
                Origin::Package
            },
            is_tested: source.is_tested,
        });
        let resolved = mesh_resolve::resolve_program(modules.collect(), Some("Main"));
        let mut sound = Sound::new(program, &resolved.world, broken);
        sound.unnamed = resolved.diagnostics.iter().any(Diagnostic::is_error);
        log.add(sound.filter(resolved.diagnostics));
        Named {
            world: resolved.world,
            sound,
        }
    }

    /// Types known; `None` after an error in this stage or before it.
    pub fn check(&self, program: &Program, log: &mut Log) -> Option<Checked> {
        let Named { world, sound } = self.resolve(program, log);
        let result = mesh_check::check_program(&world);
        log.add(sound.filter(result.diagnostics));
        result.checked.filter(|_| !log.failed())
    }

    /// What only specialisation can tell about a program without other errors: whether its instances come to an end.
    pub fn check_growth(&self, checked: &Checked, log: &mut Log) {
        if checked.may_grow && has_main(&checked.world) {
            log.keep(mesh_core::lower_program(checked, &self.core_options()));
        }
    }

    fn core_options(&self) -> mesh_core::Options {
        mesh_core::Options {
            name: self.name.to_string(),
            entry: self.entry,
        }
    }

    /// The monomorphic program, optimised as far as the kind of build asks for.
    pub fn core(&self, program: &Program, log: &mut Log) -> Option<Lowered> {
        let checked = self.check(program, log)?;
        if self.entry == Entry::Main && !has_main(&checked.world) {
            log.add([NoMainModule { name: self.name }.into()]);
            return None;
        }
        let mut core = log.keep(mesh_core::lower_program(&checked, &self.core_options()))?;
        let level = if self.release {
            mesh_core::Level::Release
        } else {
            mesh_core::Level::Development
        };
        mesh_core::optimise(&mut core, level);
        Some(Lowered {
            core,
            sources: program.sources.clone(),
        })
    }

    /// Object files, in the cache: one for each unit in a development build, one for all in a release.
    pub fn objects(
        &self,
        lowered: &Lowered,
        cache: &Cache,
    ) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
        let options = self.machine().map_err(|error| vec![error])?;
        units::objects(lowered, &options, cache)
    }

    /// What code is generated for.
    pub fn machine(&self) -> Result<mesh_llvm::Options, Diagnostic> {
        let target = units::target(self.target)?;
        Ok(mesh_llvm::Options {
            release: self.release,
            target,
        })
    }
}

/// The resolved modules, and which of them say what the user meant.
pub struct Named {
    pub world: Arc<World>,
    sound: Sound,
}

/// The files whose modules have no error of syntax and mention none that has: what later stages find wrong elsewhere
/// may follow from what the parser had to leave out.
struct Sound {
    unsound: HashSet<FileId>,
    /// A name was not found, so a type may lack what it would have had, or stay unknown.
    unnamed: bool,
}

/// What may follow from a name that was not found: a method that is not there (its interface was that name), a type
/// that nothing decides.
const FOLLOW_FROM_NAMES: &[&str] = &["E0307", "E0308", "E0309"];

impl Sound {
    fn new(program: &Program, world: &World, mut unsound: Vec<bool>) -> Sound {
        for group in &world.groups {
            let mentions = |import: &ModuleId| unsound.get(import.0 as usize) == Some(&true);
            let imports = |id: &ModuleId| world.modules[id.0 as usize].imports.iter().any(mentions);
            if group.iter().any(imports) {
                group.iter().for_each(|id| unsound[id.0 as usize] = true);
            }
        }
        let files = program.modules.iter().zip(&unsound);
        let files = files
            .filter(|(_, unsound)| **unsound)
            .map(|(source, _)| source.file);
        Sound {
            unsound: files.collect(),
            unnamed: false,
        }
    }

    fn filter(&self, diagnostics: Vec<Diagnostic>) -> impl Iterator<Item = Diagnostic> {
        diagnostics
            .into_iter()
            .filter(|diagnostic| !self.unsound.contains(&diagnostic.span().file))
            .filter(|diagnostic| !(self.unnamed && FOLLOW_FROM_NAMES.contains(&diagnostic.code)))
    }
}

/// Whether there is a `main` to begin with; a file of tests alone has none.
fn has_main(world: &World) -> bool {
    let root = world.root.map(|root| &world.modules[root.0 as usize]);
    root.is_some_and(|root| {
        root.functions
            .iter()
            .any(|function| function.name == "main")
    })
}

/// Core, with the sources that its spans stand in.
pub struct Lowered {
    pub core: ir::Program,
    pub sources: SourceMap,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Purpose;
    use crate::install::Install;

    /// These programs name much of std. What they need must be found: to compile them twice would be right, but slow.
    #[test]
    fn what_programs_need_of_std_is_found() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let install = Install::at(root.clone()).with_any_std();
        let folders = ["examples", "tests/run/std"].map(|name| root.join(name));
        let entries = folders.map(|folder| std::fs::read_dir(folder).expect("programs"));
        let files = entries
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path());
        let files = files.filter(|path| path.extension().is_some_and(|end| end == "mesh"));
        let mut count = 0;
        for path in files {
            let input = Input::read(&path, &install, Purpose::Program);
            let parts = input.and_then(Input::into_sources).ok();
            let (sources, modules) = parts.expect("a program");
            let part = needed::part(&Program { sources, modules }).expect("a part of std");
            let pipeline = Pipeline {
                name: "example",
                entry: Entry::Main,
                release: false,
                target: None,
            };
            let tried = attempt(&part, &|program, log| {
                pipeline.check(program, log).map(drop)
            });
            let errors = tried.log.0.iter().filter(|found| found.is_error());
            let errors: Vec<_> = errors.map(|error| &error.message).collect();
            assert!(tried.stands(), "{}: {errors:?}", path.display());
            count += 1;
        }
        assert!(count > 20, "{count} programs");
    }
}
