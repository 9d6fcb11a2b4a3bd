//! How a server begins and ends.

use crate::server::{Server, read_until, rest};
use std::io::Write;
use std::net::{TcpListener, TcpStream};

#[test]
fn requests_under_way_are_finished_and_others_not_begun() {
    let mut server = Server::start(&[]);
    let mut idle = server.connect();
    idle.write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        .unwrap();
    read_until(&mut idle, "hello");
    let mut busy = server.connect();
    busy.write_all(b"GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")
        .unwrap();
    server.until("/gone", "0");
    server.tell_to_end();
    assert_eq!(rest(&mut idle), "", "an idle connection is closed");
    let answer = rest(&mut busy);
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nslow"), "{answer}");
    assert_eq!(server.ended(), 128 + 15);
    assert!(TcpStream::connect(("127.0.0.1", server.port)).is_err());
}

#[test]
fn a_stream_without_end_is_cut_off_when_the_time_is_up() {
    let mut server = Server::start(&[("SHUTDOWN_TIMEOUT", "100")]);
    let mut socket = server.connect();
    socket
        .write_all(b"GET /events HTTP/1.1\r\nHost: h\r\n\r\n")
        .unwrap();
    read_until(&mut socket, "data: 1\n\n");
    server.tell_to_end();
    rest(&mut socket);
    assert_eq!(server.ended(), 128 + 15);
}

/// What a program that cannot serve says.
fn refused(variables: &[(&str, &str)], name: &str, text: &str) {
    let source = crate::server::file("refused.mesh");
    let mut command = crate::server::mesh();
    let ended = command
        .arg("run")
        .arg(source)
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(1), "{name}: {err}");
    assert_eq!(err, format!("Http.serve: {text}\n"), "{name}");
}

#[test]
fn what_keeps_it_from_listening_is_named() {
    let taken = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    refused(
        &[("PORT", &port.to_string())],
        "port in use",
        &format!(
            "port {port} is in use: another program, or another server of this one, listens on it"
        ),
    );
    refused(
        &[("PORT", "70000")],
        "no such port",
        "there is no port 70000: the highest is 65535",
    );
    refused(
        &[("CERTIFICATE", "/no/such.pem"), ("KEY", "/no/such.key")],
        "no certificate",
        "cannot read the certificate /no/such.pem: No such file or directory",
    );
    let own = crate::server::file("end.rs").display().to_string();
    refused(
        &[("CERTIFICATE", &own), ("KEY", &own)],
        "no PEM",
        &format!("{own} has no certificate in PEM form"),
    );
}
