//! HTTPS, as curl sees it.
//!
//! The certificate and its key, beside this file, are for these tests only: `openssl req -x509 -newkey ec -pkeyopt
//! ec_paramgen_curve:P-256 -nodes -days 36500 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1
//! -addext basicConstraints=critical,CA:FALSE`. `expired.pem` is for the same key and names, and was valid in January 2020;
//! `other.pem` is for another key, which nobody has.

use crate::server::{Server, file, mesh};
use std::io::Write;
use std::process::Command;

/// A server with a certificate.
pub fn secure(certificate: &str) -> Server {
    let (certificate, key) = (file(certificate), file("key.pem"));
    Server::start(&[
        ("CERTIFICATE", certificate.to_str().unwrap()),
        ("KEY", key.to_str().unwrap()),
    ])
}

/// What curl prints, and the version it spoke.
fn curl(flags: &[&str], url: &str) -> String {
    let out = Command::new("curl")
        .args([
            "--silent",
            "--show-error",
            "--max-time",
            "30",
            "--write-out",
            " %{http_version}",
        ])
        .arg("--cacert")
        .arg(file("certificate.pem"))
        .args(flags)
        .arg(url)
        .output()
        .unwrap();
    String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr)
}

#[test]
fn curl_speaks_both_versions_with_and_without_tls() {
    let (open, secure) = (Server::start(&[]), secure("certificate.pem"));
    let plain = format!("http://localhost:{}/", open.port);
    assert_eq!(curl(&["--http1.0"], &plain), "hello 1");
    assert_eq!(curl(&["--http1.1"], &plain), "hello 1.1");
    assert_eq!(curl(&["--http2-prior-knowledge"], &plain), "hello 2");
    let url = format!("https://localhost:{}/", secure.port);
    assert_eq!(curl(&["--http1.1"], &url), "hello 1.1");
    assert_eq!(curl(&["--http2"], &url), "hello 2");
    assert_eq!(curl(&["--http2", "--data", "more"], &url), "more 2");
    let large = curl(&["--http2"], &format!("{url}large"));
    assert_eq!(large.len(), 1_000_002);
    let head = curl(&["--http2", "--head"], &format!("{url}large"));
    assert!(head.contains("content-length: 1000000"), "{head}");
}

#[test]
fn what_is_no_tls_is_turned_away() {
    let server = secure("certificate.pem");
    let answer = server.raw(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert!(!answer.contains("HTTP/1.1 200"), "{answer}");
    // One that begins a handshake and goes.
    server.connect().write_all(&[22, 3, 1, 2, 0, 1]).unwrap();
    let url = format!("https://localhost:{}/", server.port);
    assert_eq!(curl(&["--http1.1"], &url), "hello 1.1");
}

#[test]
fn a_client_trusts_what_the_system_does_and_speaks_http2() {
    let server = secure("certificate.pem");
    let fetch = |trusted: Option<&str>| {
        let mut command = mesh();
        command.arg("run").arg(file("fetch.mesh"));
        command.env("URL", format!("https://localhost:{}", server.port));
        if let Some(trusted) = trusted {
            command.env("SSL_CERT_FILE", file(trusted));
        }
        let ended = command.output().unwrap();
        String::from_utf8_lossy(&ended.stdout).into_owned()
            + &String::from_utf8_lossy(&ended.stderr)
    };
    assert_eq!(fetch(Some("certificate.pem")), "HTTP/2\n1000000\nmore\n");
    let refused = fetch(None);
    assert!(
        refused.contains("localhost") && !refused.contains("HTTP/2"),
        "{refused}"
    );
}
