//! Clients that go away, and what becomes of the actors that handle their requests.

use crate::server::{Server, read_until};
use std::io::Write;
use std::net::Shutdown;

#[test]
fn a_client_that_goes_away_ends_its_handler() {
    let server = Server::start(&[]);
    let mut socket = server.connect();
    socket
        .write_all(b"GET /wait HTTP/1.1\r\nHost: h\r\n\r\n")
        .unwrap();
    drop(socket);
    server.until("/gone", "1");
}

#[test]
fn also_with_requests_behind_it_that_were_not_read() {
    let server = Server::start(&[]);
    let mut socket = server.connect();
    let one = "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n";
    socket.write_all(one.repeat(3).as_bytes()).unwrap();
    drop(socket);
    server.until("/gone", "1");
}

#[test]
fn also_one_that_waits_while_it_streams() {
    let server = Server::start(&[]);
    let mut socket = server.connect();
    socket
        .write_all(b"GET /events HTTP/1.1\r\nHost: h\r\n\r\n")
        .unwrap();
    read_until(&mut socket, "data: 1\n\n");
    drop(socket);
    server.until("/gone", "1");
}

#[test]
fn one_that_only_sends_no_more_gets_its_answer() {
    let server = Server::start(&[]);
    let mut socket = server.connect();
    socket
        .write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        .unwrap();
    socket.shutdown(Shutdown::Write).unwrap();
    assert!(crate::server::rest(&mut socket).ends_with("\r\n\r\nhello"));
}

#[test]
fn a_handler_that_never_answers_is_ended_and_the_connection_goes_on() {
    let server = Server::start(&[("RESPONSE_TIMEOUT", "50")]);
    let mut socket = server.connect();
    socket
        .write_all(b"GET /wait HTTP/1.1\r\nHost: h\r\n\r\n")
        .unwrap();
    let head = read_until(&mut socket, "Gateway Timeout");
    assert!(head.starts_with("HTTP/1.1 504 "), "{head}");
    read_until(&mut socket, "Gateway Timeout");
    socket
        .write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        .unwrap();
    read_until(&mut socket, "hello");
    server.until("/gone", "1");
}

#[test]
fn a_crash_is_a_500_and_a_report_and_nothing_else() {
    let server = Server::start(&[]);
    let mut socket = server.connect();
    for _ in 0..10 {
        socket
            .write_all(b"GET /crash HTTP/1.1\r\nHost: h\r\n\r\n")
            .unwrap();
        let head = read_until(&mut socket, "\r\n\r\nInternal Server Error");
        assert!(head.starts_with("HTTP/1.1 500 "), "{head}");
        socket
            .write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            .unwrap();
        read_until(&mut socket, "\r\n\r\nhello");
    }
    crate::server::until(
        || {
            server
                .said()
                .matches("Panic(\"a handler that crashes\")")
                .count()
                == 10
        },
        "ten reports",
    );
}
