//! A request and its answer, between the actor of the request and that of its connection.

use super::body::Outgoing;
use crate::io::waker;
use crate::sched::clock;
use crate::sync::lock;
use bytes::Bytes;
use http_body::Body;
use hyper::body::Incoming;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::{AcqRel, Acquire};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

/// Frames of a streamed body that wait to be sent.
const ROOM: usize = 2;

/// What both sides see.
pub struct Exchange {
    /// When the answer must have begun, on the scheduler's clock.
    pub deadline: u64,
    /// Whether the client wants the header only.
    is_head: bool,
    /// Counts the connection's bodies that are streamed.
    pub streamed: Arc<AtomicUsize>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The request's actor, as long as it lives.
    actor: Option<u64>,
    answer: Option<Response<Outgoing>>,
    /// Whether there was an answer: the actor's, or one in its place.
    answered: bool,
    /// Whether the connection no longer wants anything.
    gone: bool,
    frames: VecDeque<Bytes>,
    /// How the streamed body ended, if it has.
    end: Option<End>,
    /// The connection's side, while it waits for an answer or a frame.
    taker: Option<Waker>,
}

/// The end of a streamed body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Complete,
    /// The client must see that something is missing.
    CutOff,
}

/// What came of an attempt to add a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    Done,
    /// There is no room; the actor is woken when there is.
    Full,
    /// Nobody takes it any more.
    Gone,
}

impl Exchange {
    /// An exchange that must be answered within so many milliseconds.
    pub fn new(method: &Method, milliseconds: i64, streamed: &Arc<AtomicUsize>) -> Arc<Exchange> {
        Arc::new(Exchange {
            deadline: clock::rough_deadline(milliseconds),
            is_head: method == Method::HEAD,
            streamed: Arc::clone(streamed),
            state: Mutex::default(),
        })
    }

    /// The request's actor is known.
    pub fn begin(&self, actor: u64) {
        lock(&self.state).actor = Some(actor);
    }

    /// The answer of the request's actor. To one who wants the header only it goes without its body.
    pub fn answer(&self, mut answer: Response<Outgoing>) {
        let mut state = lock(&self.state);
        if state.gone || state.answered {
            return;
        }
        if self.is_head {
            let length = answer.body().size_hint().exact();
            if let Some(length) = length.filter(|length| *length > 0) {
                answer.headers_mut().insert(CONTENT_LENGTH, length.into());
            }
            *answer.body_mut() = Outgoing::whole(Bytes::new());
            state.gone = true;
        } else {
            // What hyper says of the body is right in any case.
            answer.headers_mut().remove(CONTENT_LENGTH);
        }
        Self::give(&mut state, answer);
    }

    fn give(state: &mut State, answer: Response<Outgoing>) {
        state.answered = true;
        state.answer = Some(answer);
        if let Some(taker) = state.taker.take() {
            taker.wake();
        }
    }

    /// Whether the answer has begun.
    pub fn is_answered(&self) -> bool {
        lock(&self.state).answered
    }

    /// The time is up: the client gets a 504 unless its answer has begun, and the actor ends.
    pub fn time_out(&self) {
        let mut state = lock(&self.state);
        if !state.answered {
            Self::give(&mut state, plain(StatusCode::GATEWAY_TIMEOUT));
            kill(state.actor);
        }
    }

    /// Adds a frame to the streamed body.
    pub fn add(&self, frame: &mut Option<Bytes>) -> Added {
        let mut state = lock(&self.state);
        if state.gone || state.end.is_some() {
            return Added::Gone;
        }
        if state.frames.len() >= ROOM {
            return Added::Full;
        }
        state.frames.extend(frame.take());
        if let Some(taker) = state.taker.take() {
            taker.wake();
        }
        Added::Done
    }

    fn end(&self, end: End) {
        let mut state = lock(&self.state);
        if state.end.is_none() {
            state.end = Some(end);
            if let Some(taker) = state.taker.take() {
                taker.wake();
            }
        }
    }

    /// The streamed body is complete.
    pub fn finish(&self) {
        self.end(End::Complete);
    }

    /// The actor of the request is over: what it owes is made up for.
    fn abandon(&self) {
        let mut state = lock(&self.state);
        state.actor = None;
        if state.answered {
            drop(state);
            // Of a streamed body that it had not finished.
            self.end(End::CutOff);
        } else {
            Self::give(&mut state, plain(StatusCode::INTERNAL_SERVER_ERROR));
        }
    }

    /// The next frame of the streamed body.
    pub fn take_frame(&self, cx: &Context<'_>) -> Poll<Option<Result<Bytes, CutOff>>> {
        let mut state = lock(&self.state);
        if let Some(frame) = state.frames.pop_front() {
            if let Some(actor) = state.actor {
                waker::wake(actor);
            }
            return Poll::Ready(Some(Ok(frame)));
        }
        match state.end {
            Some(End::Complete) => Poll::Ready(None),
            Some(End::CutOff) => Poll::Ready(Some(Err(CutOff))),
            None => {
                state.taker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }

    /// The connection wants nothing more: the actor of the request ends, if it is not over.
    pub fn leave(&self) {
        let mut state = lock(&self.state);
        state.gone = true;
        state.frames.clear();
        if state.end != Some(End::Complete) {
            kill(state.actor);
        }
    }
}

fn kill(actor: Option<u64>) {
    if let Some(actor) = actor {
        waker::kill(actor);
    }
}

/// A streamed body ended too early.
#[derive(Clone, Copy, Debug)]
pub struct CutOff;

impl std::fmt::Display for CutOff {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the body ended too early")
    }
}

impl std::error::Error for CutOff {}

/// An answer that the server itself gives.
pub fn plain(status: StatusCode) -> Response<Outgoing> {
    let text = status.canonical_reason().unwrap_or("Error");
    let mut answer = Response::new(Outgoing::whole(Bytes::from_static(text.as_bytes())));
    *answer.status_mut() = status;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, kind);
    answer
}

/// Counts the requests of a connection that are under way, or bodies that are streamed, each as long as this lives.
pub struct Ticket(Arc<AtomicUsize>);

impl Ticket {
    pub fn new(count: &Arc<AtomicUsize>) -> Ticket {
        count.fetch_add(1, AcqRel);
        Ticket(Arc::clone(count))
    }

    /// How many there are.
    pub fn count(count: &Arc<AtomicUsize>) -> usize {
        count.load(Acquire)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.fetch_sub(1, AcqRel);
    }
}

/// The connection's side until the answer begins: what the service gives hyper. Dropped before that, it
/// ends the actor of the request.
pub struct Reply {
    /// Taken with the answer.
    waits: Option<(Arc<Exchange>, Ticket)>,
}

impl Reply {
    pub fn new(exchange: Arc<Exchange>, ticket: Ticket) -> Reply {
        Reply {
            waits: Some((exchange, ticket)),
        }
    }
}

impl Future for Reply {
    type Output = Result<Response<Outgoing>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some((exchange, ticket)) = self.waits.take() else {
            return Poll::Pending;
        };
        let mut state = lock(&exchange.state);
        let Some(mut answer) = state.answer.take() else {
            state.taker = Some(cx.waker().clone());
            drop(state);
            self.waits = Some((exchange, ticket));
            return Poll::Pending;
        };
        drop(state);
        answer.body_mut().keep(exchange, ticket);
        Poll::Ready(Ok(answer))
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        if let Some((exchange, _)) = &self.waits {
            exchange.leave();
        }
    }
}

/// The side of the request's actor.
pub struct Handling {
    pub exchange: Arc<Exchange>,
    pub number: u64,
    pub parts: Parts,
    pub incoming: Option<Incoming>,
    /// Bytes of the body that came in.
    pub received: u64,
    pub most: u64,
    /// Milliseconds to wait for a frame of the body, or for room for one.
    pub patience: i64,
    pub peer: Arc<str>,
}

impl Drop for Handling {
    fn drop(&mut self) {
        self.exchange.abandon();
    }
}
