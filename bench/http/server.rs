//! The same server in Rust: hyper on tokio, with nothing around it.

use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::json;
use std::convert::Infallible;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot};

type Body = http_body_util::Full<Bytes>;
type Asks = mpsc::UnboundedSender<oneshot::Sender<u64>>;

const TEXT: &str = "text/plain; charset=utf-8";

fn response(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(Body::new(body.into()));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static(kind);
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

async fn answer<B>(request: Request<B>, asks: Asks, large: Bytes) -> Response<Body> {
    match request.uri().path() {
        "/plaintext" => response(StatusCode::OK, TEXT, "Hello, World!"),
        "/json" => {
            let text = json!({ "message": "Hello, World!" }).to_string();
            response(StatusCode::OK, "application/json", text)
        }
        "/counter" => {
            let (sender, answer) = oneshot::channel();
            let _ = asks.send(sender);
            let count = answer.await.unwrap_or_default();
            response(StatusCode::OK, TEXT, format!("Count is: {count}"))
        }
        "/large" => response(StatusCode::OK, TEXT, large),
        _ => response(StatusCode::NOT_FOUND, TEXT, "Not Found"),
    }
}

async fn serve(port: u16) -> std::io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let (asks, mut asked) = mpsc::unbounded_channel::<oneshot::Sender<u64>>();
    tokio::spawn(async move {
        let mut count = 0;
        while let Some(answer) = asked.recv().await {
            count += 1;
            let _ = answer.send(count);
        }
    });
    let large = Bytes::from("0123456789".repeat(10_000));
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        let (asks, large) = (asks.clone(), large.clone());
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let answer = answer(request, asks.clone(), large.clone());
                async { Ok::<_, Infallible>(answer.await) }
            });
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(socket), service)
                .await;
        });
    }
}

/// Serves until the process is ended.
pub fn run(port: &str) -> Result<(), String> {
    let port = port.parse().map_err(|_| format!("`{port}` is no port"))?;
    let runtime = Runtime::new().map_err(|error| error.to_string())?;
    runtime
        .block_on(serve(port))
        .map_err(|error| error.to_string())
}
