//! Starting `mesh` and what it makes, with a time limit.

use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const TIME_LIMIT: Duration = Duration::from_secs(60);

/// How a process ended.
#[derive(Debug)]
pub struct Ended {
    pub out: Vec<u8>,
    pub err: Vec<u8>,
    /// 128 + n for a signal, as shells count; -1 for one that ran too long.
    pub code: i32,
}

impl Ended {
    pub fn out(&self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }

    pub fn err(&self) -> String {
        String::from_utf8_lossy(&self.err).into_owned()
    }
}

/// Runs a command with `input` as its standard input.
pub fn run(command: &mut Command, input: &[u8]) -> Result<Ended, String> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .map_err(|error| format!("{command:?}: {error}"))?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let stdin = child.stdin.take();
    thread::scope(|scope| {
        scope.spawn(move || {
            // A program need not read what it is given.
            stdin.map(|mut stdin| stdin.write_all(input))
        });
        let out = scope.spawn(|| read(out));
        let err = scope.spawn(|| read(err));
        let code = wait(&mut child);
        let (out, err) = (
            out.join().unwrap_or_default(),
            err.join().unwrap_or_default(),
        );
        Ok(Ended {
            out,
            err,
            code: code?,
        })
    })
}

fn read(pipe: Option<impl Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        let _ = pipe.read_to_end(&mut bytes);
    }
    bytes
}

fn wait(child: &mut Child) -> Result<i32, String> {
    let start = Instant::now();
    let mut pause = Duration::from_micros(500);
    loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return Ok(status
                .code()
                .unwrap_or_else(|| 128 + status.signal().unwrap_or(0)));
        }
        if start.elapsed() > TIME_LIMIT {
            let _ = child.kill();
            let _ = child.wait();
            return Ok(-1);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(10));
    }
}

/// `mesh` with what makes its work repeatable.
pub fn mesh(setup: &crate::Setup, folder: &Path) -> Command {
    let mut command = Command::new(&setup.mesh);
    command
        .current_dir(folder)
        .env("MESH_CACHE_DIR", setup.scratch.join("cache"))
        .env("NO_COLOR", "1");
    command
}
