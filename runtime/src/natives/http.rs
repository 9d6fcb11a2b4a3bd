//! The HTTP server: what the actors that accept, those of connections and those of requests do.
//!
//! These natives run on the actor's stack because they wait there; whatever is hyper's runs on the
//! worker's, within [`block_on`].

use super::actors::copied_closure;
use super::blocking;
use crate::actor::Actor;
use crate::heap::list::{List, PAIR_BUFFER};
use crate::heap::string::{Bytes, Str};
use crate::http::body::Outgoing;
use crate::http::connection::{Arrival, Connection};
use crate::http::exchange::{Added, Handling};
use crate::http::server::{Limits, Listening, Place, Server};
use crate::http::tls::system;
use crate::io::block_on::{self, Polled, block_on};
use crate::io::tcp::Stream;
use crate::native;
use crate::natives::Cx;
use crate::natives::words::Pointer;
use crate::sched::clock;
use crate::timer::NEVER;
use http_body::Body;
use hyper::header::{HeaderName, HeaderValue, TRANSFER_ENCODING};
use hyper::{HeaderMap, Response, StatusCode, Version};
use std::any::Any;
use std::fs::File;
use std::net::{SocketAddr, TcpStream};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::task::{Context, Poll};

/// Milliseconds to wait where the system has no more descriptors.
const NO_DESCRIPTORS: i64 = 100;

/// What `Exchange.raw_read` gives.
const END: i64 = 0;
const PIECE: i64 = 1;
const GONE: i64 = 2;
const TOO_LARGE: i64 = 3;
const TIMED_OUT: i64 = 4;
const MALFORMED: i64 = 5;
const READ_BEFORE: i64 = 6;
const NOT_HERE: i64 = 7;

/// Gives the running actor something to own.
pub(super) fn own(cx: &Cx, owned: Box<dyn Any + Send>) {
    // SAFETY: the actor runs this.
    unsafe { cx.actor().with_extra(|extra| extra.owned.push(owned)) };
}

/// Takes what the running actor owns of this type, and is the one that is asked for.
pub(super) fn take_owned<T: Any>(cx: &Cx, is_one: impl Fn(&T) -> bool) -> Option<Box<T>> {
    // SAFETY: the actor runs this.
    unsafe {
        cx.actor().if_extra(|extra| {
            let mut owned = extra.owned.iter();
            let at = owned.position(|one| one.downcast_ref().is_some_and(&is_one))?;
            (extra.owned.swap_remove(at) as Box<dyn Any>)
                .downcast()
                .ok()
        })
    }
    .flatten()
}

/// Uses the request of the running actor; `None` where it handles none, or another than `number` (0 for any).
fn with_request<R>(cx: &Cx, number: i64, f: impl FnOnce(&mut Handling) -> R) -> Option<R> {
    // SAFETY: the actor runs this.
    unsafe {
        cx.actor().if_extra(|extra| {
            let mut owned = extra.owned.iter_mut();
            let handling = owned.find_map(|one| one.downcast_mut::<Handling>())?;
            (number == 0 || handling.number == number as u64).then(|| f(handling))
        })
    }
    .flatten()
}

/// Starts an actor that runs a copy of a closure, and keeps copies of others, and owns what `owned` gives. It lives for
/// long, or only until a request is answered.
pub(super) fn start(
    cx: &mut Cx,
    closure: Pointer,
    kept: &[Pointer],
    life: Life,
    owned: impl FnOnce(&'static Actor) -> Option<Box<dyn Any + Send>>,
) -> bool {
    let parent = cx.actor();
    let made = cx.worker().spawn(|actor| {
        if life == Life::Short {
            actor.heap.borrow_mut().begin_grown();
        }
        // SAFETY: the record is this function's alone, and the closures are live.
        unsafe {
            let first = copied_closure(parent, actor, closure)?;
            actor.closure.set(first);
            for (at, other) in kept.iter().enumerate() {
                let copy = if at == 0 {
                    first
                } else {
                    copied_closure(parent, actor, *other)?
                };
                actor.with_extra(|extra| extra.kept.push(copy));
            }
            actor.with_extra(|extra| extra.owned.extend(owned(actor)));
        }
        Ok(())
    });
    made.is_ok()
}

/// How long an actor lives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    Short,
    Long,
}

fn accept_one(cx: &mut Cx, server: &Arc<Server>, socket: TcpStream, closures: [Pointer; 2]) {
    let worker = cx.worker();
    // SAFETY: workers live for ever.
    let worker: &'static _ = unsafe { &*std::ptr::from_ref(worker) };
    start(cx, closures[0], &closures, Life::Long, |actor| {
        let stream = Stream::new(worker, actor.pid(), socket).ok()?;
        Some(Box::new(Connection::new(server, stream, actor.pid())))
    });
}

/// Accepts what there is; waits where there is nothing, or too much.
fn accept_next(cx: &mut Cx, listening: &Listening) -> Option<TcpStream> {
    let (listener, server) = (&listening.listener, &listening.server);
    let accepted = block_on(cx, NEVER, |poll| {
        if server.is_closing() {
            return Poll::Ready(None);
        }
        if server.is_full() {
            return Poll::Pending;
        }
        listener.accept(poll).map(Some)
    });
    match accepted.flatten()? {
        Ok(socket) => Some(socket),
        Err(error) => {
            let none_left = [libc::EMFILE, libc::ENFILE, libc::ENOBUFS, libc::ENOMEM];
            if error
                .raw_os_error()
                .is_some_and(|code| none_left.contains(&code))
            {
                cx.wait(clock::deadline(NO_DESCRIPTORS));
            }
            None
        }
    }
}

/// Starts an actor for each request that has come on a connection.
fn start_requests(cx: &mut Cx, connection: &Connection) {
    // SAFETY: the actor runs this.
    let closure = unsafe { cx.actor().if_extra(|extra| extra.kept.get(1).copied()) };
    let Some(closure) = closure.flatten() else {
        return;
    };
    let server = connection.server();
    while let Some(Arrival { exchange, request }) = connection.arrival() {
        let (parts, incoming) = request.into_parts();
        let handling = Box::new(Handling {
            exchange: Arc::clone(&exchange),
            number: server.number(),
            parts,
            incoming: Some(incoming),
            received: 0,
            most: server.limits.body,
            patience: server.limits.body_time as i64,
            peer: Arc::clone(&connection.peer),
        });
        // Where there is no room the request is dropped, which answers it.
        start(cx, closure, &[], Life::Short, |actor| {
            exchange.begin(actor.pid());
            Some(handling)
        });
    }
}

/// Waits until the actor's function returns and the connection wants something.
fn park(cx: &mut Cx, deadline: u64) {
    // SAFETY: the actor runs this.
    let closure = unsafe { cx.actor().if_extra(|extra| extra.kept.first().copied()) };
    if let Some(closure) = closure.flatten() {
        cx.actor().closure.set(closure);
        cx.worker().wake_at(cx.actor(), deadline);
    }
}

/// A connection that has an actor of its own.
pub(super) trait Driven: Any + Send {
    /// Does what can be done now; ready when the connection is over.
    fn poll(&mut self, poll: &mut Context<'_>) -> Poll<()>;

    /// When it must be polled again, whatever happens until then.
    fn deadline(&self) -> u64;

    /// What is to be done between two polls.
    fn between(&self, _cx: &mut Cx) {}
}

impl Driven for Connection {
    fn poll(&mut self, poll: &mut Context<'_>) -> Poll<()> {
        Connection::poll(self, poll)
    }

    fn deadline(&self) -> u64 {
        self.deadline
    }

    fn between(&self, cx: &mut Cx) {
        start_requests(cx, self);
    }
}

/// Does what the connection of the running actor has to do. Then the actor's function must return.
pub(super) fn drive<C: Driven>(cx: &mut Cx) {
    // SAFETY: the context is the running actor's.
    if unsafe { (*cx.context()).requests.load(SeqCst) } != 0 {
        cx.serve();
    }
    loop {
        let Some(connection) = take_owned::<C>(cx, |_| true) else {
            return;
        };
        let mut connection = Some(connection);
        let polled = block_on::poll(cx, |poll| {
            let over = connection
                .as_mut()
                .is_none_or(|live| live.poll(poll).is_ready());
            if over {
                connection = None;
                return Poll::Ready(());
            }
            Poll::Pending
        });
        let Some(connection) = connection else {
            return;
        };
        connection.between(cx);
        let deadline = connection.deadline();
        own(cx, connection);
        match polled {
            Polled::Ready(()) => return,
            Polled::Waits => return park(cx, deadline),
            Polled::Spent => block_on::pass(cx),
        }
    }
}

/// What waits for the next piece of a request's body.
fn read(cx: &mut Cx, number: i64) -> (i64, Bytes) {
    let Some((incoming, patience)) = with_request(cx, number, |request| {
        (request.incoming.take(), request.patience)
    }) else {
        let none = (NOT_HERE, cx.bytes(b""));
        return super::http_client::read(cx, number).unwrap_or(none);
    };
    let Some(mut incoming) = incoming else {
        return (READ_BEFORE, cx.bytes(b""));
    };
    loop {
        let deadline = clock::rough_deadline(patience);
        let Some(frame) = block_on(cx, deadline, |poll| {
            Pin::new(&mut incoming).poll_frame(poll)
        }) else {
            return (TIMED_OUT, cx.bytes(b""));
        };
        let data = match frame {
            None => return (END, cx.bytes(b"")),
            Some(Err(error)) if error.is_parse() || error.is_user() => {
                return (MALFORMED, cx.bytes(error.to_string().as_bytes()));
            }
            Some(Err(_)) => return (GONE, cx.bytes(b"")),
            // Trailers are not passed on.
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) if !data.is_empty() => data,
                _ => continue,
            },
        };
        let too_large = with_request(cx, number, |request| {
            request.received += data.len() as u64;
            let too_large = request.received > request.most;
            if !too_large {
                request.incoming = Some(incoming);
            }
            too_large.then_some(request.most)
        });
        if let Some(most) = too_large.flatten() {
            return (TOO_LARGE, cx.bytes(most.to_string().as_bytes()));
        }
        return (PIECE, cx.bytes(&data));
    }
}

/// The header fields that std gives, or what is wrong with them.
pub(super) fn fields(list: &List) -> Result<HeaderMap, String> {
    let texts = list.words(2);
    let mut headers = HeaderMap::with_capacity(texts.len() / 2);
    for pair in texts.chunks_exact(2) {
        // SAFETY: the list is one of pairs of strings, which live as long as it does.
        let (name, value) = unsafe { (Str::from_word(pair[0]), Str::from_word(pair[1])) };
        let Ok(field) = HeaderName::from_bytes(name.as_bytes()) else {
            return Err(format!("{:?} is no name of a header field", name.as_str()));
        };
        // How the body travels is not the handler's to say.
        if field == TRANSFER_ENCODING {
            continue;
        }
        let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) else {
            return Err(format!(
                "the header field {} cannot have the value {:?}",
                name.as_str(),
                value.as_str()
            ));
        };
        headers.append(field, value);
    }
    Ok(headers)
}

/// The header of an answer, or what is wrong with it.
fn header(status: i64, list: &List) -> Result<(StatusCode, HeaderMap), String> {
    let code = u16::try_from(status)
        .ok()
        .and_then(|status| StatusCode::from_u16(status).ok());
    let Some(status) = code.filter(|code| code.as_u16() >= 200) else {
        return Err(format!("{status} is not a status that ends a request"));
    };
    let headers = fields(list)?;
    Ok((status, headers))
}

/// Answers the request of the running actor.
fn answer(
    cx: &mut Cx,
    number: i64,
    status: i64,
    headers: &List,
    body: impl FnOnce() -> Result<Outgoing, String>,
) -> Str {
    let exchange = with_request(cx, number, |request| Arc::clone(&request.exchange));
    let Some(exchange) = exchange else {
        return cx.string("only the actor that handles a request can answer it");
    };
    let made = header(status, headers).and_then(|head| Ok((head, body()?)));
    match made {
        Ok(((status, headers), body)) => {
            let mut answer = Response::new(body);
            *answer.status_mut() = status;
            *answer.headers_mut() = headers;
            exchange.answer(answer);
            cx.string("")
        }
        Err(problem) => cx.string(&problem),
    }
}

/// Header fields as std takes them.
pub(super) fn list_of(cx: &mut Cx, headers: &HeaderMap) -> List {
    if headers.is_empty() {
        return List::EMPTY;
    }
    let mut list = List::with_room(cx, headers.len(), &PAIR_BUFFER);
    for (name, value) in headers {
        let name = cx.string(name.as_str());
        let value = match value.to_str() {
            Ok(value) => cx.string(value),
            Err(_) => cx.string(&String::from_utf8_lossy(value.as_bytes())),
        };
        let words = [name, value].map(|text| text.as_raw().as_ptr() as u64);
        list = list.push(cx, &words, &PAIR_BUFFER);
    }
    list
}

/// Adds a piece to the body of an answer.
fn write(cx: &mut Cx, number: i64, bytes: &Bytes) -> i64 {
    const DONE: i64 = 0;
    const CLOSED: i64 = 1;
    const STUCK: i64 = 2;
    let found = with_request(cx, number, |request| {
        (Arc::clone(&request.exchange), request.patience)
    });
    let Some((exchange, patience)) = found else {
        return CLOSED;
    };
    if bytes.as_bytes().is_empty() {
        return DONE;
    }
    let mut frame = Some(bytes.to_shared());
    let deadline = clock::rough_deadline(patience);
    loop {
        match exchange.add(&mut frame) {
            Added::Done => return DONE,
            Added::Gone => return CLOSED,
            Added::Full if clock::now() >= deadline => return STUCK,
            Added::Full => cx.wait(deadline),
        }
    }
}

/// Opens a file to be sent; why that is not possible.
fn open(cx: &mut Cx, path: &str) -> Result<File, String> {
    let path = path.to_owned();
    blocking::wait(cx, move || {
        let file = File::open(&path);
        file.map_err(|error| format!("cannot read {path}: {}", system(&error)))
    })
}

/// The address for people: where a browser on this machine finds it.
fn shown(address: SocketAddr, secure: bool) -> String {
    let scheme = if secure { "https" } else { "http" };
    if address.ip().is_unspecified() || address.ip().is_loopback() {
        return format!("{scheme}://localhost:{}", address.port());
    }
    format!("{scheme}://{address}")
}

native! {
    /// Begins to listen.
    fn mesh_http_listen as "HttpServer.raw_listen"(
        cx, address: Str, port: i64, certificate: Str, key: Str, limits: Pointer, range: i64
    ) -> (i64, i64, Str) {
        // SAFETY: compiled code passes a list.
        let limits = unsafe { List::from_words(limits, range) };
        let place = Place {
            address: address.as_str(),
            port,
            certificate: certificate.as_str(),
            key: key.as_str(),
        };
        let actor = cx.actor();
        let worker = cx.worker();
        let made = actor.on_worker_stack(|| match Limits::from_words(limits.words(1)) {
            Some(limits) => Listening::new(worker, actor.pid(), &place, limits),
            None => Err(String::from("the limits are not those of this runtime")),
        });
        match made {
            Ok((listening, address)) => {
                let text = shown(address, listening.server.tls.is_some());
                own(cx, Box::new(listening));
                (0, address.port().into(), cx.string(&text))
            }
            Err(problem) => (1, 0, cx.string(&problem)),
        }
    }

    /// Accepts connections.
    fn mesh_http_accept as "HttpServer.raw_accept"(cx, connection: Pointer, request: Pointer) {
        let Some(listening) = take_owned::<Listening>(cx, |_| true) else {
            return;
        };
        while !listening.server.is_closing() {
            if let Some(socket) = accept_next(cx, &listening) {
                accept_one(cx, &listening.server, socket, [connection, request]);
            }
        }
    }

    /// Serves a connection.
    fn mesh_http_drive as "HttpServer.raw_drive"(cx) {
        drive::<Connection>(cx);
    }

    /// Number, method and target of the request.
    fn mesh_http_head as "HttpServer.raw_head"(cx) -> (i64, Str, Str) {
        let read = with_request(cx, 0, |request| {
            let parts = &request.parts;
            (request.number, parts.version, parts.method.clone(), parts.uri.clone())
        });
        let Some((number, version, method, target)) = read else {
            let empty = cx.string("");
            return (0, empty, empty);
        };
        let method = cx.string(method.as_str());
        // Of HTTP/2 the host stands among the header fields, as it does in HTTP/1.
        let target = match target.path_and_query() {
            Some(path) if version == Version::HTTP_2 || target.scheme().is_none() => {
                cx.string(path.as_str())
            }
            _ => cx.string(&target.to_string()),
        };
        (number.cast_signed(), method, target)
    }

    /// The version of HTTP.
    fn mesh_http_version as "HttpServer.raw_version"(cx) -> Str {
        let version = with_request(cx, 0, |request| request.parts.version);
        cx.string(match version {
            Some(Version::HTTP_10) => "HTTP/1.0",
            Some(Version::HTTP_2) => "HTTP/2",
            _ => "HTTP/1.1",
        })
    }

    /// The client's address and port.
    fn mesh_http_peer as "HttpServer.raw_peer"(cx) -> Str {
        let peer = with_request(cx, 0, |request| Arc::clone(&request.peer));
        cx.string(peer.as_deref().unwrap_or(""))
    }

    /// The header fields, in their order.
    fn mesh_http_headers as "HttpServer.raw_headers"(cx) -> List {
        let taken = with_request(cx, 0, |request| {
            let mut headers = std::mem::take(&mut request.parts.headers);
            if request.parts.version == Version::HTTP_2
                && !headers.contains_key(hyper::header::HOST)
                && let Some(host) = request.parts.uri.authority()
                && let Ok(host) = HeaderValue::from_str(host.as_str())
            {
                headers.insert(hyper::header::HOST, host);
            }
            headers
        });
        let headers = taken.unwrap_or_default();
        list_of(cx, &headers)
    }

    /// How long the body is.
    fn mesh_http_length as "HttpServer.raw_length"(cx) -> i64 {
        let length = with_request(cx, 0, |request| {
            let incoming = request.incoming.as_ref()?;
            incoming.size_hint().exact()
        });
        length.flatten().and_then(|length| i64::try_from(length).ok()).unwrap_or(-1)
    }

    /// The next piece of the body.
    fn mesh_http_read as "Exchange.raw_read"(cx, number: i64) -> (i64, Bytes) {
        read(cx, number)
    }

    /// Answers with a whole body.
    fn mesh_http_answer as "HttpServer.raw_answer"(
        cx, number: i64, status: i64, headers: Pointer, range: i64, contents: Bytes
    ) -> Str {
        // SAFETY: compiled code passes a list.
        let headers = unsafe { List::from_words(headers, range) };
        answer(cx, number, status, &headers, || {
            Ok(Outgoing::whole(contents.to_shared()))
        })
    }

    /// Begins an answer whose body is written piece by piece.
    fn mesh_http_begin as "HttpServer.raw_begin"(
        cx, number: i64, status: i64, headers: Pointer, range: i64, length: i64
    ) -> Str {
        // SAFETY: compiled code passes a list.
        let headers = unsafe { List::from_words(headers, range) };
        answer(cx, number, status, &headers, || {
            Ok(Outgoing::stream(u64::try_from(length).ok()))
        })
    }

    /// Answers with a part of a file.
    fn mesh_http_file as "HttpServer.raw_file"(
        cx, number: i64, status: i64, headers: Pointer, range: i64, path: Str, from: i64, count: i64
    ) -> Str {
        // SAFETY: compiled code passes a list.
        let headers = unsafe { List::from_words(headers, range) };
        let file = open(cx, path.as_str());
        answer(cx, number, status, &headers, || {
            Ok(Outgoing::file(file?, from.unsigned_abs(), count.unsigned_abs()))
        })
    }

    /// Writes a piece of the body.
    fn mesh_http_write as "HttpServer.raw_write"(cx, number: i64, bytes: Bytes) -> i64 {
        write(cx, number, &bytes)
    }

    /// The body is complete.
    fn mesh_http_finish as "HttpServer.raw_finish"(cx, number: i64) {
        let exchange = with_request(cx, number, |request| Arc::clone(&request.exchange));
        if let Some(exchange) = exchange {
            exchange.finish();
        }
    }
}
