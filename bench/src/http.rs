//! The HTTP server under load, beside others that answer the same: `http/server.*`. The load comes from wrk, on the same
//! machine; so what a request costs the server is the processor time of its process, which the load does not disturb.

use crate::rivals::{build_release, compile, is_there, show};
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A path, and what it answers; of a counter only the beginning.
const PATHS: [(&str, &str); 4] = [
    ("plaintext", "Hello, World!"),
    ("json", "{\"message\":\"Hello, World!\"}"),
    ("counter", "Count is: "),
    ("large", "01234567890123456789"),
];
const CONNECTIONS: [&str; 2] = ["64", "1000"];
/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that is measured.
struct Entrant {
    name: &'static str,
    command: Command,
}

/// One that runs, until it is dropped.
pub struct Serving {
    pub child: Child,
    pub port: u16,
    rounds: Vec<Round>,
}

/// What one round gave.
struct Round {
    per_second: f64,
    /// Of the server's processor time, in microseconds.
    cost: f64,
    /// What 99 of 100 requests took at most, in milliseconds.
    p99: f64,
}

/// Measures all whose tools are there, on the paths whose names contain `filter`; the table, as Markdown.
pub fn measure(mesh: &Path, folder: &Path, filter: &str, rounds: usize) -> Result<String, String> {
    if !is_there("wrk") {
        return Err(String::from(
            "wrk is missing: `./x bench --install` installs it",
        ));
    }
    let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut entrants = entrants(mesh, folder, scratch.path())?;
    let mut lines = String::new();
    show(
        &mut lines,
        "| path, connections | | requests/s | Mesh to it | CPU a request | Mesh to it | p99 | memory |",
    );
    show(
        &mut lines,
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    );
    for (path, wanted) in PATHS {
        if !path.contains(filter) {
            continue;
        }
        for connections in CONNECTIONS {
            let mut serving = Vec::new();
            for entrant in &mut entrants {
                let server = start(entrant)?;
                check(&server, path, wanted)
                    .map_err(|error| format!("{}: {error}", entrant.name))?;
                serving.push(server);
            }
            // The first round warms up.
            for _ in 0..=rounds {
                for server in &mut serving {
                    let round = round(server, path, connections)?;
                    server.rounds.push(round);
                }
            }
            let label = format!("{path}, {connections}");
            table(&mut lines, &label, &entrants, &mut serving);
        }
    }
    if entrants.len() < 4 {
        show(&mut lines, "\nWhat is not in the table is not installed.");
    }
    Ok(lines)
}

/// Makes the server in Mesh.
fn own(mesh: &Path, folder: &Path, scratch: &Path) -> Result<Entrant, String> {
    let own = scratch.join("mesh");
    build_release(mesh, &folder.join("server.mesh"), &own)?;
    Ok(Entrant {
        name: "Mesh",
        command: Command::new(own),
    })
}

/// Makes the server in Mesh and starts it.
pub fn start_mesh(mesh: &Path, folder: &Path, scratch: &Path) -> Result<Serving, String> {
    start(&mut own(mesh, folder, scratch)?)
}

/// Makes the servers, Mesh's first.
fn entrants(mesh: &Path, folder: &Path, scratch: &Path) -> Result<Vec<Entrant>, String> {
    let mut entrants = vec![own(mesh, folder, scratch)?];
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut hyper = Command::new(this);
    hyper.arg("serve");
    entrants.push(Entrant {
        name: "hyper on tokio",
        command: hyper,
    });
    if is_there("go") {
        let out = scratch.join("go");
        let mut compiler = Command::new("go");
        compile(
            compiler
                .args(["build", "-o"])
                .arg(&out)
                .arg(folder.join("server.go")),
        )?;
        entrants.push(Entrant {
            name: "Go net/http",
            command: Command::new(out),
        });
    }
    // It needs inets, which is a package of its own.
    let mut compiler = Command::new("erlc");
    compiler
        .arg("-o")
        .arg(scratch)
        .arg(folder.join("server.erl"));
    if is_there("erlc") && compile(&mut compiler).is_ok() {
        let mut command = Command::new("erl");
        command.args(["-noshell", "-pa"]).arg(scratch);
        command.args(["-s", "server", "main"]);
        entrants.push(Entrant {
            name: "Erlang inets",
            command,
        });
    }
    Ok(entrants)
}

/// Starts a server on a port that is free, and waits until it answers.
fn start(entrant: &mut Entrant) -> Result<Serving, String> {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let port = free.map_err(|error| error.to_string())?.port();
    let command = &mut entrant.command;
    command
        .env("PORT", port.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let child = command.spawn();
    let child = child.map_err(|error| format!("{}: {error}", entrant.name))?;
    let serving = Serving {
        child,
        port,
        rounds: Vec::new(),
    };
    let begin = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if begin.elapsed() > PATIENCE {
            return Err(format!("{} does not listen", entrant.name));
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(serving)
}

/// Whether it answers what it should, soon: one that listens already may not have all that it answers with.
fn check(server: &Serving, path: &str, wanted: &str) -> Result<(), String> {
    let begin = Instant::now();
    loop {
        let checked = answers(server, path, wanted);
        if checked.is_ok() || begin.elapsed() > PATIENCE {
            return checked;
        }
        thread::sleep(Duration::from_millis(100));
    }
}

/// Whether it answers what it should.
fn answers(server: &Serving, path: &str, wanted: &str) -> Result<(), String> {
    let mut answer = String::new();
    let request = format!("GET /{path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    TcpStream::connect(("127.0.0.1", server.port))
        .and_then(|mut socket| {
            socket.write_all(request.as_bytes())?;
            socket.read_to_string(&mut answer)
        })
        .map_err(|error| error.to_string())?;
    let (_, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    let is_right = if path == "large" {
        body.len() == 100_000
    } else {
        path == "counter" || body == wanted
    };
    if answer.starts_with("HTTP/1.1 200 ") && body.starts_with(wanted) && is_right {
        Ok(())
    } else {
        Err(format!("{path} gives\n{answer}"))
    }
}

/// Seconds of a round: `MESH_BENCH_SECONDS`, or enough of them.
fn seconds() -> String {
    std::env::var("MESH_BENCH_SECONDS").unwrap_or_else(|_| String::from("4"))
}

fn round(server: &Serving, path: &str, connections: &str) -> Result<Round, String> {
    let seconds = seconds();
    let before = cpu_time(&server.child)?;
    let output = Command::new("wrk")
        .args(["-t", "2", "-c", connections, "-d", &seconds, "--latency"])
        .arg(format!("http://127.0.0.1:{}/{path}", server.port))
        .output()
        .map_err(|error| format!("wrk: {error}"))?;
    let cpu = cpu_time(&server.child)? - before;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let wrong = || format!("wrk gives\n{text}");
    let word = |line: &str, at: usize| line.split_whitespace().nth(at).map(String::from);
    let find = |part: &str| text.lines().find(|line| line.contains(part));
    if text.contains("Non-2xx") || find("Socket errors").is_some_and(|line| !is_late(line)) {
        return Err(wrong());
    }
    let requests = find(" requests in ").and_then(|line| word(line, 0)?.parse().ok());
    let requests: f64 = requests.ok_or_else(wrong)?;
    let per_second = find("Requests/sec:").and_then(|line| word(line, 1)?.parse().ok());
    let p99 = find(" 99%").and_then(|line| milliseconds(&word(line, 1)?));
    Ok(Round {
        per_second: per_second.ok_or_else(wrong)?,
        cost: cpu * 1e6 / requests,
        p99: p99.ok_or_else(wrong)?,
    })
}

/// Whether wrk's line of errors tells of nothing but answers that took over two seconds, which the percentiles show.
fn is_late(errors: &str) -> bool {
    errors.contains("connect 0, read 0, write 0,")
}

/// A time as wrk writes it.
fn milliseconds(text: &str) -> Option<f64> {
    let at = text.find(|c: char| c.is_ascii_alphabetic())?;
    let number: f64 = text[..at].parse().ok()?;
    match &text[at..] {
        "us" => Some(number / 1e3),
        "ms" => Some(number),
        "s" => Some(number * 1e3),
        _ => None,
    }
}

/// The processor time that a process has had, in seconds.
fn cpu_time(child: &Child) -> Result<f64, String> {
    let path = format!("/proc/{}/stat", child.id());
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    // The name before may have blanks in it.
    let fields = text.rsplit(") ").next().unwrap_or_default();
    let ticks = fields.split(' ').skip(11).take(2);
    let ticks: f64 = ticks.filter_map(|count| count.parse::<f64>().ok()).sum();
    // SAFETY: a call without conditions.
    let each = unsafe { libc::sysconf(libc::_SC_CLK_TCK) };
    Ok(ticks / each as f64)
}

/// Memory of a process, in megabytes: `VmHWM:` is the most that it had, `VmRSS:` what it has.
pub fn field(child: &Child, name: &str) -> f64 {
    let text = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kilobytes.unwrap_or(f64::NAN) / 1024.0
}

fn median(server: &Serving, of: impl Fn(&Round) -> f64) -> f64 {
    // Without the round that warmed up.
    let mut all: Vec<f64> = server.rounds.iter().skip(1).map(of).collect();
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

fn table(lines: &mut String, label: &str, entrants: &[Entrant], serving: &mut [Serving]) {
    let own = &serving[0];
    let own = [median(own, |it| it.per_second), median(own, |it| it.cost)];
    let mut label = label;
    for (entrant, server) in entrants.iter().zip(serving.iter()) {
        let per_second = median(server, |it| it.per_second);
        let cost = median(server, |it| it.cost);
        let p99 = median(server, |it| it.p99);
        let line = format!(
            "| {label} | {} | {per_second:.0} | {:.2} | {cost:.1} µs | {:.2} | {p99:.1} ms | {:.0} MB |",
            entrant.name,
            own[0] / per_second,
            own[1] / cost,
            field(&server.child, "VmHWM:"),
        );
        show(lines, &line);
        label = "";
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
