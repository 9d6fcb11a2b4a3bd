//! A connection of HTTP/2 with what hyper runs beside it, which is polled as a part of it.
//!
//! Each of them is polled only when it was woken itself, so that one that stalls costs the others nothing. A client's first
//! one is another matter: it reads and writes the socket, which wakes its owner and no single future, so it is polled
//! whenever the owner is.

use crate::sync::lock;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use hyper::rt::Executor;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where hyper leaves the streams that are to be polled.
#[derive(Clone, Default)]
pub struct Streams(Arc<Mutex<Vec<Task>>>);

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Streams {
    fn execute(&self, future: F) {
        lock(&self.0).push(Box::pin(future));
    }
}

/// See the module's comment.
pub struct Multiplexed<C> {
    pub connection: Pin<Box<C>>,
    fresh: Streams,
    streams: FuturesUnordered<Task>,
    /// Of a client: what reads and writes the socket, and whether that is still to come.
    first: Option<Task>,
    wants_first: bool,
}

impl<C: Future> Multiplexed<C> {
    /// A server's connection that was made with these streams.
    pub fn server(connection: C, streams: Streams) -> Multiplexed<C> {
        Multiplexed {
            connection: Box::pin(connection),
            fresh: streams,
            streams: FuturesUnordered::new(),
            first: None,
            wants_first: false,
        }
    }

    /// A client's.
    pub fn client(connection: C, streams: Streams) -> Multiplexed<C> {
        Multiplexed {
            wants_first: true,
            ..Multiplexed::server(connection, streams)
        }
    }

    /// Does what can be done now; ready when the connection is over.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<C::Output> {
        loop {
            let over = self.connection.as_mut().poll(cx);
            let mut fresh = std::mem::take(&mut *lock(&self.fresh.0)).into_iter();
            let is_quiet = fresh.len() == 0;
            if self.wants_first {
                self.first = fresh.next();
                self.wants_first = self.first.is_none();
            }
            self.streams.extend(fresh);
            while let Poll::Ready(Some(())) = self.streams.poll_next_unpin(cx) {}
            if let Some(first) = &mut self.first
                && first.as_mut().poll(cx).is_ready()
            {
                self.first = None;
            }
            if over.is_ready() || is_quiet {
                return over;
            }
        }
    }
}
