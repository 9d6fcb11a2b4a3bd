//! The client: connections that many use at once, connections that servers close, certificates that are refused.

use crate::server::{PATIENCE, Server, build, file};
use crate::tls::secure;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::channel;
use std::thread;

fn program() -> &'static Path {
    static PROGRAM: OnceLock<std::path::PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| build("client.mesh"))
}

/// What the program prints with these arguments, against a server.
fn client(arguments: &[&str], url: &str, trusted: &str) -> String {
    let out = Command::new(program())
        .args(arguments)
        .env("URL", url)
        .env("SSL_CERT_FILE", file(trusted))
        .output()
        .unwrap();
    String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr)
}

#[test]
fn many_requests_at_once_share_a_connection_of_http2() {
    let server = secure("certificate.pem");
    let url = format!("https://localhost:{}", server.port);
    assert_eq!(
        client(&["at once"], &url, "certificate.pem"),
        "1 connection\n[Ok(1000000)]\n1 connection\ngiven up: true\n"
    );
}

#[test]
fn bodies_are_passed_on_over_a_shared_connection() {
    let server = secure("certificate.pem");
    let url = format!("https://localhost:{}", server.port);
    assert_eq!(
        client(&["passed on"], &url, "certificate.pem"),
        "[true, true, true, true]\n"
    );
}

/// The next connection, once a request has come on it.
fn accept(listener: &TcpListener) -> TcpStream {
    let (mut socket, _) = listener.accept().unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    take(&mut socket);
    socket
}

/// Reads a request.
fn take(socket: &mut TcpStream) {
    crate::server::read_until(socket, "\r\n\r\n");
}

fn answer(socket: &mut TcpStream, text: &str) {
    let length = text.len();
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{text}");
    socket.write_all(answer.as_bytes()).unwrap();
}

/// A server that answers one request on a connection, and does something else with it when there is another; what the
/// client says of both. More connections get an answer.
fn twice(method: &str, end: impl FnOnce(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let mut first = accept(&listener);
        answer(&mut first, "first");
        end(first);
        while let Ok((mut socket, _)) = listener.accept() {
            take(&mut socket);
            answer(&mut socket, "on another");
        }
    });
    client(&["twice", method], &url, "certificate.pem")
}

#[test]
fn a_connection_that_was_closed_meanwhile_is_noticed() {
    for method in ["GET", "POST"] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (closed, wait) = channel();
        thread::spawn(move || {
            let mut first = accept(&listener);
            answer(&mut first, "first");
            drop(first);
            closed.send(()).unwrap();
            answer(&mut accept(&listener), "on another");
        });
        let mut client = Command::new(program())
            .args(["twice, later", method])
            .env("URL", url)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        wait.recv().unwrap();
        client.stdin.take().unwrap().write_all(b"\n").unwrap();
        let out = client.wait_with_output().unwrap();
        let out = String::from_utf8_lossy(&out.stdout);
        assert_eq!(out, "200 first\n200 on another\n", "{method}");
    }
}

#[test]
fn a_request_that_may_be_sent_twice_is_when_it_gets_no_answer() {
    let read_and_close = |mut socket: TcpStream| take(&mut socket);
    // What was not read is lost by a reset.
    let reset = |socket: TcpStream| {
        socket.peek(&mut [0]).unwrap();
    };
    for method in ["GET", "PUT"] {
        let both = [twice(method, read_and_close), twice(method, reset)];
        assert_eq!(both, ["200 first\n200 on another\n"; 2], "{method}");
    }
    for answers in [twice("POST", read_and_close), twice("POST", reset)] {
        let refused = answers.starts_with("200 first\nthere is no proper answer: ");
        assert!(refused, "{answers}");
    }
}

/// Why a client does not talk to a server with a certificate.
fn refused(certificate: &str, host: &str, trusted: &str) -> String {
    let server = secure(certificate);
    client(&[], &format!("https://{host}:{}", server.port), trusted)
}

#[test]
fn certificates_that_are_refused_are_explained() {
    assert_eq!(
        refused("expired.pem", "localhost", "expired.pem"),
        "no safe connection to localhost: the server's certificate has expired\n"
    );
    assert_eq!(
        refused("certificate.pem", "localhost", "other.pem"),
        "no safe connection to localhost: the server's certificate comes from nobody whom this system trusts; \
         SSL_CERT_FILE may name a file of certificates that are trusted as well\n"
    );
    assert_eq!(
        refused("certificate.pem", "127.0.0.2", "certificate.pem"),
        "no safe connection to 127.0.0.2: the server's certificate is not for this name but for localhost\n"
    );
    let open = Server::start(&[]);
    assert_eq!(
        client(
            &[],
            &format!("https://localhost:{}", open.port),
            "certificate.pem"
        ),
        "no safe connection to localhost: what answers there does not speak TLS\n"
    );
}

#[test]
fn a_server_that_goes_in_the_handshake_is_explained() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let _ = socket.read(&mut [0; 4096]);
    });
    assert_eq!(
        client(&[], &url, "certificate.pem"),
        "no safe connection to 127.0.0.1: the server closed the connection before it was safe\n"
    );
}
