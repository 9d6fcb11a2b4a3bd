//! Bodies that are files.

use crate::server::{Server, rest};
use std::fs::File;
use std::io::Write;
use std::process::Command;

#[test]
fn a_file_that_takes_long_keeps_nobody_from_running() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let server = Server::start(&[("MESH_WORKERS", "1")]);
    let mut slow = server.connect();
    let request = format!(
        "GET /file?path={} HTTP/1.1\r\nHost: h\r\n\r\n",
        pipe.display()
    );
    slow.write_all(request.as_bytes()).unwrap();
    // To open it takes until somebody writes to it.
    for _ in 0..10 {
        assert_eq!(server.get("/"), "hello");
    }
    drop(File::options().write(true).open(&pipe).unwrap());
    // It is no file, so nothing can be read at a place in it.
    let answer = rest(&mut slow);
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n"), "{answer}");
}

#[test]
fn a_file_that_no_disk_has_is_read_too() {
    let server = Server::start(&[]);
    assert_eq!(server.get("/file?path=/proc/version"), "Linux version ");
}
