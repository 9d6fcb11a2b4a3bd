//! Where the compiler's companions are: the runtime's libraries and std, relative to the executable.

use crate::diagnostics::{IncompleteInstallation, StdMismatch};
use crate::std_hash::{self, SourceText};
use mesh_report::Diagnostic;
use std::path::{Path, PathBuf};

/// The hash of the std that this compiler was built with.
const STD_HASH: &str = env!("MESH_STD_HASH");

/// The folder `lib/mesh` of an installation. It stands beside the folder of the executable, so the two can be moved
/// together; `target/lib/mesh` stands to `target/release/mesh` the same way.
#[derive(Clone, Debug)]
pub struct Install {
    lib: PathBuf,
    std: PathBuf,
    /// Whether another std was asked for, which need not be the one this compiler was built with.
    own_std: bool,
}

impl Install {
    /// The installation that this process runs from. `MESH_STD` puts another std in the place of its own: for work
    /// on std, without rebuilding the compiler.
    pub fn find() -> Result<Install, Diagnostic> {
        let executable = std::env::current_exe().and_then(|path| path.canonicalize());
        let beside = |path: PathBuf| {
            path.parent()
                .and_then(Path::parent)
                .map(|top| top.join("lib/mesh"))
        };
        let lib = executable
            .ok()
            .and_then(beside)
            .unwrap_or_else(|| PathBuf::from("lib/mesh"));
        let mut install = Install::at(lib);
        if let Some(std) = std::env::var_os("MESH_STD").filter(|value| !value.is_empty()) {
            install.std = PathBuf::from(std);
            install.own_std = false;
        }
        if install.std.is_dir() {
            Ok(install)
        } else {
            Err(IncompleteInstallation {
                missing: install.std,
            }
            .into())
        }
    }

    /// The installation whose `lib/mesh` is `lib`.
    pub fn at(lib: PathBuf) -> Install {
        let std = lib.join("std");
        Install {
            lib,
            std,
            own_std: true,
        }
    }

    /// The library that a development (shared) or a release build (archive) is linked with.
    pub fn runtime(&self, release: bool) -> Result<PathBuf, Diagnostic> {
        let name = if release {
            "libmesh_runtime.a"
        } else {
            "libmesh_runtime.so"
        };
        let path = self.lib.join(name);
        if path.is_file() {
            Ok(path)
        } else {
            Err(IncompleteInstallation { missing: path }.into())
        }
    }

    /// Whether `path` is the folder of the std that is used.
    pub fn is_std(&self, path: &Path) -> bool {
        let same = |path: &Path| path.canonicalize().ok();
        path.is_dir() && same(path) == same(&self.std)
    }

    /// The files of std, which are those that the compiler was built with.
    pub fn std_files(&self) -> Result<Vec<SourceText>, Diagnostic> {
        let files =
            std_hash::read(&self.std).map_err(|(missing, _)| IncompleteInstallation { missing })?;
        if self.own_std && std_hash::hash(&files) != STD_HASH {
            return Err(StdMismatch {
                folder: self.std.clone(),
            }
            .into());
        }
        Ok(files)
    }
}

#[cfg(test)]
impl Install {
    /// Takes whatever std there is.
    pub fn with_any_std(self) -> Install {
        Install {
            own_std: false,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_std_and_missing_libraries_are_said() {
        let dir = tempfile::tempdir().unwrap();
        let install = Install::at(dir.path().to_path_buf());
        let code = |result: Result<(), Diagnostic>| result.err().map(|diagnostic| diagnostic.code);
        assert_eq!(code(install.std_files().map(drop)), Some("E0806"));
        std::fs::create_dir(dir.path().join("std")).unwrap();
        std::fs::write(dir.path().join("std/list.mesh"), "changed").unwrap();
        assert_eq!(code(install.std_files().map(drop)), Some("E0807"));
        assert_eq!(
            code(install.clone().with_any_std().std_files().map(drop)),
            None
        );
        assert_eq!(code(install.runtime(true).map(drop)), Some("E0806"));
    }
}
