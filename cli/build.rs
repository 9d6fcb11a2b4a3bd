//! Embeds the pages on diagnostics, so that `mesh explain` needs no file.

use std::fmt::Write;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/errors");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut pages = Vec::new();
    if folder.is_dir() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            let stem = path
                .file_stem()
                .and_then(|stem| stem.to_str())
                .unwrap_or_default()
                .to_string();
            if path.extension().is_some_and(|ending| ending == "md") && stem.len() == 5 {
                pages.push((stem, path.canonicalize()?));
            }
        }
    }
    pages.sort();
    let mut table = String::from(
        "/// Codes and their pages, by code.\npub const PAGES: &[(&str, &str)] = &[\n",
    );
    for (code, path) in pages {
        let _ = writeln!(
            table,
            "    ({code:?}, include_str!({:?})),",
            path.display().to_string()
        );
    }
    table.push_str("];\n");
    let out = std::env::var_os("OUT_DIR").unwrap_or_default();
    std::fs::write(Path::new(&out).join("pages.rs"), table)
}
