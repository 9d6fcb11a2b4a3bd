//! What is kept between runs: executables by what they are made of, object files by the Core they are made from.
//!
//! A key is a hash of everything its entry depends on, so an entry never becomes wrong. Files appear by renaming a
//! complete one, so that processes may share the folder and a full disk leaves no half entry behind. Entries that
//! were not used for a month are removed, and the least recently used ones while there is more than a gigabyte.

use crate::diagnostics::Unwritable;
use mesh_report::Diagnostic;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// Changes when entries change their form.
const FORM: &str = "v1";
const KEEP_FOR: Duration = Duration::from_secs(30 * 24 * 3600);
const KEEP_BYTES: u64 = 1 << 30;
/// What is younger may be about to be linked by another process.
const IN_USE: Duration = Duration::from_secs(3600);
const LOOK_EVERY: Duration = Duration::from_secs(24 * 3600);

/// A hash of everything that an entry is made of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key(String);

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Collects what a [`Key`] depends on.
#[derive(Default)]
pub struct KeyBuilder(blake3::Hasher);

impl KeyBuilder {
    /// Adds one part; parts do not run into each other.
    pub fn add(&mut self, part: &[u8]) -> &mut KeyBuilder {
        self.0.update(&(part.len() as u64).to_le_bytes());
        self.0.update(part);
        self
    }

    /// The key of all parts.
    pub fn key(&self) -> Key {
        Key(self.0.finalize().to_hex()[..40].to_string())
    }
}

/// The folder.
#[derive(Clone, Debug)]
pub struct Cache {
    root: PathBuf,
}

impl Cache {
    /// The user's cache: `MESH_CACHE_DIR`, or `mesh` in the folder for such things; in the folder for temporary
    /// files where there is no home.
    pub fn find() -> Cache {
        let variable = |name: &str| {
            std::env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        let root = variable("MESH_CACHE_DIR")
            .or_else(|| {
                variable("XDG_CACHE_HOME")
                    .filter(|path| path.is_absolute())
                    .map(|path| path.join("mesh"))
            })
            .or_else(|| variable("HOME").map(|path| path.join(".cache/mesh")))
            .unwrap_or_else(|| std::env::temp_dir().join("mesh-cache"));
        Cache::at(root)
    }

    /// The cache in `root`, which need not exist.
    pub fn at(root: PathBuf) -> Cache {
        Cache {
            root: root.join(FORM),
        }
    }

    /// Where the entry `key` of a kind is, whether or not it is there. `kind` is `exe`, `obj`, `say` or `tests`.
    pub fn path(&self, kind: &str, key: &Key) -> PathBuf {
        self.root.join(kind).join(&key.0)
    }

    /// The entry, if it is there; it counts as used now.
    pub fn get(&self, kind: &str, key: &Key) -> Option<PathBuf> {
        let path = self.path(kind, key);
        let age = fs::metadata(&path)
            .ok()?
            .modified()
            .ok()?
            .elapsed()
            .unwrap_or_default();
        // One write a day is enough to know what is used.
        if age > LOOK_EVERY
            && let Ok(file) = fs::File::options().append(true).open(&path)
        {
            let _ = file.set_modified(SystemTime::now());
        }
        Some(path)
    }

    /// A new name to write an entry under before [`Cache::publish`].
    pub fn fresh(&self) -> Result<PathBuf, Diagnostic> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let folder = self.root.join("new");
        fs::create_dir_all(&folder).map_err(|error| Unwritable {
            path: folder.clone(),
            error,
            kept: true,
        })?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Ok(folder.join(format!("{}-{number}", std::process::id())))
    }

    /// Makes a complete file the entry `key`.
    pub fn publish(&self, complete: &Path, kind: &str, key: &Key) -> Result<PathBuf, Diagnostic> {
        let path = self.path(kind, key);
        let rename = || {
            fs::create_dir_all(path.parent().unwrap_or(&self.root))?;
            fs::rename(complete, &path)
        };
        match rename() {
            Ok(()) => Ok(path),
            Err(error) => {
                let _ = fs::remove_file(complete);
                let kept = true;
                Err(Unwritable { path, error, kept }.into())
            }
        }
    }

    /// Writes the entry `key`.
    pub fn put(&self, kind: &str, key: &Key, bytes: &[u8]) -> Result<PathBuf, Diagnostic> {
        let fresh = self.fresh()?;
        if let Err(error) = fs::write(&fresh, bytes) {
            let _ = fs::remove_file(&fresh);
            return Err(Unwritable {
                path: self.path(kind, key),
                error,
                kept: true,
            }
            .into());
        }
        self.publish(&fresh, kind, key)
    }

    /// Removes what is old and what is too much, at most once a day. Nothing depends on its success.
    pub fn clean(&self) {
        let mark = self.root.join("cleaned");
        let last = fs::metadata(&mark).and_then(|data| data.modified()).ok();
        if last.is_some_and(|time| time.elapsed().unwrap_or_default() < LOOK_EVERY) {
            return;
        }
        if fs::write(&mark, "").is_ok() {
            let _ = self.remove(KEEP_FOR, KEEP_BYTES);
        }
    }

    fn remove(&self, keep_for: Duration, keep_bytes: u64) -> io::Result<()> {
        let mut entries = Vec::new();
        for kind in ["exe", "obj", "say", "tests", "new"] {
            let Ok(folder) = fs::read_dir(self.root.join(kind)) else {
                continue;
            };
            for entry in folder.flatten() {
                let data = entry.metadata()?;
                entries.push((data.modified()?, data.len(), entry.path()));
            }
        }
        // The most recent first.
        entries.sort_by(|a, b| b.cmp(a));
        let mut total = 0;
        for (time, bytes, path) in entries {
            total += bytes;
            let age = time.elapsed().unwrap_or_default();
            if age > keep_for || (total > keep_bytes && age > IN_USE) {
                let _ = fs::remove_file(path);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        KeyBuilder::default().add(text.as_bytes()).key()
    }

    #[test]
    fn parts_of_a_key_do_not_run_into_each_other() {
        let two = |a: &str, b: &str| {
            KeyBuilder::default()
                .add(a.as_bytes())
                .add(b.as_bytes())
                .key()
        };
        assert_ne!(two("ab", "c"), two("a", "bc"));
        assert_eq!(two("a", "b"), two("a", "b"));
    }

    #[test]
    fn an_entry_comes_back_and_old_ones_go() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::at(dir.path().to_path_buf());
        assert!(cache.get("obj", &key("a")).is_none());
        for (name, age) in [("a", 50), ("b", 5), ("c", 0)] {
            let path = cache
                .put("obj", &key(name), b"0123456789")
                .expect("written");
            let time = SystemTime::now() - Duration::from_secs(age * 24 * 3600);
            fs::File::options()
                .append(true)
                .open(path)
                .unwrap()
                .set_modified(time)
                .unwrap();
        }
        cache.remove(KEEP_FOR, 100).unwrap();
        let there = |name: &str| cache.path("obj", &key(name)).exists();
        assert_eq!([there("a"), there("b"), there("c")], [false, true, true]);
        cache.remove(KEEP_FOR, 5).unwrap();
        assert_eq!([there("b"), there("c")], [false, true]);
        assert_eq!(
            fs::read(cache.get("obj", &key("c")).unwrap()).unwrap(),
            b"0123456789"
        );
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_said() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        let error = Cache::at(file)
            .put("obj", &key("a"), b"")
            .expect_err("not a folder");
        assert_eq!(error.code, "E0810");
    }
}
