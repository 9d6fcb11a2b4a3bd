//! Connections of clients to servers: kept for later requests, and shared by many at once where they speak HTTP/2.
//!
//! A connection of HTTP/1.1 belongs to one conversation at a time, whose actor polls it. Between two of them it lies in the
//! pool, where nobody is woken for it; whether the server has closed it meanwhile the system is asked when it is taken out.
//!
//! One of HTTP/2 has an actor of its own, its [`Driver`], to which hyper hands the requests of all others. It ends when
//! nobody has used it for a while. Which version a server speaks shows in the handshake only: so of many actors that
//! want a first connection at once one asks, and the others wait to see whether they can share it ([`Asking`]).

use super::socket::{Socket, Transport};
use super::streams::{Multiplexed, Streams};
use super::upload::Sent;
use crate::io::tcp::Stream;
use crate::io::waker;
use crate::sched::clock;
use crate::sync::lock;
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper::header::HOST;
use hyper::{Request, Response, Uri};
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

/// Milliseconds that a connection is kept without being used.
const KEPT: u64 = 30_000;
/// Connections of HTTP/1.1 to one server in the pool.
const MOST: usize = 64;

/// Whom a connection leads to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Server {
    pub host: String,
    pub port: u16,
    pub secure: bool,
}

/// An answer to come.
pub type Answer = Pin<Box<dyn Future<Output = hyper::Result<Response<Incoming>>> + Send>>;

/// A connection, as one conversation has it.
pub enum Link {
    Single(Single),
    Shared(Shared),
}

/// A connection of HTTP/1.1.
pub struct Single {
    sender: http1::SendRequest<Sent>,
    connection: Box<http1::Connection<Transport, Sent>>,
    stream: Arc<Stream>,
    is_over: bool,
    /// Since when it is in the pool.
    since: u64,
}

/// A connection of HTTP/2 that others may use as well.
pub struct Shared {
    sender: http2::SendRequest<Sent>,
    _using: Using,
}

/// Who uses a connection of HTTP/2.
#[derive(Default)]
struct Usage {
    count: AtomicUsize,
    /// When the last one was done.
    since: AtomicU64,
}

/// Counts a user, as long as it lives.
struct Using(Arc<Usage>);

impl Using {
    fn new(usage: &Arc<Usage>) -> Using {
        usage.count.fetch_add(1, AcqRel);
        Using(Arc::clone(usage))
    }
}

impl Drop for Using {
    fn drop(&mut self) {
        self.0.since.store(clock::now(), Relaxed);
        self.0.count.fetch_sub(1, AcqRel);
    }
}

/// What of a connection of HTTP/2 is in the pool.
struct Open {
    sender: http2::SendRequest<Sent>,
    stream: Arc<Stream>,
    used: Arc<Usage>,
}

#[derive(Default)]
struct Pool {
    single: HashMap<Server, Vec<Single>>,
    open: HashMap<Server, Open>,
    /// Servers that are asked which version they speak, and the actors that wait to hear of it.
    asked: HashMap<Server, Vec<u64>>,
}

static POOL: Mutex<Option<Pool>> = Mutex::new(None);

fn with_pool<R>(f: impl FnOnce(&mut Pool) -> R) -> R {
    f(lock(&POOL).get_or_insert_default())
}

/// A connection whose version is known; one of HTTP/2 with what its own actor does.
pub type Greeting = Pin<Box<dyn Future<Output = hyper::Result<(Link, Option<Driver>)>> + Send>>;

impl Link {
    /// Makes hyper's side of a connection.
    pub fn greet(
        server: Server,
        transport: Transport,
        socket: &Socket,
        speaks_http2: bool,
    ) -> Greeting {
        let stream = Arc::clone(&socket.stream);
        Box::pin(async move {
            if !speaks_http2 {
                let (sender, connection) = http1::handshake(transport).await?;
                let link = Link::Single(Single {
                    sender,
                    connection: Box::new(connection),
                    stream,
                    is_over: false,
                    since: 0,
                });
                return Ok((link, None));
            }
            let streams = Streams::default();
            let (sender, connection) = http2::handshake(streams.clone(), transport).await?;
            let used = Arc::<Usage>::default();
            let link = Link::Shared(Shared {
                sender: sender.clone(),
                _using: Using::new(&used),
            });
            let driver = Driver {
                connection: Box::new(Multiplexed::client(connection, streams)),
                server,
                used: Arc::clone(&used),
                open: Some(Open {
                    sender,
                    stream,
                    used,
                }),
                deadline: 0,
            };
            Ok((link, Some(driver)))
        })
    }

    /// One that there is already, for an actor.
    pub fn pooled(server: &Server, owner: u64) -> Option<Link> {
        let now = clock::now();
        with_pool(|pool| {
            if let Some(open) = pool.open.get(server) {
                if open.sender.is_ready() && !open.stream.is_at_end() {
                    return Some(Link::Shared(Shared {
                        sender: open.sender.clone(),
                        _using: Using::new(&open.used),
                    }));
                }
                pool.open.remove(server);
            }
            let links = pool.single.get_mut(server)?;
            while let Some(link) = links.pop() {
                if now < link.since + KEPT && link.stream.is_silent() {
                    link.stream.give_to(owner);
                    return Some(Link::Single(link));
                }
            }
            None
        })
    }

    /// Begins to send a request.
    pub fn send(&mut self, server: &Server, mut request: Request<Sent>) -> Answer {
        match self {
            Link::Single(single) => Box::pin(single.sender.send_request(request)),
            Link::Shared(shared) => {
                // The host stands in the target there.
                let scheme = if server.secure { "https" } else { "http" };
                let host = request.headers_mut().remove(HOST);
                let host = host.as_ref().and_then(|host| host.to_str().ok());
                let path = request.uri().path_and_query();
                let target = Uri::builder()
                    .scheme(scheme)
                    .authority(host.unwrap_or(&server.host))
                    .path_and_query(path.map_or("/", |path| path.as_str()))
                    .build();
                if let Ok(target) = target {
                    *request.uri_mut() = target;
                }
                Box::pin(shared.sender.send_request(request))
            }
        }
    }

    /// Lets the connection do what it can, where that is up to its conversation.
    pub fn poll(&mut self, cx: &mut Context<'_>) {
        if let Link::Single(single) = self
            && !single.is_over
        {
            single.is_over = Pin::new(single.connection.as_mut()).poll(cx).is_ready();
        }
    }

    /// It is not needed any more: puts it into the pool.
    pub fn keep(self, server: Server) {
        let Link::Single(mut single) = self else {
            return;
        };
        if single.is_over || single.stream.is_read_closed() || !single.sender.is_ready() {
            return;
        }
        let now = clock::now();
        single.since = now;
        single.stream.give_to(0);
        with_pool(|pool| {
            pool.single.retain(|_, links| {
                links.retain(|link| now < link.since + KEPT);
                !links.is_empty()
            });
            let links = pool.single.entry(server).or_default();
            if links.len() < MOST {
                links.push(single);
            }
        });
    }
}

/// What the actor of a connection of HTTP/2 owns.
pub struct Driver {
    connection: Box<Multiplexed<http2::Connection<Transport, Sent, Streams>>>,
    server: Server,
    used: Arc<Usage>,
    /// Until it begins.
    open: Option<Open>,
    /// When it must be looked at again.
    pub deadline: u64,
}

impl Driver {
    /// Its actor is known: others may use the connection.
    pub fn begin(&mut self, owner: u64) {
        if let Some(open) = self.open.take() {
            open.stream.give_to(owner);
            let server = self.server.clone();
            with_pool(|pool| pool.open.insert(server, open));
        }
    }

    /// Does what can be done now; ready when the connection is over.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let now = clock::now();
        let is_used = self.used.count.load(Acquire) > 0;
        let since = if is_used {
            now
        } else {
            self.used.since.load(Relaxed)
        };
        self.deadline = since + KEPT;
        if now >= self.deadline {
            // Once nobody can send requests, hyper says so to the server, and ends.
            self.leave_pool();
            self.deadline = now + KEPT;
        }
        self.connection.poll(cx).map(|_| ())
    }

    fn leave_pool(&self) {
        with_pool(|pool| {
            let open = pool.open.get(&self.server);
            if open.is_some_and(|open| Arc::ptr_eq(&open.used, &self.used)) {
                pool.open.remove(&self.server);
            }
        });
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.leave_pool();
    }
}

/// Whoever has this finds out which version a server speaks.
pub struct Asking(Server);

impl Asking {
    /// `None` if another actor does: `owner` is woken when that knows.
    pub fn begin(server: &Server, owner: u64) -> Option<Asking> {
        with_pool(|pool| {
            if let Some(waiting) = pool.asked.get_mut(server) {
                waiting.push(owner);
                return None;
            }
            pool.asked.insert(server.clone(), Vec::new());
            Some(Asking(server.clone()))
        })
    }

    /// Whether an actor still waits to hear of it.
    pub fn is_awaited(server: &Server, owner: u64) -> bool {
        with_pool(|pool| {
            let waiting = pool.asked.get(server);
            waiting.is_some_and(|waiting| waiting.contains(&owner))
        })
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        let waiting = with_pool(|pool| pool.asked.remove(&self.0));
        for actor in waiting.unwrap_or_default() {
            waker::wake(actor);
        }
    }
}
