//! One run of a program: what it printed, how long it took and how much memory it had.

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What a run gave.
pub struct Output {
    pub text: String,
    pub time: Duration,
    /// The most memory that it had at a time, in bytes.
    pub memory: u64,
}

/// Runs a program to its end; one that fails is an error, with what it wrote to standard error.
pub fn run(command: &mut Command) -> Result<Output, String> {
    let errors = tempfile::tempfile().map_err(|error| error.to_string())?;
    let kept = errors.try_clone().map_err(|error| error.to_string())?;
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(kept);
    let start = Instant::now();
    let child = command.spawn();
    let mut child = child.map_err(|error| format!("{command:?}: {error}"))?;
    let mut text = String::new();
    if let Some(mut out) = child.stdout.take() {
        let read = out.read_to_string(&mut text);
        read.map_err(|error| error.to_string())?;
    }
    let (status, memory) = wait(child.id());
    let time = start.elapsed();
    if status != 0 {
        return Err(format!("{command:?} failed:\n{}", written(errors)));
    }
    Ok(Output { text, time, memory })
}

/// The end of what a program wrote to standard error.
fn written(mut errors: std::fs::File) -> String {
    use std::io::{Seek, SeekFrom};
    let mut bytes = Vec::new();
    let _ = errors.seek(SeekFrom::Start(0));
    let _ = errors.read_to_end(&mut bytes);
    let from = bytes.len().saturating_sub(2000);
    String::from_utf8_lossy(&bytes[from..]).into_owned()
}

/// Waits for a process; its status, 0 where it was a success, and the most memory that it had.
fn wait(process: u32) -> (i32, u64) {
    let mut status = 0;
    // SAFETY: plain data, for which zeros are valid.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    let process = libc::pid_t::try_from(process).unwrap_or(-1);
    // SAFETY: a child of ours that nobody else waits for; two places to write to.
    let waited = unsafe { libc::wait4(process, &raw mut status, 0, &raw mut usage) };
    let kilobytes = u64::try_from(usage.ru_maxrss).unwrap_or(0);
    (if waited == process { status } else { -1 }, kilobytes << 10)
}
