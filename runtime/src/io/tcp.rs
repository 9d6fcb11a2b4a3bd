//! TCP for actors: a listener and connections whose operations say at once when they would have to wait.
//!
//! What would have to wait is [`Poll::Pending`], and the owner of the socket is woken when it may be tried
//! again; the waker of the poll is not needed.

use super::block_on::may_go_on;
use super::source::{BROKEN, READ, READ_CLOSED, Registration, WRITE};
use crate::sched::worker::Worker;
use std::io::{self, IoSlice};
use std::mem::{MaybeUninit, zeroed};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::os::fd::{AsRawFd, FromRawFd};
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll};

/// Connections that the system keeps until they are accepted.
const BACKLOG: i32 = 4096;

/// Waits for connections.
pub struct Listener {
    registration: Registration,
    socket: TcpListener,
}

/// A connection.
pub struct Stream {
    registration: Registration,
    socket: TcpStream,
    /// Bytes that came in.
    received: AtomicU64,
    /// Bytes that the system has taken.
    sent: AtomicU64,
}

/// The bytes of all parts after one another, `all` of them; none where that is more than there is room for.
fn joined<'a>(room: &'a mut [MaybeUninit<u8>], parts: &[IoSlice<'_>], all: usize) -> &'a [u8] {
    let Some(room) = room.get_mut(..all) else {
        return &[];
    };
    let mut at = 0;
    for part in parts {
        for (place, byte) in room[at..].iter_mut().zip(part.iter()) {
            place.write(*byte);
        }
        at += part.len();
    }
    // SAFETY: the parts have `all` bytes together, which were written.
    unsafe { std::slice::from_raw_parts(room.as_ptr().cast(), all) }
}

/// Something did not work at once: it will be tried again.
fn later<R>(cx: &Context<'_>) -> Poll<R> {
    cx.waker().wake_by_ref();
    Poll::Pending
}

impl Listener {
    /// Listens, for the actor that runs.
    ///
    /// # Errors
    /// What the system refused.
    pub fn bind(worker: &Worker, owner: u64, address: impl ToSocketAddrs) -> io::Result<Listener> {
        let socket = TcpListener::bind(address)?;
        socket.set_nonblocking(true)?;
        let descriptor = socket.as_raw_fd();
        let on: i32 = 1;
        // SAFETY: plain calls on our own socket; the option is an integer. Connections inherit it.
        unsafe {
            libc::listen(descriptor, BACKLOG);
            libc::setsockopt(
                descriptor,
                libc::IPPROTO_TCP,
                libc::TCP_NODELAY,
                (&raw const on).cast(),
                size_of::<i32>() as libc::socklen_t,
            );
        }
        Ok(Listener {
            registration: Registration::new(worker, descriptor, owner)?,
            socket,
        })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// The next connection, without an owner yet.
    ///
    /// # Errors
    /// What the system refused: this connection, or all as long as it has no room.
    pub fn accept(&self, cx: &Context<'_>) -> Poll<io::Result<TcpStream>> {
        if !may_go_on() {
            return later(cx);
        }
        let descriptor = self.socket.as_raw_fd();
        let accepted = self.registration.attempt(READ, || {
            let flags = libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
            // SAFETY: the address is not asked for; what is given is a socket of ours.
            unsafe {
                let socket = libc::accept4(
                    descriptor,
                    std::ptr::null_mut(),
                    std::ptr::null_mut(),
                    flags,
                );
                if socket < 0 {
                    return Err(io::Error::last_os_error());
                }
                Ok((TcpStream::from_raw_fd(socket), true))
            }
        });
        if let Some(Err(_)) = accepted {
            // There may be more behind one that failed.
            self.registration.retry(READ);
        }
        accepted.map_or(Poll::Pending, Poll::Ready)
    }
}

/// A connection that is being made.
pub struct Connecting(Option<Stream>);

impl Connecting {
    /// Begins, for an actor.
    ///
    /// # Errors
    /// What the system refused at once.
    pub fn new(worker: &Worker, owner: u64, address: SocketAddr) -> io::Result<Connecting> {
        let family = match address {
            SocketAddr::V4(_) => libc::AF_INET,
            SocketAddr::V6(_) => libc::AF_INET6,
        };
        let kind = libc::SOCK_STREAM | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
        // SAFETY: what is given is a socket of ours; the address is as long as it says.
        let socket = unsafe {
            let descriptor = libc::socket(family, kind, 0);
            if descriptor < 0 {
                return Err(io::Error::last_os_error());
            }
            let socket = TcpStream::from_raw_fd(descriptor);
            let (place, len) = raw_address(&address);
            if libc::connect(descriptor, (&raw const place).cast(), len) != 0 {
                let error = io::Error::last_os_error();
                if error.raw_os_error() != Some(libc::EINPROGRESS) {
                    return Err(error);
                }
            }
            socket
        };
        let _ = socket.set_nodelay(true);
        let stream = Stream::new(worker, owner, socket)?;
        // It is not: the event that says so is still to come.
        stream.registration.forget(WRITE);
        Ok(Connecting(Some(stream)))
    }

    /// The connection, when it is made.
    ///
    /// # Errors
    /// Why it is not.
    pub fn poll(&mut self) -> Poll<io::Result<Stream>> {
        let Some(stream) = self.0.take() else {
            return Poll::Pending;
        };
        if let Ok(Some(error)) = stream.socket.take_error() {
            return Poll::Ready(Err(error));
        }
        // One without an address on the other side is not connected yet.
        if stream.peer().is_none() {
            self.0 = Some(stream);
            return Poll::Pending;
        }
        stream.registration.retry(WRITE);
        Poll::Ready(Ok(stream))
    }
}

/// An address as the system takes it, and its length.
fn raw_address(address: &SocketAddr) -> (libc::sockaddr_storage, libc::socklen_t) {
    // SAFETY: a record of plain numbers, which has room for both kinds.
    unsafe {
        let mut place: libc::sockaddr_storage = zeroed();
        let len = match address {
            SocketAddr::V4(address) => {
                let inner: *mut libc::sockaddr_in = (&raw mut place).cast();
                (*inner).sin_family = libc::AF_INET as libc::sa_family_t;
                (*inner).sin_port = address.port().to_be();
                (*inner).sin_addr.s_addr = u32::from_ne_bytes(address.ip().octets());
                size_of::<libc::sockaddr_in>()
            }
            SocketAddr::V6(address) => {
                let inner: *mut libc::sockaddr_in6 = (&raw mut place).cast();
                (*inner).sin6_family = libc::AF_INET6 as libc::sa_family_t;
                (*inner).sin6_port = address.port().to_be();
                (*inner).sin6_addr.s6_addr = address.ip().octets();
                (*inner).sin6_scope_id = address.scope_id();
                size_of::<libc::sockaddr_in6>()
            }
        };
        (place, len as libc::socklen_t)
    }
}

impl Stream {
    /// A connection whose socket does not block, for an actor.
    ///
    /// # Errors
    /// What the system refused.
    pub fn new(worker: &Worker, owner: u64, socket: TcpStream) -> io::Result<Stream> {
        Ok(Stream {
            registration: Registration::new(worker, socket.as_raw_fd(), owner)?,
            socket,
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
        })
    }

    /// The address of the other side.
    pub fn peer(&self) -> Option<SocketAddr> {
        self.socket.peer_addr().ok()
    }

    /// Another actor uses it from here on.
    pub fn give_to(&self, owner: u64) {
        self.registration.give_to(owner);
    }

    /// Bytes that came in so far.
    pub fn received(&self) -> u64 {
        self.received.load(Relaxed)
    }

    /// Bytes that went out so far.
    pub fn sent(&self) -> u64 {
        self.sent.load(Relaxed)
    }

    /// Whether the other side sends no more.
    pub fn is_read_closed(&self) -> bool {
        self.registration.ready() & (READ_CLOSED | BROKEN) != 0
    }

    /// Whether nothing has come in that was not read, and the other side may still send. The system is asked: the poller may
    /// not have told all that it knows.
    pub fn is_silent(&self) -> bool {
        !self.is_read_closed() && matches!(self.peek(), Err(io::ErrorKind::WouldBlock))
    }

    /// Whether the other side sends nothing more, behind what has come in. The system is asked.
    pub fn is_at_end(&self) -> bool {
        self.is_read_closed() || !matches!(self.peek(), Ok(1) | Err(io::ErrorKind::WouldBlock))
    }

    /// Looks for the next byte and leaves it.
    fn peek(&self) -> Result<isize, io::ErrorKind> {
        let mut byte = 0u8;
        let flags = libc::MSG_PEEK | libc::MSG_DONTWAIT;
        // SAFETY: room for the one byte that is asked for.
        let count =
            unsafe { libc::recv(self.socket.as_raw_fd(), (&raw mut byte).cast(), 1, flags) };
        if count < 0 {
            return Err(io::Error::last_os_error().kind());
        }
        Ok(count)
    }

    /// Whether nothing can be sent to the other side either.
    pub fn is_broken(&self) -> bool {
        self.registration.ready() & BROKEN != 0
    }

    /// Reads into `room`; 0 bytes at the end.
    ///
    /// # Errors
    /// The connection is broken.
    pub fn read(&self, cx: &Context<'_>, room: &mut [MaybeUninit<u8>]) -> Poll<io::Result<usize>> {
        if !may_go_on() {
            return later(cx);
        }
        let descriptor = self.socket.as_raw_fd();
        let (start, len) = (room.as_mut_ptr(), room.len());
        let read = self.registration.attempt(READ, || {
            // SAFETY: room for as many bytes as are asked for.
            let count = unsafe { libc::recv(descriptor, start.cast(), len, 0) };
            let count = usize::try_from(count).map_err(|_| io::Error::last_os_error())?;
            // Where less came than there was room for, there is no more.
            Ok((count, count == len))
        });
        if let Some(Ok(count)) = &read {
            self.received.fetch_add(*count as u64, Relaxed);
        }
        read.map_or(Poll::Pending, Poll::Ready)
    }

    /// Writes some of `parts`.
    ///
    /// # Errors
    /// The connection is broken.
    pub fn write(&self, cx: &Context<'_>, parts: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        const MOST: usize = 64;
        /// So many bytes are copied together: the system takes one part in less time than several.
        const SMALL: usize = 2048;
        if !may_go_on() {
            return later(cx);
        }
        let descriptor = self.socket.as_raw_fd();
        let parts = &parts[..parts.len().min(MOST)];
        let all: usize = parts.iter().map(|part| part.len()).sum();
        let mut room = [MaybeUninit::uninit(); SMALL];
        let joined = [IoSlice::new(match parts {
            [_, _, ..] => joined(&mut room, parts, all),
            _ => &[],
        })];
        let parts = if joined[0].is_empty() { parts } else { &joined };
        let written = self.registration.attempt(WRITE, || {
            // SAFETY: an `IoSlice` is laid out as the system's; the other fields are zero.
            let count = unsafe {
                if let [part] = parts {
                    libc::send(
                        descriptor,
                        part.as_ptr().cast(),
                        part.len(),
                        libc::MSG_NOSIGNAL,
                    )
                } else {
                    let mut message: libc::msghdr = zeroed();
                    message.msg_iov = parts.as_ptr().cast_mut().cast();
                    message.msg_iovlen = parts.len() as _;
                    libc::sendmsg(descriptor, &raw const message, libc::MSG_NOSIGNAL)
                }
            };
            let count = usize::try_from(count).map_err(|_| io::Error::last_os_error())?;
            Ok((count, count == all))
        });
        if let Some(Ok(count)) = &written {
            self.sent.fetch_add(*count as u64, Relaxed);
        }
        written.map_or(Poll::Pending, Poll::Ready)
    }

    /// Says that nothing more will be sent.
    pub fn end_writing(&self) {
        let _ = self.socket.shutdown(std::net::Shutdown::Write);
    }
}
