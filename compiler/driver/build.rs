//! Notes which standard library this compiler is built for.

#[path = "src/std_hash.rs"]
mod std_hash;

use std::path::Path;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../std");
    println!("cargo::rerun-if-changed={}", root.display());
    println!("cargo::rerun-if-changed=src/std_hash.rs");
    println!(
        "cargo::rustc-env=MESH_TARGET={}",
        std::env::var("TARGET").unwrap_or_default()
    );
    let hash = match std_hash::read(&root) {
        Ok(files) => std_hash::hash(&files),
        Err((path, error)) => {
            println!(
                "cargo::warning=std cannot be read: {}: {error}",
                path.display()
            );
            String::new()
        }
    };
    println!("cargo::rustc-env=MESH_STD_HASH={hash}");
}
