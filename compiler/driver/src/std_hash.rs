//! Reading the standard library's files, and the hash that ties a compiler to them; shared with the build script.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A file of a folder of sources.
pub struct SourceText {
    /// Relative to the folder, with `/`.
    pub path: String,
    /// As bytes: whether they are UTF-8 is asked later.
    pub bytes: Vec<u8>,
}

/// All `.mesh` files below `folder`, in the order of their paths.
pub fn read(folder: &Path) -> Result<Vec<SourceText>, (PathBuf, io::Error)> {
    let mut files = Vec::new();
    read_into(folder, "", &mut files)?;
    files.sort_by(|a: &SourceText, b| a.path.cmp(&b.path));
    Ok(files)
}

fn read_into(
    folder: &Path,
    prefix: &str,
    files: &mut Vec<SourceText>,
) -> Result<(), (PathBuf, io::Error)> {
    let failed = |error| (folder.to_path_buf(), error);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let path = entry.path();
        // Through links, too: a package may link a folder in.
        if path.is_dir() {
            read_into(&path, &format!("{prefix}{name}/"), files)?;
        } else if name.ends_with(".mesh") {
            let bytes = fs::read(&path).map_err(|error| (path.clone(), error))?;
            let path = format!("{prefix}{name}");
            files.push(SourceText { path, bytes });
        }
    }
    Ok(())
}

/// Of the names and the contents.
pub fn hash(files: &[SourceText]) -> String {
    let mut hasher = blake3::Hasher::new();
    for file in files {
        hasher.update(&(file.path.len() as u64).to_le_bytes());
        hasher.update(file.path.as_bytes());
        hasher.update(&(file.bytes.len() as u64).to_le_bytes());
        hasher.update(&file.bytes);
    }
    hasher.finalize().to_hex().to_string()
}
