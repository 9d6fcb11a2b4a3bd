//! Work on the repository itself: `cargo xtask tidy` checks its order, `cargo xtask stage` lays out `lib/mesh`.

mod elf;
mod link_order;
mod stage;
mod tidy;
mod unused;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["tidy"] => tidy::run(&root()),
        ["stage", profile] => stage::run(&root(), profile, None),
        ["stage", profile, destination] => {
            stage::run(&root(), profile, Some(Path::new(destination)))
        }
        _ => {
            eprintln!("usage: cargo xtask tidy | cargo xtask stage PROFILE [DIR]");
            ExitCode::from(2)
        }
    }
}

/// The folder of the workspace.
fn root() -> PathBuf {
    // As cargo says when it runs this: the target folder may be a copy of another checkout's.
    let here = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let here = here.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    here.parent().unwrap_or(&here).to_path_buf()
}
