//! From paths to executables: the pipeline as one list, packages, the cache, and linking.
//!
//! In: the path of a `.mesh` file or of a package. Out: diagnostics, and an executable or what a stage made of the
//! program. It is the only crate of the compiler that reads files or starts other programs; it knows nothing of the
//! language. A bug in a stage comes out as [`Report::bug`], never as a panic.

mod cache;
mod diagnostics;
mod emit;
mod input;
mod install;
mod link;
mod needed;
mod package;
mod pipeline;
mod report;
mod std_hash;
mod test_build;
mod units;

pub use emit::Stage;
pub use package::{MANIFEST, is_package_name};
pub use report::Report;
pub use test_build::{BuiltTests, TestCase};

use cache::{Cache, Key, KeyBuilder};
use diagnostics::{TakesSource, Unwritable};
use input::{Input, Purpose};
use install::Install;
use link::Link;
use mesh_core::Entry;
use pipeline::{Log, Lowered, Pipeline};
use std::io;
use std::path::{Path, PathBuf};

/// How to compile.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Optimise, and link the runtime in.
    pub release: bool,
}

/// An installation with a cache: what it takes to compile.
pub struct Compiler {
    install: Install,
    cache: Cache,
}

/// An executable.
pub struct Built {
    /// In the cache.
    pub executable: PathBuf,
    /// The package's, or the file's without its ending.
    pub name: String,
    /// Warnings.
    pub report: Report,
}

/// What a stage made of a program.
pub struct Emitted {
    pub bytes: Vec<u8>,
    /// As in [`Built`].
    pub name: String,
    /// Diagnostics; a stage before the checker shows its work in spite of errors.
    pub report: Report,
}

impl Compiler {
    /// The compiler that this process belongs to.
    pub fn find() -> Result<Compiler, Report> {
        let install = Install::find().map_err(Report::from)?;
        Ok(Compiler {
            install,
            cache: Cache::find(),
        })
    }

    /// Everything there is to say about the program at `path`. `last`: this process checks nothing after it.
    pub fn check(&self, path: &Path, last: bool) -> Report {
        let input = match Input::read(path, &self.install, Purpose::Program) {
            Ok(input) => input,
            Err(unusable) => return unusable.into(),
        };
        let name = input.name.clone();
        pipeline::guarded(input, |program, log| {
            let pipeline = Pipeline {
                name: &name,
                entry: Entry::Main,
                release: false,
                target: None,
            };
            let checked = pipeline.check(program, log)?;
            pipeline.check_growth(&checked, log);
            if last {
                // To take a large program apart takes time, and the process ends with it.
                std::mem::forget(checked);
            }
            Some(())
        })
        .1
    }

    /// The executable of the program at `path`: out of the cache if nothing has changed.
    pub fn build(&self, path: &Path, options: &Options) -> Result<Built, Report> {
        let runtime = self.install.runtime(options.release)?;
        let input = Input::read(path, &self.install, Purpose::Program)?;
        let name = input.name.clone();
        let key = fingerprint(&input, &runtime, options, b"program");
        if let Some(executable) = self.cache.get("exe", &key) {
            return Ok(Built {
                executable,
                name,
                report: self.said(&key),
            });
        }
        let pipeline = Pipeline {
            name: &name,
            entry: Entry::Main,
            release: options.release,
            target: None,
        };
        let (executable, report) = pipeline::guarded(input, |program, log| {
            let core = pipeline.core(program, log)?;
            self.executable(&pipeline, &core, &runtime, &key, log)
        });
        let Some(executable) = executable else {
            return Err(report);
        };
        if let Some(said) = report.to_replay() {
            // Without it, a warning is not repeated.
            let _ = self.cache.put("say", &key, said.as_bytes());
        }
        self.cache.clean();
        Ok(Built {
            executable,
            name,
            report,
        })
    }

    /// What `stage` makes of the program at `path`, for the machine `target` or this one.
    pub fn emit(
        &self,
        path: &Path,
        stage: Stage,
        options: &Options,
        target: Option<&str>,
    ) -> Result<Emitted, Report> {
        let input = Input::read(path, &self.install, Purpose::Program)?;
        let name = input.name.clone();
        let pipeline = Pipeline {
            name: &name,
            entry: Entry::Main,
            release: options.release,
            target,
        };
        let (bytes, report) = pipeline::guarded(input, |program, log| {
            emit::emit(&pipeline, stage, program, log)
        });
        match bytes {
            Some(bytes) => Ok(Emitted {
                bytes,
                name,
                report,
            }),
            None => Err(report),
        }
    }

    /// Copies the executable of the program at `path` out of the cache.
    pub fn install(&self, built: &Built, path: &Path, output: &Path) -> Result<(), Report> {
        self.replace(path, output, |fresh| {
            std::fs::copy(&built.executable, fresh).map(drop)
        })
    }

    /// Writes what was made of the program at `path`.
    pub fn write(&self, bytes: &[u8], path: &Path, output: &Path) -> Result<(), Report> {
        self.replace(path, output, |fresh| std::fs::write(fresh, bytes))
    }

    /// Writes beside the file first, so that it is never half there and may be running; what is not a file, such as
    /// `/dev/null`, is written to directly.
    fn replace(
        &self,
        path: &Path,
        output: &Path,
        write: impl Fn(&Path) -> io::Result<()>,
    ) -> Result<(), Report> {
        let failed = |error| {
            Report::from(Unwritable {
                path: output.to_path_buf(),
                error,
                kept: false,
            })
        };
        if is_source(output, path) {
            let path = output.to_path_buf();
            return Err(TakesSource { path }.into());
        }
        if output.is_dir() {
            return Err(failed(io::Error::from(io::ErrorKind::IsADirectory)));
        }
        if output.exists() && !output.is_file() {
            return write(output).map_err(failed);
        }
        let mut fresh = output.as_os_str().to_owned();
        fresh.push(format!(".{}.new", std::process::id()));
        let fresh = PathBuf::from(fresh);
        let result = write(&fresh).and_then(|()| std::fs::rename(&fresh, output));
        result.map_err(|error| {
            let _ = std::fs::remove_file(&fresh);
            failed(error)
        })
    }

    /// Changes whenever a file that the program at `path` is made of changes.
    pub fn stamp(&self, path: &Path) -> String {
        let mut key = KeyBuilder::default();
        match Input::read(path, &self.install, Purpose::Program) {
            Ok(input) => add_files(&mut key, &input),
            Err(unusable) => {
                for diagnostic in &unusable.diagnostics {
                    key.add(diagnostic.message.as_bytes());
                }
            }
        }
        key.key().to_string()
    }

    /// Object files and the executable of a program.
    fn executable(
        &self,
        pipeline: &Pipeline<'_>,
        core: &Lowered,
        runtime: &Path,
        key: &Key,
        log: &mut Log,
    ) -> Option<PathBuf> {
        let objects = log.keep(pipeline.objects(core, &self.cache))?;
        let release = pipeline.release;
        log.keep(self.link(&objects, runtime, key, &Options { release }))
    }

    fn link(
        &self,
        objects: &[PathBuf],
        runtime: &Path,
        key: &Key,
        options: &Options,
    ) -> Result<PathBuf, mesh_report::Diagnostic> {
        let fresh = self.cache.fresh()?;
        let shown = self.cache.path("exe", key);
        Link {
            objects,
            runtime,
            release: options.release,
            output: &fresh,
            shown: &shown,
        }
        .run()?;
        self.cache.publish(&fresh, "exe", key)
    }

    /// The warnings of a program that comes out of the cache.
    fn said(&self, key: &Key) -> Report {
        let said = self
            .cache
            .get("say", key)
            .and_then(|path| std::fs::read_to_string(path).ok());
        said.map_or_else(Report::default, |said| Report::from_replay(&said))
    }
}

/// Whether a file holds, or by its name may hold, a part of the program at `path`.
fn is_source(file: &Path, path: &Path) -> bool {
    let same = || Some(file.canonicalize().ok()? == path.canonicalize().ok()?);
    file.extension().is_some_and(|ending| ending == "mesh")
        || file
            .file_name()
            .is_some_and(|name| name == package::MANIFEST)
        || same() == Some(true)
}

/// The key of an executable: all that it is made of and by. `entry` tells those of one program apart.
fn fingerprint(input: &Input, runtime: &Path, options: &Options, entry: &[u8]) -> Key {
    let mut key = KeyBuilder::default();
    key.add(entry);
    add_identity(&mut key);
    add_file_identity(&mut key, runtime);
    key.add(runtime.as_os_str().as_encoded_bytes());
    key.add(&[u8::from(options.release)]);
    key.add(input.name.as_bytes());
    add_files(&mut key, input);
    key.key()
}

fn add_files(key: &mut KeyBuilder, input: &Input) {
    for (_, manifest) in input.sources.iter() {
        key.add(manifest.text().as_bytes());
    }
    for file in &input.files {
        key.add(file.shown.as_bytes())
            .add(&[u8::from(file.is_tested)])
            .add(&file.bytes);
    }
}

/// Adds which compiler this is: another build of it may compile differently.
pub(crate) fn add_identity(key: &mut KeyBuilder) {
    key.add(env!("CARGO_PKG_VERSION").as_bytes())
        .add(env!("MESH_TARGET").as_bytes());
    if let Ok(executable) = std::env::current_exe() {
        add_file_identity(key, &executable);
    }
}

/// Size and time stand for the contents of what is too large to read each time.
fn add_file_identity(key: &mut KeyBuilder, path: &Path) {
    let Ok(data) = std::fs::metadata(path) else {
        return;
    };
    let time = data
        .modified()
        .ok()
        .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    key.add(&data.len().to_le_bytes());
    key.add(&time.unwrap_or_default().as_nanos().to_le_bytes());
}
