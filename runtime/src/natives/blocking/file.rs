//! Natives of `File`.

use super::{code, status, wait};
use crate::heap::list::List;
use crate::heap::string::{Bytes, Str};
use crate::native;
use crate::natives::Cx;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::time::UNIX_EPOCH;

fn contents(result: io::Result<Vec<u8>>) -> (i64, Vec<u8>) {
    result.map_or_else(|error| (code(&error), Vec::new()), |bytes| (0, bytes))
}

fn owned(text: Str) -> String {
    text.as_str().to_owned()
}

/// Does something with a path.
fn with_path(
    cx: &mut Cx,
    path: Str,
    f: impl FnOnce(String) -> io::Result<()> + Send + 'static,
) -> i64 {
    let path = owned(path);
    wait(cx, move || status(f(path)))
}

/// Does something with two paths.
fn with_paths(
    cx: &mut Cx,
    from: Str,
    to: Str,
    f: impl FnOnce(String, String) -> io::Result<()> + Send + 'static,
) -> i64 {
    let (from, to) = (owned(from), owned(to));
    wait(cx, move || status(f(from, to)))
}

/// Up to `most` bytes from a position on; fewer only at the end of the file. However much is asked for, no more memory is
/// taken than there is to read.
fn read_at(path: &str, position: u64, most: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    match file.seek(SeekFrom::Start(position)) {
        // Nothing can be at a position that no file of this kind reaches.
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => return Ok(Vec::new()),
        found => found?,
    };
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn write(path: &str, bytes: &[u8], mode: i64) -> io::Result<()> {
    let mut options = OpenOptions::new();
    match mode {
        0 => options.write(true).create(true).truncate(true),
        1 => options.append(true).create(true),
        _ => options.write(true).create_new(true),
    };
    options.open(path)?.write_all(bytes)
}

/// Writes a new file that may be read and written by those who may do so with the one at `like`, if there is one: before
/// anything is in it.
fn write_like(path: &str, bytes: &[u8], like: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    match fs::metadata(like) {
        Ok(facts) => {
            let mut file = options.mode(0o600).open(path)?;
            file.set_permissions(facts.permissions())?;
            file.write_all(bytes)
        }
        Err(_) => options.open(path)?.write_all(bytes),
    }
}

/// Copies a file. Onto itself, which a link may lead to, it stays as it is: to write it would empty it first.
fn copy(from: &str, to: &str) -> io::Result<()> {
    if let (Ok(source), Ok(target)) = (fs::metadata(from), fs::metadata(to))
        && source.is_file()
        && (source.dev(), source.ino()) == (target.dev(), target.ino())
    {
        return Ok(());
    }
    fs::copy(from, to).map(drop)
}

/// The names in a folder, sorted.
fn list(path: &str) -> io::Result<Vec<String>> {
    let entries = fs::read_dir(path)?;
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names: Vec<String> = names.collect::<io::Result<_>>()?;
    names.sort_unstable();
    Ok(names)
}

/// Kind, size, milliseconds since 1970 of the last change, permissions.
fn metadata(path: &str, follow: bool) -> io::Result<[i64; 4]> {
    let facts = if follow {
        fs::metadata(path)?
    } else {
        fs::symlink_metadata(path)?
    };
    let kind = if facts.is_file() {
        0
    } else if facts.is_dir() {
        1
    } else if facts.is_symlink() {
        2
    } else {
        3
    };
    let changed = facts
        .modified()
        .map_or(0, |time| match time.duration_since(UNIX_EPOCH) {
            Ok(since) => since.as_millis() as i64,
            Err(before) => -(before.duration().as_millis() as i64),
        });
    let permissions = i64::from(facts.permissions().mode() & 0o7777);
    Ok([kind, facts.len() as i64, changed, permissions])
}

/// A folder with all that is in it, or a file.
fn delete_all(path: &str) -> io::Result<()> {
    if fs::symlink_metadata(path)?.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    }
}

native! {
    /// The whole of a file.
    fn mesh_file_read as "File.raw_read"(cx, path: Str) -> (i64, Bytes) {
        let path = owned(path);
        let (error, bytes) = wait(cx, move || {
            let read = |path: String| {
                let mut bytes = Vec::new();
                File::open(path)?.read_to_end(&mut bytes)?;
                Ok(bytes)
            };
            contents(read(path))
        });
        (error, cx.bytes(&bytes))
    }

    /// A part of a file.
    fn mesh_file_read_at as "File.raw_read_at"(cx, path: Str, position: i64, most: i64) -> (i64, Bytes) {
        let path = owned(path);
        let (error, bytes) =
            wait(cx, move || contents(read_at(&path, position.max(0) as u64, most.max(0) as u64)));
        (error, cx.bytes(&bytes))
    }

    /// Writes a file.
    fn mesh_file_write as "File.raw_write"(cx, path: Str, bytes: Bytes, mode: i64) -> i64 {
        let bytes = bytes.as_bytes().to_vec();
        with_path(cx, path, move |path| write(&path, &bytes, mode))
    }

    /// Writes a new file with the permissions of another one.
    fn mesh_file_write_like as "File.raw_write_like"(cx, path: Str, bytes: Bytes, like: Str) -> i64 {
        let (bytes, like) = (bytes.as_bytes().to_vec(), owned(like));
        with_path(cx, path, move |path| write_like(&path, &bytes, &like))
    }

    /// The names in a folder.
    fn mesh_file_list as "File.raw_list"(cx, path: Str) -> (i64, List) {
        let path = owned(path);
        match wait(cx, move || list(&path)) {
            Ok(names) => (0, cx.list_of_strings(names.iter().map(String::as_str))),
            Err(error) => (code(&error), List::EMPTY),
        }
    }

    /// What the system knows of a file.
    fn mesh_file_metadata as "File.raw_metadata"(cx, path: Str, follow: bool) -> (i64, List) {
        let path = owned(path);
        match wait(cx, move || metadata(&path, follow)) {
            Ok(facts) => (0, List::of_ints(cx, &facts.map(|fact| fact as u64))),
            Err(error) => (code(&error), List::EMPTY),
        }
    }

    /// The path without links and dots.
    fn mesh_file_real_path as "File.raw_real_path"(cx, path: Str) -> (i64, Str) {
        let path = owned(path);
        match wait(cx, move || fs::canonicalize(path)) {
            Ok(path) => (0, cx.string(&path.to_string_lossy())),
            Err(error) => (code(&error), cx.string("")),
        }
    }

    /// Makes a folder.
    fn mesh_file_make_dir as "File.raw_make_dir"(cx, path: Str) -> i64 {
        with_path(cx, path, fs::create_dir)
    }

    /// Makes a folder and those above it.
    fn mesh_file_make_dirs as "File.raw_make_dirs"(cx, path: Str) -> i64 {
        with_path(cx, path, fs::create_dir_all)
    }

    /// Deletes a file.
    fn mesh_file_delete as "File.raw_delete"(cx, path: Str) -> i64 {
        with_path(cx, path, fs::remove_file)
    }

    /// Deletes an empty folder.
    fn mesh_file_delete_dir as "File.raw_delete_dir"(cx, path: Str) -> i64 {
        with_path(cx, path, fs::remove_dir)
    }

    /// Deletes a file or a folder with all that is in it.
    fn mesh_file_delete_all as "File.raw_delete_all"(cx, path: Str) -> i64 {
        with_path(cx, path, |path| delete_all(&path))
    }

    /// Gives a file another path.
    fn mesh_file_rename as "File.raw_rename"(cx, from: Str, to: Str) -> i64 {
        with_paths(cx, from, to, fs::rename)
    }

    /// Copies a file.
    fn mesh_file_copy as "File.raw_copy"(cx, from: Str, to: Str) -> i64 {
        with_paths(cx, from, to, |from, to| copy(&from, &to))
    }

    /// Makes a symbolic link at `from` that leads to `to`.
    fn mesh_file_link as "File.raw_link"(cx, from: Str, to: Str) -> i64 {
        with_paths(cx, from, to, |from, to| std::os::unix::fs::symlink(to, from))
    }

    /// Changes who may do what with a file.
    fn mesh_file_set_permissions as "File.raw_set_permissions"(cx, path: Str, bits: i64) -> i64 {
        with_path(cx, path, move |path| {
            fs::set_permissions(path, fs::Permissions::from_mode(bits as u32 & 0o7777))
        })
    }
}
