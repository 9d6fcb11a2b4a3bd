//! Finding the cases.

use std::path::{Path, PathBuf};

/// What is done with a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Run,
    Errors,
    Check,
    Stages,
    Page,
    Guide,
    /// What `mesh test` says of a program.
    Tests,
    /// std's own tests.
    Std,
}

/// One case: a file, or the folder of a package.
#[derive(Clone, Debug)]
pub struct Case {
    pub kind: Kind,
    /// The folder that its path is shown from.
    pub base: PathBuf,
    /// Relative to `base`.
    pub path: PathBuf,
}

const FOLDERS: &[(&str, Kind)] = &[
    ("tests/run", Kind::Run),
    ("examples", Kind::Run),
    ("tests/errors", Kind::Errors),
    ("tests/check", Kind::Check),
    ("tests/stages", Kind::Stages),
    ("docs/errors", Kind::Page),
    ("docs/reference", Kind::Guide),
    ("tests/test", Kind::Tests),
];

impl Case {
    /// `errors/types/ascription`
    pub fn name(&self) -> String {
        let base = self
            .base
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let kind = match self.kind {
            Kind::Page | Kind::Guide => "docs/",
            _ => "",
        };
        format!("{kind}{base}/{}", self.path.with_extension("").display())
    }

    /// The case's own file or folder.
    pub fn full(&self) -> PathBuf {
        self.base.join(&self.path)
    }

    /// The file beside it with this ending.
    pub fn beside(&self, ending: &str) -> PathBuf {
        self.full().with_extension(ending)
    }
}

/// All cases there are.
pub fn find(root: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for (folder, kind) in FOLDERS {
        let base = root.join(folder);
        walk(&base, Path::new(""), *kind, &mut cases);
    }
    cases.push(Case {
        kind: Kind::Std,
        base: root.to_path_buf(),
        path: PathBuf::from("std"),
    });
    cases
}

fn walk(base: &Path, folder: &Path, kind: Kind, cases: &mut Vec<Case>) {
    let Ok(entries) = std::fs::read_dir(base.join(folder)) else {
        return;
    };
    let mut names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
    names.sort();
    for name in names {
        let path = folder.join(name);
        let full = base.join(&path);
        let ending = match kind {
            Kind::Page | Kind::Guide => "md",
            _ => "mesh",
        };
        if full.is_dir() && !full.join("mesh.toml").is_file() {
            walk(base, &path, kind, cases);
        } else if full.is_dir() || path.extension().is_some_and(|other| other == ending) {
            cases.push(Case {
                kind,
                base: base.to_path_buf(),
                path,
            });
        }
    }
}
