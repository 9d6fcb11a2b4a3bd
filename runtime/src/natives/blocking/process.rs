//! Natives of `System` that run other programs.

use super::{code, wait};
use crate::heap::list::List;
use crate::heap::string::{Bytes, Str};
use crate::io::stdout;
use crate::native;
use crate::natives::words::Pointer;
use std::io::{self, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output, Stdio};

struct Job {
    program: String,
    arguments: Vec<String>,
    input: Vec<u8>,
    folder: String,
    variables: Vec<String>,
}

/// Runs a program to its end, its input written beside the reading of what it says.
fn run(job: Job) -> io::Result<Output> {
    stdout::flush();
    let mut command = Command::new(job.program);
    command.args(job.arguments).stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    if !job.folder.is_empty() {
        command.current_dir(job.folder);
    }
    for variable in &job.variables {
        let (name, value) = variable.split_once('=').unwrap_or((variable, ""));
        if name.is_empty() || variable.contains('\0') {
            return Err(io::Error::from(io::ErrorKind::InvalidInput));
        }
        command.env(name, value);
    }
    let mut child = command.spawn()?;
    let (stdin, input) = (child.stdin.take(), job.input);
    let writer = std::thread::spawn(move || {
        // A program that does not read its input to the end is not a failure.
        let _ = stdin.map(|mut stdin| stdin.write_all(&input));
    });
    let output = child.wait_with_output();
    let _ = writer.join();
    output
}

native! {
    /// Runs a program. One that a signal ended has the code 128 and the signal's number, as a
    /// shell says it.
    fn mesh_system_run as "System.raw_run"(
        cx, program: Str, arguments: Pointer, arguments_range: i64, input: Bytes, folder: Str,
        variables: Pointer, variables_range: i64,
    ) -> (i64, i64, Bytes) {
        // SAFETY: the words are those of lists of strings.
        let (arguments, variables) = unsafe {
            (List::from_words(arguments, arguments_range), List::from_words(variables, variables_range))
        };
        let all = |list: List| list.strings().into_iter().map(String::from).collect();
        let job = Job {
            program: program.as_str().to_owned(),
            arguments: all(arguments),
            input: input.as_bytes().to_vec(),
            folder: folder.as_str().to_owned(),
            variables: all(variables),
        };
        match wait(cx, move || run(job)) {
            Ok(mut output) => {
                let signal = output.status.signal().map_or(-1, |signal| 128 + signal);
                let exit = i64::from(output.status.code().unwrap_or(signal));
                let length = output.stdout.len() as i64;
                output.stdout.append(&mut output.stderr);
                (exit, length, cx.bytes(&output.stdout))
            }
            Err(error) => (-code(&error), 0, cx.bytes(&[])),
        }
    }
}
