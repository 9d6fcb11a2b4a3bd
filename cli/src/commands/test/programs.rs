//! The programs that tests have started and that are still there when the tests' process has ended: they end too.
//!
//! They are known by the mark that this process has in its environment, which what it starts inherits. So it does not matter whose
//! children they are by now, and Ctrl-C reaches them with everything else, as groups of processes of their own would prevent.

use mesh_driver::BuiltTests;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;

/// A program may start another one while it is looked for.
const ROUNDS: usize = 10;

/// Ends all that have the mark.
pub fn end(mark: &str) {
    for _ in 0..ROUNDS {
        let found = with_mark(mark);
        if found.is_empty() {
            return;
        }
        for pid in found {
            // One that has just ended by itself, or that belongs to somebody else, is none of ours.
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}

fn with_mark(mark: &str) -> Vec<Pid> {
    let variable = format!("{}={mark}", BuiltTests::MARK);
    let Ok(processes) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let pids = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    pids.filter(|pid| has_variable(*pid, variable.as_bytes()))
        .filter_map(Pid::from_raw)
        .collect()
}

/// Whether a process was started with a variable. Of one that has ended, and waits to be asked how, there is no environment.
fn has_variable(pid: i32, variable: &[u8]) -> bool {
    let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    environment
        .split(|byte| *byte == 0)
        .any(|one| one == variable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Stdio};

    #[test]
    fn only_those_with_the_mark_end() {
        let start = |mark: &str| {
            let mut command = Command::new("sleep");
            command.arg("60").env(BuiltTests::MARK, mark);
            let child = command.stdin(Stdio::null()).spawn().expect("started");
            // The system shows the environment of a program some moments after it has begun.
            let path = format!("/proc/{}/environ", child.id());
            while fs::read(&path).is_ok_and(|variables| variables.is_empty()) {
                std::thread::yield_now();
            }
            child
        };
        let (mut one, mut other) = (start("mark of this test"), start("mark of another"));
        end("mark of this test");
        assert_eq!(one.wait().expect("ended").signal(), Some(9));
        assert_eq!(other.try_wait().expect("looked"), None);
        other.kill().expect("ended");
        let _ = other.wait();
    }
}
