//! A connection: hyper's state, the limits on its client's patience, and what its actor has to do next.

use super::body::Outgoing;
use super::exchange::{Exchange, Reply, Ticket, plain};
use super::server::{Limits, Server};
use super::socket::{Socket, Transport};
use super::streams::{Multiplexed, Streams};
use super::tls;
use crate::io::tcp::Stream;
use crate::sched::clock;
use crate::sched::trim::note_given;
use crate::sync::lock;
use crate::timer::NEVER;
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::Service;
use hyper::{Request, StatusCode};
use std::collections::VecDeque;
use std::future::{Ready, ready};
use std::io::IoSlice;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use tokio_rustls::{Accept, TlsAcceptor};

/// How HTTP/2 begins (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Milliseconds in which a client that sends no more may still get its answer.
const HALF_CLOSED: u64 = 500;
/// Milliseconds after which a connection that is not used gives hyper's buffers back.
const SHED: u64 = 1000;
/// Bytes of those, about.
const BUFFERS: usize = 16 << 10;
/// Milliseconds, and bytes, for which what still comes is taken after the end, so that the client gets to
/// read the last answer (RFC 9112, section 9.6).
const LINGER: u64 = 1000;
const LINGER_BYTES: u64 = 256 << 10;

/// A request whose header has come.
pub struct Arrival {
    pub exchange: Arc<Exchange>,
    pub request: Request<Incoming>,
}

/// What hyper's service and the connection share.
struct Shared {
    server: Arc<Server>,
    arrivals: Mutex<VecDeque<Arrival>>,
    /// Requests whose answer is not sent.
    under_way: Arc<AtomicUsize>,
    /// Bodies that are streamed: what is to be sent of them may be long in coming.
    streamed: Arc<AtomicUsize>,
    /// Exchanges that may not be answered yet, in the order of their deadlines.
    open: Mutex<VecDeque<Arc<Exchange>>>,
}

/// What hyper calls with each request.
#[derive(Clone)]
struct Requests(Arc<Shared>);

/// The answer to come, or one that is there at once.
type Answer = futures_util::future::Either<Reply, Ready<<Reply as Future>::Output>>;

impl Service<Request<Incoming>> for Requests {
    type Response = hyper::Response<Outgoing>;
    type Error = std::convert::Infallible;
    type Future = Answer;

    fn call(&self, request: Request<Incoming>) -> Answer {
        let shared = &self.0;
        let limits = &shared.server.limits;
        if request.body().size_hint().lower() > limits.body {
            let answer = plain(StatusCode::PAYLOAD_TOO_LARGE);
            return Answer::Right(ready(Ok(answer)));
        }
        let exchange = Exchange::new(request.method(), limits.answer as i64, &shared.streamed);
        lock(&shared.open).push_back(Arc::clone(&exchange));
        let reply = Reply::new(Arc::clone(&exchange), Ticket::new(&shared.under_way));
        lock(&shared.arrivals).push_back(Arrival { exchange, request });
        Answer::Left(reply)
    }
}

type Http1 = http1::Connection<Transport, Requests>;
type Http2 = http2::Connection<Transport, Requests, Streams>;

/// How far a connection is.
enum Way {
    Handshake(Box<Accept<Socket>>),
    /// The first bytes say which version it speaks; `false` once that is known to be HTTP/1.
    Choosing(Option<Transport>, bool),
    Http1(Box<Http1>),
    Http2(Box<Multiplexed<Http2>>),
    /// It is over; what still comes is thrown away until that time.
    Lingering(u64),
    Over,
}

/// See the module's comment.
pub struct Connection {
    shared: Arc<Shared>,
    socket: Socket,
    way: Way,
    pub peer: Arc<str>,
    /// The actor.
    owner: u64,
    /// When it must be looked at again.
    pub deadline: u64,
    /// Bytes that had come in when there was last a request under way.
    heard: u64,
    /// Since when the client has owed something: the first byte of a request, or the rest of a header.
    owes: Option<(u64, Owed)>,
    /// Since when the client has sent no more, while requests are under way.
    half_closed: Option<u64>,
    /// Since when the client takes nothing, and how much it had taken by then.
    blocked: Option<(u64, u64)>,
    /// Whether it was told to end.
    ending: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Owed {
    Request,
    Header,
}

impl Connection {
    /// A connection that was accepted, whose actor is `owner`.
    pub fn new(server: &Arc<Server>, stream: Stream, owner: u64) -> Connection {
        let peer = stream
            .peer()
            .map_or_else(String::new, |peer| peer.to_string());
        let socket = Socket::new(stream);
        let way = match &server.tls {
            Some(config) => {
                let accept = TlsAcceptor::from(Arc::clone(config)).accept(socket.clone());
                Way::Handshake(Box::new(accept))
            }
            None => Way::Choosing(Some(Transport::plain(socket.clone())), true),
        };
        server.begin(owner);
        Connection {
            shared: Arc::new(Shared {
                server: Arc::clone(server),
                arrivals: Mutex::default(),
                under_way: Arc::default(),
                streamed: Arc::default(),
                open: Mutex::default(),
            }),
            socket,
            way,
            peer: peer.into(),
            owner,
            deadline: NEVER,
            heard: 0,
            owes: None,
            half_closed: None,
            blocked: None,
            ending: false,
        }
    }

    /// The next request that has come, and has no actor yet.
    pub fn arrival(&self) -> Option<Arrival> {
        lock(&self.shared.arrivals).pop_front()
    }

    pub fn server(&self) -> &Arc<Server> {
        &self.shared.server
    }

    fn limits(&self) -> &Limits {
        &self.shared.server.limits
    }

    fn under_way(&self) -> usize {
        Ticket::count(&self.shared.under_way)
    }

    /// Does what can be done now; ready when the connection is over.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let now = clock::now();
        self.time_out_answers(now);
        if self.is_lost(now) {
            return Poll::Ready(());
        }
        self.end_if_asked();
        while let Poll::Ready(next) = self.step(cx, now) {
            self.way = next;
            if matches!(self.way, Way::Over) {
                return Poll::Ready(());
            }
        }
        self.set_deadline(now);
        Poll::Pending
    }

    /// Goes on; ready with what comes after.
    fn step(&mut self, cx: &mut Context<'_>, now: u64) -> Poll<Way> {
        match &mut self.way {
            Way::Handshake(accept) => Pin::new(accept.as_mut()).poll(cx).map(|stream| {
                let Ok(stream) = stream else {
                    return Way::Over;
                };
                let chosen = stream.get_ref().1.alpn_protocol() == Some(tls::HTTP2);
                let transport = Transport::tls(stream.into());
                if chosen {
                    self.http2(transport)
                } else {
                    self.http1(transport)
                }
            }),
            Way::Choosing(transport, may_be_2) => {
                let Some(first) = transport else {
                    return Poll::Ready(Way::Over);
                };
                let (count, is_other): (_, fn(&[u8]) -> bool) = if *may_be_2 {
                    (PREFACE.len(), |bytes| !PREFACE.starts_with(bytes))
                } else {
                    (1, |bytes| !bytes.is_empty())
                };
                let come = std::task::ready!(first.peek(cx, count, is_other));
                let first = transport.take().filter(|_| matches!(come, Ok(true)));
                Poll::Ready(match first {
                    Some(transport) if transport.peeked() == PREFACE => self.http2(transport),
                    Some(transport) => self.http1(transport),
                    None => Way::Over,
                })
            }
            Way::Http1(connection) => Pin::new(connection.as_mut())
                .poll(cx)
                .map(|_| Way::Lingering(now + LINGER)),
            Way::Http2(connection) => connection.poll(cx).map(|_| Way::Over),
            Way::Lingering(until) => {
                if now >= *until || self.socket.stream.received() > self.heard + LINGER_BYTES {
                    return Poll::Ready(Way::Over);
                }
                let mut waste = [MaybeUninit::uninit(); 4096];
                loop {
                    match self.socket.stream.read(cx, &mut waste) {
                        Poll::Ready(Ok(0) | Err(_)) => return Poll::Ready(Way::Over),
                        Poll::Ready(Ok(_)) => {}
                        Poll::Pending => return Poll::Pending,
                    }
                }
            }
            Way::Over => Poll::Ready(Way::Over),
        }
    }

    fn http1(&self, transport: Transport) -> Way {
        let requests = Requests(Arc::clone(&self.shared));
        let connection = self
            .shared
            .server
            .http1
            .serve_connection(transport, requests);
        Way::Http1(Box::new(connection))
    }

    fn http2(&self, transport: Transport) -> Way {
        let limits = self.limits();
        let streams = Streams::default();
        let connection = http2::Builder::new(streams.clone())
            .max_concurrent_streams(limits.streams)
            .max_header_list_size(limits.header as u32)
            .serve_connection(transport, Requests(Arc::clone(&self.shared)));
        Way::Http2(Box::new(Multiplexed::server(connection, streams)))
    }

    /// Answers in place of handlers that have not in time.
    fn time_out_answers(&self, now: u64) {
        let mut open = lock(&self.shared.open);
        while let Some(first) = open.front() {
            if !first.is_answered() {
                if first.deadline > now {
                    break;
                }
                first.time_out();
            }
            open.pop_front();
        }
        // Those behind a slow one.
        if open.len() > 64 + 2 * self.under_way() {
            open.retain(|exchange| !exchange.is_answered());
        }
    }

    /// Whether there is nobody to serve any more.
    fn is_lost(&mut self, now: u64) -> bool {
        let stream = &self.socket.stream;
        let limits = &self.shared.server.limits;
        if self.shared.server.is_cut_off() || (stream.is_broken() && self.under_way() > 0) {
            return true;
        }
        if self
            .half_closed
            .is_some_and(|since| now >= since + HALF_CLOSED)
            || self
                .blocked
                .is_some_and(|(since, _)| now >= since + limits.send)
        {
            return true;
        }
        match (self.owes, &self.way) {
            (Some((since, owed)), _) if now < since + self.patience(owed) => false,
            (None, _) | (_, Way::Lingering(_)) => false,
            (Some((_, Owed::Header)), Way::Http1(_) | Way::Choosing(..)) => {
                self.refuse();
                true
            }
            // So that it sends GOAWAY.
            (Some(_), Way::Http2(_)) if !self.ending => {
                self.end();
                self.owes = Some((now, Owed::Header));
                false
            }
            _ => true,
        }
    }

    fn patience(&self, owed: Owed) -> u64 {
        match owed {
            Owed::Request => self.limits().idle,
            Owed::Header => self.limits().header_time,
        }
    }

    /// Tells a client that does not finish its header that it took too long (RFC 9110, section 15.5.9).
    fn refuse(&mut self) {
        if self.shared.server.tls.is_none() && self.socket.stream.received() > self.heard {
            let text =
                b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
            let waker = std::task::Waker::noop();
            let context = Context::from_waker(waker);
            let _ = self.socket.stream.write(&context, &[IoSlice::new(text)]);
        }
    }

    /// Ends it gently, if the server no longer takes requests.
    fn end_if_asked(&mut self) {
        if self.shared.server.is_closing() && !self.ending {
            self.end();
        }
    }

    fn end(&mut self) {
        self.ending = true;
        match &mut self.way {
            Way::Http1(connection) => Pin::new(connection.as_mut()).graceful_shutdown(),
            Way::Http2(both) => both.connection.as_mut().graceful_shutdown(),
            // Nobody has asked for anything yet.
            Way::Handshake(_) | Way::Choosing(..) => self.way = Way::Over,
            Way::Lingering(_) | Way::Over => {}
        }
    }

    /// Says when to look again, whatever happens until then; gives back what an idle connection needs not.
    fn set_deadline(&mut self, now: u64) {
        let stream = &self.socket.stream;
        let mut deadline = NEVER;
        if self.under_way() > 0 {
            self.heard = stream.received();
            self.owes = None;
            let first = lock(&self.shared.open).front().map(|first| first.deadline);
            deadline = first.unwrap_or(NEVER);
            if stream.is_read_closed() && !matches!(self.way, Way::Http2(_)) {
                let since = *self.half_closed.get_or_insert(now);
                deadline = deadline.min(since + HALF_CLOSED);
            }
        } else if let Way::Lingering(until) = self.way {
            deadline = until;
        } else {
            self.half_closed = None;
            deadline = deadline.min(self.wait_for_client(now));
        }
        self.blocked = self.owes_us(now);
        if let Some((since, _)) = self.blocked {
            deadline = deadline.min(since + self.limits().send);
        }
        self.deadline = deadline;
    }

    /// Where there are answers to be sent and the client takes nothing: since when, and how much it has taken. In
    /// HTTP/2 it may do so for each answer and still take what is small, so the socket alone does not say it.
    fn owes_us(&self, now: u64) -> Option<(u64, u64)> {
        let all_are_there =
            lock(&self.shared.open).is_empty() && Ticket::count(&self.shared.streamed) == 0;
        let waits = self.under_way() > 0 && all_are_there;
        let sent = self.socket.stream.sent();
        match self.blocked {
            _ if !waits && !self.socket.is_blocked() => None,
            Some((since, before)) if before == sent => Some((since, sent)),
            _ => Some((now, sent)),
        }
    }

    /// Nothing is under way: until when the client may take for what comes next.
    fn wait_for_client(&mut self, now: u64) -> u64 {
        let received = self.socket.stream.received();
        let owed = match &self.way {
            Way::Http1(_) | Way::Choosing(..) if received == self.heard && received > 0 => {
                Owed::Request
            }
            Way::Http2(_) if !self.ending => {
                if received != self.heard {
                    // Also a ping shows that somebody is there.
                    (self.heard, self.owes) = (received, None);
                }
                Owed::Request
            }
            _ => Owed::Header,
        };
        let since = match self.owes {
            Some((since, before)) if before == owed => since,
            _ => now,
        };
        self.owes = Some((since, owed));
        let deadline = since + self.patience(owed);
        if let Way::Http1(_) = self.way
            && owed == Owed::Request
            && !self.ending
        {
            if now < since + SHED {
                return deadline.min(since + SHED);
            }
            self.shed();
        }
        deadline
    }

    /// Gives hyper's state and buffers back: the next byte makes them again.
    fn shed(&mut self) {
        match std::mem::replace(&mut self.way, Way::Over) {
            Way::Http1(connection) => {
                let parts = connection.into_parts();
                self.way = Way::Choosing(Some(parts.io), false);
                note_given(BUFFERS);
            }
            other => self.way = other,
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.shared.server.forget(self.owner);
    }
}
