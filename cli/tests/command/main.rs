//! What the command does around a program: bad input, exit codes, output files, the cache, new packages.

mod blocking;
mod build;
mod crashes;
mod debugger;
mod flood;
mod fmt;
mod input;
mod lists;
mod memory;
mod run;
mod seeds;
mod test;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A folder to work in, with a cache of its own.
struct Place {
    dir: TempDir,
}

/// How `mesh` ended.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Place {
    fn new() -> Place {
        Place {
            dir: tempfile::tempdir().expect("a folder"),
        }
    }

    /// With one program, `a.mesh`.
    fn with(program: &str) -> Place {
        let place = Place::new();
        place.write("a.mesh", program);
        place
    }

    fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    fn command(&self, binary: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary);
        command.args(arguments).current_dir(self.dir.path());
        command
            .env("MESH_CACHE_DIR", self.path(".cache"))
            .env_remove("MESH_STD");
        command
    }

    /// Runs `mesh` with these arguments.
    fn mesh(&self, arguments: &[&str]) -> Said {
        said(&mut self.command(Path::new(env!("CARGO_BIN_EXE_mesh")), arguments))
    }
}

fn said(command: &mut Command) -> Said {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("started");
    Said {
        code: status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&stdout).into_owned(),
        err: String::from_utf8_lossy(&stderr).into_owned(),
    }
}

impl Said {
    /// Fails the test unless this is the exit code and standard error has these words.
    #[track_caller]
    fn expect(&self, code: i32, words: &str) {
        assert!(
            self.code == code && self.err.contains(words),
            "exit code {}\n{}\n{}",
            self.code,
            self.out,
            self.err
        );
        assert!(
            !self.err.contains("bug in the compiler") && !self.err.contains("panicked"),
            "{}",
            self.err
        );
    }
}

const HELLO: &str = "fn main() do\n  println(\"hello\")\nend\n";
