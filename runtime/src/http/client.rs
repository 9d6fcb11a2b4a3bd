//! The client: connections to servers, kept for the next request, and one request with its answer on each.
//!
//! A conversation belongs to the actor that asked. Whoever waits for the answer, or for a piece of its body,
//! polls hyper's connection as well; nobody polls it between. When the answer has come to its end the connection goes
//! to the pool, where nobody is woken for it; one that the server has closed meanwhile is thrown away when it is
//! taken out.

use super::socket::{Socket, Transport};
use super::streams::{Multiplexed, Streams};
use super::upload::{Sent, Upload};
use crate::io::tcp::Stream;
use crate::sched::clock;
use crate::sync::lock;
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper::header::HOST;
use hyper::http::response::Parts;
use hyper::{Request, Response, Uri};
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

/// Milliseconds that a connection may wait in the pool.
const KEPT: u64 = 30_000;
/// Connections to one server in the pool.
const MOST: usize = 64;

/// Whom a connection leads to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Server {
    pub host: String,
    pub port: u16,
    pub secure: bool,
}

/// What hyper has of a connection, and what it takes requests with.
enum Wire {
    Http1(
        http1::SendRequest<Sent>,
        Box<http1::Connection<Transport, Sent>>,
    ),
    Http2(
        http2::SendRequest<Sent>,
        Box<Multiplexed<http2::Connection<Transport, Sent, Streams>>>,
    ),
}

/// A connection.
pub struct Link {
    wire: Wire,
    stream: Arc<Stream>,
    is_over: bool,
    /// Since when it is in the pool.
    since: u64,
}

static POOL: Mutex<Option<HashMap<Server, Vec<Link>>>> = Mutex::new(None);

/// A connection whose version is known.
pub type Greeting = Pin<Box<dyn Future<Output = hyper::Result<Link>> + Send>>;

impl Link {
    /// Makes hyper's side of a connection.
    pub fn greet(transport: Transport, socket: &Socket, speaks_http2: bool) -> Greeting {
        let stream = Arc::clone(&socket.stream);
        Box::pin(async move {
            let wire = if speaks_http2 {
                let streams = Streams::default();
                let (sender, connection) = http2::handshake(streams.clone(), transport).await?;
                Wire::Http2(sender, Box::new(Multiplexed::client(connection, streams)))
            } else {
                let (sender, connection) = http1::handshake(transport).await?;
                Wire::Http1(sender, Box::new(connection))
            };
            Ok(Link {
                wire,
                stream,
                is_over: false,
                since: 0,
            })
        })
    }

    fn send(&mut self, server: &Server, mut request: Request<Sent>) -> Answer {
        match &mut self.wire {
            Wire::Http1(sender, _) => Box::pin(sender.send_request(request)),
            Wire::Http2(sender, _) => {
                // The host stands in the target there.
                let scheme = if server.secure { "https" } else { "http" };
                let host = request.headers_mut().remove(HOST);
                let host = host.as_ref().and_then(|host| host.to_str().ok());
                let target = Uri::builder()
                    .scheme(scheme)
                    .authority(host.unwrap_or(&server.host))
                    .path_and_query(
                        request
                            .uri()
                            .path_and_query()
                            .map_or("/", |path| path.as_str()),
                    )
                    .build();
                if let Ok(target) = target {
                    *request.uri_mut() = target;
                }
                Box::pin(sender.send_request(request))
            }
        }
    }

    fn takes_requests(&self) -> bool {
        match &self.wire {
            Wire::Http1(sender, _) => sender.is_ready(),
            Wire::Http2(sender, _) => sender.is_ready(),
        }
    }

    /// One out of the pool, for an actor.
    pub fn pooled(server: &Server, owner: u64) -> Option<Link> {
        let now = clock::now();
        let mut pool = lock(&POOL);
        let links = pool.as_mut()?.get_mut(server)?;
        while let Some(link) = links.pop() {
            if now < link.since + KEPT && !link.stream.is_read_closed() {
                link.stream.give_to(owner);
                return Some(link);
            }
        }
        None
    }

    /// Puts it into the pool.
    fn keep(mut self, server: Server) {
        if self.is_over || self.stream.is_read_closed() || !self.takes_requests() {
            return;
        }
        let now = clock::now();
        self.since = now;
        self.stream.give_to(0);
        let mut pool = lock(&POOL);
        let pool = pool.get_or_insert_default();
        pool.retain(|_, links| {
            links.retain(|link| now < link.since + KEPT);
            !links.is_empty()
        });
        let links = pool.entry(server).or_default();
        if links.len() < MOST {
            links.push(self);
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) {
        if self.is_over {
            return;
        }
        self.is_over = match &mut self.wire {
            Wire::Http1(_, connection) => Pin::new(connection.as_mut()).poll(cx).is_ready(),
            Wire::Http2(_, connection) => connection.poll(cx).is_ready(),
        };
    }
}

type Answer = Pin<Box<dyn Future<Output = hyper::Result<Response<Incoming>>> + Send>>;

/// A request that was sent, and its answer as far as it has come.
pub struct Conversation {
    pub number: u64,
    server: Server,
    link: Option<Link>,
    /// The connection was used before: the server may have closed it just now.
    is_reused: bool,
    /// Whether the same request may be sent twice.
    is_idempotent: bool,
    answer: Option<Answer>,
    pub upload: Option<Arc<Upload>>,
    pub parts: Option<Parts>,
    incoming: Option<Incoming>,
}

impl Conversation {
    /// Sends a request.
    pub fn new(
        server: Server,
        mut link: Link,
        is_reused: bool,
        request: Request<Sent>,
    ) -> Conversation {
        static NUMBERS: AtomicU64 = AtomicU64::new(1);
        let upload = request.body().upload();
        let is_idempotent = request.method().is_idempotent();
        let answer = link.send(&server, request);
        Conversation {
            // Below zero, so that no request of a server has it.
            number: (-(NUMBERS.fetch_add(1, Relaxed) as i64)).cast_unsigned(),
            server,
            link: Some(link),
            is_reused,
            is_idempotent,
            answer: Some(answer),
            upload,
            parts: None,
            incoming: None,
        }
    }

    /// Lets the connection do what it can.
    pub fn poll(&mut self, cx: &mut Context<'_>) {
        if let Some(link) = &mut self.link {
            link.poll(cx);
        }
    }

    /// Waits for the header of the answer.
    pub fn poll_answer(&mut self, cx: &mut Context<'_>) -> Poll<hyper::Result<()>> {
        let Some(answer) = &mut self.answer else {
            return Poll::Ready(Ok(()));
        };
        if let Some(link) = &mut self.link {
            link.poll(cx);
        }
        let mut polled = answer.as_mut().poll(cx);
        if polled.is_pending()
            && let Some(link) = &mut self.link
        {
            // The first poll may have given it something to send.
            link.poll(cx);
            polled = answer.as_mut().poll(cx);
        }
        polled.map(|answer| {
            self.answer = None;
            let (parts, incoming) = answer?.into_parts();
            self.parts = Some(parts);
            self.incoming = Some(incoming);
            Ok(())
        })
    }

    /// Waits for the next piece of the answer's body; behind the last the connection is kept for others.
    pub fn poll_piece(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<hyper::Result<bytes::Bytes>>> {
        loop {
            self.poll(cx);
            let Some(incoming) = &mut self.incoming else {
                return Poll::Ready(None);
            };
            let frame = std::task::ready!(http_body::Body::poll_frame(Pin::new(incoming), cx));
            match frame {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) if !data.is_empty() => return Poll::Ready(Some(Ok(data))),
                    _ => {}
                },
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => {
                    self.incoming = None;
                    // It learns here that all is done.
                    self.poll(cx);
                    if let Some(link) = self.link.take() {
                        link.keep(self.server.clone());
                    }
                    return Poll::Ready(None);
                }
            }
        }
    }

    /// Whether an error says that the server had closed the connection before the request came, so that it may be sent
    /// again on another.
    pub fn was_closed(&self, error: &hyper::Error) -> bool {
        let unsent = error.is_canceled() || error.is_closed();
        let lost = error.is_incomplete_message() && self.is_idempotent;
        self.is_reused && (unsent || lost)
    }

    /// How long the body is, where that is known.
    pub fn length(&self) -> Option<u64> {
        let incoming = self.incoming.as_ref()?;
        http_body::Body::size_hint(incoming).exact()
    }

    /// Whether the body was read to its end.
    pub fn is_read(&self) -> bool {
        self.parts.is_some() && self.incoming.is_none()
    }
}
