//! The HTTP client: what an actor does that asks a server for something.

use super::http::{Driven, Life, drive, fields, list_of, own, start, take_owned};
use crate::heap::list::List;
use crate::heap::string::{Bytes, Str};
use crate::http::client::Conversation;
use crate::http::connect::{Attempt, Failure, Made};
use crate::http::links::{Asking, Driver, Link, Server};
use crate::http::upload::Sent;
use crate::io::block_on::block_on;
use crate::native;
use crate::natives::Cx;
use crate::natives::words::Pointer;
use crate::sched::clock;
use hyper::Request;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Kinds of what is wrong.
const NO_SUCH_HOST: i64 = 1;
const NO_CONNECTION: i64 = 2;
const NO_TLS: i64 = 3;
const TIMED_OUT: i64 = 4;
const BAD_ANSWER: &str = "5";
const CLOSED: &str = "6";

/// A connection that is ready for a request.
struct Ready {
    server: Server,
    link: Link,
    is_reused: bool,
}

impl Driven for Driver {
    fn poll(&mut self, poll: &mut Context<'_>) -> Poll<()> {
        Driver::poll(self, poll)
    }

    fn deadline(&self) -> u64 {
        self.deadline
    }
}

/// A connection to a server: one that there is, or a new one. `drive` is what its own actor runs, if it has one.
fn connect(
    cx: &mut Cx,
    server: &Server,
    fresh: bool,
    milliseconds: i64,
    drive: Pointer,
) -> Result<(Link, bool), Failure> {
    let owner = cx.actor().pid();
    let until = clock::deadline(milliseconds);
    let mut asking = None;
    if !fresh {
        if let Some(link) = Link::pooled(server, owner) {
            return Ok((link, true));
        }
        if server.secure {
            asking = Asking::begin(server, owner);
        }
        if server.secure && asking.is_none() {
            let known = block_on(cx, until, |_| {
                if Asking::is_awaited(server, owner) {
                    return Poll::Pending;
                }
                Poll::Ready(())
            });
            known.ok_or(Failure::TimedOut)?;
            if let Some(link) = Link::pooled(server, owner) {
                return Ok((link, true));
            }
        }
    }
    let (link, driver) = attempt(cx, server, until)?;
    if let Some(mut driver) = driver {
        start(cx, drive, &[drive], Life::Long, |actor| {
            driver.begin(actor.pid());
            Some(Box::new(driver))
        });
    }
    drop(asking);
    Ok((link, false))
}

/// Makes a new connection.
fn attempt(cx: &mut Cx, server: &Server, until: u64) -> Result<Made, Failure> {
    let mut attempt = Attempt::new(server.clone(), cx.actor().pid());
    let actor = cx.actor();
    let made = block_on(cx, until, |poll| {
        // SAFETY: the actor runs, on a worker, which lives for ever; on another after a wait, it may be.
        attempt.poll(unsafe { &*actor.worker.get() }, poll)
    });
    made.unwrap_or(Err(Failure::TimedOut))
}

/// Uses a conversation of the running actor.
fn with_conversation<R>(
    cx: &mut Cx,
    number: i64,
    f: impl FnOnce(&mut Cx, &mut Conversation) -> R,
) -> Option<R> {
    let mut conversation =
        take_owned::<Conversation>(cx, |one| one.number == number.cast_unsigned())?;
    let result = f(cx, &mut conversation);
    own(cx, conversation);
    Some(result)
}

/// What may be asked for with these words.
fn request(
    method: &str,
    target: &str,
    headers: &List,
    body: Sent,
) -> Result<Request<Sent>, String> {
    let mut request = Request::new(body);
    *request.method_mut() = method
        .parse()
        .map_err(|_| format!("{method:?} is no method"))?;
    *request.uri_mut() = target
        .parse()
        .map_err(|_| format!("{target:?} is no target of a request"))?;
    *request.headers_mut() = fields(headers)?;
    Ok(request)
}

native! {
    /// Makes a connection for the next request.
    fn mesh_http_connect as "HttpClient.raw_connect"(
        cx, flags: i64, host: Str, port: i64, milliseconds: i64, drive: Pointer
    ) -> (i64, Str) {
        // A connection that was made and never used.
        drop(take_owned::<Ready>(cx, |_| true));
        let server = Server {
            host: host.as_str().to_owned(),
            port: u16::try_from(port).unwrap_or(0),
            secure: flags & 1 != 0,
        };
        match connect(cx, &server, flags & 2 != 0, milliseconds, drive) {
            Ok((link, is_reused)) => {
                own(cx, Box::new(Ready { server, link, is_reused }));
                (0, cx.string(""))
            }
            Err(Failure::NoSuchHost) => (NO_SUCH_HOST, cx.string("")),
            Err(Failure::NoConnection(problem)) => (NO_CONNECTION, cx.string(&problem)),
            Err(Failure::NoTls(problem)) => (NO_TLS, cx.string(&problem)),
            Err(Failure::TimedOut) => (TIMED_OUT, cx.string("")),
        }
    }

    /// Does what the connection of this actor, which others use, has to do.
    fn mesh_http_client_drive as "HttpClient.raw_drive"(cx) {
        drive::<Driver>(cx);
    }

    /// Sends a request on the connection that was made.
    fn mesh_http_send as "HttpClient.raw_send"(
        cx, method: Str, target: Str, headers: Pointer, range: i64, contents: Bytes, pieces: i64
    ) -> (i64, Str) {
        // SAFETY: compiled code passes a list.
        let headers = unsafe { List::from_words(headers, range) };
        let body = if pieces == 0 {
            Sent::whole(contents.to_shared())
        } else {
            Sent::Pieces(Arc::default())
        };
        let Some(ready) = take_owned::<Ready>(cx, |_| true) else {
            return (0, cx.string("there is no connection"));
        };
        match request(method.as_str(), target.as_str(), &headers, body) {
            Ok(request) => {
                let Ready { server, link, is_reused } = *ready;
                let conversation = Conversation::new(server, link, is_reused, request);
                let number = conversation.number;
                own(cx, Box::new(conversation));
                (number.cast_signed(), cx.string(""))
            }
            Err(problem) => (0, cx.string(&problem)),
        }
    }

    /// Sends a piece of the request's body.
    fn mesh_http_piece as "HttpClient.raw_piece"(
        cx, number: i64, piece: Bytes, milliseconds: i64
    ) -> i64 {
        let piece = piece.to_shared();
        let sent = with_conversation(cx, number, |cx, conversation| {
            let Some(upload) = conversation.upload.clone() else {
                return 1;
            };
            upload.offer(piece);
            let taken = block_on(cx, clock::deadline(milliseconds), |poll| {
                // An answer that comes before the end is kept for later.
                let answered = conversation.poll_answer(poll).is_ready();
                if upload.is_taken(poll) || answered { Poll::Ready(()) } else { Poll::Pending }
            });
            match taken {
                None => TIMED_OUT,
                Some(()) => i64::from(upload.is_closed()),
            }
        });
        sent.unwrap_or(1)
    }

    /// The request's body is complete.
    fn mesh_http_end as "HttpClient.raw_end"(cx, number: i64) {
        with_conversation(cx, number, |_, conversation| {
            if let Some(upload) = &conversation.upload {
                upload.finish();
            }
        });
    }

    /// Waits for the answer.
    fn mesh_http_client_answer as "HttpClient.raw_answer"(
        cx, number: i64, milliseconds: i64
    ) -> (i64, Str) {
        let found = take_owned::<Conversation>(cx, |one| one.number == number.cast_unsigned());
        let Some(mut conversation) = found else {
            return (0, cx.string(BAD_ANSWER));
        };
        let come = block_on(cx, clock::deadline(milliseconds), |poll| conversation.poll_answer(poll));
        match come {
            None => (0, cx.string("4")),
            Some(Err(error)) if conversation.was_closed(&error) => {
                (0, cx.string(CLOSED))
            }
            Some(Err(error)) => (0, cx.string(&format!("{BAD_ANSWER}{error}"))),
            Some(Ok(())) => {
                let status = conversation.parts.as_ref().map_or(0, |parts| parts.status.as_u16());
                own(cx, conversation);
                (status.into(), cx.string(""))
            }
        }
    }

    /// The header fields of the answer.
    fn mesh_http_client_headers as "HttpClient.raw_headers"(cx, number: i64) -> List {
        let headers = with_conversation(cx, number, |_, conversation| {
            conversation.parts.as_ref().map(|parts| parts.headers.clone())
        });
        list_of(cx, &headers.flatten().unwrap_or_default())
    }

    /// How long the answer's body is.
    fn mesh_http_client_length as "HttpClient.raw_length"(cx, number: i64) -> i64 {
        let length = with_conversation(cx, number, |_, conversation| conversation.length());
        length.flatten().and_then(|length| i64::try_from(length).ok()).unwrap_or(-1)
    }
}

/// The next piece of an answer's body, as `Exchange.raw_read` gives it; `None` where the actor has no such conversation.
pub(super) fn read(cx: &mut Cx, number: i64) -> Option<(i64, Bytes)> {
    const PATIENCE: i64 = 60_000;
    const END: i64 = 0;
    const PIECE: i64 = 1;
    const GONE: i64 = 2;
    const STUCK: i64 = 4;
    const READ_BEFORE: i64 = 6;
    let mut conversation =
        take_owned::<Conversation>(cx, |one| one.number == number.cast_unsigned())?;
    if conversation.is_read() {
        own(cx, conversation);
        return Some((READ_BEFORE, cx.bytes(b"")));
    }
    let deadline = clock::rough_deadline(PATIENCE);
    let piece = block_on(cx, deadline, |poll| conversation.poll_piece(poll));
    match piece {
        None => Some((STUCK, cx.bytes(b""))),
        Some(Some(Err(_))) => Some((GONE, cx.bytes(b""))),
        Some(None) => {
            own(cx, conversation);
            Some((END, cx.bytes(b"")))
        }
        Some(Some(Ok(piece))) => {
            own(cx, conversation);
            Some((PIECE, cx.bytes(&piece)))
        }
    }
}
