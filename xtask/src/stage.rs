//! Lays out `lib/mesh` beside the `mesh` binary: the runtime's libraries and std, where `mesh` looks for them.

use crate::{link_order, unused};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The libraries that programs are linked with.
const LIBRARIES: &[&str] = &["libmesh_runtime.a", "libmesh_runtime.so"];

/// Stages what `profile` has built. Without a destination that is the development layout: `lib/mesh` in the target
/// folder, which stands to `target/release/mesh` as `lib/mesh` to `bin/mesh` in an installation; std is a link there,
/// so that an edit in it needs no staging.
pub fn run(root: &Path, profile: &str, destination: Option<&Path>) -> ExitCode {
    match stage(root, profile, destination) {
        Ok(()) => ExitCode::SUCCESS,
        Err((path, error)) => {
            eprintln!("stage: {}: {error}", path.display());
            ExitCode::FAILURE
        }
    }
}

fn stage(
    root: &Path,
    profile: &str,
    destination: Option<&Path>,
) -> Result<(), (PathBuf, io::Error)> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    let into = destination.map_or(target.join("lib/mesh"), Path::to_path_buf);
    fs::create_dir_all(&into).map_err(|error| (into.clone(), error))?;
    for library in LIBRARIES {
        let built = target.join(profile).join(library);
        replace(&built, &into.join(library)).map_err(|error| (built, error))?;
    }
    let (std, there) = (root.join("std"), into.join("std"));
    if destination.is_some() {
        copy_folder(&std, &there).map_err(|error| (there, error))
    } else if fs::read_link(&there).is_ok_and(|link| link == std) {
        Ok(())
    } else {
        let _ = fs::remove_file(&there);
        std::os::unix::fs::symlink(&std, &there).map_err(|error| (there, error))
    }
}

/// Copies a library without its debug information (std's own comes with it, three times the size of the code), in one
/// step, so that a program that is being linked never sees half of it; leaves an equal one alone, because its time stamp
/// is part of what the compiler's cache compares.
fn replace(from: &Path, to: &Path) -> io::Result<()> {
    let fresh = to.with_extension("new");
    fs::copy(from, &fresh)?;
    strip(&fresh)?;
    if to.extension().is_some_and(|ending| ending == "a") {
        let mut archive = fs::read(&fresh)?;
        link_order::set(&mut archive);
        unused::take_out(&mut archive);
        fs::write(&fresh, archive)?;
    }
    if fs::read(to).is_ok_and(|old| fs::read(&fresh).is_ok_and(|new| new == old)) {
        return fs::remove_file(&fresh);
    }
    fs::rename(&fresh, to)
}

/// `strip` comes with the C compiler.
fn strip(library: &Path) -> io::Result<()> {
    let flags = ["--strip-debug", "--enable-deterministic-archives"];
    let status = Command::new("strip").args(flags).arg(library).status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other("`strip` failed"))
    }
}

/// Makes `to` hold the `.mesh` files of `from` and no others.
fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let Some(name) = path.file_name() else {
            continue;
        };
        if path.is_dir() {
            copy_folder(&path, &to.join(name))?;
        } else if path.extension().is_some_and(|ending| ending == "mesh") {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}
