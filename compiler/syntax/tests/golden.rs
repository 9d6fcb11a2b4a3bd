//! Every file under `tests/syntax` is a test: its tree and its diagnostics are in the file `.tree` beside it. A new
//! file needs no registration; `UPDATE=1` writes what is expected anew. Every page on a syntax error is one, too.

use mesh_report::{Colour, SourceMap, text};
use mesh_syntax::{Parse, parse, print_tree};
use std::path::{Path, PathBuf};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(repository().join(folder)).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("the folder can be read").path());
    let mut paths: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .collect();
    paths.sort();
    paths
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn parse_named(name: &str, source: &str) -> (SourceMap, Parse) {
    let mut sources = SourceMap::new();
    let file = sources.add(name, source);
    let parsed = parse(file, source);
    assert_eq!(
        parsed.syntax().text().to_string(),
        source,
        "{name}: the tree's text is the input"
    );
    (sources, parsed)
}

#[test]
fn trees_and_diagnostics_are_as_expected() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut stale = Vec::new();
    for path in files("tests/syntax", "mesh") {
        let source = read(&path);
        let name = path
            .file_name()
            .expect("a file has a name")
            .to_string_lossy()
            .into_owned();
        let (sources, parsed) = parse_named(&name, &source);
        let diagnostics = text::render_all(&parsed.diagnostics, &sources, Colour::Never);
        let found = format!("{diagnostics}{}", print_tree(&parsed.syntax()));
        let expectation = path.with_extension("tree");
        if update {
            std::fs::write(&expectation, &found).expect("the expectation can be written");
        } else if std::fs::read_to_string(&expectation).ok().as_deref() != Some(&found) {
            stale.push(format!("{name}:\n{found}"));
        }
    }
    assert!(
        stale.is_empty(),
        "not as expected (UPDATE=1 accepts it):\n{}",
        stale.join("\n")
    );
}

#[test]
fn every_page_has_an_example_that_gives_its_error_and_no_other() {
    let mut count = 0;
    for path in files("docs/errors", "md") {
        let code = path
            .file_stem()
            .expect("a page has a name")
            .to_string_lossy()
            .into_owned();
        if !code.starts_with("E00") && !code.starts_with("E01") {
            continue;
        }
        let page = read(&path);
        assert!(page.starts_with(&format!("# {code}: ")), "{code}");
        // Nesting past the limit has no example that a person would read.
        let Some(example) = page.split("```mesh\n").nth(1) else {
            assert_eq!(code, "E0103");
            continue;
        };
        let source = example.split("```").next().unwrap_or("");
        let (sources, parsed) = parse_named("example.mesh", source);
        let codes: Vec<_> = parsed.diagnostics.iter().map(|d| d.code).collect();
        let shown = text::render_all(&parsed.diagnostics, &sources, Colour::Never);
        assert_eq!(codes, [code.as_str()], "{shown}");
        count += 1;
    }
    assert!(count > 25, "{count} pages");
}

#[test]
fn every_code_of_the_crate_has_its_page() {
    let folder = "compiler/syntax/src/diagnostics";
    for path in files(folder, "rs") {
        let source = read(&path);
        let code = source
            .split("CODE: &'static str = \"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        let code = code.unwrap_or_else(|| panic!("{}: no code", path.display()));
        let page = repository().join("docs/errors").join(format!("{code}.md"));
        assert!(page.exists(), "{} lacks its page", path.display());
    }
}
