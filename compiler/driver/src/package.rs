//! Packages: `mesh.toml`, the names of modules, and dependencies by path.

use crate::diagnostics::{BadDependency, BadManifest, Unreadable};
use mesh_report::{Diagnostic, FileId, SourceMap, Span};
use std::collections::{HashMap, HashSet};
use std::path::{Component, Path, PathBuf};
use toml_edit::{ImDocument, Item, TableLike};

/// The file that makes a folder a package.
pub const MANIFEST: &str = "mesh.toml";

/// A package as its manifest describes it.
#[derive(Debug)]
pub struct Package {
    pub name: String,
    /// As it was given, or from there along the paths of dependencies.
    pub folder: PathBuf,
}

/// The package in `folder` and all it depends on, each once; itself first. Manifests are added to `sources`.
pub fn load(folder: &Path, sources: &mut SourceMap) -> Result<Vec<Package>, Vec<Diagnostic>> {
    let mut loader = Loader {
        sources,
        packages: Vec::new(),
        done: HashMap::new(),
        open: HashSet::new(),
        diagnostics: Vec::new(),
    };
    loader.visit(folder);
    if loader.diagnostics.is_empty() {
        Ok(loader.packages)
    } else {
        Err(loader.diagnostics)
    }
}

struct Loader<'a> {
    sources: &'a mut SourceMap,
    packages: Vec<Package>,
    /// By canonical folder: the package's name.
    done: HashMap<PathBuf, String>,
    /// On the way from the root to here.
    open: HashSet<PathBuf>,
    diagnostics: Vec<Diagnostic>,
}

impl Loader<'_> {
    /// Loads the package and what it needs; its name, if it has a readable manifest.
    fn visit(&mut self, folder: &Path) -> Option<String> {
        let path = folder.join(MANIFEST);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                self.diagnostics.push(Unreadable { path, error }.into());
                return None;
            }
        };
        let file = self.sources.add(
            path.to_string_lossy().trim_start_matches("./"),
            text.clone(),
        );
        let manifest = match Manifest::parse(file, text) {
            Ok(manifest) => manifest,
            Err(diagnostics) => {
                self.diagnostics.extend(diagnostics);
                return None;
            }
        };
        let identity = folder
            .canonicalize()
            .unwrap_or_else(|_| folder.to_path_buf());
        self.open.insert(identity.clone());
        self.packages.push(Package {
            name: manifest.name.clone(),
            folder: folder.to_path_buf(),
        });
        for dependency in &manifest.dependencies {
            self.follow(folder, dependency);
        }
        self.open.remove(&identity);
        self.done.insert(identity, manifest.name.clone());
        Some(manifest.name)
    }

    fn follow(&mut self, from: &Path, dependency: &Dependency) {
        let folder = tidy(&from.join(&dependency.path));
        let refuse = |reason: String| {
            BadDependency {
                name: dependency.name.clone(),
                reason,
                span: dependency.span,
            }
            .into()
        };
        let Ok(identity) = folder.canonicalize() else {
            self.diagnostics
                .push(refuse(format!("there is no folder `{}`", folder.display())));
            return;
        };
        if self.open.contains(&identity) {
            self.diagnostics.push(refuse(
                "this package depends on itself through it".to_string(),
            ));
            return;
        }
        if !identity.join(MANIFEST).is_file() {
            self.diagnostics.push(refuse(format!(
                "`{}` has no `{MANIFEST}`",
                folder.display()
            )));
            return;
        }
        let name = match self.done.get(&identity) {
            Some(name) => Some(name.clone()),
            None => self.visit(&folder),
        };
        if let Some(name) = name.filter(|name| *name != dependency.name) {
            self.diagnostics.push(refuse(format!(
                "the package in that folder is called `{name}`"
            )));
        }
    }
}

/// `a/b/../c` as `a/c`, so that messages show short paths.
fn tidy(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        let last = out.components().next_back();
        match (part, last) {
            (Component::CurDir, Some(_)) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                out.pop();
            }
            (part, _) => out.push(part),
        }
    }
    out
}

/// What `mesh.toml` says.
#[derive(Debug)]
struct Manifest {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Debug)]
struct Dependency {
    name: String,
    path: String,
    span: Span,
}

impl Manifest {
    fn parse(file: FileId, text: String) -> Result<Manifest, Vec<Diagnostic>> {
        let span = |range: Option<std::ops::Range<usize>>| {
            let range = range.unwrap_or(0..0);
            Span::new(file, range.start as u32, range.end as u32)
        };
        let document = ImDocument::parse(text).map_err(|error| {
            let message = format!(
                "`{MANIFEST}` is not TOML: {}",
                error.message().trim().replace('\n', ", ")
            );
            let help =
                "a manifest looks like this: `[package]`, `name = \"app\"`, `version = \"0.1.0\"`";
            vec![
                BadManifest {
                    message,
                    span: span(error.span()),
                    help,
                }
                .into(),
            ]
        })?;
        let mut reader = Reader {
            file,
            diagnostics: Vec::new(),
        };
        let root = document.as_table();
        let package = root.get("package");
        let name = reader.text(package, "name", "write `name = \"app\"` under `[package]`");
        reader.text(
            package,
            "version",
            "write `version = \"0.1.0\"` under `[package]`",
        );
        if let Some((name, span)) = &name
            && !is_package_name(name)
        {
            let message = format!("`{name}` cannot be a package's name");
            let help = "a name is of lower-case letters, digits and `_`, and begins with a letter";
            reader.diagnostics.push(
                BadManifest {
                    message,
                    span: *span,
                    help,
                }
                .into(),
            );
        }
        let dependencies = reader.dependencies(root.get("dependencies"));
        match name {
            Some((name, _)) if reader.diagnostics.is_empty() => Ok(Manifest { name, dependencies }),
            _ => Err(reader.diagnostics),
        }
    }
}

/// Takes values out of a manifest and notes what is wrong with them.
struct Reader {
    file: FileId,
    diagnostics: Vec<Diagnostic>,
}

impl Reader {
    fn span(&self, item: Option<&Item>) -> Span {
        let range = item.and_then(Item::span).unwrap_or(0..0);
        Span::new(self.file, range.start as u32, range.end as u32)
    }

    fn text(
        &mut self,
        table: Option<&Item>,
        key: &str,
        help: &'static str,
    ) -> Option<(String, Span)> {
        let value = table.and_then(|item| item.get(key));
        if let Some(text) = value.and_then(Item::as_str) {
            return Some((text.to_string(), self.span(value)));
        }
        let message = match value {
            Some(_) => format!("`{key}` is not a string"),
            None => format!("`{key}` is missing in `{MANIFEST}`"),
        };
        let span = self.span(value.or(table));
        self.diagnostics.push(
            BadManifest {
                message,
                span,
                help,
            }
            .into(),
        );
        None
    }

    fn dependencies(&mut self, item: Option<&Item>) -> Vec<Dependency> {
        let mut found = Vec::new();
        let Some(table) = item.and_then(Item::as_table_like) else {
            return found;
        };
        for (name, value) in TableLike::iter(table) {
            let span = self.span(Some(value));
            match value.get("path").and_then(Item::as_str) {
                Some(path) => found.push(Dependency {
                    name: name.to_string(),
                    path: path.to_string(),
                    span,
                }),
                None => self.diagnostics.push(
                    BadDependency {
                        name: name.to_string(),
                        reason: "it names no folder".to_string(),
                        span,
                    }
                    .into(),
                ),
            }
        }
        found
    }
}

/// Whether `name` can name a package: it is part of file names and of module names.
pub fn is_package_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The module that a file is: `types/user_name.mesh` is `Types.UserName`.
pub fn module_name(path: &str) -> String {
    let path = path.strip_suffix(".mesh").unwrap_or(path);
    let segments: Vec<String> = path.split('/').map(camel).collect();
    segments.join(".")
}

/// The module that a file of std is: its folders are for the reader, so `core/list.mesh` is `List`.
pub fn std_module_name(path: &str) -> String {
    module_name(path.rsplit('/').next().unwrap_or(path))
}

/// `user_name` as `UserName`.
fn camel(words: &str) -> String {
    let word = |word: &str| {
        let mut chars = word.chars();
        chars.next().map_or(String::new(), |first| {
            first.to_uppercase().chain(chars).collect()
        })
    };
    words.split('_').map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<String> {
        let result = Manifest::parse(FileId(0), text.to_string());
        let diagnostics = result.err().unwrap_or_default();
        diagnostics
            .iter()
            .map(|d| format!("{} {}", d.code, d.message))
            .collect()
    }

    #[test]
    fn manifests_say_what_is_wrong_with_them() {
        assert!(codes("[package]\nname = \"a\"\nversion = \"1.0.0\"\n").is_empty());
        assert_eq!(
            codes("[package]\nname = \"a\"\n"),
            ["E0804 `version` is missing in `mesh.toml`"]
        );
        assert_eq!(
            codes("[package]\nname = 1\nversion = \"1\"\n"),
            ["E0804 `name` is not a string"]
        );
        assert_eq!(
            codes("[package]\nname = \"My App\"\nversion = \"1\"\n"),
            ["E0804 `My App` cannot be a package's name"]
        );
        assert!(codes("[package")[0].starts_with("E0804 `mesh.toml` is not TOML"));
        let dependency = "[package]\nname = \"a\"\nversion = \"1\"\n[dependencies]\nb = \"1.0\"\n";
        assert_eq!(
            codes(dependency),
            ["E0811 the dependency `b` cannot be used"]
        );
    }

    #[test]
    fn packages_that_depend_on_each_other_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        for (name, other) in [("a", "b"), ("b", "a")] {
            let folder = dir.path().join(name);
            std::fs::create_dir(&folder).unwrap();
            let text = format!(
                "[package]\nname = \"{name}\"\nversion = \"1\"\n[dependencies]\n{other} = {{ path = \"../{other}\" }}\n"
            );
            std::fs::write(folder.join(MANIFEST), text).unwrap();
        }
        let diagnostics = load(&dir.path().join("a"), &mut SourceMap::new()).expect_err("a cycle");
        assert_eq!(diagnostics.len(), 1);
        assert_eq!(
            diagnostics[0].labels[0].text,
            "this package depends on itself through it"
        );
    }

    #[test]
    fn modules_are_named_by_their_paths() {
        assert_eq!(module_name("main.mesh"), "Main");
        assert_eq!(module_name("types/user_name.mesh"), "Types.UserName");
        assert_eq!(tidy(Path::new("a/b/../c/./d")), Path::new("a/c/d"));
        assert_eq!(tidy(Path::new("../x/../y")), Path::new("../y"));
    }
}
