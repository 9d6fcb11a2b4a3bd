//! A running server, and connections to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

/// For everything that must happen at some time.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A file beside the tests.
pub fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/server")
        .join(name)
}

/// `mesh`, with a cache of its own.
pub fn mesh() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mesh"));
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("server-cache");
    command.env("MESH_CACHE_DIR", cache).env("NO_COLOR", "1");
    command
}

/// Compiles a program.
pub fn build(source: &str) -> PathBuf {
    let name = Path::new(source).file_stem().unwrap().to_string_lossy();
    let name = format!("{name}-{}", std::process::id());
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let built = mesh()
        .arg("build")
        .arg(file(source))
        .arg("-o")
        .arg(&out)
        .output()
        .unwrap();
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
    out
}

/// The program of these tests.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| build("program.mesh"))
}

pub struct Server {
    child: Child,
    pub port: u16,
    said: Arc<Mutex<String>>,
}

impl Server {
    /// Starts the program of these tests with these variables.
    pub fn start(variables: &[(&str, &str)]) -> Server {
        Server::run(program(), variables)
    }

    /// Starts any program that says where it listens.
    pub fn run(program: &Path, variables: &[(&str, &str)]) -> Server {
        let mut child = Command::new(program)
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        let port = first
            .rsplit(':')
            .next()
            .unwrap()
            .parse()
            .unwrap_or_else(|_| panic!("{first}"));
        let said = Arc::new(Mutex::new(String::new()));
        let all = Arc::clone(&said);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                *all.lock().unwrap() += &(line + "\n");
            }
        });
        Server { child, port, said }
    }

    pub fn connect(&self) -> TcpStream {
        let socket = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        socket
    }

    /// Sends bytes on a connection of their own; all that comes back.
    pub fn raw(&self, request: &[u8]) -> String {
        let mut socket = self.connect();
        // The server need not read all of it.
        let _ = socket.write_all(request);
        rest(&mut socket)
    }

    /// The body of what a path gives.
    pub fn get(&self, path: &str) -> String {
        let request = format!("GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        let answer = self.raw(request.as_bytes());
        answer
            .split_once("\r\n\r\n")
            .map_or(answer.clone(), |(_, body)| body.to_string())
    }

    /// Waits until a path gives this.
    pub fn until(&self, path: &str, wanted: &str) {
        until(
            || self.get(path) == wanted,
            &format!("{path} gives {wanted}"),
        );
    }

    /// How many descriptors it has.
    pub fn descriptors(&self) -> usize {
        let folder = format!("/proc/{}/fd", self.child.id());
        std::fs::read_dir(folder).unwrap().count()
    }

    /// What it has written to standard error since it listens.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// Asks it to end.
    pub fn tell_to_end(&self) {
        let told = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        assert!(told.unwrap().success());
    }

    /// How it ends, as shells count.
    pub fn ended(&mut self) -> i32 {
        let status = self.child.wait().unwrap();
        status
            .code()
            .unwrap_or_else(|| 128 + status.signal().unwrap_or(0))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until something holds.
pub fn until(mut holds: impl FnMut() -> bool, what: &str) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "never: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// All that comes until the other side closes the connection, or resets it.
pub fn rest(socket: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut room = [0; 4096];
    while let Ok(count @ 1..) = socket.read(&mut room) {
        bytes.extend_from_slice(&room[..count]);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads until what came ends so.
pub fn read_until(socket: &mut TcpStream, end: &str) -> String {
    let mut bytes = Vec::new();
    let mut room = [0; 1];
    while !bytes.ends_with(end.as_bytes()) {
        match socket.read(&mut room) {
            Ok(1) => bytes.push(room[0]),
            other => panic!("{other:?} after {}", String::from_utf8_lossy(&bytes)),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
