//! Bodies of a client's requests.

use crate::sync::lock;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

/// What hyper sends.
pub enum Sent {
    Whole(Option<Bytes>),
    Pieces(Arc<Upload>),
}

/// A body of which the actor that sends it gives one piece after another.
#[derive(Default)]
pub struct Upload(Mutex<Pieces>);

#[derive(Default)]
struct Pieces {
    next: Option<Bytes>,
    is_over: bool,
    /// The connection takes no more.
    is_closed: bool,
    /// Whom to wake when a piece was taken, and when there is one.
    giver: Option<Waker>,
    taker: Option<Waker>,
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

impl Upload {
    /// Offers a piece, of which there may be one at a time.
    pub fn offer(&self, piece: Bytes) {
        let mut pieces = lock(&self.0);
        pieces.next = Some(piece);
        let taker = pieces.taker.take();
        drop(pieces);
        wake(taker);
    }

    /// Whether the last piece was taken, or will never be; else whoever asks is woken then.
    pub fn is_taken(&self, cx: &Context<'_>) -> bool {
        let mut pieces = lock(&self.0);
        let is_taken = pieces.next.is_none() || pieces.is_closed;
        if !is_taken {
            pieces.giver = Some(cx.waker().clone());
        }
        is_taken
    }

    pub fn is_closed(&self) -> bool {
        lock(&self.0).is_closed
    }

    /// There are no more pieces.
    pub fn finish(&self) {
        let mut pieces = lock(&self.0);
        pieces.is_over = true;
        let taker = pieces.taker.take();
        drop(pieces);
        wake(taker);
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
            let mut pieces = lock(&upload.0);
            pieces.is_closed = true;
            let giver = pieces.giver.take();
            drop(pieces);
            wake(giver);
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
                    Some(piece) => {
                        let giver = pieces.giver.take();
                        drop(pieces);
                        wake(giver);
                        Poll::Ready(Some(Ok(Frame::data(piece))))
                    }
                    None if pieces.is_over => Poll::Ready(None),
                    None => {
                        pieces.taker = Some(cx.waker().clone());
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
