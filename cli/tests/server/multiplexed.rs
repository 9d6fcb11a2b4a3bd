//! HTTP/2, with a client that controls its streams.

use crate::server::Server;
use bytes::Bytes;
use h2::client::{Builder, ResponseFuture, SendRequest};
use http::{Request, StatusCode};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::runtime;

/// Runs a test within a runtime of its client.
fn run(test: impl Future<Output = ()>) {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        tokio::time::timeout(Duration::from_secs(60), test)
            .await
            .expect("it takes too long");
    });
}

async fn connect(server: &Server) -> SendRequest<Bytes> {
    let socket = TcpStream::connect(("127.0.0.1", server.port))
        .await
        .unwrap();
    socket.set_nodelay(true).unwrap();
    let (client, connection) = Builder::new()
        .initial_max_send_streams(2000)
        .handshake(socket)
        .await
        .unwrap();
    tokio::spawn(connection);
    client
}

async fn get(client: &SendRequest<Bytes>, path: &str) -> (ResponseFuture, h2::SendStream<Bytes>) {
    let request = Request::get(format!("http://h{path}")).body(()).unwrap();
    let mut client = client.clone().ready().await.unwrap();
    client.send_request(request, true).unwrap()
}

async fn body(response: ResponseFuture) -> (StatusCode, String) {
    let (head, mut body) = response.await.unwrap().into_parts();
    let mut all = Vec::new();
    while let Some(piece) = body.data().await {
        let piece = piece.unwrap();
        let _ = body.flow_control().release_capacity(piece.len());
        all.extend_from_slice(&piece);
    }
    (head.status, String::from_utf8(all).unwrap())
}

#[test]
fn a_thousand_streams_of_which_one_stalls() {
    let server = Server::start(&[]);
    run(async {
        let client = connect(&server).await;
        let (mut stalled, _) = get(&client, "/wait").await;
        let mut others = Vec::new();
        for _ in 0..999 {
            others.push(get(&client, "/").await.0);
        }
        for other in others {
            assert_eq!(body(other).await, (StatusCode::OK, String::from("hello")));
        }
        let wait = tokio::time::timeout(Duration::from_millis(10), &mut stalled);
        assert!(wait.await.is_err(), "it stalls still");
    });
}

#[test]
fn a_stream_that_is_reset_ends_its_handler_and_no_other() {
    let server = Server::start(&[]);
    run(async {
        let client = connect(&server).await;
        let (response, mut stream) = get(&client, "/wait").await;
        let (other, _) = get(&client, "/slow").await;
        // So that the handler runs.
        assert_eq!(body(get(&client, "/gone").await.0).await.1, "0");
        stream.send_reset(h2::Reason::CANCEL);
        drop(response);
        while body(get(&client, "/gone").await.0).await.1 != "1" {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(body(other).await.1, "slow");
    });
}

#[test]
fn one_that_is_told_to_end_finishes_its_streams() {
    let mut server = Server::start(&[]);
    run(async {
        let client = connect(&server).await;
        let (slow, _) = get(&client, "/slow").await;
        assert_eq!(body(get(&client, "/").await.0).await.1, "hello");
        server.tell_to_end();
        assert_eq!(body(slow).await.1, "slow");
        let mut closed = client.clone();
        while std::future::poll_fn(|cx| closed.poll_ready(cx))
            .await
            .is_ok()
        {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    assert_eq!(server.ended(), 128 + 15);
}

#[test]
fn a_client_that_takes_nothing_of_its_answers_is_left() {
    let server = Server::start(&[("WRITE_TIMEOUT", "100")]);
    run(async {
        let client = connect(&server).await;
        let mut answers = Vec::new();
        for _ in 0..10 {
            let (head, body) = get(&client, "/large").await.0.await.unwrap().into_parts();
            answers.push((head, body));
        }
        let mut closed = client.clone();
        while std::future::poll_fn(|cx| closed.poll_ready(cx))
            .await
            .is_ok()
        {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    assert_eq!(server.get("/"), "hello");
}
