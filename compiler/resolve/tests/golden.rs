//! Golden tests: every `tests/resolve/*.mesh` is resolved together with std; what comes out (the resolved modules, then the
//! diagnostics) is compared with the file of the same name ending in `.out`. `UPDATE=1` writes what was seen.
//!
//! A line `#! module Name` begins another module of the same program, `#! std Name` one of std; what stands before the first is `Main`.

use mesh_report::{Colour, FileId, SourceMap, text};
use mesh_resolve::{Origin, Resolved, SourceModule, print_module, resolve_program};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn mesh_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "mesh"))
        .collect();
    files.sort();
    files
}

/// `exit_reason` as `ExitReason`.
fn module_name(path: &Path) -> String {
    let stem = path.file_stem().expect("a name").to_string_lossy();
    let parts = stem.split('_').map(|part| {
        let (first, rest) = part.split_at(1);
        first.to_uppercase() + rest
    });
    parts.collect()
}

fn add(
    sources: &mut SourceMap,
    name: &str,
    shown: &str,
    source: &str,
    origin: Origin,
) -> SourceModule {
    let file: FileId = sources.add(shown, source);
    SourceModule {
        name: name.into(),
        parse: mesh_syntax::parse(file, source),
        origin,
        is_tested: false,
    }
}

fn std_modules(sources: &mut SourceMap) -> Vec<SourceModule> {
    let folders = fs::read_dir(root().join("std")).expect("std is there");
    let folders = folders.map(|folder| folder.expect("an entry").path());
    let mut files: Vec<PathBuf> = folders.flat_map(|folder| mesh_files(&folder)).collect();
    files.sort();
    let modules = files.iter().map(|path| {
        let source = fs::read_to_string(path).expect("std is readable");
        let name = module_name(path);
        add(sources, &name, &format!("std/{name}"), &source, Origin::Std)
    });
    modules.collect()
}

fn own_modules(sources: &mut SourceMap, text: &str) -> Vec<SourceModule> {
    let mut parts = vec![("Main", Origin::Package, String::new())];
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("#! module ") {
            parts.push((name, Origin::Package, String::new()));
        } else if let Some(name) = line.strip_prefix("#! std ") {
            parts.push((name, Origin::Std, String::new()));
        } else {
            let last = parts.len() - 1;
            parts[last].2.push_str(line);
            parts[last].2.push('\n');
        }
    }
    let modules = parts.into_iter().map(|(name, origin, source)| {
        let shown = format!("{}.mesh", name.to_lowercase());
        add(sources, name, &shown, &source, origin)
    });
    modules.collect()
}

fn resolve(text: &str) -> (SourceMap, Resolved) {
    let mut sources = SourceMap::new();
    let mut modules = own_modules(&mut sources, text);
    modules.extend(std_modules(&mut sources));
    let mut syntax: Vec<_> = modules
        .iter()
        .flat_map(|module| module.parse.diagnostics.clone())
        .collect();
    let mut resolved = resolve_program(modules, Some("Main"));
    syntax.append(&mut resolved.diagnostics);
    resolved.diagnostics = syntax;
    (sources, resolved)
}

fn shown(text_: &str) -> String {
    let (sources, resolved) = resolve(text_);
    let own = resolved
        .world
        .modules
        .iter()
        .filter(|module| !module.is_std);
    let mut out: String = own
        .map(|module| print_module(&resolved.world, module))
        .collect();
    if !resolved.diagnostics.is_empty() {
        out.push_str("\n---- diagnostics\n");
        out.push_str(&text::render_all(
            &resolved.diagnostics,
            &sources,
            Colour::Never,
        ));
    }
    let lines: Vec<&str> = out.lines().map(str::trim_end).collect();
    lines.join("\n") + "\n"
}

#[test]
fn golden() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut failed = Vec::new();
    for path in mesh_files(&root().join("tests/resolve")) {
        let source = fs::read_to_string(&path).expect("a test is readable");
        let seen = shown(&source);
        let expected = path.with_extension("out");
        if update {
            fs::write(&expected, &seen).expect("an expectation can be written");
        } else if fs::read_to_string(&expected).unwrap_or_default() != seen {
            failed.push(format!("{}\n{seen}", path.display()));
        }
    }
    assert!(failed.is_empty(), "not as expected:\n{}", failed.join("\n"));
}

#[test]
fn std_has_no_problem() {
    let (sources, resolved) = resolve("fn main() = 1\n");
    let text = text::render_all(&resolved.diagnostics, &sources, Colour::Never);
    assert!(text.is_empty(), "{text}");
    assert!(resolved.world.root.is_some());
}

#[test]
fn a_long_chain_is_resolved_and_dropped() {
    let terms = vec!["1"; 900].join(" + ");
    let stages = " |> f()".repeat(900);
    let source = format!("fn f(x) = x\nfn main() do\n  let a = {terms}\n  a{stages}\nend\n");
    let (sources, resolved) = resolve(&source);
    let text = text::render_all(&resolved.diagnostics, &sources, Colour::Never);
    assert!(text.is_empty(), "{}", &text[..text.len().min(2000)]);
}

/// Whatever the parser makes of a wrong program can be resolved: tokens of the tests are left out, one at a time.
#[test]
fn no_token_is_indispensable() {
    for path in mesh_files(&root().join("tests/resolve")) {
        let source = fs::read_to_string(&path).expect("a test is readable");
        let tree = mesh_syntax::parse(FileId(0), &source).syntax();
        let tokens = tree
            .descendants_with_tokens()
            .filter_map(|it| it.into_token());
        let ranges: Vec<_> = tokens
            .filter(|token| !token.kind().is_trivia())
            .map(|token| token.text_range())
            .collect();
        for range in ranges.into_iter().step_by(5) {
            let mut text = source.clone();
            text.replace_range(usize::from(range.start())..usize::from(range.end()), "");
            let mut sources = SourceMap::new();
            let modules = own_modules(&mut sources, &text);
            let resolved = resolve_program(modules, Some("Main"));
            for module in &resolved.world.modules {
                print_module(&resolved.world, module);
            }
        }
    }
}

#[test]
fn std_comes_first_and_imports_before_importers() {
    let (_, resolved) = resolve(
        "import B\nfn main() = B.b()\n#! module A\npub fn a() = 1\n#! module B\nimport A\npub fn b() = A.a()\n",
    );
    let world = &resolved.world;
    let order: Vec<&str> = world
        .groups
        .iter()
        .flatten()
        .map(|id| &world.modules[id.0 as usize])
        .filter(|module| !module.is_std)
        .map(|module| module.name.as_str())
        .collect();
    assert_eq!(order, ["A", "B", "Main"]);
    let own = |group: &Vec<_>| {
        let module = |id: &mesh_resolve::hir::ModuleId| &world.modules[id.0 as usize];
        group.iter().any(|id| !module(id).is_std)
    };
    assert_eq!(world.groups.iter().filter(|group| own(group)).count(), 3);
    assert!(world.groups[world.groups.len() - 3..].iter().all(own));
}
