//! A connection of HTTP/2 with what hyper runs beside it, which is polled as a part of it.
//!
//! A server's has many streams, each polled only when it was woken itself, so that one that stalls costs the others
//! nothing. A client's has few futures, of which one reads and writes the socket; sockets wake their owner and no
//! single future, so all of them are polled.

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
    beside: Beside,
}

enum Beside {
    Streams(FuturesUnordered<Task>),
    All(Vec<Task>),
}

impl<C: Future> Multiplexed<C> {
    /// A server's connection that was made with these streams.
    pub fn server(connection: C, streams: Streams) -> Multiplexed<C> {
        Multiplexed {
            connection: Box::pin(connection),
            fresh: streams,
            beside: Beside::Streams(FuturesUnordered::new()),
        }
    }

    /// A client's.
    pub fn client(connection: C, streams: Streams) -> Multiplexed<C> {
        Multiplexed {
            connection: Box::pin(connection),
            fresh: streams,
            beside: Beside::All(Vec::new()),
        }
    }

    /// Does what can be done now; ready when the connection is over.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<C::Output> {
        loop {
            let over = self.connection.as_mut().poll(cx);
            let fresh = std::mem::take(&mut *lock(&self.fresh.0));
            let is_quiet = fresh.is_empty();
            match &mut self.beside {
                Beside::Streams(streams) => {
                    streams.extend(fresh);
                    while let Poll::Ready(Some(())) = streams.poll_next_unpin(cx) {}
                }
                Beside::All(futures) => {
                    futures.extend(fresh);
                    futures.retain_mut(|future| future.as_mut().poll(cx).is_pending());
                }
            }
            if over.is_ready() || is_quiet {
                return over;
            }
        }
    }
}
