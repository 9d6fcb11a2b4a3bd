//! Reading and writing some megabytes of JSON as values, against `serde_json`, in one run.
//!
//! `cargo run --release --package mesh-bench --bin json -- MESH [--release]`

use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

const ROUNDS: usize = 7;
const RECORDS: usize = 20_000;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((mesh, flags)) = arguments.split_first() else {
        eprintln!("usage: json MESH [--release]");
        return ExitCode::FAILURE;
    };
    match measure(mesh, flags) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("json: {message}");
            ExitCode::FAILURE
        }
    }
}

fn measure(mesh: &str, flags: &[String]) -> Result<(), String> {
    let text = document();
    println!("{} bytes, the shortest of {ROUNDS}", text.len());
    let value: serde_json::Value = serde_json::from_str(&text).map_err(|e| e.to_string())?;
    let read = shortest(|| serde_json::from_str::<serde_json::Value>(&text).map(|v| v.is_array()));
    let written = shortest(|| serde_json::to_string(&value).map(|text| text.len()));
    let own = run(mesh, flags, &text)?;
    for (what, rust, mesh) in [("read", read, own.0), ("write", written, own.1)] {
        let ratio = mesh.as_secs_f64() / rust.as_secs_f64();
        println!("{what}: serde_json {rust:?}, Mesh {mesh:?}, ratio {ratio:.2}");
    }
    Ok(())
}

fn shortest<R>(mut work: impl FnMut() -> R) -> Duration {
    let time = |_| {
        let start = Instant::now();
        std::hint::black_box(work());
        start.elapsed()
    };
    (0..ROUNDS).map(time).min().unwrap_or_default()
}

/// What the Mesh program says of reading and writing.
fn run(mesh: &str, flags: &[String], text: &str) -> Result<(Duration, Duration), String> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("json/json.mesh");
    let mut child = Command::new(mesh)
        .arg("run")
        .args(flags)
        .arg(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{mesh}: {error}"))?;
    if let Some(mut input) = child.stdin.take() {
        input
            .write_all(text.as_bytes())
            .map_err(|error| error.to_string())?;
    }
    let output = child
        .wait_with_output()
        .map_err(|error| error.to_string())?;
    let shown = String::from_utf8_lossy(&output.stdout);
    let mut times = shown
        .lines()
        .map(|line| line.parse().map(Duration::from_micros));
    match (times.next(), times.next()) {
        (Some(Ok(read)), Some(Ok(written))) => Ok((read, written)),
        _ => Err(format!("the Mesh program said: {shown}")),
    }
}

/// Records of every kind of value, on one line.
fn document() -> String {
    let mut out = String::from("[");
    for id in 0..RECORDS {
        if id > 0 {
            out.push(',');
        }
        let (score, place) = (id as f64 * 0.37 % 100.0, id as f64 * 0.013 - 130.0);
        out.push_str(&format!(
            concat!(
                r#"{{"id":{id},"name":"user {id}","email":"user{id}@example.org","active":{active},"score":{score},"#,
                r#""tags":["red","grün","\"quoted\""],"address":{{"street":"Main Street {id}","city":"Zürich","#,
                r#""zip":"80{id}","geo":[{place:.6},47.376888]}},"note":{note}}}"#
            ),
            id = id,
            active = id % 2 == 0,
            score = score,
            place = place,
            note = if id % 3 == 0 { "null" } else { r#""a text of some length\nwith two lines, as prose in documents is""# },
        ));
    }
    out.push(']');
    out
}
