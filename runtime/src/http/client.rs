//! The client: one request with its answer.
//!
//! A conversation belongs to the actor that asked. Whoever waits for the answer, or for a piece of its body, polls hyper's
//! connection as well, unless that is shared ([`links`](super::links)). When the answer has come to its end the connection is
//! kept for others.

use super::links::{Answer, Link, Server};
use super::upload::{Sent, Upload};
use hyper::Request;
use hyper::body::Incoming;
use hyper::http::response::Parts;
use std::error::Error;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll};

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
    fn poll(&mut self, cx: &mut Context<'_>) {
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
                // Trailers are not passed on.
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

    /// Whether an error says that the server had closed the connection, so that the request may be sent again on another:
    /// any request where the server has not looked at it, one that may be sent twice otherwise (RFC 9110, section 9.2.2).
    pub fn was_closed(&self, error: &hyper::Error) -> bool {
        let unseen = error.is_canceled() || error.is_closed() || was_unseen(error);
        let lost = error.is_incomplete_message() || is_broken(error);
        self.is_reused && (unseen || lost && self.is_idempotent)
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

/// An error, and what it came from.
fn causes<'a>(error: &'a hyper::Error) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(error.source(), |&error| error.source())
}

/// Whether a server of HTTP/2 says that it has not looked at the request (RFC 9113, section 8.7).
fn was_unseen(error: &hyper::Error) -> bool {
    let mut errors = causes(error).filter_map(|error| error.downcast_ref::<h2::Error>());
    errors.any(|error| {
        error.reason() == Some(h2::Reason::REFUSED_STREAM)
            || (error.is_go_away() && error.is_remote())
    })
}

/// Whether it is the connection that is broken, and not what came on it.
fn is_broken(error: &hyper::Error) -> bool {
    causes(error).any(|error| {
        if let Some(error) = error.downcast_ref::<h2::Error>() {
            return error.is_io() || error.is_go_away();
        }
        let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
        matches!(
            kind,
            Some(
                io::ErrorKind::ConnectionReset
                    | io::ErrorKind::ConnectionAborted
                    | io::ErrorKind::BrokenPipe
                    | io::ErrorKind::UnexpectedEof
            )
        )
    })
}
