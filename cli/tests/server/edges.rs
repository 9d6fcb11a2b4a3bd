//! What clients must not send, and what they must not take too long for (RFC 9110 and 9112).

use crate::server::{Server, read_until, rest};
use std::io::Write;

/// The status of the only answer.
fn status(answer: &str) -> &str {
    assert!(
        answer.matches("HTTP/1.1 ").count() <= 1,
        "two answers: {answer}"
    );
    answer.split(' ').nth(1).unwrap_or("")
}

#[test]
fn what_may_hide_a_second_request_is_refused() {
    let server = Server::start(&[]);
    let hidden = "GET /gone HTTP/1.1\r\nHost: h\r\n\r\n";
    for head in [
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5, 6",
        "Content-Length: +5",
        "Content-Length: -1",
        "Content-Length: 0x5",
        "Content-Length: 5 6",
        "Content-Length: 18446744073709551617",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding:\x0bchunked",
        "X: a\r\n Transfer-Encoding: chunked",
        "X: a\nb: c\0",
        "Content Length: 5",
    ] {
        let request = format!("POST / HTTP/1.1\r\nHost: h\r\n{head}\r\n\r\n12345{hidden}");
        let answer = server.raw(request.as_bytes());
        assert_eq!(status(&answer), "400", "{head:?}: {answer}");
    }
    for line in [
        "GET  / HTTP/1.1",
        "GET / HTTP/1.1 x",
        "GET /",
        "G@T / HTTP/9.9",
        " GET / HTTP/1.1",
    ] {
        let answer = server.raw(format!("{line}\r\nHost: h\r\n\r\n").as_bytes());
        assert_eq!(status(&answer), "400", "{line:?}: {answer}");
    }
    assert_eq!(server.get("/"), "hello");
}

#[test]
fn a_length_beside_chunks_does_not_count_and_ends_the_connection() {
    let server = Server::start(&[]);
    let answer = server.raw(
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n\
          0\r\n\r\nGET /gone HTTP/1.1\r\nHost: h\r\n\r\n",
    );
    // Refused, or answered alone (RFC 9112, section 6.1).
    assert!(matches!(status(&answer), "200" | "400"), "{answer}");
}

#[test]
fn bad_chunks_are_refused() {
    let server = Server::start(&[]);
    for body in [
        "g\r\nx\r\n0\r\n\r\n",
        "5\r\n12345X\r\n0\r\n\r\n",
        "ffffffffffffffffff\r\n",
        "-1\r\n\r\n",
        "1;\n\r\n",
    ] {
        let head =
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
        let answer = server.raw(format!("{head}{body}").as_bytes());
        assert!(matches!(status(&answer), "400" | ""), "{body:?}: {answer}");
    }
    assert_eq!(server.get("/"), "hello");
}

#[test]
fn a_body_comes_in_whatever_pieces_and_after_100_continue() {
    let server = Server::start(&[]);
    let mut socket = server.connect();
    socket.write_all(b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n").unwrap();
    let line = read_until(&mut socket, "\r\n\r\n");
    assert!(line.starts_with("HTTP/1.1 100 "), "{line}");
    for byte in b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: t\r\n\r\n" {
        socket.write_all(&[*byte]).unwrap();
    }
    read_until(&mut socket, "\r\n\r\nabcde");
    // The connection goes on.
    socket
        .write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\nGET /gone HTTP/1.1\r\nHost: h\r\n\r\n")
        .unwrap();
    read_until(&mut socket, "\r\n\r\nhello");
    read_until(&mut socket, "\r\n\r\n0");
}

#[test]
fn headers_have_limits() {
    let server = Server::start(&[]);
    let large = format!(
        "GET / HTTP/1.1\r\nHost: h\r\nX: {}\r\n\r\n",
        "x".repeat(1 << 20)
    );
    assert_eq!(status(&server.raw(large.as_bytes())), "431");
    let many = "X: y\r\n".repeat(1000);
    assert_eq!(
        status(&server.raw(format!("GET / HTTP/1.1\r\n{many}\r\n").as_bytes())),
        "431"
    );
    let long = format!("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", "x".repeat(1 << 17));
    assert!(matches!(
        status(&server.raw(long.as_bytes())),
        "414" | "431"
    ));
}

#[test]
fn a_body_has_a_limit_that_is_known_before_it_comes() {
    let server = Server::start(&[]);
    let head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n\r\n";
    assert_eq!(status(&server.raw(head.as_bytes())), "413");
}

#[test]
fn slow_clients_do_not_keep_others_waiting_and_are_told_to_go() {
    let server = Server::start(&[("HEADER_TIMEOUT", "2000")]);
    let mut slow: Vec<_> = (0..1000).map(|_| server.connect()).collect();
    for socket in &mut slow {
        socket
            .write_all(b"GET / HTTP/1.1\r\nHost: h\r\nX: ")
            .unwrap();
    }
    for _ in 0..20 {
        assert_eq!(server.get("/"), "hello");
    }
    for socket in &mut slow {
        let answer = rest(socket);
        assert_eq!(status(&answer), "408", "{answer}");
    }
}

#[test]
fn a_client_that_reads_nothing_is_waited_for_and_no_other() {
    let server = Server::start(&[]);
    let mut deaf: Vec<_> = (0..20).map(|_| server.connect()).collect();
    for socket in &mut deaf {
        for _ in 0..20 {
            socket
                .write_all(b"GET /large HTTP/1.1\r\nHost: h\r\n\r\n")
                .unwrap();
        }
    }
    assert_eq!(server.get("/"), "hello");
    let large = server.get("/large");
    assert_eq!(large.len(), 1_000_000);
}

#[test]
fn no_more_connections_than_there_may_be() {
    let server = Server::start(&[("MAX_CONNECTIONS", "2")]);
    let mut first: Vec<_> = (0..2).map(|_| server.connect()).collect();
    for socket in &mut first {
        socket
            .write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            .unwrap();
        read_until(socket, "hello");
    }
    let mut third = server.connect();
    third
        .write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        .unwrap();
    drop(first);
    read_until(&mut third, "hello");
}
