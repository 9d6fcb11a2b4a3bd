//! Bodies of a client's requests.

use crate::sync::lock;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

/// What hyper sends.
pub enum Sent {
    Whole(Option<Bytes>),
    Pieces(Arc<Upload>),
}

/// A body of which the actor that sends it gives one piece after another. The same actor polls the connection, so nobody
/// has to be woken.
#[derive(Default)]
pub struct Upload(Mutex<Pieces>);

#[derive(Default)]
struct Pieces {
    next: Option<Bytes>,
    is_over: bool,
    /// The connection takes no more.
    is_closed: bool,
}

impl Upload {
    /// Offers a piece, of which there may be one at a time.
    pub fn offer(&self, piece: Bytes) {
        lock(&self.0).next = Some(piece);
    }

    /// Whether the last piece was taken, or will never be.
    pub fn is_taken(&self) -> bool {
        let pieces = lock(&self.0);
        pieces.next.is_none() || pieces.is_closed
    }

    pub fn is_closed(&self) -> bool {
        lock(&self.0).is_closed
    }

    /// There are no more pieces.
    pub fn finish(&self) {
        lock(&self.0).is_over = true;
    }
}

impl Sent {
    /// Bytes that are all there.
    pub fn whole(bytes: Bytes) -> Sent {
        Sent::Whole((!bytes.is_empty()).then_some(bytes))
    }

    /// Where pieces are given to, if it has pieces.
    pub fn upload(&self) -> Option<Arc<Upload>> {
        match self {
            Sent::Whole(_) => None,
            Sent::Pieces(upload) => Some(Arc::clone(upload)),
        }
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        if let Sent::Pieces(upload) = self {
            lock(&upload.0).is_closed = true;
        }
    }
}

impl Body for Sent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match &mut *self {
            Sent::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Sent::Pieces(upload) => {
                let mut pieces = lock(&upload.0);
                match pieces.next.take() {
                    Some(piece) => Poll::Ready(Some(Ok(Frame::data(piece)))),
                    None if pieces.is_over => Poll::Ready(None),
                    None => {
                        let _ = cx;
                        Poll::Pending
                    }
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Sent::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Sent::Whole(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            Sent::Pieces(_) => SizeHint::new(),
        }
    }
}
