//! Programs that are servers: a case with a `.http` beside it is started, asked what the file says, and told to end.
//!
//! In the file, lines that begin with `>` are a request: its method and target, header fields, and behind an empty
//! one a body. What follows, up to the next request, is the answer: status, header fields but for the date, and
//! behind an empty line the body. The port 8080 in the program becomes one that is free.

use crate::Setup;
use crate::case::Case;
use crate::compare::with_file;
use crate::process;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// For everything that must happen soon.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs the server and compares what it answers, and what it says of crashes.
pub fn program(setup: &Setup, case: &Case, release: bool) -> Result<(), String> {
    let copy = copy(setup, case)?;
    let mut command = process::mesh(setup, copy.parent().unwrap_or(&copy));
    command.arg("run").arg(&copy);
    if release {
        command.arg("--release");
    }
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let mut child = command
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let asked = ask(setup, case, &mut child);
    // A server ends by itself only where something is wrong.
    let told = Command::new("kill").arg(child.id().to_string()).status();
    let ended = child.wait().map_err(|error| error.to_string())?;
    asked?;
    match std::os::unix::process::ExitStatusExt::signal(&ended).or(ended.code()) {
        Some(code) if code == 128 + 15 && told.is_ok() => Ok(()),
        code => Err(format!(
            "the server ended with {code:?} when it was told to end"
        )),
    }
}

fn ask(setup: &Setup, case: &Case, child: &mut Child) -> Result<(), String> {
    let err = child.stderr.take().ok_or("no standard error")?;
    let mut lines = BufReader::new(err).lines();
    let mut said = String::new();
    let port = loop {
        let Some(Ok(line)) = lines.next() else {
            return Err(format!("the server does not listen:\n{said}"));
        };
        match line.strip_prefix("Listening on http://localhost:") {
            Some(port) => break port.parse().map_err(|_| line.clone())?,
            None => _ = writeln!(said, "{line}"),
        }
    };
    // Reports of crashes must not fill the pipe.
    let rest = std::thread::spawn(move || lines.map_while(Result::ok).count());
    let script = fs::read_to_string(case.beside("http")).map_err(|error| error.to_string())?;
    let mut transcript = String::new();
    for request in requests(&script) {
        for line in &request {
            let _ = writeln!(transcript, "{}", format!("> {line}").trim_end());
        }
        transcript += &exchange(port, &request)?;
    }
    drop(rest);
    with_file(setup, &case.beside("http"), "the answers", &transcript)
}

/// The program where its port may be another.
fn copy(setup: &Setup, case: &Case) -> Result<PathBuf, String> {
    let name = case.name().replace('/', "_");
    let folder = setup.scratch.join("servers").join(name);
    let to = folder.join(case.path.file_name().unwrap_or_default());
    copy_to(&case.full(), &to).map_err(|error| format!("{}: {error}", to.display()))?;
    Ok(to)
}

fn copy_to(from: &Path, to: &Path) -> std::io::Result<()> {
    if from.is_dir() {
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy_to(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    fs::create_dir_all(to.parent().unwrap_or(to))?;
    if from.extension().is_some_and(|ending| ending == "mesh") {
        return fs::write(to, fs::read_to_string(from)?.replace("8080", "0"));
    }
    fs::copy(from, to).map(|_| ())
}

/// The lines of each request, without their mark.
fn requests(script: &str) -> Vec<Vec<&str>> {
    let mut requests: Vec<Vec<&str>> = Vec::new();
    let mut within = false;
    for line in script.lines() {
        let Some(line) = line.strip_prefix('>') else {
            within = false;
            continue;
        };
        if !within {
            requests.push(Vec::new());
        }
        within = true;
        if let Some(request) = requests.last_mut() {
            request.push(line.strip_prefix(' ').unwrap_or(line));
        }
    }
    requests
}

/// Sends a request on a connection of its own; the answer as the file shows it.
fn exchange(port: u16, request: &[&str]) -> Result<String, String> {
    let what = request.join("\n");
    let failed = |error: std::io::Error| format!("{what}: {error}");
    let mut socket = TcpStream::connect(("127.0.0.1", port)).map_err(failed)?;
    socket.set_read_timeout(Some(PATIENCE)).map_err(failed)?;
    let end = request.iter().position(|line| line.is_empty());
    let (head, body) = request.split_at(end.unwrap_or(request.len()));
    let body = body.iter().skip(1).copied().collect::<Vec<_>>().join("\n");
    let mut text = format!("{} HTTP/1.1\r\n", head.first().unwrap_or(&""));
    for field in head.iter().skip(1) {
        let _ = write!(text, "{field}\r\n");
    }
    text += "Host: localhost\r\nConnection: close\r\n";
    if !body.is_empty() {
        let _ = write!(text, "Content-Length: {}\r\n", body.len());
    }
    let _ = write!(text, "\r\n{body}");
    socket.write_all(text.as_bytes()).map_err(failed)?;
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).map_err(failed)?;
    Ok(shown(&String::from_utf8_lossy(&answer)))
}

fn shown(answer: &str) -> String {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    let mut lines = head.lines();
    let status = lines.next().unwrap_or("").split(' ').nth(1).unwrap_or("");
    let mut out = format!("{status}\n");
    let mut is_chunked = false;
    for line in lines {
        is_chunked |= line == "transfer-encoding: chunked";
        if !line.starts_with("date:") && !line.starts_with("connection:") {
            let _ = writeln!(out, "{line}");
        }
    }
    let body = if is_chunked {
        joined(body)
    } else {
        body.to_string()
    };
    if !body.is_empty() {
        let _ = write!(out, "\n{}\n", body.trim_end_matches('\n'));
    }
    out + "\n"
}

/// The contents of chunks.
fn joined(mut body: &str) -> String {
    let mut out = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap_or(0);
        if size == 0 {
            break;
        }
        out += rest.get(..size).unwrap_or(rest);
        body = rest.get(size + 2..).unwrap_or("");
    }
    out
}
