//! Many requests: crashes among them harm nobody else, and nothing is left of those that are over.

use crate::server::{Server, read_until, until};
use std::io::Write;
use std::thread;

const CLIENTS: usize = 8;
const REQUESTS: usize = 500;

/// One client's requests on one connection, of which each hundredth crashes its handler; how many did not get
/// what they should have.
fn wrong(server: &Server, client: usize) -> usize {
    let mut socket = server.connect();
    let mut wrong = 0;
    for number in 0..REQUESTS {
        let crashes = (number + client) % 100 == 0;
        let (path, body) = if crashes {
            ("/crash", "\r\n\r\nInternal Server Error")
        } else {
            ("/", "\r\n\r\nhello")
        };
        let request = format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n");
        socket.write_all(request.as_bytes()).unwrap();
        let answer = read_until(&mut socket, body);
        let status = if crashes { "500" } else { "200" };
        wrong += usize::from(answer.split(' ').nth(1) != Some(status));
    }
    wrong
}

#[test]
fn one_request_in_a_hundred_crashes_and_every_other_succeeds() {
    let server = Server::start(&[]);
    let all: usize = thread::scope(|scope| {
        let server = &server;
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| scope.spawn(move || wrong(server, client)))
            .collect();
        clients
            .into_iter()
            .map(|client| client.join().unwrap())
            .sum()
    });
    assert_eq!(all, 0);
    let reports = CLIENTS * REQUESTS / 100;
    until(
        || server.said().matches("Panic(").count() == reports,
        "a report of each crash",
    );
}

#[test]
fn connections_that_are_over_leave_no_descriptors() {
    let server = Server::start(&[]);
    assert_eq!(server.get("/"), "hello");
    let before = server.descriptors();
    for round in 0..1000 {
        if round % 2 == 0 {
            assert_eq!(server.get("/"), "hello");
        } else {
            // One that goes in the middle of a request.
            server.connect().write_all(b"GET / HT").unwrap();
        }
    }
    // Those that were told of the end linger for a second at most.
    until(|| server.descriptors() <= before, "no descriptors are left");
}
