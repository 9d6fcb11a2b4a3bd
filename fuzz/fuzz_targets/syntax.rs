//! Any text parses without a panic, and the tree's text is the input.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mesh_report::{Colour, SourceMap, text};

fuzz_target!(|bytes: &[u8]| {
    let source = String::from_utf8_lossy(bytes);
    let mut sources = SourceMap::new();
    let file = sources.add("fuzz.mesh", source.as_ref());
    let parsed = mesh_syntax::parse(file, &source);
    assert_eq!(parsed.syntax().text().to_string(), source);
    for diagnostic in &parsed.diagnostics {
        assert!(!text::render(diagnostic, &sources, Colour::Never).is_empty());
    }
});
