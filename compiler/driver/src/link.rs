//! Object files and the runtime to an executable: by lld where it and the C library's start files are where they
//! usually are, else by the C compiler.

use crate::diagnostics::{LinkFailed, NoLinker, Unwritable};
use mesh_report::Diagnostic;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The names lld goes by, the one of the matching LLVM first.
const LINKERS: &[&str] = &["ld.lld-19", "ld.lld"];
const C_COMPILERS: &[&str] = &["cc", "gcc", "clang"];

#[cfg(target_arch = "x86_64")]
const MACHINE: Machine = Machine {
    triple: "x86_64-linux-gnu",
    loader: "/lib64/ld-linux-x86-64.so.2",
};
#[cfg(target_arch = "aarch64")]
const MACHINE: Machine = Machine {
    triple: "aarch64-linux-gnu",
    loader: "/lib/ld-linux-aarch64.so.1",
};

struct Machine {
    triple: &'static str,
    /// The program that starts dynamically linked ones.
    loader: &'static str,
}

/// What to link.
pub struct Link<'a> {
    pub objects: &'a [PathBuf],
    /// The runtime: a shared library for a development build, an archive for a release.
    pub runtime: &'a Path,
    pub release: bool,
    /// Where the executable goes.
    pub output: &'a Path,
    /// The name it will have, for messages.
    pub shown: &'a Path,
}

/// Enough to find out whether a disk is full.
const PROBE_BYTES: usize = 64 << 20;

/// An executable is at least as large as what it is made of, and has room for its headers.
fn objects_size(objects: &[PathBuf]) -> u64 {
    let sizes = objects
        .iter()
        .filter_map(|path| std::fs::metadata(path).ok());
    sizes.map(|data| data.len()).sum::<u64>() + (64 << 10)
}

impl Link<'_> {
    /// Runs the linker.
    pub fn run(&self) -> Result<(), Diagnostic> {
        let (linker, arguments) = self.command()?;
        let result = Command::new(&linker).args(arguments).output();
        let output = result.map_err(|error| LinkFailed {
            linker: linker.clone(),
            output: error.to_string(),
        })?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let _ = std::fs::remove_file(self.output);
        if said.contains("No space left on device") || self.disk_is_full(objects_size(self.objects))
        {
            return Err(Unwritable {
                path: self.shown.to_path_buf(),
                error: io::Error::from(io::ErrorKind::StorageFull),
                kept: true,
            }
            .into());
        }
        Err(LinkFailed {
            linker,
            output: said,
        }
        .into())
    }

    /// Whether there is no room for `bytes` where the executable goes: a linker may die of that without saying so.
    fn disk_is_full(&self, bytes: u64) -> bool {
        let probe = vec![
            0;
            usize::try_from(bytes)
                .unwrap_or(usize::MAX)
                .min(PROBE_BYTES)
        ];
        let result = std::fs::write(self.output, probe);
        let _ = std::fs::remove_file(self.output);
        result.is_err_and(|error| error.kind() == io::ErrorKind::StorageFull)
    }

    fn command(&self) -> Result<(PathBuf, Vec<OsString>), Diagnostic> {
        if let Some(linker) = find(LINKERS)
            && let Some(start) = StartFiles::find()
        {
            return Ok((linker, self.by_lld(&start)));
        }
        if let Some(compiler) = find(C_COMPILERS) {
            let lld = LINKERS.iter().find(|name| find(&[name]).is_some());
            return Ok((compiler, self.by_compiler(lld.is_some())));
        }
        let looked_for = LINKERS
            .iter()
            .chain(C_COMPILERS)
            .map(|name| name.to_string())
            .collect();
        let alone = find(LINKERS);
        Err(NoLinker { looked_for, alone }.into())
    }

    fn by_lld(&self, start: &StartFiles) -> Vec<OsString> {
        let mut arguments = Arguments::default();
        arguments.words(&[
            "-pie",
            "--eh-frame-hdr",
            "--hash-style=gnu",
            "-z",
            "relro",
            "-z",
            "now",
        ]);
        arguments
            .words(&["-dynamic-linker", MACHINE.loader, "-o"])
            .path(self.output);
        arguments
            .path(&start.system.join("Scrt1.o"))
            .path(&start.system.join("crti.o"));
        arguments.path(&start.compiler.join("crtbeginS.o"));
        self.contents(&mut arguments, "");
        for folder in [&start.compiler, &start.system] {
            arguments.word("-L").path(folder);
        }
        arguments.words(&["--as-needed", "-lm", "-lc", "-lgcc"]);
        if self.release {
            arguments.word("-lgcc_eh").words(&["-lc"]);
        } else {
            arguments.word("-lgcc_s");
        }
        arguments
            .path(&start.compiler.join("crtendS.o"))
            .path(&start.system.join("crtn.o"));
        arguments.0
    }

    fn by_compiler(&self, lld: bool) -> Vec<OsString> {
        let mut arguments = Arguments::default();
        if lld {
            arguments.word("-fuse-ld=lld");
        }
        if self.release {
            arguments.word("-static-libgcc");
        }
        arguments.words(&["-pie", "-o"]).path(self.output);
        self.contents(&mut arguments, "-Wl,");
        arguments.words(&["-lm", "-lpthread", "-ldl"]);
        arguments.0
    }

    /// The objects and the runtime. `pass` goes before what is meant for the linker.
    fn contents(&self, arguments: &mut Arguments, pass: &str) {
        for object in self.objects {
            arguments.path(object);
        }
        arguments.word(&format!("{pass}--gc-sections"));
        arguments.path(self.runtime);
        if self.release {
            // Names of functions that nothing outside their file can mean; line tables are separate and stay.
            arguments.word(&format!("{pass}--discard-all"));
            if pass.is_empty() {
                arguments.word("--icf=safe").word("-O1");
            }
        } else if let Some(folder) = self.runtime.parent() {
            let mut word = OsString::from(format!("{pass}-rpath="));
            word.push(folder);
            arguments.0.push(word);
        }
    }
}

#[derive(Default)]
struct Arguments(Vec<OsString>);

impl Arguments {
    fn word(&mut self, word: &str) -> &mut Arguments {
        self.0.push(word.into());
        self
    }

    fn words(&mut self, words: &[&str]) -> &mut Arguments {
        self.0.extend(words.iter().map(OsString::from));
        self
    }

    fn path(&mut self, path: &Path) -> &mut Arguments {
        self.0.push(path.into());
        self
    }
}

/// What a C compiler would add around a program.
struct StartFiles {
    /// The folder of `Scrt1.o` and the C library.
    system: PathBuf,
    /// The folder of `crtbeginS.o` and libgcc.
    compiler: PathBuf,
}

impl StartFiles {
    fn find() -> Option<StartFiles> {
        let triple = MACHINE.triple;
        let systems = [
            format!("/usr/lib/{triple}"),
            "/usr/lib64".to_string(),
            "/usr/lib".to_string(),
        ];
        let system = systems
            .into_iter()
            .map(PathBuf::from)
            .find(|folder| folder.join("Scrt1.o").is_file())?;
        let compiler = newest(&PathBuf::from(format!("/usr/lib/gcc/{triple}")))?;
        Some(StartFiles { system, compiler })
    }
}

/// The folder of the highest version that is complete.
fn newest(folder: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?;
    let version = |path: &Path| {
        path.file_name()?
            .to_str()?
            .split('.')
            .next()?
            .parse::<u32>()
            .ok()
    };
    let complete =
        |path: &PathBuf| path.join("crtbeginS.o").is_file() && path.join("libgcc_eh.a").is_file();
    let folders = entries.flatten().map(|entry| entry.path()).filter(complete);
    folders.max_by_key(|path| version(path))
}

/// The first of these programs that is in PATH.
fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let places = names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    places.into_iter().find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(release: bool, lld: bool) -> String {
        let objects = [PathBuf::from("a.o"), PathBuf::from("b.o")];
        let runtime = Path::new(if release { "lib/r.a" } else { "lib/r.so" });
        let link = Link {
            objects: &objects,
            runtime,
            release,
            output: Path::new("out"),
            shown: Path::new("out"),
        };
        let start = StartFiles {
            system: "sys".into(),
            compiler: "gcc".into(),
        };
        let arguments = if lld {
            link.by_lld(&start)
        } else {
            link.by_compiler(true)
        };
        arguments
            .iter()
            .map(|word| word.to_string_lossy())
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn development_builds_find_the_shared_runtime_and_releases_carry_it() {
        assert!(words(false, true).contains("a.o b.o --gc-sections lib/r.so -rpath=lib"));
        assert!(words(false, false).contains("-Wl,-rpath=lib"));
        let release = words(true, true);
        assert!(
            release.contains("lib/r.a --discard-all") && !release.contains("rpath"),
            "{release}"
        );
        assert!(
            release.contains("-lgcc_eh") && !release.contains("gcc_s"),
            "{release}"
        );
        assert!(words(true, false).contains("-static-libgcc"));
    }
}
