//! Checks files with the standard library of this repository and prints what is found: for work on
//! the checker without building the whole compiler.

use mesh_report::{Colour, SourceMap, text};
use mesh_resolve::{Origin, SourceModule};
use std::path::{Path, PathBuf};

fn std_files(dir: &Path, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            std_files(&path, out);
        } else if path.extension().is_some_and(|e| e == "mesh") {
            out.push(path);
        }
    }
}

fn module_name(path: &Path) -> String {
    let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or("Main");
    stem.split('_')
        .map(|part| part[..1].to_uppercase() + &part[1..])
        .collect()
}

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../std");
    let mut library = Vec::new();
    std_files(&root, &mut library);
    library.sort();
    let verbose = std::env::var("SHOW").unwrap_or_default();
    for file in std::env::args().skip(1) {
        let mut sources = SourceMap::new();
        let mut modules = Vec::new();
        let mut diagnostics = Vec::new();
        let mut add = |path: &Path, name: &str, origin| {
            let text = std::fs::read_to_string(path).unwrap_or_default();
            let id = sources.add(path.display().to_string(), text);
            let parse = mesh_syntax::parse(id, sources.text(id));
            diagnostics.extend(parse.diagnostics.clone());
            modules.push(SourceModule {
                name: name.into(),
                parse,
                origin,
            });
        };
        for path in &library {
            add(path, &module_name(path), Origin::Std);
        }
        add(Path::new(&file), "Main", Origin::Package);
        let resolved = mesh_resolve::resolve_program(modules, Some("Main"));
        diagnostics.extend(resolved.diagnostics);
        let begun = std::time::Instant::now();
        let result = mesh_check::check_program(&resolved.world);
        let time = begun.elapsed();
        diagnostics.extend(result.diagnostics);
        println!(
            "{file}: {} in {time:?}",
            if result.checked.is_some() {
                "ok"
            } else {
                "errors"
            }
        );
        for diagnostic in diagnostics.iter().filter(|d| !d.code.starts_with("W02")) {
            println!("{}", text::render(diagnostic, &sources, Colour::Never));
        }
        if !verbose.is_empty()
            && let Some(checked) = &result.checked
        {
            let main = checked.modules.len() as u32 - 1;
            let types = mesh_check::print_types(checked, mesh_resolve::hir::ModuleId(main));
            println!("{types}");
            if verbose.len() > 1 {
                println!("{:#?}", checked.modules.last());
            }
        }
    }
}
