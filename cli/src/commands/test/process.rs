//! One test in a process of its own, whose output is kept and whose time is limited.

use mesh_driver::BuiltTests;
use std::io::{self, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How much of each stream is kept.
const MAX_OUTPUT: usize = 1 << 20;
/// How often it is looked whether a process has ended whose streams something else holds open.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What a test may use, and what it is told.
pub struct Limits {
    pub time: Duration,
}

/// How a test's process ended.
pub struct Ended {
    pub code: Option<i32>,
    pub signal: Option<i32>,
    pub timed_out: bool,
    pub out: String,
    pub err: String,
}

/// Runs the test, with a seed if everything is to be drawn from that, and waits for its end; at the limit it is
/// killed.
pub fn run(
    executable: &Path,
    number: usize,
    seed: Option<i64>,
    limits: &Limits,
) -> io::Result<Ended> {
    let mut command = Command::new(executable);
    command
        .env(BuiltTests::WANTED, number.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(seed) = seed {
        command.env("MESH_SEED", seed.to_string());
        command.env("MESH_TEST_SEED", seed.to_string());
    }
    let mut child = command.spawn()?;
    let (closed, streams) = mpsc::channel();
    let out = kept(child.stdout.take(), closed.clone());
    let err = kept(child.stderr.take(), closed);
    let (status, timed_out) = wait(&mut child, &streams, Instant::now() + limits.time)?;
    // What a killed process wrote last, and not what others may go on to write.
    let _ = streams.recv_timeout(LOOK_EVERY);
    Ok(Ended {
        code: status.code(),
        signal: status.signal(),
        timed_out,
        out: text(&out),
        err: text(&err),
    })
}

/// Waits until the process has ended, or ends it; says which.
fn wait(
    child: &mut Child,
    streams: &mpsc::Receiver<()>,
    deadline: Instant,
) -> io::Result<(ExitStatus, bool)> {
    let mut slice = LOOK_EVERY;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match streams.recv_timeout(slice.min(left)) {
            // The streams are closed when a process ends, so this is the usual way.
            Err(RecvTimeoutError::Disconnected) => {
                slice = Duration::from_millis(1);
                std::thread::yield_now();
            }
            Err(RecvTimeoutError::Timeout) | Ok(()) => {}
        }
        if let Some(status) = child.try_wait()? {
            return Ok((status, false));
        }
        if left.is_zero() {
            let _ = child.kill();
            return Ok((child.wait()?, true));
        }
        if slice < LOOK_EVERY {
            std::thread::sleep(slice);
        }
    }
}

type Kept = Arc<Mutex<Vec<u8>>>;

/// Reads a stream on a thread of its own up to its end, which drops `closed`.
fn kept(stream: Option<impl Read + Send + 'static>, closed: mpsc::Sender<()>) -> Kept {
    let kept = Kept::default();
    let Some(mut stream) = stream else {
        return kept;
    };
    let into = kept.clone();
    std::thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            if let Ok(mut into) = into.lock() {
                let room = MAX_OUTPUT.saturating_sub(into.len());
                into.extend_from_slice(&buffer[..count.min(room)]);
            }
        }
        drop(closed);
    });
    kept
}

fn text(kept: &Kept) -> String {
    let bytes = kept.lock().map(|bytes| bytes.clone()).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}
