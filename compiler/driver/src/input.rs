//! What a program is made of: a single file or a package with its dependencies, and std, read from disk.

use crate::diagnostics::{NoSources, NotAPackage, NotUtf8, TooLarge, Unreadable};
use crate::install::Install;
use crate::package::{self, Package};
use crate::std_hash::{self, SourceText};
use mesh_report::{Diagnostic, FileId, SourceMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Offsets in a file are 32 bits, with room to spare.
const MAX_FILE_BYTES: usize = 1 << 30;

/// The files of a program as they lie on disk.
pub struct Input {
    /// Name for reports: the package's, or the file's without its ending.
    pub name: String,
    /// A program's own files first, then its dependencies', then std's.
    pub files: Vec<InputFile>,
    /// The manifests that were read, in `sources`.
    pub sources: SourceMap,
    /// The folder or file that a change is watched in.
    pub roots: Vec<PathBuf>,
    /// The package that a single file lies in, which is not read with it.
    pub belongs_to: Option<PathBuf>,
}

/// What a program is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Program,
    /// With the files of `tests/`, which belong to the tests alone.
    Tests,
}

/// The folder of a package, or of std, for files that are compiled for its tests only.
const TESTS: &str = "tests";

/// The folder of std for what the language itself needs.
const CORE: &str = "core/";

/// One file of a program.
pub struct InputFile {
    /// The path that messages show.
    pub shown: String,
    /// The path its module's name comes from, relative to `src` or to std's folder.
    pub module_path: String,
    pub is_std: bool,
    /// Whether its tests are to run.
    pub is_tested: bool,
    pub bytes: Vec<u8>,
}

/// A file of a program as text.
#[derive(Clone)]
pub struct Source {
    pub file: FileId,
    /// `Main`, `Types.UserName`, or what the path has in place of a name.
    pub module: String,
    pub is_std: bool,
    /// Of std, and needed by the language itself.
    pub is_core: bool,
    pub is_tested: bool,
    /// Of std: the text with blanks in place of what the program does not need.
    pub needed: Option<Arc<str>>,
}

/// What could not be read.
pub struct Unusable {
    pub sources: SourceMap,
    pub diagnostics: Vec<Diagnostic>,
}

impl Input {
    /// Reads the program at `path`: a `.mesh` file, the folder of a package, or for its tests the folder of std.
    pub fn read(path: &Path, install: &Install, purpose: Purpose) -> Result<Input, Unusable> {
        let of_std = purpose == Purpose::Tests && install.is_std(path);
        let mut input = if of_std {
            Input::std_alone(path)
        } else if path.is_dir() {
            Input::package(path, purpose)?
        } else {
            Input::single(path, purpose)?
        };
        let std = install
            .std_files()
            .map_err(|diagnostic| input.unusable(vec![diagnostic]))?;
        let in_tests = |file: &SourceText| file.path.starts_with("tests/");
        let (tests, std): (Vec<_>, Vec<_>) = std.into_iter().partition(in_tests);
        if of_std {
            input.add("std/", false, true, tests);
        }
        input.add("std/", true, of_std, std);
        Ok(input)
    }

    /// No files but std's, which are added to all.
    fn std_alone(path: &Path) -> Input {
        Input {
            name: "std".to_string(),
            files: Vec::new(),
            sources: SourceMap::new(),
            roots: vec![path.to_path_buf()],
            belongs_to: None,
        }
    }

    fn single(path: &Path, purpose: Purpose) -> Result<Input, Unusable> {
        let bytes = std::fs::read(path).map_err(|error| {
            let diagnostic = Unreadable {
                path: path.to_path_buf(),
                error,
            }
            .into();
            Unusable {
                sources: SourceMap::new(),
                diagnostics: vec![diagnostic],
            }
        })?;
        let name = path
            .file_stem()
            .map_or(String::new(), |stem| stem.to_string_lossy().into_owned());
        let file = InputFile {
            shown: shown(path),
            module_path: "main.mesh".to_string(),
            is_std: false,
            is_tested: purpose == Purpose::Tests,
            bytes,
        };
        Ok(Input {
            name,
            files: vec![file],
            sources: SourceMap::new(),
            roots: vec![path.to_path_buf()],
            belongs_to: package_around(path),
        })
    }

    fn package(folder: &Path, purpose: Purpose) -> Result<Input, Unusable> {
        let mut sources = SourceMap::new();
        if !folder.join(package::MANIFEST).is_file() {
            let diagnostics = vec![
                NotAPackage {
                    path: folder.to_path_buf(),
                }
                .into(),
            ];
            return Err(Unusable {
                sources,
                diagnostics,
            });
        }
        let packages = match package::load(folder, &mut sources) {
            Ok(packages) => packages,
            Err(diagnostics) => {
                return Err(Unusable {
                    sources,
                    diagnostics,
                });
            }
        };
        let name = packages
            .first()
            .map_or(String::new(), |package| package.name.clone());
        let mut input = Input {
            name,
            files: Vec::new(),
            sources,
            roots: Vec::new(),
            belongs_to: None,
        };
        for (at, package) in packages.iter().enumerate() {
            input.add_package(package, at == 0, purpose)?;
        }
        Ok(input)
    }

    /// A dependency's `main` is for itself alone.
    fn add_package(
        &mut self,
        package: &Package,
        is_root: bool,
        purpose: Purpose,
    ) -> Result<(), Unusable> {
        let is_tested = is_root && purpose == Purpose::Tests;
        let folder = package.folder.join("src");
        if !folder.is_dir() {
            let path = package.folder.clone();
            return Err(self.unusable(vec![NoSources { path }.into()]));
        }
        let mut files = self.folder(&folder)?;
        if !is_root {
            files.retain(|file| file.path != "main.mesh");
        }
        self.add(&format!("{}/", shown(&folder)), false, is_tested, files);
        let folder = package.folder.join(TESTS);
        if is_tested && folder.is_dir() {
            let mut files = self.folder(&folder)?;
            for file in &mut files {
                file.path = format!("{TESTS}/{}", file.path);
            }
            let prefix = format!("{}/", shown(&package.folder));
            self.add(prefix.trim_start_matches("./"), false, true, files);
        }
        self.roots.push(package.folder.clone());
        Ok(())
    }

    fn folder(&self, folder: &Path) -> Result<Vec<SourceText>, Unusable> {
        std_hash::read(folder).map_err(|(path, error)| {
            let diagnostic = Unreadable { path, error }.into();
            self.unusable(vec![diagnostic])
        })
    }

    fn add(&mut self, prefix: &str, is_std: bool, is_tested: bool, files: Vec<SourceText>) {
        let prefix = match prefix {
            "/" | "./" => "",
            other => other,
        };
        self.files.extend(files.into_iter().map(|file| InputFile {
            shown: format!("{prefix}{}", file.path),
            module_path: file.path,
            is_std,
            is_tested,
            bytes: file.bytes,
        }));
    }

    fn unusable(&self, diagnostics: Vec<Diagnostic>) -> Unusable {
        Unusable {
            sources: self.sources.clone(),
            diagnostics,
        }
    }

    /// The files as text in a source map; or all that are not text.
    pub fn into_sources(self) -> Result<(SourceMap, Vec<Source>), Unusable> {
        let (mut sources, mut modules, mut diagnostics) = (self.sources, Vec::new(), Vec::new());
        for file in self.files {
            if file.bytes.len() > MAX_FILE_BYTES {
                let (path, bytes) = (PathBuf::from(&file.shown), file.bytes.len() as u64);
                diagnostics.push(TooLarge { path, bytes }.into());
                continue;
            }
            match String::from_utf8(file.bytes) {
                Ok(text) => modules.push(Source {
                    module: if file.is_std {
                        package::std_module_name(&file.module_path)
                    } else {
                        package::module_name(&file.module_path)
                    },
                    is_std: file.is_std,
                    is_core: file.is_std && file.module_path.starts_with(CORE),
                    is_tested: file.is_tested,
                    needed: None,
                    file: sources.add(file.shown, text),
                }),
                Err(error) => {
                    let offset = error.utf8_error().valid_up_to();
                    let bytes = error.as_bytes();
                    diagnostics.push(
                        NotUtf8 {
                            path: PathBuf::from(file.shown),
                            line: 1 + bytes[..offset]
                                .iter()
                                .filter(|&&byte| byte == b'\n')
                                .count(),
                            offset,
                            byte: bytes.get(offset).copied().unwrap_or(0),
                        }
                        .into(),
                    );
                }
            }
        }
        if diagnostics.is_empty() {
            Ok((sources, modules))
        } else {
            Err(Unusable {
                sources,
                diagnostics,
            })
        }
    }
}

/// The package whose `src` a file lies in, relative to the working folder if it is there.
fn package_around(file: &Path) -> Option<PathBuf> {
    let file = std::path::absolute(file).ok()?;
    let src = file.ancestors().skip(1).find(|folder| {
        let package = folder.parent().filter(|_| folder.ends_with("src"));
        package.is_some_and(|package| package.join(package::MANIFEST).is_file())
    })?;
    let package = src.parent()?;
    let here = std::env::current_dir().ok();
    match here.and_then(|here| package.strip_prefix(here).ok().map(Path::to_path_buf)) {
        Some(inner) if inner.as_os_str().is_empty() => Some(PathBuf::from(".")),
        Some(inner) => Some(inner),
        None => Some(package.to_path_buf()),
    }
}

/// A path as messages show it: without `./` in front, and with `/`.
fn shown(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    text.trim_start_matches("./").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn install(folder: &Path) -> Install {
        fs::create_dir_all(folder.join("lib/std")).unwrap();
        let install = Install::at(folder.join("lib"));
        install.with_any_std()
    }

    fn messages(result: Result<(SourceMap, Vec<Source>), Unusable>) -> Vec<String> {
        let unusable = result.err().expect("unusable");
        unusable
            .diagnostics
            .iter()
            .map(|d| format!("{} {}", d.code, d.message))
            .collect()
    }

    #[test]
    fn a_package_brings_its_dependencies_without_their_main() {
        let dir = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(
            "app/mesh.toml",
            "[package]\nname = \"app\"\nversion = \"1.0.0\"\n[dependencies]\nutil = { path = \"../util\" }\n",
        );
        write("app/src/main.mesh", "fn main() = 1\n");
        write("app/src/types/user_name.mesh", "\n");
        write(
            "util/mesh.toml",
            "[package]\nname = \"util\"\nversion = \"1.0.0\"\n",
        );
        write("util/src/main.mesh", "\n");
        write("util/src/util.mesh", "\n");
        write("lib/std/core/list.mesh", "\n");
        let input = Input::read(
            &dir.path().join("app"),
            &install(dir.path()),
            Purpose::Program,
        )
        .ok()
        .expect("readable");
        assert_eq!(input.name, "app");
        let (_, sources) = input.into_sources().ok().expect("text");
        let modules: Vec<_> = sources
            .iter()
            .map(|source| (source.module.as_str(), source.is_std))
            .collect();
        assert_eq!(
            modules,
            [
                ("Main", false),
                ("Types.UserName", false),
                ("Util", false),
                ("List", true)
            ]
        );
    }

    #[test]
    fn what_is_no_program_is_said() {
        let dir = tempfile::tempdir().unwrap();
        let install = install(dir.path());
        let read = |path: &Path| {
            Input::read(path, &install, Purpose::Program).and_then(Input::into_sources)
        };
        let missing = messages(read(&dir.path().join("no.mesh")));
        assert!(
            missing[0].starts_with("E0801 there is no file"),
            "{missing:?}"
        );
        let folder = messages(read(dir.path()));
        assert!(folder[0].starts_with("E0802"), "{folder:?}");
        let binary = dir.path().join("a.mesh");
        fs::write(&binary, b"ok\n\xff\n").unwrap();
        let binary = messages(read(&binary));
        assert!(binary[0].starts_with("E0803"), "{binary:?}");
    }
}
