//! Programs from files, checked with the standard library of this repository.

use mesh_check::{Checked, check_program, print_types};
use mesh_report::{Colour, Diagnostic, SourceMap, text};
use mesh_resolve::{Origin, SourceModule};
use std::path::{Path, PathBuf};

/// What checking a file gave.
pub struct Outcome {
    pub checked: Option<Checked>,
    pub diagnostics: Vec<Diagnostic>,
    pub sources: SourceMap,
}

impl Outcome {
    /// The diagnostics as people read them, but for names that nothing uses.
    pub fn rendered(&self) -> String {
        let shown = self.diagnostics.iter();
        shown
            .filter(|d| !d.code.starts_with("W02"))
            .map(|d| text::render(d, &self.sources, Colour::Never))
            .collect()
    }

    /// The types of the program's own items.
    pub fn types(&self) -> Option<String> {
        let checked = self.checked.as_ref()?;
        let own = checked.world.modules.iter().filter(|m| !m.is_std);
        Some(own.map(|m| print_types(checked, m.id)).collect())
    }
}

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

/// Checks one source as the module `Main`.
pub fn check_text(name: &str, source: &str) -> Outcome {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../std");
    let mut library = Vec::new();
    std_files(&root, &mut library);
    library.sort();
    let mut sources = SourceMap::new();
    let mut modules = Vec::new();
    let mut diagnostics = Vec::new();
    let mut add = |path: String, module: &str, text: String, origin| {
        let id = sources.add(path, text);
        let parse = mesh_syntax::parse(id, sources.text(id));
        diagnostics.extend(parse.diagnostics.clone());
        modules.push(SourceModule {
            name: module.into(),
            parse,
            origin,
            is_tested: false,
        });
    };
    for path in &library {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let file = path.file_name().and_then(|f| f.to_str()).unwrap_or("std");
        add(file.to_string(), &module_name(path), text, Origin::Std);
    }
    add(
        name.to_string(),
        "Main",
        source.to_string(),
        Origin::Package,
    );
    let resolved = mesh_resolve::resolve_program(modules, Some("Main"));
    diagnostics.extend(resolved.diagnostics);
    let result = check_program(&resolved.world);
    diagnostics.extend(result.diagnostics);
    Outcome {
        checked: result.checked,
        diagnostics,
        sources,
    }
}
