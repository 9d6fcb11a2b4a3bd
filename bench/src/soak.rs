//! A server that has much to do for a while: whether its memory and descriptors stay what they are, and what connections
//! cost that do nothing. All connections come from this process.

use crate::http::{Serving, field, start_mesh};
use crate::rivals::show;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::Duration;

const CONNECTIONS: u64 = 100_000;
/// On each of them.
const REQUESTS: u64 = 10;
const CLIENTS: u64 = 16;
/// Parts after each of which is looked at the server.
const PARTS: u64 = 10;
const IDLE: usize = 10_000;
/// Time for the server to notice that nothing happens, and to give back what it does not need.
const REST: Duration = Duration::from_secs(4);

/// Runs it all; the table, as Markdown.
pub fn measure(mesh: &Path, folder: &Path) -> Result<String, String> {
    let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
    let server = start_mesh(mesh, folder, scratch.path())?;
    let mut lines = String::new();
    show(&mut lines, "| | memory | descriptors | actors |");
    show(&mut lines, "| --- | ---: | ---: | ---: |");
    look(&mut lines, &server, "at the start")?;
    for part in 1..=PARTS {
        let failed = many(&server, CONNECTIONS / PARTS);
        if failed > 0 {
            return Err(format!(
                "{failed} connections got no answer, or a wrong one"
            ));
        }
        thread::sleep(REST);
        let connections = CONNECTIONS / PARTS * part;
        let requests = connections * REQUESTS;
        look(
            &mut lines,
            &server,
            &format!("{requests} requests on {connections} connections"),
        )?;
    }
    let before = field(&server.child, "VmRSS:");
    let idle = idle(&server).map_err(|error| format!("idle connections: {error}"))?;
    thread::sleep(REST);
    look(&mut lines, &server, &format!("{IDLE} idle connections"))?;
    let each = (field(&server.child, "VmRSS:") - before) * 1024.0 * 1024.0 / IDLE as f64;
    show(&mut lines, &format!("| each of them | {each:.0} B | | |"));
    drop(idle);
    thread::sleep(REST);
    look(&mut lines, &server, "without them")?;
    Ok(lines)
}

fn look(lines: &mut String, server: &Serving, what: &str) -> Result<(), String> {
    let folder = format!("/proc/{}/fd", server.child.id());
    let descriptors = std::fs::read_dir(folder).map_err(|error| error.to_string())?;
    let descriptors = descriptors.count();
    let memory = field(&server.child, "VmRSS:");
    let actors = actors(server).map_err(|error| format!("the number of actors: {error}"))?;
    let line = format!("| {what} | {memory:.1} MB | {descriptors} | {actors} |");
    show(lines, &line);
    Ok(())
}

/// How many actors the server has beside those of the question.
fn actors(server: &Serving) -> io::Result<u64> {
    let mut socket = connect(server, 0)?;
    socket.write_all(b"GET /actors HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer)?;
    let number = answer.split("\r\n\r\n").nth(1);
    let number = number.and_then(|number| number.parse::<u64>().ok());
    // Its connection's actor, and its own.
    number
        .map(|number| number - 2)
        .ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// Makes connections, each with some requests; how many went wrong.
fn many(server: &Serving, connections: u64) -> u64 {
    let next = AtomicU64::new(0);
    let failed = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Relaxed);
                    if number >= connections {
                        return;
                    }
                    if one(server, number).is_err() {
                        failed.fetch_add(1, Relaxed);
                    }
                }
            });
        }
    });
    failed.into_inner()
}

fn connect(server: &Serving, number: u64) -> io::Result<TcpStream> {
    // One address has no more ports than some ten thousand, which cannot be used again for a while.
    let host = [127, 0, 0, (number % 200 + 1) as u8];
    let socket = TcpStream::connect((std::net::Ipv4Addr::from(host), server.port))?;
    socket.set_nodelay(true)?;
    socket.set_read_timeout(Some(Duration::from_secs(30)))?;
    Ok(socket)
}

fn one(server: &Serving, number: u64) -> io::Result<()> {
    let mut socket = connect(server, number)?;
    for _ in 0..REQUESTS {
        request(&mut socket)?;
    }
    Ok(())
}

fn request(socket: &mut TcpStream) -> io::Result<()> {
    const END: &[u8] = b"\r\n\r\nHello, World!";
    socket.write_all(b"GET /plaintext HTTP/1.1\r\nHost: h\r\n\r\n")?;
    let mut room = [0; 1024];
    let mut count = 0;
    while !room[..count].ends_with(END) {
        match socket.read(&mut room[count..])? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            more => count += more,
        }
    }
    if room.starts_with(b"HTTP/1.1 200 ") {
        Ok(())
    } else {
        Err(io::ErrorKind::InvalidData.into())
    }
}

/// Connections that have had a request each, and have no more.
fn idle(server: &Serving) -> io::Result<Vec<TcpStream>> {
    let mut all = Vec::with_capacity(IDLE);
    for number in 0..IDLE {
        let mut socket = connect(server, number as u64)?;
        request(&mut socket)?;
        all.push(socket);
    }
    Ok(all)
}
