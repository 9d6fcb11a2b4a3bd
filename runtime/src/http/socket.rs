//! A connection's socket as hyper and rustls use it.

use super::tls;
use crate::io::tcp::Stream;
use hyper::rt::{Read, ReadBufCursor, Write};
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A socket that its connection's actor looks at too.
#[derive(Clone)]
pub struct Socket {
    pub stream: Arc<Stream>,
    /// Whether the last write found no room.
    blocked: Arc<AtomicBool>,
}

impl Socket {
    pub fn new(stream: Stream) -> Socket {
        Socket {
            stream: Arc::new(stream),
            blocked: Arc::default(),
        }
    }

    /// Whether the client takes nothing at the moment.
    pub fn is_blocked(&self) -> bool {
        self.blocked.load(Relaxed)
    }

    fn write(&self, cx: &Context<'_>, parts: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let written = self.stream.write(cx, parts);
        if self.blocked.load(Relaxed) != written.is_pending() {
            self.blocked.store(written.is_pending(), Relaxed);
        }
        written
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // SAFETY: nothing is made uninitialised: the socket only writes.
        let room = unsafe { buffer.unfilled_mut() };
        let count = ready!(self.stream.read(cx, room))?;
        // SAFETY: the socket filled so many bytes.
        unsafe { buffer.assume_init(count) };
        buffer.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.write(cx, &[IoSlice::new(bytes)])
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.end_writing();
        Poll::Ready(Ok(()))
    }
}

/// What hyper reads from and writes to.
pub struct Transport {
    way: Way,
    /// Bytes that were read before hyper got it, and how many of them hyper has.
    early: Vec<u8>,
    given: usize,
}

enum Way {
    Plain(Socket),
    Tls(Box<tls::Stream>),
}

impl Transport {
    pub fn plain(socket: Socket) -> Transport {
        Transport {
            way: Way::Plain(socket),
            early: Vec::new(),
            given: 0,
        }
    }

    pub fn tls(stream: tls::Stream) -> Transport {
        Transport {
            way: Way::Tls(Box::new(stream)),
            early: Vec::new(),
            given: 0,
        }
    }

    /// Reads first bytes, which hyper will get again, until there are `count` or `enough` says so; `false` at the end.
    ///
    /// # Errors
    /// The connection is broken.
    pub fn peek(
        &mut self,
        cx: &mut Context<'_>,
        count: usize,
        enough: impl Fn(&[u8]) -> bool,
    ) -> Poll<io::Result<bool>> {
        while self.early.len() < count && !enough(&self.early) {
            let mut room = [MaybeUninit::uninit(); 32];
            let most = count - self.early.len();
            let mut buffer = ReadBuf::uninit(&mut room[..most.min(32)]);
            ready!(self.read(cx, &mut buffer))?;
            if buffer.filled().is_empty() {
                return Poll::Ready(Ok(false));
            }
            self.early.extend_from_slice(buffer.filled());
        }
        Poll::Ready(Ok(true))
    }

    /// What was read first.
    pub fn peeked(&self) -> &[u8] {
        &self.early
    }

    fn read(&mut self, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match &mut self.way {
            Way::Plain(socket) => Pin::new(socket).poll_read(cx, buffer),
            Way::Tls(stream) => Pin::new(stream.as_mut()).poll_read(cx, buffer),
        }
    }
}

impl Read for Transport {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut cursor: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if self.given < self.early.len() {
            let count = cursor.remaining().min(self.early.len() - self.given);
            cursor.put_slice(&self.early[self.given..self.given + count]);
            self.given += count;
            if self.given == self.early.len() {
                (self.early, self.given) = (Vec::new(), 0);
            }
            return Poll::Ready(Ok(()));
        }
        // SAFETY: the readers below only write to it.
        let room = unsafe { cursor.as_mut() };
        let count = match &mut self.way {
            Way::Plain(socket) => ready!(socket.stream.read(cx, room))?,
            Way::Tls(stream) => {
                let mut buffer = ReadBuf::uninit(room);
                ready!(Pin::new(stream.as_mut()).poll_read(cx, &mut buffer))?;
                buffer.filled().len()
            }
        };
        // SAFETY: so many bytes were filled.
        unsafe { cursor.advance(count) };
        Poll::Ready(Ok(()))
    }
}

impl Write for Transport {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.way {
            Way::Plain(socket) => socket.write(cx, &[IoSlice::new(bytes)]),
            Way::Tls(stream) => Pin::new(stream.as_mut()).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.way {
            Way::Plain(socket) => socket.write(cx, parts),
            Way::Tls(stream) => Pin::new(stream.as_mut()).poll_write_vectored(cx, parts),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match &self.way {
            Way::Plain(_) => true,
            Way::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.way {
            Way::Plain(_) => Poll::Ready(Ok(())),
            Way::Tls(stream) => Pin::new(stream.as_mut()).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.way {
            Way::Plain(socket) => {
                socket.stream.end_writing();
                Poll::Ready(Ok(()))
            }
            Way::Tls(stream) => Pin::new(stream.as_mut()).poll_shutdown(cx),
        }
    }
}
