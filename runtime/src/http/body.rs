//! Bodies of answers, as hyper sends them.

use super::exchange::{CutOff, Exchange, Ticket};
use super::pieces::Pieces;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::error::Error;
use std::fs::File;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// See the module's comment.
pub struct Outgoing {
    source: Source,
    /// As long as this is not sent: what ends the request's actor when the client goes away.
    exchange: Option<(Arc<Exchange>, Ticket)>,
    /// Of a body that is streamed.
    streamed: Option<Ticket>,
}

enum Source {
    Whole(Option<Bytes>),
    /// The length where it is known.
    Stream(Option<u64>),
    File(Pieces),
}

impl Outgoing {
    /// Bytes that are all there.
    pub fn whole(bytes: Bytes) -> Outgoing {
        let bytes = (!bytes.is_empty()).then_some(bytes);
        Outgoing {
            source: Source::Whole(bytes),
            exchange: None,
            streamed: None,
        }
    }

    /// What the request's actor writes, of so many bytes if that is known.
    pub fn stream(length: Option<u64>) -> Outgoing {
        Outgoing {
            source: Source::Stream(length),
            exchange: None,
            streamed: None,
        }
    }

    /// So many bytes of a file, from a place in it on.
    pub fn file(file: File, from: u64, count: u64) -> Outgoing {
        Outgoing {
            source: Source::File(Pieces::new(file, from, count)),
            exchange: None,
            streamed: None,
        }
    }

    /// The body is now what keeps the exchange.
    pub fn keep(&mut self, exchange: Arc<Exchange>, ticket: Ticket) {
        if let Source::Stream(_) = self.source {
            self.streamed = Some(Ticket::new(&exchange.streamed));
        }
        self.exchange = Some((exchange, ticket));
    }

    fn next(
        &mut self,
        cx: &Context<'_>,
    ) -> Poll<Option<Result<Bytes, Box<dyn Error + Send + Sync>>>> {
        match &mut self.source {
            Source::Whole(bytes) => Poll::Ready(bytes.take().map(Ok)),
            Source::Stream(_) => match &self.exchange {
                None => Poll::Ready(Some(Err(CutOff.into()))),
                Some((exchange, _)) => exchange
                    .take_frame(cx)
                    .map(|frame| frame.map(|frame| frame.map_err(Into::into))),
            },
            Source::File(pieces) => pieces
                .poll_next(cx)
                .map(|piece| piece.map(|piece| piece.map_err(Into::into))),
        }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.next(cx)
            .map(|next| next.map(|bytes| bytes.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        match &self.source {
            Source::Whole(bytes) => bytes.is_none(),
            Source::Stream(_) => false,
            Source::File(pieces) => pieces.left() == 0,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.source {
            Source::Whole(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            Source::Stream(length) => length.map_or_else(SizeHint::new, SizeHint::with_exact),
            Source::File(pieces) => SizeHint::with_exact(pieces.left()),
        }
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        // Whoever streams has to know that nobody takes it; any other actor has answered, and is left alone.
        if let (Source::Stream(_), Some((exchange, _))) = (&self.source, &self.exchange) {
            exchange.leave();
        }
    }
}
